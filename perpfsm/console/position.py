"""A leg's position as a little price ladder: where it closes, where it stands, and how far that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import GAIN, LOSS, QUIET, TITLE, WARNING, Look, add_row, columns, framed, gain, one_line
from perpfsm.engine.status import LegStatus
from perpfsm.market.instrument import Instrument
from perpfsm.market.messages import Quote


@dataclass(frozen=True, slots=True)
class Rung:
    """One price of the ladder; `style` only adds to the label."""

    price: Decimal
    label: str
    style: str = ""


NOW = "now"


def exit_price(leg: LegStatus, quote: Quote | None) -> Decimal | None:
    """Return where the position could be closed now: best bid for a long, best ask for a short."""
    if quote is None or not leg.size:
        return None
    return quote.bid if leg.size > 0 else quote.ask


def ladder(leg: LegStatus, quote: Quote | None) -> tuple[Rung, ...]:
    """Return the prices that matter to an open position, the highest first; none for a flat leg."""
    if not leg.size:
        return ()
    rungs = (
        (leg.take_profit, "take profit", GAIN),
        (leg.activation, "activation", GAIN),
        (leg.peak, "peak", QUIET),
        (leg.exit_estimate, "exit estimate", WARNING),
        (exit_price(leg, quote), NOW, TITLE),
        (leg.entry, "entry", ""),
        (leg.stop_loss, "stop loss", LOSS),
        (leg.liquidation, "liquidation", LOSS),
    )
    known = [Rung(price, label, style) for price, label, style in rungs if price is not None]
    return tuple(sorted(known, key=lambda rung: -rung.price))


def position_panel(leg: LegStatus, quote: Quote | None, instrument: Instrument, look: Look) -> Panel:
    """Return one leg's position in a frame: what it is, and its ladder."""
    title = "Position" if leg.name == "BOTH" else f"Position {look.name(leg.name)}"
    if not leg.size:
        return framed(title, Text("flat", style=QUIET), look)
    table = columns(look, "", "", "")
    for cells in _rows(leg, quote, instrument, look):
        add_row(table, *cells)
    return framed(title, Group(held(leg, instrument, look), table), look)


def position_height(leg: LegStatus, quote: Quote | None) -> int:
    """Return how many lines the body of `position_panel` takes."""
    return 1 + len(ladder(leg, quote)) + _is_nill(leg)


def position_lines(leg: LegStatus, instrument: Instrument, look: Look) -> tuple[Text, ...]:
    """Return an open position in two lines, the second one with the prices of its exits; none for a flat leg."""
    if not leg.size:
        return ()
    exits = ((leg.stop_loss, "stop"), (leg.take_profit, "take profit"), (leg.exit_estimate, "estimate"))
    known = [f"{label} {words.price(price, instrument)}" for price, label in exits if price is not None]
    return held(leg, instrument, look), one_line(look, *known, "estimate NILL" if _is_nill(leg) else "")


def held(leg: LegStatus, instrument: Instrument, look: Look) -> Text:
    """Return direction, size and open PnL."""
    direction = "long" if leg.size > 0 else "short"
    return one_line(
        look,
        Text(f"{direction} {words.exact_size(abs(leg.size), instrument)} {words.base(instrument)}", style=TITLE),
        Text() if leg.pnl_pct is None else gain(leg.pnl_pct, 3, "%"),
        gain(leg.open_pnl, words.money_places(leg.open_pnl)),
    )


def _is_nill(leg: LegStatus) -> bool:
    """Return whether the leg trails without an exit estimate beyond entry (B10)."""
    return bool(leg.size) and leg.peak is not None and leg.exit_estimate is None


def _rows(leg: LegStatus, quote: Quote | None, instrument: Instrument, look: Look) -> Iterator[tuple[Text, ...]]:
    """Yield label, price and distance from the present exit price of each rung, in percent."""
    now = exit_price(leg, quote)
    for rung in ladder(leg, quote):
        is_now = rung.label == NOW
        away = "" if now is None or is_now else words.distance(rung.price, reference=now)
        yield (
            Text(f"{look.here} {rung.label}" if is_now else rung.label, style=rung.style),
            Text(words.price(rung.price, instrument), style=TITLE if is_now else ""),
            Text(away, style=QUIET),
        )
    if _is_nill(leg):
        yield Text("exit estimate", style=WARNING), Text("NILL"), Text()
