"""The summary at the end of a run: calm tables that fit 80 columns and use two columns where there is room."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.closings import closings_table, fills_table, orders_table
from perpfsm.console.header import Header, headline
from perpfsm.console.look import QUIET, TITLE, WARNING, Look, add_row, columns, gain, look_of, section, side_by_side
from perpfsm.console.quality import has_quality, quality_section, quality_title
from perpfsm.console.rows import RowsTable, fired, times_table
from perpfsm.market.instrument import Instrument
from perpfsm.runtime.summary import OpenPosition, PnlTotals, Summary

TWO_COLUMNS_FROM = 116
RIGHT_CELLS_MIN = 50
WIDTH_MAX = 140
REFUSALS_SHOWN_MAX = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading the feed took.

    Attributes:
        messages: Market messages read.
        bad_lines: Lines that could not be read and were skipped.
        wall_s: Real seconds from the first message to the last.
        remarks: What is to be known of the feed, a sentence each.
        lacks: What the feed does not carry, such as `no depth, no mark price`; empty when it has everything.
    """

    messages: int
    bad_lines: int
    wall_s: float
    remarks: tuple[str, ...] = ()
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class SummaryView:
    """The whole summary, which decides at its rendering by the width and the abilities of the console."""

    summary: Summary
    header: Header
    reading: Reading

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render for `console`."""
        look = look_of(console)
        width = min(options.max_width, WIDTH_MAX)
        yield _opening(self.summary, self.header, self.reading, look)
        left, right = Group(*self._left(look)), Group(*self._right(look))
        room = width - Measurement.get(console, options, left).maximum
        if width >= TWO_COLUMNS_FROM and room >= RIGHT_CELLS_MIN:
            yield from console.render(side_by_side(left, right), options.update_width(width))
        else:
            yield Group(left, right)
        yield from self._ending(look)

    def _left(self, look: Look) -> list[RenderableType]:
        summary, instrument = self.summary, self.header.instrument
        parts: list[RenderableType] = [
            section("PnL", _pnl_table(summary.pnl, instrument, look), look),
            section("Closings by reason", closings_table(summary, look), look),
            section(
                "Orders and fills",
                Group(orders_table(summary, look), Text(), fills_table(summary, instrument, look)),
                look,
            ),
        ]
        if has_quality(summary):
            quality = quality_section(summary, instrument, self.reading.lacks, look)
            parts.append(section(quality_title(summary), quality, look))
        return parts

    def _right(self, look: Look) -> list[RenderableType]:
        return [
            section("Time in each state", times_table(self.summary, look), look),
            section(f"Transitions: {fired(self.summary)}", RowsTable(self.summary.rows, look), look),
        ]

    def _ending(self, look: Look) -> Iterator[RenderableType]:
        warnings = tuple(warnings_of(self.summary, self.reading, self.header.instrument, look))
        if warnings:
            yield section("Worth a look", _listed(warnings), look)
        if self.header.journal is not None:
            path = shlex.quote(look.name(self.header.journal))
            commands = [Text(f"perpfsm audit {verb} {path}") for verb in ("show", "verify", "export")]
            yield section("Next", Group(*commands), look)


def _opening(summary: Summary, header: Header, reading: Reading, look: Look) -> Group:
    """Return the run in a line, and what of the market it saw."""
    span = f"{words.date_and_time(summary.start_ns)} {look.arrow} {words.date_and_time(summary.end_ns)} UTC"
    took = words.duration(int(reading.wall_s * words.SECOND_NS))
    market = words.duration(summary.end_ns - summary.start_ns)
    ended = f", ended: {look.name(summary.ended)}" if summary.ended else ""
    lines = [
        headline(header, look),
        Text(span, style=QUIET),
        Text(f"{market} of market, {words.counted(reading.messages, 'message')} in {took}{ended}", style=QUIET),
    ]
    if summary.run > 1:
        lines.append(
            Text(f"Run {summary.run} of its journal: it went on where the one before had stopped.", style=QUIET)
        )
    return Group(*lines)


def _pnl_table(pnl: PnlTotals, instrument: Instrument, look: Look) -> Table:
    places = words.money_places(pnl.realised, pnl.open_pnl, pnl.fees, pnl.funding, pnl.net, pnl.worst_drawdown)
    table = columns(look, "", "", "", left=(0, 2))
    add_row(table, Text("realised"), gain(pnl.realised, places))
    add_row(table, Text("open"), gain(pnl.open_pnl, places))
    add_row(table, Text("fees"), Text(words.signed(-pnl.fees, places)))
    if pnl.funding:
        add_row(table, Text("funding"), Text(words.signed(-pnl.funding, places)))
    add_row(table, Text("net", style=TITLE), gain(pnl.net, places), _beside_net(pnl, instrument))
    add_row(table, Text("worst drawdown"), Text(words.money(pnl.worst_drawdown, places)))
    return table


def _beside_net(pnl: PnlTotals, instrument: Instrument) -> Text:
    """Return the currency, and the net in percent of the balance where that is known."""
    currency = words.quoted(instrument)
    if not pnl.balance:
        return Text(currency)
    share = words.signed_percent(pnl.net / pnl.balance * 100)
    return Text(f"{currency}, {share} of {words.money(pnl.balance, 2)}")


def warnings_of(summary: Summary, reading: Reading, instrument: Instrument, look: Look) -> Iterator[str]:
    """Yield what a person should look at, the gravest first; nothing after a clean run."""
    for position in summary.positions:
        yield _left_open(position, instrument, look)
    if summary.halts > 1:
        yield f"Trading was halted {words.counted(summary.halts, 'time')}."
    for act in summary.operator:
        if act.action != "stop":  # every run ends with one, and its opening lines say why
            at = words.time_of_day(act.time_ns)
            yield f"{look.name(act.who)}: {look.name(act.action)} at {at}, {look.name(act.why)}"
    orders = summary.orders
    for count, noun, what in (
        (orders.rejected, "order", "rejected by the venue"),
        (orders.unknown, "order", "left without an answer"),
        (summary.live_changes, "change", "of parameters while it ran"),
    ):
        if count:
            yield f"{words.counted(count, noun)} {what}."
    yield from _of_the_data(summary, reading, look)
    if reading.bad_lines:
        lines = words.counted(reading.bad_lines, "line")
        yield f"{lines} of the feed could not be read and {_were(reading.bad_lines)} skipped."
    yield from reading.remarks
    for why, count in summary.refusals[:REFUSALS_SHOWN_MAX]:
        yield f"{words.counted(count, 'proposal')} {_were(count)} refused: {look.name(why)}"
    if rest := summary.refusals[REFUSALS_SHOWN_MAX:]:
        yield f"{words.counted(sum(count for _, count in rest), 'more proposal')} refused for other reasons."


def _of_the_data(summary: Summary, reading: Reading, look: Look) -> Iterator[str]:
    """Yield what was wrong with the market data."""
    if reading.messages and "good" not in dict(summary.data):
        yield "No usable quote came, so nothing was quoted."
    for health, count in summary.data:
        if health == "no_reference":
            yield f"The reference price was reported missing {words.counted(count, 'time')}."
        elif health != "good":
            yield f"Market data became {look.name(health)} {words.counted(count, 'time')}."


def _left_open(position: OpenPosition, instrument: Instrument, look: Look) -> str:
    leg = "" if position.leg == "BOTH" else f"{look.name(position.leg)}: "
    direction = "long" if position.size > 0 else "short"
    held = f"{words.exact_size(abs(position.size), instrument)} {words.base(instrument)}"
    entry = words.price(position.cost / position.size, instrument)
    return f"{leg}A {direction} position of {held} from {entry} is left open; the next run goes on with it."


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _listed(lines: tuple[str, ...]) -> Table:
    """Return the lines with a mark before each, wrapped beside it."""
    table = Table.grid(padding=(0, 1, 0, 0))
    for line in lines:
        table.add_row(Text("!", style=WARNING), Text(line))
    return table
