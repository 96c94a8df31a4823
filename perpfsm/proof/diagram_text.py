"""A lifecycle as text for a terminal: its boxes, then every row with the guards that it waits for."""

from collections.abc import Iterator
from textwrap import wrap

from perpfsm.proof.diagram import Diagram, RowWords
from perpfsm.proof.diagram_boxes import PLAIN, STAYS, draw_boxes
from perpfsm.proof.diagram_words import UNBROKEN, wrapped

WIDTH = 80
NAME_WIDTH_MAX = 24
KIND_WIDTH = len("  exposed  ")
ARROW = "→"
LEGEND = f"{STAYS} acts and stays   rows are tried by their numbers"
BOX_LEGEND = f"═ holds a position   {LEGEND}"


def text_of(diagram: Diagram, *, width: int = WIDTH, only_names: bool = False) -> tuple[str, ...]:
    """Return the lines of the picture and of the rows below it.

    Args:
        diagram: Of the lifecycle.
        width: Columns, at least 40; a name that is longer than that is not broken.
        only_names: Whether rows are named and no more.
    """
    arrows = {(source, dest) for source, dest, _ in diagram.arrows()}
    boxes = draw_boxes(diagram.states, diagram.initial, arrows, width=width)
    picture = [*_listed(diagram, width)] if boxes is None else boxes.lines
    lines = [
        f"{diagram.name}: {len(diagram.states)} states, {len(diagram.rows)} rows",
        "",
        *picture,
        "",
        *wrap(LEGEND if boxes is None else BOX_LEGEND, width),
    ]
    for sources, dest, rows in diagram.groups():
        there = STAYS if dest is None else f"{ARROW} {dest}"
        group = f"{', '.join(sources)} {there}"
        lines += ["", *wrap(group, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)]
        lines += _named(rows, width) if only_names else _explained(rows, width, _name_width(diagram))
    return tuple(lines)


def plain(text: str) -> str:
    """Return `text` in ASCII: lines become dashes and bars, other letters their codes."""
    return text.translate(PLAIN).encode("ascii", "backslashreplace").decode()


def _listed(diagram: Diagram, width: int) -> Iterator[str]:
    """Yield the states one below the other, each with those that rows lead to, where boxes would be too wide."""
    column = min(max(len(state.name) for state in diagram.states), width // 2 - KIND_WIDTH)
    indent = " " * (column + KIND_WIDTH + 2)
    for state in diagram.states:
        kind = "closing" if state.closing else "exposed" if state.exposed else ""
        dests = [dest for source, dest, _ in diagram.arrows() if source == state.name]
        there = ", ".join(STAYS if dest == state.name else dest for dest in dests)
        name = state.name
        if len(name) > column:  # a line of its own, so that something is left for the rest
            yield name
            name = ""
        head = f"{name:<{column}}  {kind:<7}  "
        text = f"{head}{ARROW} {there}" if there else head
        yield from wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _name_width(diagram: Diagram) -> int:
    return min(NAME_WIDTH_MAX, max(len(row.name) for row in diagram.rows))


def _named(rows: tuple[RowWords, ...], width: int) -> list[str]:
    return [f"  {line}" for line in wrapped(", ".join(row.name.replace(" ", UNBROKEN) for row in rows), width - 2)]


def _explained(rows: tuple[RowWords, ...], width: int, name_width: int) -> Iterator[str]:
    """Yield each row with its number and name in a column of their own, and what it waits for and does beside them."""
    indent = " " * (name_width + 8)
    for row in rows:
        head = f"  {row.number:>3}  {row.name:<{name_width}} "
        said = wrapped(_waits(row), width - len(indent))
        if len(head) > len(indent):
            yield head.rstrip()
        else:
            yield f"{head}{said.pop(0)}"
        yield from (f"{indent}{line}" for line in said)


def _waits(row: RowWords) -> str:
    """Return the events, guards and actions of a row in words."""
    guards = f"never, as {row.never}" if row.never else ", ".join(row.guards)
    waits = ": ".join(filter(None, (row.on, guards))) or "always"
    return f"{waits} /{UNBROKEN}{', '.join(row.actions)}" if row.actions else waits
