"""The states of a lifecycle as boxes in a row, with the arrows between them, drawn with characters.

      start                   exposed       closing
    ┌──────┐   ┌─────────┐   ╔══════╗    ╔═══════════╗
    │ idle │──►│ opening │──►║ open ║───►║ closing ↻ ║
    └─▲────┘   └────┬────┘   ╚══╤═══╝    ╚═════╤═════╝
      └─────────────┴───────────┴──────────────┘

An arrow to the next state stands between the boxes. Every other one leaves below and joins the line of the state to
which it leads; a cross is no joint.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from perpfsm.machine.definition import StateDefinition

GAP = 3
STAYS = "↻"
PLAIN = str.maketrans(
    {
        **dict.fromkeys("┌┐└┘┬┴├┤╔╗╚╝╤╧┼", "+"),
        **dict.fromkeys("│║", "|"),
        "─": "-",
        "═": "=",
        "►": ">",
        "→": "->",
        "▲": "^",
        "↻": "@",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "\N{MINUS SIGN}": "-",
        "…": "...",
        "·": "-",
    }
)


@dataclass(frozen=True, slots=True)
class Boxes:
    """A picture of the states.

    Attributes:
        lines: From top to bottom, without blanks at their ends.
        spans: By state, where its box lies: line, first column, and the column behind its last.
    """

    lines: tuple[str, ...]
    spans: dict[str, tuple[tuple[int, int, int], ...]]


@dataclass(frozen=True, slots=True)
class _Box:
    """One state's place in the picture: its columns, and below it the columns of its arrows by line."""

    state: StateDefinition
    label: str
    caption: str
    left: int
    width: int
    ports: dict[str, int]

    @property
    def right(self) -> int:
        """The column behind its last."""
        return self.left + self.width


def draw_boxes(
    states: Sequence[StateDefinition], initial: str, arrows: Collection[tuple[str, str]], *, width: int
) -> Boxes | None:
    """Return the picture, None when it is wider than `width` columns.

    Args:
        states: From left to right, at least one.
        initial: The state of a leg without a position.
        arrows: Source and dest of every row; one that leads to its own state marks it.
        width: Columns, positive.
    """
    joined = _joined([state.name for state in states], arrows)
    boxes = _placed(states, initial, arrows, joined)
    if boxes[-1].right > width:
        return None
    canvas = _Canvas(boxes[-1].right)
    for box, after in zip(boxes, [*boxes[1:], None], strict=True):
        canvas.box(box)
        if after is not None and (box.state.name, after.state.name) in arrows:
            canvas.put(2, box.right, f"{'─' * (after.left - box.right - 1)}►")
    for depth, dest in enumerate(joined):
        canvas.bus(4 + depth, boxes, dest)
    lines = tuple(line.rstrip() for line in canvas.lines())
    return Boxes(lines, {box.state.name: tuple((row, box.left, box.right) for row in (1, 2, 3)) for box in boxes})


def _joined(names: Sequence[str], arrows: Collection[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return, by destination, the states from which an arrow leads to it along its line below the boxes."""
    below = set(arrows) - set(pairwise(names))
    found = {dest: tuple(name for name in names if name != dest and (name, dest) in below) for dest in names}
    return {dest: sources for dest, sources in found.items() if sources}


def _placed(
    states: Sequence[StateDefinition],
    initial: str,
    arrows: Collection[tuple[str, str]],
    joined: Mapping[str, tuple[str, ...]],
) -> list[_Box]:
    """Return the boxes from left to right, each wide enough for its name, its caption and its arrows."""
    placed: list[_Box] = []
    left = 0
    for state in states:
        label = f"{state.name} {STAYS}" if (state.name, state.name) in arrows else state.name
        caption = _caption(state, initial)
        lines = [dest for dest, sources in joined.items() if dest == state.name or state.name in sources]
        width = max(len(label) + 4, len(caption), 2 * len(lines) + 1)
        step = (width - 2) // max(1, len(lines))
        ports = {dest: left + 1 + step // 2 + index * step for index, dest in enumerate(lines)}
        placed.append(_Box(state, label, caption, left, width, ports))
        left += width + GAP
    return placed


def _caption(state: StateDefinition, initial: str) -> str:
    """Return what stands above a box."""
    if state.closing:
        return "closing"
    if state.exposed:
        return "exposed"
    return "start" if state.name == initial else ""


class _Canvas:
    """Lines of characters: a caption, three of boxes, and one for each state with arrows that come from below."""

    def __init__(self, width: int) -> None:
        """Start with nothing drawn."""
        self._width = width
        self._cells: list[list[str]] = []

    def put(self, row: int, column: int, text: str) -> None:
        """Write `text` from a place to the right."""
        while len(self._cells) <= row:
            self._cells.append([" "] * self._width)
        self._cells[row][column : column + len(text)] = text

    def box(self, box: _Box) -> None:
        """Draw a state, with double lines when it is exposed."""
        corners, flat, side = ("╔╗╚╝", "═", "║") if box.state.exposed else ("┌┐└┘", "─", "│")
        inner = box.width - 2
        self.put(0, box.left, box.caption.center(box.width))
        self.put(1, box.left, f"{corners[0]}{flat * inner}{corners[1]}")
        self.put(2, box.left, f"{side}{box.label.center(inner)}{side}")
        self.put(3, box.left, f"{corners[2]}{flat * inner}{corners[3]}")

    def bus(self, row: int, boxes: list[_Box], dest: str) -> None:
        """Draw one state's line, and the ways down to it and up to the state."""
        ends = {box.state.name: box.ports[dest] for box in boxes if dest in box.ports}
        first, last = min(ends.values()), max(ends.values())
        for column in range(first, last + 1):
            self.put(row, column, "─")
        for name, column in ends.items():
            corner = "└" if column == first else "┘" if column == last else "┴"
            self.put(row, column, corner)
            is_exposed = next(box.state.exposed for box in boxes if box.state.name == name)
            self.put(3, column, "▲" if name == dest else "╤" if is_exposed else "┬")
            for above in range(4, row):
                self.put(above, column, "┼" if self._cells[above][column] == "─" else "│")

    def lines(self) -> Iterator[str]:
        """Yield what was drawn, from top to bottom."""
        yield from ("".join(cells) for cells in self._cells)
