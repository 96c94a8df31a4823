"""A comparison of fill models and latencies: as a table for people, as markdown or CSV for pages and programs."""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.console import Group
from rich.table import Table
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import QUIET, TITLE, Look, add_row, columns, gain
from perpfsm.market.instrument import Instrument
from perpfsm.runtime.comparison import Compared
from perpfsm.runtime.quality import HORIZONS_S

BPS_PLACES = 2
NONE = "-"
EXPLAINED = (
    "each from a fresh start; filled: quotes; then markouts of resting orders and, after 5 s, adverse selection, bps"
)
AFTER = tuple(f"{horizon_s} s" for horizon_s in HORIZONS_S)


def comparison_section(rows: Sequence[Compared], instrument: Instrument, look: Look) -> Group:
    """Return the table, and the range of its results in a line; at least one row."""
    return Group(_table(rows, look), Text(), Text(_in_a_line(rows, instrument)), Text(EXPLAINED, style=QUIET))


def to_csv(rows: Sequence[Compared]) -> str:
    """Return every number of a comparison, a line for each run."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    horizons = [f"{name}_{horizon_s}s_bps" for name in ("markout", "adverse") for horizon_s in HORIZONS_S]
    counts = ("quotes", "filled", "fills")
    writer.writerow(("fill_model", "latency_ms", "used", *counts, "net", "fees", "spread_bps", *horizons))
    for row in rows:
        latency = "" if row.latency_ms is None else f"{row.latency_ms:f}"
        values = (row.net, row.fees, row.maker.spread_bps, *_horizons(row))
        numbers = ("" if value is None else f"{value:f}" for value in values)
        used = "yes" if row.is_used else "no"
        writer.writerow((row.fill_model, latency, used, row.quotes.placed, row.quotes.filled, row.fills, *numbers))
    return text.getvalue()


def to_markdown(rows: Sequence[Compared], instrument: Instrument) -> str:
    """Return a comparison as a table of a page."""
    currency = words.quoted(instrument)
    later = [f"{name} {after}" for name in ("markout", "adverse") for after in AFTER]
    money = (f"net, {currency}", f"fees, {currency}")
    heading = ("fill model", "latency", "quotes filled", "fills", *money, *later)
    lines = [heading, ("---", *["---:"] * (len(heading) - 1)), *_markdown_rows(rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def _table(rows: Sequence[Compared], look: Look) -> Table:
    has_latency = any(row.latency_ms is not None for row in rows)
    latencies = ("latency",) if has_latency else ()
    table = columns(look, "model", *latencies, "filled", "net", "fees", *AFTER, "adverse")
    places = _places(rows)
    for row in rows:
        add_row(
            table,
            Text(f"{row.fill_model} *" if row.is_used else row.fill_model),
            *((Text(_latency(row)),) if has_latency else ()),
            Text(f"{row.quotes.filled:,}"),
            gain(row.net, places),
            Text(words.signed(-row.fees, places)),
            *(Text(_bps(each.bps)) for each in row.maker.markouts),
            Text(_bps(row.maker.markouts[1].adverse_bps)),
            style=TITLE if row.is_used else "",
        )
    return table


def _in_a_line(rows: Sequence[Compared], instrument: Instrument) -> str:
    """Return between what the results lie, and which of them is the run's own."""
    nets = sorted(row.net for row in rows)
    places = words.money_places(*nets)
    low, high = (words.signed(net, places) for net in (nets[0], nets[-1]))
    used = next((f"; this run used {row.fill_model}" for row in rows if row.is_used), "")
    return f"net between {low} and {high} {words.quoted(instrument)}{used}"


def _markdown_rows(rows: Sequence[Compared]) -> Iterator[tuple[str, ...]]:
    places = _places(rows)
    for row in rows:
        yield (
            f"**{row.fill_model}**" if row.is_used else row.fill_model,
            _latency(row),
            f"{row.quotes.filled:,} of {row.quotes.placed:,}",
            f"{row.fills:,}",
            words.signed(row.net, places),
            words.money(row.fees, places),
            *(_bps(value) for value in _horizons(row)),
        )


def _horizons(row: Compared) -> tuple[Decimal | None, ...]:
    """Return markouts, then adverse selection, after each horizon."""
    markouts = row.maker.markouts
    return (*(each.bps for each in markouts), *(each.adverse_bps for each in markouts))


def _places(rows: Sequence[Compared]) -> int:
    return words.money_places(*(amount for row in rows for amount in (row.net, row.fees)))


def _latency(row: Compared) -> str:
    return "its own" if row.latency_ms is None else f"{row.latency_ms:f} ms"


def _bps(value: Decimal | None) -> str:
    return NONE if value is None else words.signed(value, BPS_PLACES)
