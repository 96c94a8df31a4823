"""Order optimisation (B4): where the book allows it a quote stands one tick ahead of the next best, not further."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.decisions.parameters import Parameters
from perpfsm.market.depth import DepthBook
from perpfsm.market.instrument import round_price
from perpfsm.market.messages import Level, Quote
from perpfsm.market.order import OrderType
from perpfsm.market.side import Side
from perpfsm.market.working import OrderStatus, WorkingOrder

NOT_SHOWN = frozenset({OrderStatus.HELD, OrderStatus.PENDING})


@dataclass(frozen=True, slots=True)
class Tops:
    """The best prices that remain of a book; None where it leaves a quote as it was."""

    bid: Decimal | None = None
    ask: Decimal | None = None

    def of(self, side: Side) -> Decimal | None:
        """Return the price on which a quote of `side` looks."""
        return self.bid if side is Side.BUY else self.ask


def remaining_tops(
    parameters: Parameters, quote: Quote | None, depth: DepthBook | None, own: Iterable[WorkingOrder] = ()
) -> Tops:
    """Return the top bid and ask that remain after skipping the parameters' depths and our own orders (B4).

    Args:
        parameters: Nothing remains when optimisation is off or there are several levels: it is for one level only.
        quote: The newest usable best bid and ask.
        depth: What lies behind; None where the feed has no depth.
        own: Those of our orders that the book may show.
    """
    if not parameters.order_optimization_enabled or quote is None or not _has_one_level(parameters):
        return Tops()
    orders = tuple(own)
    bids, asks = (_without(orders, side, shown_levels(side, quote, depth)) for side in Side)
    return Tops(
        _top_after(bids, parameters.bid_order_optimization_depth),
        _top_after(asks, parameters.ask_order_optimization_depth),
    )


def _has_one_level(parameters: Parameters) -> bool:
    """Return whether there is at most one quote of a side, also where an override replaces the levels (B3)."""
    if parameters.order_override is None:
        return parameters.order_levels == 1
    sides = [order.side for order in parameters.order_override]
    return len(sides) == len(set(sides))


def one_tick_ahead(price: Decimal, *, side: Side, top: Decimal | None, tick: Decimal) -> Decimal:
    """Return `price`, or one tick ahead of `top` where that is less aggressive; never more aggressive than either.

    Args:
        price: As the spread allows it, on the tick grid.
        side: Of the quote.
        top: The best price that remains; None leaves the price as it was.
        tick: The price grid, quote currency.
    """
    if top is None:
        return price
    ahead = round_price(top + side.sign * tick, tick=tick, side=side)
    return min(price, ahead) if side is Side.BUY else max(price, ahead)


def shown_levels(side: Side, quote: Quote, depth: DepthBook | None) -> Iterator[Level]:
    """Yield a side of the book, best first: the newest best, then what depth shows behind it.

    The best comes with every change, depth ten or twenty times a second: what depth still shows in front of the best
    is gone already.
    """
    best = quote.bid if side is Side.BUY else quote.ask
    yield best, quote.bid_size if side is Side.BUY else quote.ask_size
    if depth is not None:
        yield from depth.side(side).behind(best)


def _without(own: Iterable[WorkingOrder], side: Side, levels: Iterable[Level]) -> Iterator[Level]:
    """Yield `levels` without the part of each that is ours."""
    ours = [
        (working.order.price, working.remaining)
        for working in own
        if working.order.side is side and working.order.type is OrderType.LIMIT and working.status not in NOT_SHOWN
    ]
    for price, size in levels:
        left = size - sum(remaining for at, remaining in ours if at == price)
        if left > 0:
            yield price, left


def _top_after(levels: Iterable[Level], skipped: Decimal) -> Decimal | None:
    """Return the first price at which more than `skipped` base units have been shown; None in a thinner book."""
    seen = Decimal(0)
    for price, size in levels:
        seen += size
        if seen > skipped:
            return price
    return None
