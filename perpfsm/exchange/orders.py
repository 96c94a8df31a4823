"""Our orders that work at the exchange, each side in price-time priority."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Self

from perpfsm.exchange.queue import Place
from perpfsm.market.order import PlaceOrder
from perpfsm.market.position import ZERO
from perpfsm.market.side import LegName, Side


def closes(order: PlaceOrder) -> bool:
    """Return whether `order` can only reduce: reduce-only, or on the closing side of a Hedge leg."""
    return order.reduce_only or order.side not in order.leg.opening_sides


@dataclass(slots=True, eq=False)
class VenueOrder:
    """One order and what is left of it; it changes in place.

    Attributes:
        order: As it was placed.
        limit: The worst price that it accepts, quote currency; infinite in its favour for MARKET.
        remaining: Base units that can still execute; zero once it has left the book.
        closes: Whether it can only reduce.
        priced_at: The price by which its margin is counted, quote currency.
        margin: What its remainder ties up, quote currency.
        place: Where it stands in the queue of its limit, once it rests.
    """

    order: PlaceOrder
    limit: Decimal
    remaining: Decimal
    closes: bool
    priced_at: Decimal = ZERO
    margin: Decimal = ZERO
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class OrdersState:
    """What works, oldest first, and the ids of what rests on each side, the first to execute first."""

    working: tuple[VenueOrder, ...]
    buys: tuple[str, ...]
    sells: tuple[str, ...]


class OwnOrders:
    """Every working order, oldest first, and of those that rest both sides with the best price first.

    Attributes:
        by_id: Client id to order, oldest first.
        buys: Highest limit first, older first at the same limit.
        sells: Lowest limit first, older first at the same limit.
    """

    __slots__ = ("buys", "by_id", "sells")

    def __init__(self) -> None:
        self.by_id: dict[str, VenueOrder] = {}
        self.buys: list[VenueOrder] = []
        self.sells: list[VenueOrder] = []

    def state(self) -> OrdersState:
        """Return what works; the orders themselves, which change in place."""
        buys, sells = (tuple(each.order.client_id for each in line) for line in (self.buys, self.sells))
        return OrdersState(tuple(self.by_id.values()), buys, sells)

    @classmethod
    def from_state(cls, state: OrdersState) -> Self:
        """Return the orders of a state, which they take over.

        Raises:
            KeyError: When an order rests that does not work.
        """
        orders = cls()
        orders.by_id = {working.order.client_id: working for working in state.working}
        orders.buys = [orders.by_id[client_id] for client_id in state.buys]
        orders.sells = [orders.by_id[client_id] for client_id in state.sells]
        return orders

    def line(self, side: Side) -> list[VenueOrder]:
        """Return the resting orders of `side`, the first to execute first."""
        return self.buys if side is Side.BUY else self.sells

    def add(self, working: VenueOrder) -> None:
        """Put an order among those that work; it does not rest yet."""
        self.by_id[working.order.client_id] = working

    def rest(self, working: VenueOrder) -> None:
        """Let a working order rest, behind every one that is as good or better."""
        line = self.line(working.order.side)
        place = len(line)
        buys = line is self.buys
        while place and (working.limit > line[place - 1].limit if buys else working.limit < line[place - 1].limit):
            place -= 1
        line.insert(place, working)

    def remove(self, working: VenueOrder) -> None:
        """Take an order off; nothing of it can execute from here on."""
        del self.by_id[working.order.client_id]
        line = self.line(working.order.side)
        if working in line:
            line.remove(working)
        working.remaining = ZERO

    def reserved(self) -> Decimal:
        """Return the margin that all working orders tie up, quote currency."""
        return sum((working.margin for working in self.by_id.values()), ZERO)

    def closing_size(self, leg: LegName) -> Decimal:
        """Return the base units that the working closing orders of `leg` could still execute."""
        return sum((each.remaining for each in self.by_id.values() if each.closes and each.order.leg is leg), ZERO)
