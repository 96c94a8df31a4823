"""Stop orders that wait for their trigger, oldest first."""

from dataclasses import dataclass, field
from decimal import Decimal

from perpfsm.market.side import Side
from perpfsm.market.stop import PlaceStop, StopKind


@dataclass(slots=True)
class WaitingStop:
    """One stop order.

    Attributes:
        stop: As it was placed.
        best: Of one that trails, the best price since it does, quote currency; None while it does not.
    """

    stop: PlaceStop
    best: Decimal | None = None

    @property
    def falls_to_trigger(self) -> bool:
        """Whether it is triggered, or of a trailing one activated, from above, by a price at or below its own."""
        is_sell = self.stop.side is Side.SELL
        return is_sell if self.stop.kind is StopKind.STOP else not is_sell

    @property
    def threshold(self) -> Decimal | None:
        """The price at which it triggers or begins to trail; None for a trailing one that does or has no such price."""
        return None if self.best is not None else self.stop.trigger_price

    @property
    def retreat(self) -> Decimal | None:
        """The price at which a trailing one triggers, exactly; None while it does not trail."""
        callback = self.stop.callback_pct
        if self.best is None or callback is None:
            return None
        return self.best * (100 - callback if self.stop.side is Side.SELL else 100 + callback) / 100

    def reaches(self, price: Decimal) -> bool:
        """Return whether `price` is at or beyond the threshold."""
        threshold = self.threshold
        if threshold is None:
            return False
        return price <= threshold if self.falls_to_trigger else price >= threshold

    def see(self, price: Decimal) -> bool:
        """Take in a new price, and return whether it triggers; one that begins to trail, or is the best, never does."""
        if self.stop.kind is not StopKind.TRAILING:
            return self.reaches(price)
        is_sell, best, retreat = self.stop.side is Side.SELL, self.best, self.retreat
        if best is None or retreat is None:
            if self.stop.trigger_price is None or self.reaches(price):
                self.best = price
            return False
        if price > best if is_sell else price < best:
            self.best = price
            return False
        return price <= retreat if is_sell else price >= retreat


@dataclass(slots=True)
class WaitingStops:
    """Every stop order that waits.

    Attributes:
        by_id: Client id to stop order, oldest first.
        last: The newest last price, quote currency; None before the first.
    """

    by_id: dict[str, WaitingStop] = field(default_factory=dict)
    last: Decimal | None = None
