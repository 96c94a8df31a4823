"""A position as exact size and cost, and what a fill does to it (B7, B8, B20)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Self

from perpfsm.market.side import Side

REALISED_QUANTUM = Decimal("1e-8")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Position:
    """Size and cost, both signed, long positive; `cost / size` is the entry price.

    Attributes:
        size: Base units.
        cost: Quote currency: the sum of price times signed size over what is still open.
    """

    size: Decimal = ZERO
    cost: Decimal = ZERO

    @property
    def is_flat(self) -> bool:
        """Whether nothing is open."""
        return not self.size

    @property
    def sign(self) -> int:
        """+1 for a long, -1 for a short, 0 when flat."""
        return (self.size > 0) - (self.size < 0)

    @property
    def entry(self) -> Decimal:
        """The average entry price, rounded to the context's precision.

        Raises:
            decimal.InvalidOperation: When the position is flat.
        """
        return self.cost / self.size

    @property
    def exit_side(self) -> Side:
        """The side of an order that reduces this position; a flat one counts as short."""
        return Side.SELL if self.size > 0 else Side.BUY

    def open_pnl(self, price: Decimal) -> Decimal:
        """Return what closing everything at `price` would realise, in quote currency, exactly."""
        return self.size * price - self.cost

    def after_fill(self, side: Side, price: Decimal, size: Decimal) -> tuple[Self, Decimal]:
        """Return the position after a fill that does not flip it, and the PnL that it realises.

        A partial close realises its share of the cost quantised to 1e-8; what the rounding leaves stays in
        the cost, so realised plus open PnL never changes by rounding. The fill that reaches zero realises the
        rest exactly.

        Args:
            side: Of the fill.
            price: Of the fill, quote currency per base unit.
            size: Base units, positive; an opposite fill must not exceed the position (see `split_fill`).

        Raises:
            ValueError: When the fill would flip the position.
        """
        change = size * side.sign
        if self.sign * side.sign >= 0:
            return type(self)(self.size + change, self.cost + change * price), ZERO
        left = self.size + change
        if left and (left > 0) != (self.size > 0):
            raise ValueError("a fill that flips the position is two fills")
        if not left:
            return type(self)(), -change * price - self.cost
        realised = (self.cost * change / self.size - change * price).quantize(REALISED_QUANTUM, ROUND_HALF_EVEN)
        return type(self)(left, self.cost + change * price + realised), realised


def split_fill(position: Position, side: Side, size: Decimal) -> tuple[Decimal, ...]:
    """Return the parts in which a fill of `size` is booked: two when it closes the position and reopens beyond it."""
    reducible = abs(position.size)
    if position.sign * side.sign >= 0 or size <= reducible:
        return (size,)
    return (reducible, size - reducible)
