"""Where the time of a run went, state by state, and which rows of its machine fired."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import BAR, QUIET, TITLE, Look, add_row, columns, side_by_side
from perpfsm.runtime.summary import LegTimes, RowCount, Summary

BAR_CELLS = 16
GAP = 2


def times_table(summary: Summary, look: Look) -> RenderableType:
    """Return the time in each state as bars, one group per leg."""
    tables: list[RenderableType] = []
    for times in summary.times:
        if len(summary.times) > 1:
            tables.append(Text(look.name(times.leg), style=TITLE))
        tables.append(_leg_table(times, look))
    return Group(*tables)


def _leg_table(times: LegTimes, look: Look) -> Table:
    table = columns(look, "", "", "", "", left=(0, 1))
    table.columns[1].min_width = BAR_CELLS
    for each in times.states:
        add_row(
            table,
            Text(look.name(each.state)),
            Text(look.bar(each.pct / 100, BAR_CELLS), style=BAR),
            Text(words.percent(each.pct)),
            Text(words.duration(int(each.seconds * words.SECOND_NS))),
            style="" if each.seconds else QUIET,
        )
    return table


@dataclass(frozen=True, slots=True)
class RowsTable:
    """How often each row of the machine fired, in two columns where the width suffices.

    Those that never did are dim and show a dash.
    """

    rows: tuple[RowCount, ...]
    look: Look

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render for the width that `options` leave."""
        left = _rows_table(self.rows[: -(-len(self.rows) // 2)], self.look)
        right = _rows_table(self.rows[-(-len(self.rows) // 2) :], self.look)
        needed = sum(Measurement.get(console, options, table).maximum for table in (left, right)) + GAP
        yield side_by_side(left, right) if needed <= options.max_width else _rows_table(self.rows, self.look)


def _rows_table(rows: tuple[RowCount, ...], look: Look) -> Table:
    table = columns(look, "", "", "", left=(1,))
    for row in rows:
        add_row(
            table,
            Text(f"{row.number}", style=QUIET),
            Text(look.name(row.name)),
            Text(f"{row.count:,}" if row.count else "-"),
            style="" if row.count else QUIET,
        )
    return table


def fired(summary: Summary) -> str:
    """Return how many transitions there were, and by how many of the rows."""
    count = sum(row.count for row in summary.rows)
    rows = sum(row.count > 0 for row in summary.rows)
    return f"{count:,} by {rows} of {words.counted(len(summary.rows), 'row')}"
