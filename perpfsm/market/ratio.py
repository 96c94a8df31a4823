"""An exact quotient, compared by multiplication and put onto a price grid without rounding first."""

from decimal import Decimal
from typing import NamedTuple


class Ratio(NamedTuple):
    """A number as numerator over a positive denominator."""

    numerator: Decimal
    denominator: Decimal = Decimal(1)

    def floor_to(self, tick: Decimal) -> Decimal:
        """Return the largest multiple of `tick` that is not above this number."""
        whole, rest = divmod(self.numerator, self.denominator * tick)
        return (whole - 1 if rest < 0 else whole) * tick

    def ceil_to(self, tick: Decimal) -> Decimal:
        """Return the smallest multiple of `tick` that is not below this number."""
        whole, rest = divmod(self.numerator, self.denominator * tick)
        return (whole + 1 if rest > 0 else whole) * tick

    def rounded(self, places: int = 6) -> Decimal:
        """Return the number for reading, with at most `places` decimals."""
        return round(self.numerator / self.denominator, places)
