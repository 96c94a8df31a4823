"""The market as it is shown: the newest quote, the depth behind it, and what our executions have used of each level."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from perpfsm.market.depth import DepthBook, DepthState
from perpfsm.market.messages import Depth, Level, Quote
from perpfsm.market.position import ZERO
from perpfsm.market.side import Side

BEYOND_TICKS_MAX = 1_000


def crosses(side: Side, limit: Decimal, quote: Quote) -> bool:
    """Return whether an order on `side` that accepts `limit` could execute at the opposite best price now."""
    return quote.ask <= limit if side is Side.BUY else quote.bid >= limit


@dataclass(frozen=True, slots=True)
class BookState:
    """What a book holds: the newest quote, the venue's times, the depth, and by price what is used of each side.

    And whether that quote is the market's still: see `Book.is_hidden`.
    """

    quote: Quote | None
    quote_ns: int | None
    trade_ns: int | None
    depth: DepthState
    bids_used: dict[Decimal, Decimal]
    asks_used: dict[Decimal, Decimal]
    is_hidden: bool


class Book:
    """What may be executed against, less what our executions have taken of it.

    The market does not know of our executions. So what we took of a level stays taken while the level is shown: the
    same size shown again gives nothing, a smaller one no more, a larger one exactly the increase. A level that has
    gone, and comes back, is new liquidity.

    Attributes:
        quote: The newest usable one, None before the first.
        is_hidden: Whether a quote that is no market came after it, so that nobody stands for its prices any more.
        newest_ns: The venue's time of the newest quote or the newest trade, whichever is later; None without one.
        depth: The levels behind the best prices, while the feed has them.
        tick: The price grid, quote currency.
    """

    __slots__ = ("_asks_used", "_bids_used", "_quote_ns", "_trade_ns", "depth", "is_hidden", "quote", "tick")

    def __init__(self, tick: Decimal) -> None:
        """Start without a market."""
        self.tick = tick
        self.quote: Quote | None = None
        self.is_hidden = False
        self.depth = DepthBook()
        self._quote_ns: int | None = None
        self._trade_ns: int | None = None
        self._bids_used: dict[Decimal, Decimal] = {}
        self._asks_used: dict[Decimal, Decimal] = {}

    def state(self) -> BookState:
        """Return what the book holds now."""
        used = dict(self._bids_used), dict(self._asks_used)
        return BookState(self.quote, self._quote_ns, self._trade_ns, self.depth.state(), *used, self.is_hidden)

    @classmethod
    def from_state(cls, tick: Decimal, state: BookState) -> Self:
        """Return a book on the grid of `tick` that holds `state`."""
        book = cls(tick)
        book.quote, book._quote_ns, book._trade_ns = state.quote, state.quote_ns, state.trade_ns
        book.depth = DepthBook.from_state(state.depth)
        book._bids_used, book._asks_used = state.bids_used, state.asks_used
        book.is_hidden = state.is_hidden
        return book

    @property
    def newest_ns(self) -> int | None:
        """The venue's time of the newest quote or the newest trade, whichever is later; None without one."""
        known = [time_ns for time_ns in (self._quote_ns, self._trade_ns) if time_ns is not None]
        return max(known, default=None)

    def show(self, quote: Quote) -> None:
        """Replace the quote; it must not be crossed."""
        self.quote = quote
        self.is_hidden = False
        self._quote_ns = quote.exchange_ns
        if self._bids_used or self._asks_used:
            self._forget()

    @property
    def used_levels(self) -> int:
        """Of how many shown levels something is used."""
        return len(self._bids_used) + len(self._asks_used)

    def show_depth(self, message: Depth) -> None:
        """Take the next message of the depth."""
        self.depth.fold(message)
        if self._bids_used or self._asks_used:
            self._forget()

    def note_trade(self, exchange_ns: int | None) -> None:
        """Remember when the newest trade happened at the venue."""
        self._trade_ns = exchange_ns

    def best(self, side: Side) -> Level:
        """Return the best price of a side with its size; there must be a quote."""
        quote = self.quote
        assert quote is not None  # noqa: S101  # who asks has seen one
        return (quote.bid, quote.bid_size) if side is Side.BUY else (quote.ask, quote.ask_size)

    def best_size(self, side: Side) -> Decimal:
        """Return the size shown at the best price of a side; there must be a quote."""
        return self.best(side)[1]

    def reaches(self, side: Side, limit: Decimal) -> bool:
        """Return whether an order on `side` that accepts `limit` could execute at the opposite best now."""
        return self.quote is not None and crosses(side, limit, self.quote)

    def shown(self, side: Side, price: Decimal) -> Decimal | None:
        """Return the size shown at a price of a side, None where nothing says it; there must be a quote.

        In front of the best price it is nothing. Behind it depth says it, as far as it reaches.
        """
        best, size = self.best(side)
        if price == best:
            return size
        if (price > best) is (side is Side.BUY):
            return ZERO
        return self.depth.side(side).shown(price)

    def left(self, side: Side) -> Decimal:
        """Return the base units of the best price of `side` that are not used; there must be a quote."""
        price, size = self.best(side)
        used = self.used(side)
        return size - used.get(price, ZERO) if used else size

    def use(self, side: Side, price: Decimal, size: Decimal) -> None:
        """Remember that we took `size` base units of a level of `side`."""
        used = self.used(side)
        used[price] = used.get(price, ZERO) + size

    def used(self, side: Side) -> dict[Decimal, Decimal]:
        """Return what is used of a side: price to base units."""
        return self._bids_used if side is Side.BUY else self._asks_used

    def ladder(self, side: Side) -> Iterator[tuple[Decimal, Decimal, bool]]:
        """Yield the levels of `side` as they are shown, the best first: price, size not used, whether it is invented.

        Behind the last visible level every further tick is taken to show as much as that one, for at most
        `BEYOND_TICKS_MAX` ticks and never at or below a price of 0. That is the slippage model.
        """
        last, size = self.best(side)
        used = self.used(side)
        yield last, size - used.get(last, ZERO), False
        for price, shown in self.depth.side(side).behind(last):
            last, size = price, shown
            yield price, shown - used.get(price, ZERO), False
        away = self.tick if side is Side.SELL else -self.tick
        for number in range(1, BEYOND_TICKS_MAX + 1):
            price = last + away * number
            if price <= 0:
                return
            yield price, size - used.get(price, ZERO), True

    def _forget(self) -> None:
        """Keep of what we used what is still shown, level by level."""
        for side in Side:
            used = self.used(side)
            for price, size in tuple(used.items()):
                shown = self.shown(side, price)
                if not shown:
                    del used[price]
                elif shown < size:
                    used[price] = shown
