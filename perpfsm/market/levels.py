"""One side of an order book: sizes by price, sorted, and bounded."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from decimal import Decimal

from perpfsm.market.messages import Level
from perpfsm.market.position import ZERO
from perpfsm.market.side import Side

LEVELS_MAX = 10_000


class Levels:
    """The prices of one side with the size that is shown at each.

    Two lists sorted by price rather than a dictionary: hashing a decimal costs more than finding it.
    """

    __slots__ = ("_prices", "_side", "_sizes")

    def __init__(self, side: Side) -> None:
        """Start empty; `side` says which end is the best."""
        self._side = side
        self._prices: list[Decimal] = []
        self._sizes: list[Decimal] = []

    def apply(self, changes: Iterable[Level]) -> None:
        """Set what is shown at each price of `changes`, 0 takes it out; beyond `LEVELS_MAX` the worst are forgotten."""
        prices, sizes = self._prices, self._sizes
        for price, size in changes:
            at = bisect_left(prices, price)
            if at < len(prices) and prices[at] == price:
                if size:
                    sizes[at] = size
                else:
                    del prices[at], sizes[at]
            elif size:
                prices.insert(at, price)
                sizes.insert(at, size)
        surplus = len(prices) - LEVELS_MAX
        if surplus > 0:
            worst = slice(surplus) if self._side is Side.BUY else slice(LEVELS_MAX, None)
            del prices[worst], sizes[worst]

    def shown_levels(self) -> tuple[Level, ...]:
        """Return every level, by rising price."""
        return tuple(zip(self._prices, self._sizes, strict=True))

    def clear(self) -> None:
        """Forget every level."""
        self._prices.clear()
        self._sizes.clear()

    def shown(self, price: Decimal) -> Decimal | None:
        """Return the size shown at `price`, None beyond the last level, where nothing is known."""
        prices = self._prices
        at = bisect_left(prices, price)
        if at < len(prices) and prices[at] == price:
            return self._sizes[at]
        is_beyond = not at if self._side is Side.BUY else at == len(prices)
        return None if is_beyond else ZERO

    def behind(self, price: Decimal) -> Iterator[Level]:
        """Yield the levels that are worse than `price`, the best of them first."""
        prices, sizes = self._prices, self._sizes
        if self._side is Side.BUY:
            indices = range(bisect_left(prices, price) - 1, -1, -1)
        else:
            at = bisect_left(prices, price)
            indices = range(at + (at < len(prices) and prices[at] == price), len(prices))
        for index in indices:
            yield prices[index], sizes[index]
