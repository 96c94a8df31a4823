"""How things look: glyphs that the terminal can show, styles that only add to words, and frames."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rich import box
from rich.console import Console, Group, OverflowMethod, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from perpfsm.console import words

QUIET = "dim"
TITLE = "bold"
FRAME_TITLE = "bold not dim"
BAR = "cyan"
GAIN = "green"
LOSS = "red"
WARNING = "yellow"
LIT = "bold reverse"


@dataclass(frozen=True, slots=True)
class Look:
    """What a terminal, a pipe or a log file can show.

    Attributes:
        fancy: Whether boxes, arrows and bars beyond ASCII may be used.
        escapes: Whether even names must be written in ASCII.
    """

    fancy: bool = True
    escapes: bool = False

    @property
    def arrow(self) -> str:
        """From one state to the next."""
        return "→" if self.fancy else "->"

    @property
    def dot(self) -> str:
        """Between the parts of a line."""
        return "·" if self.fancy else "-"

    @property
    def here(self) -> str:
        """Beside the present price."""
        return "►" if self.fancy else ">"

    @property
    def overflow(self) -> OverflowMethod:
        """What happens to text that is too long."""
        return "ellipsis" if self.fancy else "crop"

    def name(self, text: str) -> str:
        """Return a name from outside so that it can neither break the terminal nor its encoding."""
        shown = "".join(char if char.isprintable() else "?" for char in text)
        return shown.encode("ascii", "backslashreplace").decode() if self.escapes else shown

    def bar(self, share: Decimal, width: int) -> str:
        """Return a bar of `share` (0 to 1) of `width` cells; what is not nothing leaves a trace."""
        eighths = int(min(max(share, Decimal(0)), Decimal(1)) * width * 8)
        if share > 0:
            eighths = max(eighths, 1)
        if not self.fancy:
            return "#" * -(-eighths // 8)
        return "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")


FANCY = Look()
PLAIN = Look(fancy=False)
ASCII = Look(fancy=False, escapes=True)


def look_of(console: Console) -> Look:
    """Return what `console` can show: colours are rich's affair, glyphs and names are ours."""
    if not console.encoding.startswith("utf"):
        return ASCII
    return FANCY if console.is_terminal and not console.legacy_windows else PLAIN


def gain(value: Decimal, places: int, unit: str = "") -> Text:
    """Return a signed amount, coloured by its sign."""
    style = GAIN if value > 0 else LOSS if value < 0 else ""
    return Text(f"{words.signed(value, places)} {unit}".rstrip(), style=style)


def sentence(look: Look, *parts: Text | str) -> Text:
    """Return the parts in one line with dots between; empty ones are left out."""
    return Text(f" {look.dot} ").join(part if isinstance(part, Text) else Text(part) for part in parts if part)


def one_line(look: Look, *parts: Text | str) -> Text:
    """Return the parts like `sentence`, never wrapped: what does not fit is cut, so the last part matters least."""
    line = sentence(look, *parts)
    line.no_wrap, line.overflow = True, look.overflow
    return line


def columns(look: Look, *headings: str, left: Iterable[int] = (0,), expand: bool = False) -> Table:
    """Return an empty table without lines; no headings at all leaves them out.

    Where it is tight, words are shortened and numbers are not.

    Args:
        look: What can be shown.
        headings: One per column, possibly empty.
        left: Which columns are words, aligned left; the others are numbers.
        expand: Whether it takes the whole width.
    """
    table = Table(
        box=None, show_header=any(headings), header_style=QUIET, pad_edge=False, expand=expand, padding=(0, 2, 0, 0)
    )
    words_at = set(left)
    for index, heading in enumerate(headings):
        title = Text(heading, no_wrap=True)
        if index in words_at:
            table.add_column(title, justify="left", overflow=look.overflow)
        else:
            table.add_column(title, justify="right", overflow=look.overflow, no_wrap=True)
    return table


def add_row(table: Table, *cells: Text, style: str = "") -> None:
    """Add a row of cells that never wrap."""
    for cell in cells:
        cell.no_wrap = True
    table.add_row(*cells, style=style)


def framed(title: str, body: RenderableType, look: Look) -> Panel:
    """Return `body` in a quiet frame with a title; as high and wide as its place."""
    return Panel(
        body,
        title=Text(title, style=FRAME_TITLE),
        title_align="left",
        box=box.ROUNDED if look.fancy else box.ASCII,
        border_style=QUIET,
        padding=(0, 1),
    )


def section(title: str, body: RenderableType, look: Look) -> Group:
    """Return `body` below its title, with a blank line before."""
    heading = Text(title, style=TITLE)
    if not look.fancy:
        heading.append("\n" + "-" * len(title))
    return Group(Text(), heading, body)


def side_by_side(left: RenderableType, right: RenderableType) -> Table:
    """Return two parts beside each other: the left one as wide as it wants to be, the right one in what is left."""
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column()
    grid.add_column(ratio=1)
    grid.add_row(left, right)
    return grid
