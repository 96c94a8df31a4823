"""What the venue tells us, on its way: events wait here until they are received."""

from collections import deque

from perpfsm.market.band import NEVER
from perpfsm.market.order import VenueEvent


class Mail:
    """Events in the order in which they happened, which is the order in which they are received.

    Attributes:
        due_ns: When the next one is received, nanoseconds since the epoch; `NEVER` when none is on its way.
    """

    __slots__ = ("_waiting", "due_ns")

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: deque[VenueEvent] = deque()
        self.due_ns = NEVER

    def post(self, event: VenueEvent) -> None:
        """Send an event that has just happened; its time is when it happened."""
        if not self._waiting:
            self.due_ns = event.time_ns
        self._waiting.append(event)

    def receive(self, now_ns: int) -> tuple[VenueEvent, ...]:
        """Return what is received up to and including `now_ns`, stamped with when it is, and forget it."""
        if self.due_ns > now_ns:
            return ()
        waiting, received = self._waiting, []
        while waiting and waiting[0].time_ns <= now_ns:
            received.append(waiting.popleft())
        self.due_ns = waiting[0].time_ns if waiting else NEVER
        return tuple(received)
