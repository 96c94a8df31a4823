"""Raw Binance USD-M stream recordings: each line a local receive time in ns, a space, a JSON message."""

from collections import Counter
from dataclasses import replace

import msgspec

from perpfsm.feeds.bad_line import BadLine, quoted
from perpfsm.feeds.binance_depth import NS_PER_MS, DepthReader
from perpfsm.feeds.incidents import read_incidents
from perpfsm.feeds.mark_age import MarkAge
from perpfsm.feeds.numbers import PositiveNumbers, Unusable, to_decimal
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import BadQuote, DepthUpdate, MarkPrice, Quote, ReferencePrice, Trade
from perpfsm.market.side import Side

KINDS_MAX = 64  # kinds of skipped lines that are told apart

SNAPSHOT = "depth snapshot"
TRADE_WITHOUT_PRICE = "trade without a price"  # the venue prints these: X is NA, price and size are 0
OTHER = "other"
BAD_QUOTE = "perpfsmBadQuote"  # an event of our own recorder; other readers pass over it
REFERENCE_PRICE = "perpfsmReferencePrice"  # another one
INCIDENT = "perpfsmIncident"  # and a third


class _Ours(msgspec.Struct, frozen=True, gc=False):
    """What our own recorder adds, under the key `perpfsm`, where the venue's fields cannot say it."""

    mark: str | None = None
    last: str | None = None
    exchange_ns: int | None = None
    funding_ns: int | None = None


_NOTHING = _Ours()


class _Event(msgspec.Struct, tag_field="e", gc=False):
    s: str


class _BookTicker(_Event, tag="bookTicker"):
    b: str | None = None
    B: str | None = None
    a: str | None = None
    A: str | None = None
    T: int = 0
    E: int = 0
    perpfsm: _Ours = _NOTHING


class _Trade(_Event, tag="trade"):
    m: bool
    p: str | None = None
    q: str | None = None
    T: int = 0
    E: int = 0
    perpfsm: _Ours = _NOTHING


class _AggTrade(_Trade, tag="aggTrade"):
    pass


class _MarkPriceUpdate(_Event, tag="markPriceUpdate"):
    p: str | None = None
    r: str | None = None
    T: int = 0  # of the next funding, unlike elsewhere
    E: int = 0
    perpfsm: _Ours = _NOTHING


class _DepthUpdate(_Event, tag="depthUpdate"):
    pass


class _BadQuote(_Event, tag=BAD_QUOTE):
    reason: str


class _ReferencePrice(_Event, tag=REFERENCE_PRICE):
    p: str
    reason: str


class _Incident(_Event, tag=INCIDENT):
    text: str


_RarerEvent = _Trade | _AggTrade | _MarkPriceUpdate | _DepthUpdate | _BadQuote | _ReferencePrice | _Incident
_AnyEvent = _BookTicker | _RarerEvent
_KNOWN = frozenset(
    {"bookTicker", "trade", "aggTrade", "markPriceUpdate", "depthUpdate", BAD_QUOTE, REFERENCE_PRICE, INCIDENT}
)


class _Envelope(msgspec.Struct, gc=False):
    data: _AnyEvent | None = None
    e: str | None = None  # an event that is not wrapped, as single streams send them
    update_id: int | None = msgspec.field(name="lastUpdateId", default=None)


_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_decode = msgspec.json.Decoder(_Envelope).decode
_bare_decoder: msgspec.json.Decoder[_AnyEvent] = msgspec.json.Decoder(_AnyEvent)


