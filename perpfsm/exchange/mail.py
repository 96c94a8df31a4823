"""What the venue tells us, on its way: events wait here until they are received."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from perpfsm.exchange.latency import Connection
from perpfsm.market.band import NEVER
from perpfsm.market.order import OrderFilled, VenueEvent


class Mail:
    """Events in the order in which they happened, which is the order in which they are received.

    Attributes:
        due_ns: When the next one is received, nanoseconds since the epoch; `NEVER` when none is on its way.
    """

    __slots__ = ("_connection", "_waiting", "due_ns")

    def __init__(self, connection: Connection, waiting: Iterable[VenueEvent] = ()) -> None:
        """Start with the events that are on their way; `connection` says how long one takes."""
        self._connection = connection
        self._waiting = deque(waiting)
        self.due_ns = self._waiting[0].time_ns if self._waiting else NEVER

    def post(self, event: VenueEvent) -> None:
        """Send an event that has just happened, at its time; from here on its time is that of its receipt."""
        event = stamped(event, self._connection.receipt_ns(event.time_ns))
        if not self._waiting:
            self.due_ns = event.time_ns
        self._waiting.append(event)

    def hold(self, until_ns: int) -> None:
        """Let nothing be received before `until_ns`, neither what is on its way nor what happens from now on."""
        self._connection.received_ns = max(self._connection.received_ns, until_ns)
        self._waiting = deque(stamped(event, max(event.time_ns, until_ns)) for event in self._waiting)
        if self._waiting:
            self.due_ns = self._waiting[0].time_ns

    def receive(self, now_ns: int) -> tuple[VenueEvent, ...]:
        """Return what is received up to and including `now_ns`, and forget it."""
        waiting, received = self._waiting, []
        while waiting and waiting[0].time_ns <= now_ns:
            received.append(waiting.popleft())
        self.due_ns = waiting[0].time_ns if waiting else NEVER
        return tuple(received)

    def unheard_ns(self) -> int:
        """Return when the oldest execution happened that is not received yet; `NEVER` when there is none."""
        if not self._waiting:
            return NEVER
        fills = (event.fill for event in self._waiting if isinstance(event, OrderFilled))
        return next((fill.happened_ns for fill in fills), NEVER)

    def on_its_way(self) -> tuple[VenueEvent, ...]:
        """Return what has happened and is not received yet."""
        return tuple(self._waiting)


def stamped(event: VenueEvent, time_ns: int) -> VenueEvent:
    """Return an event with another time, a fill's own included, which keeps the moment of its execution."""
    if event.time_ns == time_ns:
        return event
    if isinstance(event, OrderFilled):
        fill = event.fill
        return OrderFilled(time_ns, replace(fill, time_ns=time_ns, executed_ns=fill.happened_ns))
    return replace(event, time_ns=time_ns)
