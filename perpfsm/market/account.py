"""What a venue says of our account: cash, positions and orders that still work."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.market.order import PlaceOrder
from perpfsm.market.position import Position
from perpfsm.market.side import LegName


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that works at the venue.

    Attributes:
        order: As it was placed.
        remaining: Base units not yet executed.
    """

    order: PlaceOrder
    remaining: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """The venue's side of the books at one moment.

    Attributes:
        wallet: Cash in quote currency, after realised PnL, fees and funding, without open PnL.
        positions: One entry per leg of the position mode.
        orders: What still works, oldest first.
    """

    wallet: Decimal
    positions: Mapping[LegName, Position]
    orders: tuple[OpenOrder, ...] = ()
