"""Stop orders that wait at the venue until a price triggers them, and then close at market."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from perpfsm.market.side import LegName, Side


class StopKind(StrEnum):
    """What triggers a stop order, in the venue's words."""

    STOP = "STOP_MARKET"
    TAKE_PROFIT = "TAKE_PROFIT_MARKET"
    TRAILING = "TRAILING_STOP_MARKET"


class TriggerBy(StrEnum):
    """Which price triggers it, in the venue's words."""

    MARK = "MARK_PRICE"
    LAST = "CONTRACT_PRICE"


@dataclass(frozen=True, slots=True)
class PlaceStop:
    """The command to place a stop order; it only ever reduces the position.

    Attributes:
        client_id: Our id, never repeated, shared with orders, `[A-Za-z0-9-]{1,36}`.
        leg: The position that it closes; `BOTH` in One-way mode.
        side: Sell to close a long, buy to close a short.
        kind: Stop-market, take-profit-market or trailing.
        trigger_price: Where it triggers, quote currency, on the tick grid; of a trailing one, from which price on it
            trails, None from the start.
        size: Base units, positive, on the step grid; None closes the whole position, and expires with it.
        by: Whether mark or last price triggers it.
        callback_pct: Of a trailing one: how far back from the best price since then it triggers, percent.
        reason: The exit reason that its fills have.
    """

    client_id: str
    leg: LegName
    side: Side
    kind: StopKind
    trigger_price: Decimal | None
    size: Decimal | None = None
    by: TriggerBy = TriggerBy.MARK
    callback_pct: Decimal | None = None
    reason: str = "stop_loss"


@dataclass(frozen=True, slots=True)
class StopTriggered:
    """A stop order has become a MARKET order of the same id; that one's own events follow."""

    client_id: str
    time_ns: int
