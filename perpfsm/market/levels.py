"""One side of an order book: sizes by price, bounded, and put in order when somebody asks for it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from decimal import Decimal

from perpfsm.market.messages import Level
from perpfsm.market.position import ZERO
from perpfsm.market.side import Side

LEVELS_MAX = 10_000
LEVELS_KEPT = 8_000


class Levels:
    """The prices of one side with the size that is shown at each.

    Changes come by the hundred and are asked for by the price, so this is a dictionary. Who walks the levels is rare,
    and finds them sorted: they stay in that order but for what has come since, which makes the next sorting cheap.
    """

    __slots__ = ("_has_changed", "_is_sorted", "_side", "_sizes", "_worst")

    def __init__(self, side: Side) -> None:
        """Start empty; `side` says which end is the best."""
        self._side = side
        self._sizes: dict[Decimal, Decimal] = {}
        self._is_sorted = True
        self._worst: Decimal | None = None  # while `_has_changed`, it may be gone or be the worst no longer
        self._has_changed = False

    def apply(self, changes: Iterable[Level]) -> None:
        """Set what is shown at each price of `changes`, 0 takes it out.

        Beyond `LEVELS_MAX` the worst are forgotten, all but `LEVELS_KEPT`.
        """
        sizes = self._sizes
        for price, size in changes:
            if size:
                sizes[price] = size
            else:
                sizes.pop(price, None)
        self._is_sorted, self._has_changed = False, True
        if len(sizes) > LEVELS_MAX:
            surplus = len(sizes) - LEVELS_KEPT
            prices = self._sorted()
            for price in prices[:surplus] if self._side is Side.BUY else prices[-surplus:]:
                del sizes[price]

    def shown_levels(self) -> tuple[Level, ...]:
        """Return every level, by rising price."""
        self._sorted()
        return tuple(self._sizes.items())

    def clear(self) -> None:
        """Forget every level."""
        self._sizes.clear()
        self._has_changed = True

    def shown(self, price: Decimal) -> Decimal | None:
        """Return the size shown at `price`, None beyond the last level, where nothing is known."""
        size = self._sizes.get(price)
        if size is not None:
            return size
        return None if self._is_beyond(price) else ZERO

    def behind(self, price: Decimal) -> Iterator[Level]:
        """Yield the levels that are worse than `price`, the best of them first."""
        prices, sizes = self._sorted(), self._sizes
        if self._side is Side.BUY:
            indices = range(bisect_left(prices, price) - 1, -1, -1)
        else:
            indices = range(bisect_right(prices, price), len(prices))
        for index in indices:
            yield prices[index], sizes[prices[index]]

    def _sorted(self) -> list[Decimal]:
        """Return every price, rising, after bringing the levels into that order."""
        sizes = self._sizes
        if self._is_sorted:
            return list(sizes)
        prices = sorted(sizes)
        in_order = [(price, sizes[price]) for price in prices]
        sizes.clear()
        sizes.update(in_order)
        self._is_sorted = True
        return prices

    def _is_beyond(self, price: Decimal) -> bool:
        """Return whether `price`, at which nothing is shown, is worse than every level."""
        worst = self._worst
        if worst is not None and worst in self._sizes and (worst < price) is (self._side is Side.BUY):
            return False  # one that is worse is there, though it may not be the worst
        if self._has_changed:
            self._worst = worst = (min if self._side is Side.BUY else max)(self._sizes, default=None)
            self._has_changed = False
        return worst is None or (price < worst) is (self._side is Side.BUY)
