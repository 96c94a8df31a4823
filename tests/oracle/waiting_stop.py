"""A stop order that waits at the oracle for its price."""

from dataclasses import dataclass
from fractions import Fraction

from perpfsm.market.stop import PlaceStop, StopKind

F = Fraction


@dataclass(eq=False)
class Stop:
    """A stop that waits.

    Attributes:
        command: As it was placed.
        peak: Of one that trails, the best price seen since it does; None while it does not.
    """

    command: PlaceStop
    peak: Fraction | None = None

    @property
    def client_id(self) -> str:
        return self.command.client_id

    def is_at(self, price: Fraction) -> bool:
        """Return whether a price is at or beyond the trigger price: of a trailing one, that from which it trails."""
        if self.command.trigger_price is None:
            return False
        against_us = self.command.side.sign if self.command.kind is StopKind.STOP else -self.command.side.sign
        return (price - F(self.command.trigger_price)) * against_us >= 0

    def sees(self, price: Fraction) -> bool:
        """Take a price into account and return whether it triggers; one that begins to trail, or is a peak, never."""
        if self.command.kind is not StopKind.TRAILING:
            return self.is_at(price)
        sign = self.command.side.sign
        if self.peak is None:
            self.peak = price if self.command.trigger_price is None or self.is_at(price) else None
            return False
        if (price - self.peak) * sign < 0:
            self.peak = price
            return False
        assert self.command.callback_pct is not None
        return (price - self.peak * (1 + sign * F(self.command.callback_pct) / 100)) * sign >= 0
