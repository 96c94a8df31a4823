"""The region of quotes in which nothing of ours can execute, and no place in a queue can change."""

from decimal import Decimal

from perpfsm.exchange.floor import Floor
from perpfsm.exchange.settings import FillModel
from perpfsm.market.band import HIGH, LOW, NOWHERE, Band
from perpfsm.market.position import ZERO
from perpfsm.market.side import Side


def order_band(floor: Floor) -> Band:
    """Return bounds within which an uncrossed quote changes nothing here; they may be too narrow, never too wide.

    Under `touch` a bound lies one tick outside the best order, because bounds are inclusive and an equal price
    executes; a price between the two ticks is woken for in vain. Otherwise an equal price does not execute.

    A quote tells the size of its best prices only. So sizes matter while a price of which something is used, or at
    which an order waits in a queue, is the best one, and until the quote after that; a band does not know sizes, and
    nothing is inside then. While such a price lies behind the best one the band ends where it becomes the best.
    """
    if floor.unfinished:
        return NOWHERE
    orders, settings = floor.orders, floor.settings
    bid, ask = _watched(floor, Side.BUY), _watched(floor, Side.SELL)
    if bid is not None or ask is not None:
        quote = floor.book.quote
        if quote is None or (bid is not None and quote.bid <= bid) or (ask is not None and quote.ask >= ask):
            return NOWHERE
    tick = settings.instrument.tick
    distance = tick if settings.fill_model is FillModel.TOUCH else ZERO
    return Band(
        bid_low=LOW if bid is None else bid + tick,
        bid_high=orders.sells[0].limit - distance if orders.sells else HIGH,
        ask_low=orders.buys[0].limit + distance if orders.buys else LOW,
        ask_high=HIGH if ask is None else ask - tick,
    )


def _watched(floor: Floor, side: Side) -> Decimal | None:
    """Return the best price of a side whose size matters to us while it is the best; None when none does."""
    prices = [*floor.book.used(side)]
    if floor.settings.fill_model is FillModel.QUEUE:
        waiting = (each.limit for each in floor.orders.line(side) if each.place.ahead != ZERO)
        prices.extend(next(([limit] for limit in waiting), []))
    if not prices:
        return None
    return max(prices) if side is Side.BUY else min(prices)
