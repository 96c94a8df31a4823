"""The quotes of a bar: the path between its four prices that is the least favourable for whoever trades it.

What happened inside a bar is not known, and no single path is the worst for a long and for a short. So:

1. The bar opens: a quote at the open. Between two bars there is nothing, so an order is filled, and a stop hit,
   across the gap.
2. Two quotes in the same instant show each exit its worst price of the bar, before anything good can come: the bid
   falls to the low while the ask stays, then the ask rises to the high while the bid stays. A stop of a long and one
   of a short see them; no resting order can be filled by them. Then the open again.
3. The shortest way through the four prices, without a stop on it: a bar that does not fall goes by its low to its
   high, one that falls by its high to its low, then to the close. Whoever quotes both sides earns on the way back and
   forth, and any other way is longer.

At the low the bid is the low itself, at the high the ask, so a resting order at an extreme is not touched. Every
quote shows an eighth of the bar's volume on each side: shown over both sides of the four prices it is what was traded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext

from perpfsm.market.arithmetic import EXACT
from perpfsm.market.bars import BarSettings, VolumeUnit
from perpfsm.market.instrument import round_price, round_size
from perpfsm.market.messages import Quote
from perpfsm.market.side import Side

PRICES = 4
SIDES = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        time_ns: When it begins, nanoseconds since the epoch.
        open: The first price, quote currency.
        high: The highest.
        low: The lowest.
        close: The last.
        volume: What was traded, not negative.
    """

    time_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


def bar_quotes(bar: Bar, *, length_ns: int, settings: BarSettings) -> tuple[Quote, ...]:
    """Return the quotes of a bar, in order.

    Args:
        bar: With its low at or below, and its high at or above, its other prices.
        length_ns: How long it lasts, at least 16 ns; its four prices come a quarter of that apart.
        settings: Grids, spread and the unit of volume.
    """
    with localcontext(EXACT):
        return tuple(_quotes(bar, length_ns // PRICES, settings))


def _quotes(bar: Bar, quarter_ns: int, settings: BarSettings) -> Iterator[Quote]:
    size = _size(bar, settings)
    width = settings.spread_ticks * settings.tick
    start_ns = bar.time_ns

    def quote(after_ns: int, bid: Decimal, ask: Decimal) -> Quote:
        return Quote(start_ns + after_ns, bid, size, ask, size)

    bid, ask = _around(bar.open, settings)
    low = max(round_price(bar.low, tick=settings.tick, side=Side.BUY), settings.tick)
    high = max(round_price(bar.high, tick=settings.tick, side=Side.SELL), settings.tick + width)
    yield quote(0, bid, ask)
    if low < bid:
        yield quote(1, low, ask)
    if high > ask:
        yield quote(2, bid, high)
    if low < bid or high > ask:
        yield quote(3, bid, ask)
    extremes = (low, low + width), (high - width, high)
    first, second = extremes if bar.close >= bar.open else reversed(extremes)
    yield quote(quarter_ns, *first)
    yield quote(2 * quarter_ns, *second)
    yield quote(3 * quarter_ns, *_around(bar.close, settings))


def _around(price: Decimal, settings: BarSettings) -> tuple[Decimal, Decimal]:
    """Return bid and ask around a price; where the spread has no middle on the grid, the bid gives way."""
    tick = settings.tick
    width = settings.spread_ticks * tick
    bid = max(round_price(price - width / 2, tick=tick, side=Side.BUY), tick)
    return bid, bid + width


def _size(bar: Bar, settings: BarSettings) -> Decimal:
    """Return what each quote shows on each side, base units, at least one step."""
    volume = bar.volume / bar.close if settings.volume is VolumeUnit.QUOTE else bar.volume
    return max(round_size(volume / (PRICES * SIDES), step=settings.step), settings.step)
