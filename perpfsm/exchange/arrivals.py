"""What a command does on reaching the venue: an order is admitted or refused, a cancel finds its order or does not."""

from decimal import Decimal

from perpfsm.exchange.admission import UNKNOWN_ORDER, rejection
from perpfsm.exchange.answers import answer, overload
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.matching import crosses
from perpfsm.exchange.orders import VenueOrder, closes
from perpfsm.exchange.resting import execute_shown
from perpfsm.market.account import OpenOrder
from perpfsm.market.band import HIGH, LOW
from perpfsm.market.order import (
    CancelOrder,
    CancelRejected,
    Command,
    OrderAccepted,
    OrderCanceled,
    OrderRejected,
    PlaceOrder,
)
from perpfsm.market.position import ZERO
from perpfsm.market.side import Side


def arrive(floor: Floor, command: Command, now_ns: int) -> None:
    """Let a command reach the venue. This is the one place where commands of any kind do.

    Args:
        command: Placements, cancels and, one day, stop orders.
        now_ns: On the feed's clock, nanoseconds since the epoch.
    """
    match command:
        case PlaceOrder():
            _place(floor, command, now_ns)
        case CancelOrder(client_id):
            _cancel(floor, client_id, now_ns)


def adopt(floor: Floor, open_order: OpenOrder) -> None:
    """Put an order that works already on the book, unchecked and without an event."""
    floor.admit(_working(floor, open_order.order, open_order.remaining))


def _place(floor: Floor, order: PlaceOrder, now_ns: int) -> None:
    quote = floor.book.quote
    no = overload(floor) or rejection(order, floor, now_ns)
    if no is not None:
        answer(floor, OrderRejected(order.client_id, now_ns, no.code, no.reason))
        return
    working = _working(floor, order, order.size)
    floor.admit(working)
    if not working.closes:
        floor.rate.count(now_ns)
    answer(floor, OrderAccepted(order.client_id, now_ns))
    if working.takes and quote is not None:
        execute_shown(floor, working, quote, now_ns)


def _working(floor: Floor, order: PlaceOrder, remaining: Decimal) -> VenueOrder:
    quote = floor.book.quote
    limit = order.price
    if limit is None:
        limit = HIGH if order.side is Side.BUY else LOW
    working = VenueOrder(
        order=order,
        limit=limit,
        remaining=remaining,
        closes=closes(order),
        takes=order.price is None or (quote is not None and crosses(order.side, limit, quote)),
        priced_at=ZERO,
        margin=ZERO,
    )
    floor.price_margin(working)
    return working


def _cancel(floor: Floor, client_id: str, now_ns: int) -> None:
    working = floor.orders.by_id.get(client_id)
    if working is None:
        floor.say(CancelRejected(client_id, now_ns, UNKNOWN_ORDER, "Unknown order sent."))
        return
    floor.remove(working)
    floor.say(OrderCanceled(client_id, now_ns))
