"""Where a resting order stands in the queue of its price, and what brings it forward.

Sizes are those that the market shows; our own orders are not among them. Where the market does not say what went, the
answer that keeps us waiting is taken: what is not known to be ahead of us less is ahead of us still.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from perpfsm.exchange.book import Book
from perpfsm.market.position import ZERO
from perpfsm.market.side import Side


class QueueCancels(StrEnum):
    """Who cancels when the size at a price falls without a trade."""

    RISK_AVERSE = "risk_averse"
    PROPORTIONAL = "proportional"


@dataclass(slots=True, eq=False)
class Place:
    """A place in the queue.

    Attributes:
        ahead: Base units that have to go first; None until the market has been seen.
        seen: What was shown at the price when it was last shown; None while it never was.
        traded: Base units that traded there and that no fall of the size shown has accounted for yet.
        since_ns: The venue's time of the newest quote or trade when the order came to rest, None without one. What
            happened at the venue before that happened before the order.
        credited: Base units by which books brought it forward, and for which the trades may still come.
        credited_ns: The venue's time of the newest book that did. A trade up to then is in it already.
    """

    ahead: Decimal | None = None
    seen: Decimal | None = None
    traded: Decimal = ZERO
    since_ns: int | None = None
    credited: Decimal = ZERO
    credited_ns: int | None = None

    def join(self, book: Book, side: Side, price: Decimal) -> None:
        """Come to rest at `price`, behind what is shown there; before the first quote nothing is known."""
        self.since_ns = book.newest_ns
        self._line_up(book, side, price)

    def look(
        self, book: Book, side: Side, price: Decimal, *, cancels: QueueCancels, step: Decimal, at_ns: int | None
    ) -> bool:
        """Hold the place against what the book shows now; doing so twice changes nothing.

        Returns whether it may have begun or ceased to matter what is shown at the price, which bands have to know.

        Args:
            book: As it is shown now.
            at_ns: The venue's time of it, None where it is not known.
            side: Of the order.
            price: Of the order.
            cancels: Who cancels when the size falls without a trade.
            step: The size grid, base units, to which what stays ahead is rounded up.
        """
        if self.ahead is None:
            self._line_up(book, side, price)
            return True
        shown = book.shown(side, price) if self.ahead else None
        if shown is None:
            return False
        ahead = shown if self.seen is None else self.ahead  # all that is seen there at last may have come before
        if self.seen is not None and shown < self.seen:
            fall = self.seen - shown
            explained = min(fall, self.traded)
            self.traded -= explained
            if cancels is QueueCancels.PROPORTIONAL and fall > explained:
                whole, rest = divmod(ahead * (self.seen - fall + explained), self.seen * step)
                ahead = (whole + bool(rest)) * step
        self.seen = shown
        self.advance(min(ahead, shown), at_ns)
        return not self.ahead

    def advance(self, ahead: Decimal, at_ns: int | None) -> None:
        """Stand behind `ahead` base units, because a book of the venue's time `at_ns` says so.

        What went, may have gone by trades that have not been received yet, and must not count once more with them.
        """
        if self.ahead and ahead < self.ahead and at_ns is not None:
            self.credited += self.ahead - ahead
            self.credited_ns = at_ns if self.credited_ns is None else max(at_ns, self.credited_ns)
        self.ahead = ahead

    def consume(self, size: Decimal, *, left: Decimal, gone: Decimal, at_ns: int | None) -> Decimal:
        """Let a trade at the price take what is ahead, and return how much of it that takes.

        A trade that is in a book already takes first what that book has credited, and only beyond it what is ahead.

        Args:
            size: Of the trade, base units.
            left: What of it is not used yet.
            gone: What of it has gone to those ahead of an order that stands before this one.
            at_ns: The venue's time of the trade, None where it is not known.
        """
        ahead = self.ahead or ZERO
        if at_ns is None or self.credited_ns is None or at_ns > self.credited_ns:
            self.credited = ZERO
            self.traded += size
        before = ahead + self.credited
        taken = min(left, max(ZERO, before - gone))
        rest = max(ZERO, before - gone - taken)
        self.ahead = min(ahead, rest)
        self.credited = rest - self.ahead
        return taken

    def _line_up(self, book: Book, side: Side, price: Decimal) -> None:
        if book.quote is None:
            return
        self.seen = book.shown(side, price)
        if book.reaches(side, price):
            self.ahead = ZERO  # what is left of an order that took everything there: the first of its price
        else:
            self.ahead = book.best_size(side) if self.seen is None else self.seen
