"""Orders: what is asked of a venue, and what the venue answers."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from perpfsm.market.account_setting import AccountSetting, SettingChanged, SettingRefused
from perpfsm.market.fill import Fill
from perpfsm.market.side import LegName, Side
from perpfsm.market.stop import PlaceStop, StopTriggered


class Role(StrEnum):
    """What an order is for."""

    QUOTE = "quote"
    TAKE_PROFIT = "take_profit"
    CLOSE = "close"

    @property
    def is_exit(self) -> bool:
        """Whether an order of this role only ever reduces the position."""
        return self is not Role.QUOTE


class OrderType(StrEnum):
    """How an order finds its price."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """The command to place one order.

    Attributes:
        client_id: Our id, never repeated, `[A-Za-z0-9-]{1,36}`.
        leg: The position that it opens or closes; `BOTH` in One-way mode.
        role: Quote, take-profit or close.
        side: Buy or sell.
        type: LIMIT or MARKET.
        price: Limit price in quote currency per base unit, on the tick grid; None for MARKET.
        size: Base units, positive, on the step grid.
        post_only: Reject rather than take.
        reduce_only: One-way only: execute at most what reduces the position.
        reason: The exit reason in force, `none` for a quote.
        level: The order level of a quote, from 0.
    """

    client_id: str
    leg: LegName
    role: Role
    side: Side
    type: OrderType
    price: Decimal | None
    size: Decimal
    post_only: bool = False
    reduce_only: bool = False
    reason: str = "none"
    level: int = 0


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """The command to cancel what is left of one order."""

    client_id: str


Command = PlaceOrder | CancelOrder
"""What the engine asks for."""

VenueCommand = Command | PlaceStop | AccountSetting
"""What a venue understands: stop orders and changes of the account as well; `CancelOrder` takes off both kinds."""

BY_LIQUIDATION = "liquidation"
"""Why an order expired that went with a liquidation; a `Liquidated` follows it, so that no exit is needed any more."""


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The order works at the venue."""

    client_id: str
    time_ns: int


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """The venue refused the order; nothing of it can fill.

    Attributes:
        code: The venue's code, such as -2019.
        reason: Why, in words.
    """

    client_id: str
    time_ns: int
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class OrderCanceled:
    """What was left of the order is gone, because we asked for it."""

    client_id: str
    time_ns: int


@dataclass(frozen=True, slots=True)
class OrderExpired:
    """What was left of the order is gone although we did not ask for it."""

    client_id: str
    time_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class CancelRejected:
    """The venue did not cancel; the order's own events say what became of it."""

    client_id: str
    time_ns: int
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class OrderUnknown:
    """The venue's answer was lost: the order may work, fill, or not exist; never assumed rejected."""

    client_id: str
    time_ns: int


@dataclass(frozen=True, slots=True)
class OrderFilled:
    """A part of the order, or all that was left of it, was executed."""

    time_ns: int
    fill: Fill


@dataclass(frozen=True, slots=True)
class Liquidated:
    """The venue closed a leg's position by force.

    Attributes:
        leg: The leg that is flat now.
        realised: What the wallet gained (negative: lost) by it, in quote currency, its fee included.
    """

    time_ns: int
    leg: LegName
    realised: Decimal


@dataclass(frozen=True, slots=True)
class PositionChanged:
    """Another hand changed a leg's position at the venue.

    Attributes:
        size: The new position, signed, base units.
        cost: Its cost, signed like the size, in quote currency.
        realised: What the wallet gained (negative: lost) by it, in quote currency.
        reason: Whose hand, in words.
    """

    time_ns: int
    leg: LegName
    size: Decimal
    cost: Decimal
    realised: Decimal = Decimal(0)
    reason: str = "another hand"


@dataclass(frozen=True, slots=True)
class FundingPaid:
    """Funding was exchanged for a leg's position at its moment.

    Attributes:
        rate: A fraction of the notional (0.0001 is 0.01 %); positive is paid by longs.
        mark: The mark price by which the position was valued, quote currency per base unit.
        paid: Quote currency; positive left the wallet, negative came in.
    """

    time_ns: int
    leg: LegName
    rate: Decimal
    mark: Decimal
    paid: Decimal


VenueEvent = (
    OrderAccepted
    | OrderRejected
    | OrderCanceled
    | OrderExpired
    | CancelRejected
    | OrderUnknown
    | OrderFilled
    | StopTriggered
    | SettingChanged
    | SettingRefused
    | Liquidated
    | PositionChanged
    | FundingPaid
)
