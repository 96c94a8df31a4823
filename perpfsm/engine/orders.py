"""The table of our orders: what was asked for, what became of it, and what waits for a cancel to be confirmed."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.market.order import PlaceOrder, Role
from perpfsm.market.side import LegName
from perpfsm.market.working import OrderStatus, WorkingOrder

FINISHED_KEPT = 10_000
CANCEL_RETRY_NS = 1_000_000_000
UNCONFIRMED = frozenset({OrderStatus.CANCELING, OrderStatus.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Held:
    """An order that has yet to leave.

    Attributes:
        client_id: Of the order.
        waits_for: Orders whose cancel must be confirmed first.
        due_ns: When it leaves all the same; None waits as long as it takes.
    """

    client_id: str
    waits_for: frozenset[str]
    due_ns: int | None


class OrderTable:
    """Every live order of a session, and enough of the finished ones to book a late fill."""

    def __init__(self, orders: Iterable[WorkingOrder] = ()) -> None:
        """Start with `orders`, oldest first, such as a recovery finds them."""
        self._live: dict[str, WorkingOrder] = {working.order.client_id: working for working in orders}
        self._finished: OrderedDict[str, PlaceOrder] = OrderedDict()
        self._held: dict[str, Held] = {}
        self._by_leg: dict[LegName, tuple[WorkingOrder, ...]] = {}
        self._unwanted: set[str] = set()
        self._refused: dict[str, int] = {}

    def of_leg(self, leg: LegName) -> tuple[WorkingOrder, ...]:
        """Return the live orders of `leg`, oldest first."""
        found = self._by_leg.get(leg)
        if found is None:
            found = tuple(working for working in self._live.values() if working.order.leg is leg)
            self._by_leg[leg] = found
        return found

    def live(self) -> Iterator[WorkingOrder]:
        """Yield every live order, oldest first."""
        yield from self._live.values()

    def find(self, client_id: str) -> PlaceOrder | None:
        """Return the order as it was asked for, live or finished; None when it is not ours."""
        working = self._live.get(client_id)
        return working.order if working is not None else self._finished.get(client_id)

    def status(self, client_id: str) -> OrderStatus | None:
        """Return the status of a live order; None when it is not live."""
        working = self._live.get(client_id)
        return None if working is None else working.status

    def is_unwanted(self, client_id: str) -> bool:
        """Return whether a live order's cancel has been asked for, whatever has been heard of it since."""
        return client_id in self._unwanted

    def refuse_cancel(self, client_id: str, now_ns: int) -> None:
        """Note that the venue did not cancel an order that is being cancelled: it is asked again after a while."""
        if self.status(client_id) is OrderStatus.CANCELING:
            self._refused[client_id] = now_ns + CANCEL_RETRY_NS

    def was_refused(self, client_id: str) -> bool:
        """Return whether the newest cancel of a live order was refused."""
        return client_id in self._refused

    def cancels_due(self, now_ns: int) -> list[PlaceOrder]:
        """Return the orders whose cancel was refused and is to be asked for again, in the order of the refusals."""
        return [self._live[client_id].order for client_id, due_ns in self._refused.items() if due_ns <= now_ns]

    def hold(self, order: PlaceOrder, waits_for: frozenset[str], *, now_ns: int, due_ns: int | None) -> None:
        """Keep `order` until every cancel in `waits_for` is confirmed, at most until `due_ns`."""
        self._put(WorkingOrder(order, OrderStatus.HELD, order.size, now_ns))
        self._held[order.client_id] = Held(order.client_id, waits_for, due_ns)

    def sent(self, order: PlaceOrder, now_ns: int) -> None:
        """Note that `order` leaves now; one that was held takes its place behind those that left before it."""
        self._held.pop(order.client_id, None)
        self._live.pop(order.client_id, None)
        self._put(WorkingOrder(order, OrderStatus.PENDING, order.size, now_ns))

    def move(self, client_id: str, status: OrderStatus) -> None:
        """Give a live order another status; one that is finished leaves the table. Unknown ids are ignored.

        An order whose cancel was asked for is being cancelled also when an answer was lost meanwhile.
        """
        working = self._live.get(client_id)
        if working is None:
            return
        if status is OrderStatus.CANCELING:
            self._unwanted.add(client_id)
            self._refused.pop(client_id, None)
        elif status is OrderStatus.UNKNOWN and client_id in self._unwanted:
            status = OrderStatus.CANCELING
        if status.is_live:
            self._put(WorkingOrder(working.order, status, working.remaining, working.placed_ns))
        else:
            self._finish(client_id)

    def filled(self, client_id: str, size: Decimal) -> None:
        """Book an execution of `size` on a live order."""
        working = self._live.get(client_id)
        if working is None:
            return
        remaining = working.remaining - size
        if remaining <= 0:
            self._finish(client_id)
            return
        status = working.status if working.status in UNCONFIRMED else OrderStatus.PARTLY_FILLED
        self._put(WorkingOrder(working.order, status, remaining, working.placed_ns))

    def blockers(self, leg: LegName, order: PlaceOrder) -> frozenset[str]:
        """Return what `order` waits for, of its own kind on its own side: unconfirmed cancels and lost answers."""
        return frozenset(
            working.order.client_id
            for working in self.of_leg(leg)
            if working.status in UNCONFIRMED
            and working.order.side is order.side
            and (working.order.role is Role.QUOTE) is (order.role is Role.QUOTE)
        )

    def released(self, now_ns: int) -> list[PlaceOrder]:
        """Return the held orders whose wait is over, oldest first; they stay held until sent or dropped."""
        return [
            self._live[held.client_id].order
            for held in self._held.values()
            if not any(client_id in self._live for client_id in held.waits_for)
            or (held.due_ns is not None and held.due_ns <= now_ns)
        ]

    @property
    def holds_any(self) -> bool:
        """Whether any order, or cancel of one, has yet to leave."""
        return bool(self._held or self._refused)

    def next_release_ns(self) -> int | None:
        """Return when the next held order leaves at the latest, or a cancel again; None when nothing has a moment."""
        held = (held.due_ns for held in self._held.values() if held.due_ns is not None)
        return min((*held, *self._refused.values()), default=None)

    def _put(self, working: WorkingOrder) -> None:
        self._live[working.order.client_id] = working
        self._by_leg.pop(working.order.leg, None)

    def _finish(self, client_id: str) -> None:
        order = self._live.pop(client_id).order
        self._held.pop(client_id, None)
        self._unwanted.discard(client_id)
        self._refused.pop(client_id, None)
        self._by_leg.pop(order.leg, None)
        self._finished[client_id] = order
        if len(self._finished) > FINISHED_KEPT:
            self._finished.popitem(last=False)
