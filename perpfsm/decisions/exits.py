"""Prices and sizes of the orders that close a position (B9, B10, B12)."""

from collections.abc import Iterator
from decimal import Decimal

from perpfsm.decisions.parameters import CloseType, Parameters
from perpfsm.decisions.quotes import PERCENT
from perpfsm.market.instrument import Instrument, round_price_to_market, round_size
from perpfsm.market.messages import Quote
from perpfsm.market.position import Position
from perpfsm.market.ratio import Ratio
from perpfsm.market.side import Side

TRAILING_STOP = "trailing_stop"


def exit_price(position: Position, quote: Quote) -> Decimal:
    """Return the price at which the position could be closed now: best bid for a long, best ask for a short."""
    return quote.bid if position.size > 0 else quote.ask


def pnl_pct(position: Position, price: Decimal) -> Ratio:
    """Return PnL at `price` in percent of the cost, before leverage, exactly."""
    return Ratio(position.open_pnl(price) * PERCENT, abs(position.cost))


def price_at_pnl(position: Position, pct: Decimal) -> Ratio:
    """Return the price at which `pnl_pct` equals `pct`, exactly."""
    return Ratio(PERCENT * abs(position.cost) + pct * abs(position.cost) * position.sign, PERCENT * abs(position.size))


def take_profit_price(position: Position, parameters: Parameters, *, tick: Decimal) -> Decimal:
    """Return the take-profit price: entry times one plus or minus the spread, rounded in the trader's favour (B9)."""
    if position.size > 0:
        return price_at_pnl(position, parameters.long_profit_taking_spread).ceil_to(tick)
    return max(price_at_pnl(position, parameters.short_profit_taking_spread).floor_to(tick), tick)


def exit_estimate(position: Position, peak: Decimal, callback_pct: Decimal) -> Decimal:
    """Return the price at or beyond which a trailing stop closes: the peak less the callback (B10)."""
    return peak * (PERCENT - position.sign * callback_pct) / PERCENT


def drawdown_pct(position: Position, peak: Decimal, price: Decimal) -> Ratio:
    """Return how far `price` has come back from `peak`, percent of the peak; negative beyond it."""
    return Ratio((peak - price) * position.sign * PERCENT, peak)


def closing_price(
    reason: str, position: Position, quote: Quote | None, parameters: Parameters, instrument: Instrument
) -> Decimal | None:
    """Return the limit of the order that closes the position now, None for a MARKET one (B12).

    A trailing exit is a LIMIT at the exit price; every other one is made marketable by
    `stop_loss_slippage_buffer`; both round towards the market. Without a usable price, and for
    `close_position_order_type: MARKET`, it is MARKET.

    Args:
        reason: The exit reason in force.
        position: What is open, not flat.
        quote: The newest best bid and ask; None when it is stale, crossed or not finite (B17).
        parameters: Close type and slippage buffer.
        instrument: The tick grid.
    """
    if quote is None or parameters.close_position_order_type is CloseType.MARKET:
        return None
    side = position.exit_side
    limit = exit_price(position, quote)
    if reason != TRAILING_STOP:
        limit = limit * (PERCENT + side.sign * parameters.stop_loss_slippage_buffer) / PERCENT
    rounded = round_price_to_market(limit, tick=instrument.tick, side=side)
    return max(rounded, instrument.tick)


def limit_left_behind_pct(side: Side, limit: Decimal, quote: Quote) -> Ratio:
    """Return how far the market has left a closing LIMIT behind, percent of its price; above 0 it rests."""
    gap = limit - quote.bid if side is Side.SELL else quote.ask - limit
    return Ratio(gap * PERCENT, limit)


def split_at_maximum(size: Decimal, instrument: Instrument) -> Iterator[Decimal]:
    """Yield the sizes of the orders that together close `size`, none above the venue's maximum (B18).

    Each lies on the step grid, so that no part is refused; what is finer than a step stays open. A size that is less
    than a step is one order, and it is for the venue to say no.
    """
    size = closable_size(size, instrument) or size
    most = size if instrument.size_max is None else round_size(instrument.size_max, step=instrument.step)
    while size > most > 0:
        yield most
        size -= most
    if size:
        yield size


def closable_size(size: Decimal, instrument: Instrument) -> Decimal:
    """Return what orders can close of `size` (base units): whole steps; another step or another hand may leave more."""
    return round_size(size, step=instrument.step)


def is_dust(position: Position, quote: Quote | None, instrument: Instrument) -> bool:
    """Return whether what is open is too small for the venue to close now (B12)."""
    size = abs(position.size)
    if not size:
        return False
    if not closable_size(size, instrument):
        return True
    if instrument.reduce_only_exempt:
        return False
    if size < instrument.size_min:
        return True
    return quote is not None and size * exit_price(position, quote) < instrument.notional_min
