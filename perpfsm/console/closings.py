"""Closings by reason, and orders and fills, as tables that the summary and the live view share."""

from decimal import Decimal

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import QUIET, TITLE, Look, add_row, columns, framed, gain
from perpfsm.market.instrument import Instrument
from perpfsm.runtime.summary import ClosingTotal, FillTotal, Summary


def closings_table(summary: Summary, look: Look) -> Table | Text:
    """Return how positions were closed: count, realised PnL, fees, net and mean holding time per reason."""
    closings = summary.closings
    if not closings:
        return Text("No position was closed.", style=QUIET)
    places = words.money_places(*(amount for each in closings for amount in (each.realised, each.fees, each.funding)))
    is_funded = any(each.funding for each in closings)
    funding = ("funding",) if is_funded else ()
    table = columns(look, "reason", "count", "realised", "fees", *funding, "net", "mean held")
    for each in closings:
        add_row(table, Text(look.name(each.reason)), *_closing_cells(each, places, is_funded=is_funded))
    if len(closings) > 1:
        cells = _closing_cells(_total(closings), places, is_funded=is_funded)
        add_row(table, Text("total", style=TITLE), *cells, style=TITLE)
    return table


def _total(closings: tuple[ClosingTotal, ...]) -> ClosingTotal:
    return ClosingTotal(
        "total",
        sum(each.count for each in closings),
        sum((each.realised for each in closings), Decimal(0)),
        sum((each.fees for each in closings), Decimal(0)),
        sum(each.held_ns for each in closings),
        sum((each.funding for each in closings), Decimal(0)),
    )


def _closing_cells(each: ClosingTotal, places: int, *, is_funded: bool) -> tuple[Text, ...]:
    return (
        Text(f"{each.count:,}"),
        gain(each.realised, places),
        Text(words.signed(-each.fees, places)),
        *((Text(words.signed(-each.funding, places)),) if is_funded else ()),
        gain(each.net, places),
        Text(words.duration(each.held_ns // each.count), style=QUIET),
    )


def orders_table(summary: Summary, look: Look) -> Table:
    """Return what was ordered: quotes and exits placed, cancels, and what the venue did not take."""
    orders = summary.orders
    table = columns(look, "", "")
    rows = [("quotes placed", orders.quotes), ("exits placed", orders.exits), ("cancels", orders.cancels)]
    troubles = [("rejected", orders.rejected), ("expired", orders.expired), ("answer lost", orders.unknown)]
    for label, count in rows + [trouble for trouble in troubles if trouble[1]]:
        add_row(table, Text(label), Text(f"{count:,}"))
    return table


def fills_table(summary: Summary, instrument: Instrument, look: Look) -> Table:
    """Return what was filled, by liquidity: count, volume, notional and fees."""
    places = words.money_places(summary.maker.fees, summary.taker.fees)
    table = columns(look, "fills", "count", words.base(instrument), words.quoted(instrument), "fees")
    for label, total in (("maker", summary.maker), ("taker", summary.taker)):
        add_row(table, Text(label), *_fill_cells(total, places, instrument))
    return table


def _fill_cells(total: FillTotal, places: int, instrument: Instrument) -> tuple[Text, ...]:
    return (
        Text(f"{total.count:,}"),
        Text(words.exact_size(total.volume, instrument)),
        Text(words.money(total.notional, 2)),
        Text(words.signed(-total.fees, places)),
    )


def session_panel(summary: Summary, look: Look) -> Panel:
    """Return what the session has done so far, in a frame: fills, then closings by reason."""
    table = columns(look, "", "", "")
    maker, taker = summary.maker.count, summary.taker.count
    add_row(table, Text("fills", style=QUIET), Text(f"{maker + taker:,}"), Text(f"{maker:,} maker", style=QUIET))
    places = words.money_places(*(each.realised for each in summary.closings))
    for each in summary.closings:
        add_row(table, Text(look.name(each.reason)), Text(f"{each.count:,}"), gain(each.realised, places))
    if summary.closings:
        return framed("Fills and closings", table, look)
    return framed("Fills and closings", Group(table, Text("no closing yet", style=QUIET)), look)
