"""The lifecycle as a picture in a line: the states of the machine file, the present one lit."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import LIT, QUIET, TITLE, Look
from perpfsm.engine.status import LegStatus
from perpfsm.machine.definition import MachineDefinition


def lifecycle_line(machine: MachineDefinition, present: str, look: Look) -> Text:
    """Return the states in file order with the present one lit and in brackets.

    An arrow stands between two neighbours only where a row leads from the first to the second; the way back from
    the last state to the initial one closes the line.
    """
    names = [state.name for state in machine.states]
    steps = {(source, row.dest) for row in machine.rows for source in row.sources}
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
