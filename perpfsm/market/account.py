"""What a venue says of our account: cash, positions and orders that still work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
        margins: What is set aside for a leg alone with isolated margin, quote currency, part of `wallet`.
    """

    wallet: Decimal
    positions: Mapping[LegName, Position]
    orders: tuple[OpenOrder, ...] = ()
    margins: Mapping[LegName, Decimal] = field(default_factory=dict)
