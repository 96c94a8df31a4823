"""The last transitions: when, which leg, by which row, from where to where, and why."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import QUIET, TITLE, Look, add_row, columns, framed
from perpfsm.engine.records import TransitionRecord


def transitions_panel(recent: Sequence[TransitionRecord], look: Look, *, rows: int) -> RenderableType:
    """Return the newest transitions in a frame, the newest on top.

    Args:
        recent: In the order in which they happened.
        look: What can be shown.
        rows: Lines inside the frame, the heading included.
    """
    shown = list(reversed(recent))[: max(0, rows - 1)]
    if not shown:
        return framed("Last transitions", Text("none yet", style=QUIET), look)
    table = columns(look, "time", "leg", "row", "from", "to", "why", left=range(6), expand=True)
    table.columns[-1].ratio = 1
    for record in shown:
        add_row(
            table,
            Text(words.time_of_day(record.time_ns), style=QUIET),
            Text(look.name(record.leg)),
            Text(look.name(record.name)),
            Text(look.name(record.source)),
            _dest(record, look),
            Text(look.name(why(record))),
        )
    return framed("Last transitions", table, look)


def transition_line(record: TransitionRecord, look: Look) -> Text:
    """Return one transition in one line."""
    text = f"{words.time_of_day(record.time_ns)} {record.leg} {record.source} {look.arrow} {record.dest} {record.name}"
    return Text(look.name(text) if look.fancy else text, no_wrap=True, overflow=look.overflow)


def why(record: TransitionRecord) -> str:
    """Return what made the row fire: the exit reason on the way into an exit, the trigger, and the guards that held."""
    reason = f"{record.reason}: " if record.reason != "none" and record.dest != record.source else ""
    return f"{reason}{record.trigger}" + (f", {', '.join(record.held)}" if record.held else "")


def _dest(record: TransitionRecord, look: Look) -> Text:
    if record.dest == record.source:
        return Text("stays", style=QUIET)
    return Text(look.name(record.dest), style=TITLE)
