"""How an order takes: it walks the book at the book's prices, and own orders that stand in its way expire first."""

from decimal import Decimal

from perpfsm.exchange.floor import Floor
from perpfsm.exchange.orders import VenueOrder
from perpfsm.market.fill import Liquidity
from perpfsm.market.side import Side

UNFILLED = "No more of the market order could be executed."
SELF_TRADE = "self-trade prevention"


def enter(floor: Floor, working: VenueOrder, now_ns: int) -> None:
    """Let an order that was admitted take what it crosses; the rest of a LIMIT rests, the rest of a MARKET expires."""
    order, book = working.order, floor.book
    if not _stands_still(floor, now_ns):
        _prevent_self_trades(floor, working, now_ns)
        if book.reaches(order.side, working.limit):
            _walk(floor, working, now_ns)
    if not working.remaining:
        return
    if order.price is None:
        floor.expire(working, UNFILLED, now_ns)
    else:
        floor.rest(working)


def _stands_still(floor: Floor, now_ns: int) -> bool:
    """Return whether nothing can be taken: the venue is halted, or nobody stands for what was shown last any more.

    That is from before the venue opened again, or before a quote that is no market, such as one without bids.
    """
    quote, faults = floor.book.quote, floor.faults
    if floor.book.is_hidden or faults.is_halted(now_ns):
        return True
    return quote is not None and faults.is_halted(quote.time_ns)


def _walk(floor: Floor, working: VenueOrder, now_ns: int) -> None:
    """Execute against one level after the other: at most what is shown there and not used."""
    side, against = working.order.side, working.order.side.opposite
    worst = _worst_price(floor, working)
    for price, left, is_invented in floor.book.ladder(against):
        if _is_worse(price, worst, side):
            return
        size = floor.open_size(working, left)
        if size:
            floor.book.use(against, price, size)
            floor.counters.taken += 1
            floor.counters.taken_beyond_the_book += is_invented
            floor.execute(working, price=price, size=size, liquidity=Liquidity.TAKER, now_ns=now_ns)
        if not working.remaining:
            return


def _prevent_self_trades(floor: Floor, working: VenueOrder, now_ns: int) -> None:
    """Expire the resting orders of the other side that the order would execute against, or rest at or through."""
    side = working.order.side
    against = floor.orders.line(side.opposite)
    if not against:
        return
    until = _goes_until(floor, working)
    for resting in tuple(against):
        if until is None or _is_worse(resting.limit, until, side):
            return
        floor.counters.self_trades_prevented += 1
        floor.expire(resting, SELF_TRADE, now_ns)


def _goes_until(floor: Floor, working: VenueOrder) -> Decimal | None:
    """Return the worst price at which the order will execute or rest; None for nowhere."""
    side = working.order.side
    remaining = working.remaining
    wanted = floor.open_size(working, remaining)
    worst, last = _worst_price(floor, working), None
    if floor.book.quote is not None:
        for price, left, _ in floor.book.ladder(side.opposite):
            if _is_worse(price, worst, side):
                break
            takes = min(floor.on_step(left, remaining), wanted)
            if takes:
                last, wanted, remaining = price, wanted - takes, remaining - takes
            if wanted <= 0:
                return last
    return last if working.order.price is None else working.limit


def _worst_price(floor: Floor, working: VenueOrder) -> Decimal:
    """Return the worst price at which the order may take: its limit, and never beyond the venue's price band."""
    width, mark, side = floor.settings.price_band_pct, floor.mark_price, working.order.side
    if width is None or mark is None:
        return working.limit
    edge = mark * (100 + side.sign * width) / 100
    return min(working.limit, edge) if side is Side.BUY else max(working.limit, edge)


def _is_worse(price: Decimal, than: Decimal, side: Side) -> bool:
    """Return whether `price` is worse than another for an order on `side`."""
    return price > than if side is Side.BUY else price < than
