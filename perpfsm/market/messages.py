"""Market data as values: what a feed delivers, in the order in which it was received."""

from dataclasses import dataclass, replace
from decimal import Decimal

from perpfsm.market.frequent import frequent
from perpfsm.market.side import Side


@frequent
class Quote:
    """The best bid and ask; finite and positive, possibly crossed (bid > ask), which data health judges.

    Attributes:
        time_ns: When it was received here, nanoseconds since the epoch.
        bid: Best bid price.
        bid_size: Base units shown there.
        ask: Best ask price.
        ask_size: Base units shown there.
        mark: The venue's mark price where the same line carries it.
        exchange_ns: The venue's own time, never mixed with `time_ns`.
        last: The price of the last public trade where the same line carries it.
    """

    time_ns: int
    bid: Decimal
    bid_size: Decimal
    ask: Decimal
    ask_size: Decimal
    mark: Decimal | None = None
    exchange_ns: int | None = None
    last: Decimal | None = None

    @property
    def mid(self) -> Decimal:
        """Half of bid plus ask."""
        return (self.bid + self.ask) / 2

    def after(self, older: "Quote | None") -> "Quote":
        """Return this quote with the mark and the last price of `older` where it carries none itself."""
        if older is None:
            return self
        mark = older.mark if self.mark is None else self.mark
        last = older.last if self.last is None else self.last
        return self if mark is self.mark and last is self.last else replace(self, mark=mark, last=last)


@dataclass(frozen=True, slots=True)
class BadQuote:
    """A quote that cannot be used: a side is missing, or a number is not finite or not positive."""

    time_ns: int
    reason: str


@frequent
class Trade:
    """A public trade.

    Attributes:
        aggressor: The side that took.
    """

    time_ns: int
    price: Decimal
    size: Decimal
    aggressor: Side
    exchange_ns: int | None = None


@dataclass(frozen=True, slots=True)
class MarkPrice:
    """The venue's mark price, finite and positive.

    Attributes:
        funding_rate: The rate of the next funding as a fraction (0.0001 is 0.01 %), where the feed has it.
        funding_ns: When that funding is due, nanoseconds since the epoch.
    """

    time_ns: int
    mark: Decimal
    funding_rate: Decimal | None = None
    funding_ns: int | None = None
    exchange_ns: int | None = None


Level = tuple[Decimal, Decimal]
"""A price and the base units shown there."""


@dataclass(frozen=True, slots=True)
class DepthSnapshot:
    """The order book at one moment, as far as the venue shows it.

    Attributes:
        update_id: The venue's id of the last change that it holds.
        bids: Prices with their sizes, positive; in any order.
        asks: The same of the other side.
    """

    time_ns: int
    update_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    exchange_ns: int | None = None


@frequent
class DepthUpdate:
    """Changes of the order book; `DepthBook` folds them.

    Attributes:
        first_id: The venue's id of the first change that it holds.
        last_id: Of the last one.
        previous_id: The `last_id` of the update before.
        bids: Prices with what is shown there from now on; 0 takes the price out.
        asks: The same of the other side.
    """

    time_ns: int
    first_id: int
    last_id: int
    previous_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    exchange_ns: int | None = None


@dataclass(frozen=True, slots=True)
class ReferencePrice:
    """A price from another source than the traded market; None when that source is down, stale or cannot be trusted."""

    time_ns: int
    price: Decimal | None
    reason: str = ""


Depth = DepthSnapshot | DepthUpdate

MarketMessage = Quote | BadQuote | Trade | MarkPrice | Depth | ReferencePrice
