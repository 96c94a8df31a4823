"""A fill: one execution of one of our orders."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from perpfsm.market.side import LegName, Side


class Liquidity(StrEnum):
    """Whether the order rested (maker) or crossed (taker)."""

    MAKER = "maker"
    TAKER = "taker"


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution.

    Attributes:
        trade_id: The venue's number of it, rising, unique within the run.
        client_id: Our id of the order.
        leg: The position that it changes.
        side: Buy or sell.
        price: Quote currency per base unit.
        size: Base units, positive.
        fee: Quote currency; positive is paid, negative is a rebate.
        liquidity: Maker or taker.
        time_ns: When it became known here, nanoseconds since the epoch.
        executed_ns: When it was executed, on the feed's clock; None when it became known at once. Not journaled.
    """

    trade_id: int
    client_id: str
    leg: LegName
    side: Side
    price: Decimal
    size: Decimal
    fee: Decimal
    liquidity: Liquidity
    time_ns: int
    executed_ns: int | None = None

    @property
    def happened_ns(self) -> int:
        """When it was executed, on the feed's clock, nanoseconds since the epoch."""
        return self.time_ns if self.executed_ns is None else self.executed_ns
