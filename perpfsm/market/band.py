"""A band: the region of prices, and the time, within which nothing can happen."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.market.messages import Quote

LOW = Decimal("-Infinity")
HIGH = Decimal("Infinity")
NEVER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Band:
    """Inclusive bounds, quote currency, and a deadline; a quote inside needs nobody's attention.

    Attributes:
        bid_low, bid_high: Bounds of the best bid.
        ask_low, ask_high: Bounds of the best ask.
        sum_low, sum_high: Bounds of bid plus ask, which is twice the mid price.
        mark_low, mark_high: Bounds of the mark price that a message carries.
        anchor_low, anchor_high: Bounds of a reference price that quotes do not move, such as a last trade's.
        due_ns: From this moment on nothing is inside, nanoseconds since the epoch.
    """

    bid_low: Decimal = LOW
    bid_high: Decimal = HIGH
    ask_low: Decimal = LOW
    ask_high: Decimal = HIGH
    sum_low: Decimal = LOW
    sum_high: Decimal = HIGH
    mark_low: Decimal = LOW
    mark_high: Decimal = HIGH
    anchor_low: Decimal = LOW
    anchor_high: Decimal = HIGH
    due_ns: int = NEVER

    def __and__(self, other: "Band") -> "Band":
        """Return the region that lies inside both bands."""
        if self is EVERYWHERE:
            return other
        if other is EVERYWHERE:
            return self
        return Band(
            max(self.bid_low, other.bid_low),
            min(self.bid_high, other.bid_high),
            max(self.ask_low, other.ask_low),
            min(self.ask_high, other.ask_high),
            max(self.sum_low, other.sum_low),
            min(self.sum_high, other.sum_high),
            max(self.mark_low, other.mark_low),
            min(self.mark_high, other.mark_high),
            max(self.anchor_low, other.anchor_low),
            min(self.anchor_high, other.anchor_high),
            min(self.due_ns, other.due_ns),
        )

    def holds(self, quote: Quote) -> bool:
        """Return whether `quote` lies inside, its own time included."""
        return (
            quote.time_ns < self.due_ns
            and self.bid_low <= quote.bid <= self.bid_high
            and self.ask_low <= quote.ask <= self.ask_high
            and (quote.mark is None or self.mark_low <= quote.mark <= self.mark_high)
            and (quote.last is None or self.anchor_low <= quote.last <= self.anchor_high)
            and (
                (self.sum_low is LOW and self.sum_high is HIGH)
                or self.sum_low <= quote.bid + quote.ask <= self.sum_high
            )
        )

    def holds_anchor(self, price: Decimal, time_ns: int) -> bool:
        """Return whether a reference price that quotes do not move may become `price` at `time_ns`."""
        return time_ns < self.due_ns and self.anchor_low <= price <= self.anchor_high


EVERYWHERE = Band()
NOWHERE = Band(bid_low=HIGH, bid_high=LOW, anchor_low=HIGH, anchor_high=LOW)
