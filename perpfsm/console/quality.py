"""A run in market-making terms: what fills captured, what the market did after them, inventory and stops."""

from collections.abc import Iterator
from decimal import Decimal

from rich.console import Group
from rich.table import Table
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import GAIN, LOSS, QUIET, Look, add_row, columns
from perpfsm.market.instrument import Instrument
from perpfsm.runtime.quality import HORIZONS_S, NOTHING_YET, Executions
from perpfsm.runtime.summary import Summary

BPS_PLACES = 2
NONE = "-"


def has_quality(summary: Summary) -> bool:
    """Return whether there is anything to say: something was quoted, filled or held."""
    return summary.quality != NOTHING_YET


def quality_title(summary: Summary) -> str:
    """Return the section's title, which names the fill model where the run's header does."""
    return f"Market making, fills by {summary.fill_model}" if summary.fill_model else "Market making"


def quality_section(summary: Summary, instrument: Instrument, lacks: str, look: Look) -> Group:
    """Return spread captured and markouts by liquidity, then quotes, inventory and stops in a line each.

    Args:
        summary: Of the run.
        instrument: The contract.
        lacks: What the feed does not carry, in words; empty when it has everything.
        look: What can be shown.
    """
    shares = _shares(summary, instrument, look)
    if lacks:
        add_row(shares, Text("the feed has", style=QUIET), Text(lacks, style=QUIET))
    return Group(_markouts(summary, instrument, look), Text(), shares)


def _markouts(summary: Summary, instrument: Instrument, look: Look) -> Table:
    """Return what fills were worth when they happened and later, basis points of their notional, and money a fill."""
    headings = ("bps", "share", "spread", *(f"after {horizon_s} s" for horizon_s in HORIZONS_S))
    table = columns(look, *headings)
    quality = summary.quality
    notional = quality.maker.notional + quality.taker.notional
    for label, found in (("maker", quality.maker), ("taker", quality.taker)):
        share = words.percent(found.notional * 100 / notional) if notional else NONE
        marked = [_bps(each.bps) for each in found.markouts]
        add_row(table, Text(label), Text(share), _bps(found.spread_bps), *marked)
    add_row(table, Text("adverse", style=QUIET), Text(), Text(), *_adverse(quality.maker))
    add_row(table, Text(f"{words.quoted(instrument)} a maker fill", style=QUIET), Text(), *_money(quality.maker))
    return table


def _money(maker: Executions) -> Iterator[Text]:
    """Yield what a fill of a resting order was worth in the mean, quote currency."""
    spread = maker.spread / maker.count if maker.count else None
    amounts = (spread, *(each.per_fill for each in maker.markouts))
    places = words.money_places(*(amount for amount in amounts if amount is not None))
    for amount in amounts:
        yield Text(NONE if amount is None else words.signed(amount, places), style=QUIET)


def _adverse(maker: Executions) -> Iterator[Text]:
    """Yield how far the market went against the maker's fills."""
    for each in maker.markouts:
        text = NONE if each.adverse_bps is None else words.signed(each.adverse_bps, BPS_PLACES)
        yield Text(text, style=QUIET)


def _bps(value: Decimal | None) -> Text:
    if value is None:
        return Text(NONE, style=QUIET)
    return Text(words.signed(value, BPS_PLACES), style=GAIN if value > 0 else LOSS if value < 0 else "")


def _shares(summary: Summary, instrument: Instrument, look: Look) -> Table:
    """Return quotes, inventory and stops, a line each."""
    quality = summary.quality
    quotes, inventory = quality.quotes, quality.inventory
    table = columns(look, "", "", left=(0, 1))
    filled = f"{quotes.filled:,} of {quotes.placed:,}"
    share = "" if quotes.filled_pct is None else f", {words.percent(quotes.filled_pct)}"
    add_row(table, Text("quotes filled"), Text(filled + share))
    mean = f"{words.mean_size(inventory.mean_size, instrument)} {words.base(instrument)} on average"
    add_row(table, Text("exposed"), Text(f"{words.percent(inventory.exposed_pct)} of the time, {mean}"))
    for stop in quality.stops:
        beyond = "" if stop.beyond_bps is None else f", {words.money(stop.beyond_bps, BPS_PLACES)} beyond the stop"
        slipped = f"slipped {words.money(stop.slippage_bps, BPS_PLACES)} bps from the trigger{beyond}"
        add_row(table, Text(f"{look.name(stop.reason)}, {stop.stops:,}"), Text(slipped))
    if quotes.races:
        races = f"{words.counted(quotes.races, 'order')} filled after the cancel had left"
        add_row(table, Text("races"), Text(races))
    return table
