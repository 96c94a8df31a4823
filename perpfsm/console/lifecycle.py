"""The lifecycle as a picture: in a line, or as boxes where there is room, the present state lit."""

from collections.abc import Collection, Sequence

from rich.table import Table
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import LIT, QUIET, TITLE, Look
from perpfsm.engine.status import LegStatus
from perpfsm.machine.definition import MachineDefinition
from perpfsm.proof.diagram_boxes import draw_boxes
from perpfsm.proof.diagram_text import plain


def lifecycle_line(machine: MachineDefinition, present: str, look: Look) -> Text:
    """Return the states in file order with the present one lit and in brackets.

    An arrow stands between two neighbours only where a row leads from the first to the second; the way back from
    the last state to the initial one closes the line.
    """
    names = [state.name for state in machine.states]
    steps = _steps(machine)
    line = Text(no_wrap=True, overflow=look.overflow)
    for before, name in zip([None, *names], names, strict=False):
        if before is not None:
            line.append(f" {look.arrow if (before, name) in steps else look.dot} ", style=QUIET)
        if name == present:
            line.append(f"[{look.name(name)}]", style=LIT)
        else:
            line.append(look.name(name))
    if (names[-1], machine.initial) in steps:
        line.append(f" {look.arrow} {look.name(machine.initial)}", style=QUIET)
    return line


def lifecycle_boxes(machine: MachineDefinition, present: Collection[str], look: Look, *, width: int) -> Text | None:
    """Return the states as boxes with the arrows between them, as `perpfsm graph` draws them; None when too wide.

    Args:
        machine: Whose states are drawn.
        present: Those that a leg is in; their boxes are lit.
        look: What can be shown.
        width: Columns that there are.
    """
    boxes = draw_boxes(machine.states, machine.initial, _steps(machine), width=width)
    if boxes is None:
        return None
    lines = [Text(line if look.fancy else plain(line)) for line in boxes.lines]
    for state in present:
        for row, left, right in boxes.spans.get(state, ()):
            lines[row].stylize(LIT, left, right)
    return Text("\n", no_wrap=True, overflow=look.overflow).join(lines)


def lifecycle_lines(machine: MachineDefinition, legs: Sequence[LegStatus], now_ns: int, look: Look) -> Table:
    """Return one picture per leg, with how long it has been in its state and the exit reason in force.

    Args:
        machine: Whose states are drawn.
        legs: One line each.
        now_ns: Event time, nanoseconds since the epoch.
        look: What can be shown.
    """
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(no_wrap=True, overflow=look.overflow)
    table.add_column(no_wrap=True, overflow=look.overflow, ratio=1)
    table.add_column(no_wrap=True, overflow=look.overflow, justify="right")
    for leg in legs:
        reason = "" if leg.exit_reason == "none" else f"{look.name(leg.exit_reason)} "
        table.add_row(
            Text(look.name(leg.name), style=TITLE),
            lifecycle_line(machine, leg.state, look),
            Text(f"{reason}for {words.duration(now_ns - leg.since_ns)}"),
        )
    return table


def _steps(machine: MachineDefinition) -> set[tuple[str, str]]:
    """Return source and dest of every row; one that stays leads to its own state."""
    return {(source, row.dest or source) for row in machine.rows for source in row.sources}
