"""What a command does on reaching the venue: an order is admitted or refused, a cancel finds its order or does not."""

from decimal import Decimal

from perpfsm.exchange.admission import UNKNOWN_ORDER, rejection
from perpfsm.exchange.answers import answer, overload
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.orders import VenueOrder, closes
from perpfsm.exchange.taking import enter
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
from perpfsm.market.side import Side


def arrive(floor: Floor, command: Command, now_ns: int) -> None:
    """Let a placement or a cancel reach the venue.

    Args:
        floor: The exchange's.
        command: What was sent.
        now_ns: On the feed's clock, nanoseconds since the epoch.
    """
    match command:
        case PlaceOrder():
            _place(floor, command, now_ns)
        case CancelOrder(client_id):
            _cancel(floor, client_id, now_ns)


def adopt(floor: Floor, open_order: OpenOrder) -> None:
    """Put an order that works already on the floor, unchecked and without an event; a MARKET waits for a quote."""
    working = _working(floor, open_order.order, open_order.remaining)
    floor.admit(working)
    if open_order.order.price is None:
        floor.unfinished.append(working)
    else:
        floor.rest(working)


def enter_unasked(floor: Floor, order: PlaceOrder, now_ns: int) -> None:
    """Let an order of the venue's own, such as a stop that was triggered, take what it can; nothing is checked."""
    working = _working(floor, order, order.size)
    floor.admit(working)
    enter(floor, working, now_ns)


def finish(floor: Floor, now_ns: int) -> None:
    """Let the MARKET orders of an earlier run take, now that there is a quote."""
    waiting = tuple(floor.unfinished)
    floor.unfinished.clear()
    for working in waiting:
        if working.remaining:
            enter(floor, working, now_ns)


def _place(floor: Floor, order: PlaceOrder, now_ns: int) -> None:
    no = overload(floor) or rejection(order, floor, now_ns)
    if no is not None:
        answer(floor, OrderRejected(order.client_id, now_ns, no.code, no.reason))
        return
    working = _working(floor, order, order.size)
    floor.admit(working)
    if not working.closes:
        floor.rate.count(now_ns)
    answer(floor, OrderAccepted(order.client_id, now_ns))
    enter(floor, working, now_ns)


def _working(floor: Floor, order: PlaceOrder, remaining: Decimal) -> VenueOrder:
    limit = order.price
    if limit is None:
        limit = HIGH if order.side is Side.BUY else LOW
    working = VenueOrder(order, limit, remaining, closes(order))
    floor.price_margin(working)
    return working


def _cancel(floor: Floor, client_id: str, now_ns: int) -> None:
    working = floor.orders.by_id.get(client_id)
    if working is None:
        floor.counters.races += client_id in floor.filled
        floor.say(CancelRejected(client_id, now_ns, UNKNOWN_ORDER, "Unknown order sent."))
        return
    floor.remove(working)
    floor.say(OrderCanceled(client_id, now_ns))
