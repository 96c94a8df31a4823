"""The opposite side of a match: the newest quote, how much of it we have used up, and whether it reaches an order."""

from decimal import Decimal

from perpfsm.exchange.orders import VenueOrder
from perpfsm.exchange.settings import FillModel
from perpfsm.market.messages import Quote
from perpfsm.market.position import ZERO
from perpfsm.market.side import Side


def crosses(side: Side, limit: Decimal, quote: Quote) -> bool:
    """Return whether an order on `side` that accepts `limit` could execute at the opposite best price now."""
    return quote.ask <= limit if side is Side.BUY else quote.bid >= limit


def executes(working: VenueOrder, quote: Quote, model: FillModel) -> bool:
    """Return whether an order that `quote` crosses executes against it.

    An order that takes always does. A resting one at exactly the opposite best price does under `touch` only.
    """
    if working.takes or model is FillModel.TOUCH:
        return True
    return (quote.ask if working.order.side is Side.BUY else quote.bid) != working.limit


class ShownBook:
    """The newest usable quote, less what our executions have taken of its two levels.

    The quotes do not know of our executions. So what we took of a level stays taken while that price is the best:
    the same size shown again gives nothing, a smaller one no more, a larger one exactly the increase. A new best
    price is new liquidity.

    Attributes:
        quote: None before the first one.
    """

    __slots__ = ("_ask_used", "_bid_used", "quote")

    def __init__(self) -> None:
        self.quote: Quote | None = None
        self._bid_used = ZERO
        self._ask_used = ZERO

    @property
    def is_used(self) -> bool:
        """Whether something of a present level is taken, so that even an unchanged price matters."""
        return bool(self._bid_used or self._ask_used)

    def show(self, quote: Quote) -> None:
        """Replace the quote; it must not be crossed."""
        last = self.quote
        if last is not None:
            if self._bid_used:
                self._bid_used = min(self._bid_used, quote.bid_size) if quote.bid == last.bid else ZERO
            if self._ask_used:
                self._ask_used = min(self._ask_used, quote.ask_size) if quote.ask == last.ask else ZERO
        self.quote = quote

    def left(self, quote: Quote, side: Side) -> Decimal:
        """Return the base units that orders on `side` can still execute against `quote`, the newest one."""
        return quote.ask_size - self._ask_used if side is Side.BUY else quote.bid_size - self._bid_used

    def use(self, side: Side, size: Decimal) -> None:
        """Remember that orders on `side` took `size` base units of the opposite best."""
        if side is Side.BUY:
            self._ask_used += size
        else:
            self._bid_used += size
