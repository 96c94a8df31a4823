"""Liquidation: when a venue closes positions by force, and the mark prices at which it does, in closed form."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from perpfsm.market.brackets import Brackets, maintenance_margin
from perpfsm.market.position import ZERO, Position
from perpfsm.market.ratio import Ratio


@dataclass(frozen=True, slots=True)
class LiquidationPrices:
    """The mark prices, quote currency, from which on positions are liquidated; exact.

    Attributes:
        low: At or below it; None when no fall does it.
        high: At or above it; None when no rise does it.
        at_any: Whether every mark price does it.
    """

    low: Ratio | None = None
    high: Ratio | None = None
    at_any: bool = False

    def reached_at(self, mark: Decimal) -> bool:
        """Return whether `mark` liquidates."""
        if self.at_any:
            return True
        low, high = self.low, self.high
        if low is not None and mark * low.denominator <= low.numerator:
            return True
        return high is not None and mark * high.denominator >= high.numerator

    def low_on_grid(self, tick: Decimal) -> Decimal | None:
        """Return the highest price on the grid at which a fall liquidates; None when there is none above 0."""
        price = None if self.low is None else self.low.floor_to(tick)
        return price if price is not None and price > ZERO else None

    def high_on_grid(self, tick: Decimal) -> Decimal | None:
        """Return the lowest price on the grid at which a rise liquidates; None when there is none."""
        return None if self.high is None else max(self.high.ceil_to(tick), tick)


NO_LIQUIDATION = LiquidationPrices()


def is_liquidated(cash: Decimal, positions: Sequence[Position], mark: Decimal, brackets: Brackets) -> bool:
    """Return whether cash and positions together no longer exceed the maintenance margin at `mark`.

    Args:
        cash: Quote currency: the wallet of a cross account with all its positions, or an isolated position's margin
            with that position alone.
        positions: What shares that cash; flat ones do not count, and nothing open is never liquidated.
        mark: The venue's mark price.
        brackets: The contract's.
    """
    exposed = [position for position in positions if not position.is_flat]
    equity = sum((position.open_pnl(mark) for position in exposed), cash)
    needed = sum((maintenance_margin(position, mark, brackets) for position in exposed), ZERO)
    return bool(exposed) and equity <= needed


def liquidation_prices(cash: Decimal, positions: Sequence[Position], brackets: Brackets) -> LiquidationPrices:
    """Return the mark prices at which `is_liquidated` holds; the arguments are the same.

    The maintenance of a position is the largest of `size * mark * rate - amount` over the brackets (see `flaws`).
    So what is left above maintenance is the least of straight lines in mark, one for each choice of a bracket per
    position. A line that rises with mark is at or below 0 from its root downwards, one that falls from its root
    upwards. The highest root of the rising and the lowest of the falling ones are the answer.
    """
    exposed = [position for position in positions if not position.is_flat]
    if not exposed:
        return NO_LIQUIDATION
    low: Ratio | None = None
    high: Ratio | None = None
    at_any = False
    for chosen in product(brackets, repeat=len(exposed)):
        slope, at_zero = ZERO, cash
        for position, bracket in zip(exposed, chosen, strict=True):
            slope += position.size - abs(position.size) * bracket.maintenance_rate
            at_zero += bracket.maintenance_amount - position.cost
        if slope > 0:
            low = _higher(low, Ratio(-at_zero, slope))
        elif slope < 0:
            high = _lower(high, Ratio(at_zero, -slope))
        else:
            at_any = at_any or at_zero <= 0
    return LiquidationPrices(low, high, at_any)


def _higher(one: Ratio | None, other: Ratio) -> Ratio:
    return other if one is None or _is_above(other, one) else one


def _lower(one: Ratio | None, other: Ratio) -> Ratio:
    return other if one is None or _is_above(one, other) else one


def _is_above(one: Ratio, other: Ratio) -> bool:
    return one.numerator * other.denominator > other.numerator * one.denominator
