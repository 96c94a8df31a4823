"""Two markets as one stream: the traded one's messages, and what another one says as reference prices among them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import BadQuote, Quote, ReferencePrice, Trade

NOTHING_YET = "no price yet"
ENDED = "the source ended"
SILENT = "the source is silent"


def merge(
    traded: Iterator[FeedMessage], references: Iterator[ReferencePrice], *, start_ns: int
) -> Iterator[FeedMessage]:
    """Yield both by receive time, beginning with a reference price at `start_ns`.

    At equal times the reference price goes first: what is known at a moment is known to the quote that is judged in
    it. What the other market said before `start_ns` is one price, the newest.

    Args:
        traded: The traded market's messages.
        references: As `reference_prices` gives them.
        start_ns: When the first traded message came.
    """
    newest = ReferencePrice(start_ns, None, NOTHING_YET)
    following = next(references, None)
    while following is not None and following.time_ns <= start_ns:
        newest, following = replace(following, time_ns=start_ns), next(references, None)
    yield newest
    for message in traded:
        while following is not None and following.time_ns <= message.time_ns:
            yield following
            following = next(references, None)
        yield message


def reference_prices(
    messages: Iterator[FeedMessage], *, price_type: str, stale_ns: int | None
) -> Iterator[ReferencePrice]:
    """Yield another market's price whenever it changes; none while its data is bad, silent or over.

    Args:
        messages: Of the other market, times never going backwards.
        price_type: `mid_price`, `last_price`, `best_bid` or `best_ask`; where that is missing, the mid price (B1).
        stale_ns: Silence after which there is no price, nanoseconds; None waits for ever.
    """
    told = ReferencePrice(0, None, NOTHING_YET)
    other = _OtherMarket(price_type)
    heard_ns: int | None = None
    for message in messages:
        if not isinstance(message, Quote | BadQuote | Trade):
            continue
        if heard_ns is not None and stale_ns is not None and message.time_ns > heard_ns + stale_ns:
            told = ReferencePrice(heard_ns + stale_ns, None, SILENT)
            yield told
        heard_ns = message.time_ns
        other.hear(message)
        price, reason = other.price()
        if (price, reason) != (told.price, told.reason):
            told = ReferencePrice(message.time_ns, price, reason)
            yield told
    yield ReferencePrice(heard_ns or 0, None, ENDED)


class _OtherMarket:
    """What another market has said so far."""

    def __init__(self, price_type: str) -> None:
        self._price_type = price_type
        self._quote: Quote | None = None
        self._last: Decimal | None = None
        self._problem = ""

    def hear(self, message: Quote | BadQuote | Trade) -> None:
        """Take its next message; after a quote that cannot be used nothing is trusted until a good one comes."""
        match message:
            case Trade():
                self._last = message.price
            case BadQuote():
                self._problem = f"its quote is invalid: {message.reason}"
            case Quote() if message.bid > message.ask:
                self._problem = "its quote is crossed"
            case Quote():
                self._quote, self._problem = message, ""

    def price(self) -> tuple[Decimal | None, str]:
        """Return the price, or None and why there is none."""
        if self._problem:
            return None, self._problem
        quote = self._quote
        if self._price_type == "last_price" and self._last is not None:
            return self._last, ""
        if quote is None:
            return None, NOTHING_YET
        match self._price_type:
            case "best_bid":
                return quote.bid, ""
            case "best_ask":
                return quote.ask, ""
            case _:
                return quote.mid, ""
