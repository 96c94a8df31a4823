"""All that the oracle knows at one moment."""

from collections import Counter
from fractions import Fraction

from perpfsm.market.side import Side
from tests.oracle.book import Book
from tests.oracle.purse import Purse
from tests.oracle.resting import Resting
from tests.oracle.terms import Terms
from tests.oracle.waiting_stop import Stop


class State:
    """Book, money, working orders and marks."""

    def __init__(self, terms: Terms, wallet: Fraction) -> None:
        self.terms = terms
        self.book = Book(terms.tick, terms.beyond_ticks)
        self.purse = Purse(terms, wallet)
        self.orders: list[Resting] = []
        self.stops: list[Stop] = []
        self.last: Fraction | None = None
        self.hits: Counter[str] = Counter()
        self.known: set[str] = set()
        self.filled: set[str] = set()
        self.feed_mark: Fraction | None = None
        self.quote_ns: int | None = None
        self.shown_ns = 0
        self.is_unusable = False
        self.trade_ns: int | None = None
        self.swept: dict[Side, int] = {}
        self.now_ns = 0
        self.refusals = self.lost_answers = 0
        self.silent_until_ns = self.halted_until_ns = 0
        self.placed_ns: list[int] = []

    def hit(self, what: str, happened: object = True) -> None:
        """Count that a rule was exercised."""
        if happened:
            self.hits[what] += 1

    def whole(self, shown: Fraction, left: Fraction) -> Fraction:
        """Return what an order of which `left` is left takes of what is shown: all of it, or whole steps."""
        taken = left if left <= shown else shown - shown % self.terms.step
        self.hit("E2 less than a step is not taken", taken < min(left, shown))
        return taken

    def is_halted(self) -> bool:
        return self.now_ns < self.halted_until_ns

    def takes_nothing(self) -> bool:
        """Return whether the venue is halted, or has not shown a book since it was, or since a quote was no market."""
        was_halted = self.book.best is not None and self.shown_ns < self.halted_until_ns
        return self.is_halted() or was_halted or self.is_unusable

    def mark(self) -> Fraction | None:
        """Return the feed's mark price, else the mid."""
        return self.mid() if self.feed_mark is None else self.feed_mark

    def mid(self) -> Fraction | None:
        if self.book.best is None:
            return None
        return (self.book.best[Side.BUY][0] + self.book.best[Side.SELL][0]) / 2

    def newest_ns(self) -> int | None:
        """Return the venue's time of the newest quote or the newest trade, whichever is later."""
        return max((at_ns for at_ns in (self.quote_ns, self.trade_ns) if at_ns is not None), default=None)

    def by_priority(self, side: Side) -> list[Resting]:
        """Return the working orders of a side, the best price first, then the older."""
        mine = [each for each in self.orders if each.side is side and each.price is not None]
        return sorted(mine, key=lambda each: -side.sign * (each.price or 0))
