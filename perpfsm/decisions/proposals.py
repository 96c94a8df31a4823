"""Proposals: what a decision would do; the engine reviews, journals and sends them."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.market.order import OrderType, Role
from perpfsm.market.side import Side


@dataclass(frozen=True, slots=True)
class Place:
    """Place one order; the engine gives it its id.

    Attributes:
        role: Quote, take-profit or close.
        side: Buy or sell.
        type: LIMIT or MARKET.
        price: On the tick grid; None for MARKET.
        size: Base units on the step grid.
        reason: The exit reason in force, `none` for a quote.
        level: The order level of a quote, from 0.
    """

    role: Role
    side: Side
    type: OrderType
    price: Decimal | None
    size: Decimal
    reason: str = "none"
    level: int = 0


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel what is left of one of our orders."""

    client_id: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was considered and is not proposed.

    Attributes:
        what: Such as `buy quote, level 1`.
        why: The minimum, band or budget that forbids it.
    """

    what: str
    why: str


Proposal = Place | Cancel | LeftOut
