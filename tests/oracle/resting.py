"""An order that works at the oracle, with its place in the queue."""

from dataclasses import dataclass
from fractions import Fraction

from perpfsm.market.order import PlaceOrder
from perpfsm.market.side import LegName, Side

F = Fraction
ZERO = F(0)


def is_closing(order: PlaceOrder) -> bool:
    """Return whether an order only ever reduces: reduce-only, or on the exit side of a Hedge leg (E6)."""
    return order.reduce_only or (order.leg is not LegName.BOTH and order.side not in order.leg.opening_sides)


@dataclass(eq=False)
class Resting:
    """What is left of an order.

    Attributes:
        ahead: Base units that have to go before it, under the queue model; None before the first quote.
        seen: What was shown at its price when it was last shown; None when it never was.
        traded: What traded at its price and has not explained a fall of the size shown there yet.
        printing: What books say has gone before it, and what trades that are received late may still print.
        printing_ns: The newest venue's time of such a book; a later trade is another one.
        rested_ns: The newest exchange time seen when it came to rest; None when there was none.
    """

    client_id: str
    leg: LegName
    side: Side
    price: Fraction | None
    left: Fraction
    closing: bool
    reserve: Fraction
    is_exit: bool = False
    ahead: Fraction | None = None
    seen: Fraction | None = None
    traded: Fraction = ZERO
    rested_ns: int | None = None
    printing: Fraction = ZERO
    printing_ns: int | None = None

    def stand_behind(self, ahead: Fraction, at_ns: int | None) -> None:
        """Move to where a book of the venue's time `at_ns` says that it stands."""
        gone = (self.ahead or ZERO) - ahead
        if gone > 0 and at_ns is not None:
            self.printing += gone
            self.printing_ns = max(at_ns, self.printing_ns or at_ns)
        self.ahead = ahead

    def beyond(self, price: Fraction) -> Fraction:
        """Return by how much `price` of the opposite side is better for it than its own; negative when worse."""
        assert self.price is not None
        return (self.price - price) * self.side.sign