class RecordingParser:
    """Reads one pass of a recording of one symbol.

    Attributes:
        skipped: Lines that have no message: depth that nobody asks for, and events that are not known here.
    """

    __slots__ = ("_depth", "_mark_age", "_numbers", "_symbol", "skipped")

    def __init__(self, *, depth: bool = False) -> None:
        """Start a pass that reads `depth`, or passes over it."""
        self._depth = DepthReader() if depth else None
        self.skipped: Counter[str] = Counter()
        self._numbers = PositiveNumbers()
        self._mark_age = MarkAge()
        self._symbol = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results should know: that the mark price was missing."""
        return self._mark_age.remarks

    @property
    def symbol(self) -> str | None:
        """The one symbol of the recording; None before the first event that has one."""
        return self._symbol or None

    def parse(self, line: bytes) -> FeedMessage | tuple[FeedMessage, ...] | None:
        """Return the message of a line, None when it has none.

        The local time has 19 digits from 2001 to 2286.

        Raises:
            BadLine: When it is not a time and a JSON message, an event is malformed, or a second symbol turns up.
        """
        stamp, gap, body = line[:19], line[19:20], line[20:]
        if gap != b" " or not stamp.isdigit():
            raise BadLine("The line does not begin with a local receive time of 19 digits (ns) and a space.")
        try:
            envelope = _decode(body)
            if self._depth is not None and envelope.update_id is not None:
                return self._depth.snapshot(int(stamp), body)
            event = envelope.data or self._outside_envelope(body)
        except _UNREADABLE as error:
            self._after_failure(body, error)
            return None
        if event is None:
            return None
        if event.s != self._symbol:
            self._take_symbol(event.s)
        match event:
            case _BookTicker():  # the most frequent by far, so it is not a call of its own
                numbers = self._numbers
                try:
                    bid, bid_size, ask, ask_size = (
                        numbers[event.b],
                        numbers[event.B],
                        numbers[event.a],
                        numbers[event.A],
                    )
                except Unusable:
                    fields = (("bid", event.b), ("bid size", event.B), ("ask", event.a), ("ask size", event.A))
                    return BadQuote(int(stamp), numbers.problem(fields))
                venue_ns = (event.T or event.E) * NS_PER_MS or None
                quote = Quote(int(stamp), bid, bid_size, ask, ask_size, None, venue_ns)
                if event.perpfsm is not _NOTHING:
                    return self._completed(quote, event.perpfsm)
                return quote if quote.time_ns <= self._mark_age.old_ns else self._mark_age.renewed(quote)
            case _:
                return self._rarer(int(stamp), event, body)

    def _rarer(self, time_ns: int, event: _RarerEvent, body: bytes) -> FeedMessage | tuple[FeedMessage, ...] | None:
        match event:
            case _Trade():
                return self._trade(time_ns, event)
            case _MarkPriceUpdate():
                return self._mark_price(time_ns, event)
            case _DepthUpdate():
                return self._depth_update(time_ns, body)
            case _BadQuote():
                return BadQuote(time_ns, event.reason)
            case _ReferencePrice():
                return self._reference_price(time_ns, event)
            case _Incident(text=text):
                return read_incidents(text, time_ns) or None

    def _depth_update(self, time_ns: int, body: bytes) -> DepthUpdate | None:
        if self._depth is not None:
            return self._depth.update(time_ns, body)
        self._skip("depthUpdate")
        return None

    def _completed(self, quote: Quote, ours: _Ours) -> Quote | BadQuote:
        numbers = self._numbers
        try:
            mark = None if ours.mark is None else numbers[ours.mark]
            last = None if ours.last is None else numbers[ours.last]
        except Unusable:
            carried = (("mark price", ours.mark), ("last price", ours.last))
            return BadQuote(quote.time_ns, numbers.problem(each for each in carried if each[1] is not None))
        exact_ns = quote.exchange_ns if ours.exchange_ns is None else ours.exchange_ns
        quote = replace(quote, mark=mark, exchange_ns=exact_ns, last=last)
        if mark is not None:
            self._mark_age.heard(quote.time_ns)
        elif quote.time_ns > self._mark_age.old_ns:
            return self._mark_age.renewed(quote)
        return quote

    def _trade(self, time_ns: int, event: _Trade) -> Trade | None:
        try:
            price, size = self._numbers[event.p], self._numbers[event.q]
        except Unusable:
            self._skip(TRADE_WITHOUT_PRICE)
            return None
        venue_ns = _exact_ns(event.perpfsm.exchange_ns, event.T or event.E)
        return Trade(time_ns, price, size, Side.SELL if event.m else Side.BUY, venue_ns)

    def _mark_price(self, time_ns: int, event: _MarkPriceUpdate) -> MarkPrice | BadQuote:
        try:
            mark = self._numbers[event.p]
            rate = to_decimal(event.r) if event.r else None  # empty for contracts without funding, as is T
        except Unusable:
            problem = self._numbers.problem((("mark price", event.p),))
            return BadQuote(time_ns, problem or f"funding rate is not finite: {event.r}")
        self._mark_age.heard(time_ns)
        funding_ns = _exact_ns(event.perpfsm.funding_ns, event.T)
        return MarkPrice(time_ns, mark, rate, funding_ns, _exact_ns(event.perpfsm.exchange_ns, event.E))

    def _reference_price(self, time_ns: int, event: _ReferencePrice) -> ReferencePrice:
        try:
            price = self._numbers[event.p] if event.p else None
        except Unusable as why:
            return ReferencePrice(time_ns, None, f"the recorded price {why}")
        return ReferencePrice(time_ns, price, event.reason)

    def _outside_envelope(self, body: bytes) -> _AnyEvent | None:
        """Return the event of a message that has no `data`, or count what it is."""
        message = _decode(body)
        if message.e in _KNOWN:
            return _bare_decoder.decode(body)
        self._skip(SNAPSHOT if message.update_id is not None else message.e or OTHER)
        return None

    def _after_failure(self, body: bytes, error: Exception) -> None:
        """Count a message whose event is not known here; anything else is a bad line."""
        try:
            message = msgspec.json.decode(body)
        except _UNREADABLE:
            message = None
        event = message.get("data", message) if isinstance(message, dict) else None
        kind = event.get("e", OTHER) if isinstance(event, dict) else None
        if isinstance(event, list):
            kind = str(message.get("stream", OTHER))
        if not isinstance(kind, str) or kind in _KNOWN:
            raise BadLine(f"The message cannot be read: {error}.") from error
        self._skip(kind)

    def _skip(self, kind: str) -> None:
        is_room = kind in self.skipped or len(self.skipped) < KINDS_MAX
        self.skipped[kind if is_room else OTHER] += 1

    def _take_symbol(self, symbol: str) -> None:
        if self._symbol:
            what = f"A second symbol, {quoted(symbol)}, turns up in a recording of {self._symbol}."
            remedy = "A feed holds one market: split the recording by symbol."
            raise BadLine(what, remedy=remedy, is_skippable=False)
        self._symbol = symbol


def _exact_ns(ours_ns: int | None, venue_ms: int) -> int | None:
    """Return our own time where there is one, else the venue's, for which 0 is none."""
    return venue_ms * NS_PER_MS or None if ours_ns is None else ours_ns
