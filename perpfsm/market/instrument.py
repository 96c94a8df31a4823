"""The rules of one contract: its grids and minima, and rounding onto them."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from perpfsm.market.side import Side


@dataclass(frozen=True, slots=True)
class Instrument:
    """A linear perpetual contract.

    Attributes:
        symbol: `BASE-QUOTE`, such as BTC-USDT.
        tick: The price grid, quote currency.
        step: The size grid, base units.
        size_min: The smallest order, base units.
        size_max: The largest order, base units; None where the venue has none.
        notional_min: The smallest price times size of an opening order, quote currency.
        reduce_only_exempt: Whether closing orders may be smaller than the minima.
    """

    symbol: str
    tick: Decimal
    step: Decimal
    size_min: Decimal
    size_max: Decimal | None = None
    notional_min: Decimal = Decimal(0)
    reduce_only_exempt: bool = True


def round_price(price: Decimal, *, tick: Decimal, side: Side) -> Decimal:
    """Return `price` on the tick grid, never more aggressive than asked: a bid rounds down, an ask up."""
    rounding = ROUND_FLOOR if side is Side.BUY else ROUND_CEILING
    rounded = (price / tick).to_integral_value(rounding) * tick
    # The quotient itself is rounded to the context's precision, which may carry it across a tick.
    if side is Side.BUY:
        return rounded if rounded <= price else rounded - tick
    return rounded if rounded >= price else rounded + tick


def round_price_to_market(price: Decimal, *, tick: Decimal, side: Side) -> Decimal:
    """Return `price` on the tick grid, rounded towards the market: a bid up, an ask down (B12)."""
    return round_price(price, tick=tick, side=side.opposite)


def round_size(size: Decimal, *, step: Decimal) -> Decimal:
    """Return `size` (base units, not negative) rounded down to the step grid."""
    return round_price(size, tick=step, side=Side.BUY)
