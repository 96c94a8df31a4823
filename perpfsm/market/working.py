"""An order as we know it: what was asked, and what has become of it so far."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from perpfsm.market.order import PlaceOrder


class OrderStatus(StrEnum):
    """The life of an order; `unknown` is never assumed rejected."""

    HELD = "held"
    PENDING = "pending"
    WORKING = "working"
    PARTLY_FILLED = "partly_filled"
    CANCELING = "canceling"
    UNKNOWN = "unknown"
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"

    @property
    def is_live(self) -> bool:
        """Whether an order of this status can still fill, or has yet to leave."""
        return self in _LIVE


_LIVE = frozenset(
    {
        OrderStatus.HELD,
        OrderStatus.PENDING,
        OrderStatus.WORKING,
        OrderStatus.PARTLY_FILLED,
        OrderStatus.CANCELING,
        OrderStatus.UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True)
class WorkingOrder:
    """One order of ours.

    Attributes:
        order: As it was asked for.
        status: What we know of it.
        remaining: Base units not yet executed.
        placed_ns: When it left, or was first meant to leave, nanoseconds since the epoch.
    """

    order: PlaceOrder
    status: OrderStatus
    remaining: Decimal
    placed_ns: int
