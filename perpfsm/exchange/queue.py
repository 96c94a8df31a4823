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
    """

    ahead: Decimal | None = None
    seen: Decimal | None = None
    traded: Decimal = ZERO
    since_ns: int | None = None

    def join(self, book: Book, side: Side, price: Decimal) -> None:
        """Come to rest at `price`, behind what is shown there; before the first quote nothing is known."""
        self.since_ns = book.newest_ns
        self._line_up(book, side, price)

    def look(self, book: Book, side: Side, price: Decimal, *, cancels: QueueCancels, step: Decimal) -> None:
        """Hold the place against what the book shows now; doing so twice changes nothing.

        Args:
            book: As it is shown now.
            side: Of the order.
            price: Of the order.
            cancels: Who cancels when the size falls without a trade.
            step: The size grid, base units, to which what stays ahead is rounded up.
        """
        if self.ahead is None:
            self._line_up(book, side, price)
            return
        shown = book.shown(side, price) if self.ahead else None
        if shown is None:
            return
        if self.seen is not None and shown < self.seen:
            fall = self.seen - shown
            explained = min(fall, self.traded)
            self.traded -= explained
            if cancels is QueueCancels.PROPORTIONAL and fall > explained:
                whole, rest = divmod(self.ahead * (self.seen - fall + explained), self.seen * step)
                self.ahead = (whole + bool(rest)) * step
        self.ahead = min(self.ahead, shown)
        self.seen = shown

    def _line_up(self, book: Book, side: Side, price: Decimal) -> None:
        if book.quote is None:
            return
        self.seen = book.shown(side, price)
        if book.reaches(side, price):
            self.ahead = ZERO  # what is left of an order that took everything there: the first of its price
        else:
            self.ahead = book.best_size(side) if self.seen is None else self.seen
