"""How a placement is answered: at once, or, when the answer was lost, once somebody has asked for it by client id."""

from dataclasses import replace

from perpfsm.exchange.admission import Rejection
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.timeline import LateAnswer
from perpfsm.market.order import OrderAccepted, OrderRejected, OrderUnknown

OVERLOADED = -1008
ASKED_AFTER_NS = 1_000_000_000


def overload(floor: Floor) -> Rejection | None:
    """Return why the placement that has just arrived is refused by an injected overload; None when it is not."""
    if not floor.faults.refuses():
        return None
    return Rejection(OVERLOADED, "Server is currently overloaded with other requests. Please try again.")


def answer(floor: Floor, event: OrderAccepted | OrderRejected) -> None:
    """Answer a placement with `event`; a lost answer leaves it unknown until it is asked for, a second later."""
    if floor.faults.loses_answer():
        floor.say(OrderUnknown(event.client_id, event.time_ns))
        floor.timeline.schedule(LateAnswer(event), event.time_ns + ASKED_AFTER_NS)
    else:
        floor.say(event)


def answer_late(floor: Floor, event: OrderAccepted | OrderRejected, now_ns: int) -> None:
    """Say what became of a placement whose answer was lost, unless fills or its end have said it already."""
    waits = event.client_id in floor.orders.by_id or event.client_id in floor.stops.by_id
    if waits or isinstance(event, OrderRejected):
        floor.say(replace(event, time_ns=now_ns))
