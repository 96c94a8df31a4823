"""Depth lines of a raw Binance recording, read only where somebody asks for the book: they are long."""

from decimal import Decimal

import msgspec

from perpfsm.feeds.bad_line import BadLine
from perpfsm.feeds.numbers import CACHED_MAX, PositiveNumbers, Unusable, to_decimal
from perpfsm.market.messages import DepthSnapshot, DepthUpdate, Level

NS_PER_MS = 1_000_000

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_Pairs = tuple[tuple[str, str], ...]


class _Ours(msgspec.Struct, frozen=True, gc=False):
    exchange_ns: int | None = None


_NOTHING = _Ours()


class _Update(msgspec.Struct, gc=False):
    U: int
    u: int
    pu: int
    b: _Pairs
    a: _Pairs
    T: int = 0
    E: int = 0
    perpfsm: _Ours = _NOTHING


class _Envelope(msgspec.Struct, gc=False):
    data: _Update | None = None


class _Snapshot(msgspec.Struct, gc=False):
    bids: _Pairs
    asks: _Pairs
    update_id: int = msgspec.field(name="lastUpdateId")
    T: int = 0
    E: int = 0
    perpfsm: _Ours = _NOTHING


_decode_wrapped = msgspec.json.Decoder(_Envelope).decode
_decode_bare = msgspec.json.Decoder(_Update).decode
_decode_snapshot = msgspec.json.Decoder(_Snapshot).decode


class _Sizes(dict[str, Decimal]):
    """Text to its value, finite and not negative."""

    def __missing__(self, text: str) -> Decimal:
        """Convert, keep and return the value of `text`."""
        value = to_decimal(text)
        if value < 0:
            raise Unusable(f"is negative: {value}")
        if len(self) >= CACHED_MAX:
            self.clear()
        self[text] = value
        return value


class DepthReader:
    """Reads the depth of one pass of a recording."""

    __slots__ = ("_prices", "_sizes")

    def __init__(self) -> None:
        """Start with nothing cached."""
        self._prices = PositiveNumbers()
        self._sizes = _Sizes()

    def update(self, time_ns: int, body: bytes) -> DepthUpdate:
        """Return a `depthUpdate` event, in its envelope or without one.

        Raises:
            BadLine: When a field is missing or a level cannot be in a book; the book would be wrong without it.
        """
        try:
            event = _decode_wrapped(body).data or _decode_bare(body)
        except _UNREADABLE as error:
            raise BadLine(f"The message cannot be read: {error}.") from error
        bids, asks = self._levels(event.b), self._levels(event.a)
        return DepthUpdate(time_ns, event.U, event.u, event.pu, bids, asks, _venue_ns(event))

    def snapshot(self, time_ns: int, body: bytes) -> DepthSnapshot:
        """Return a REST depth snapshot.

        Raises:
            BadLine: As for an update.
        """
        try:
            event = _decode_snapshot(body)
        except _UNREADABLE as error:
            raise BadLine(f"The message cannot be read: {error}.") from error
        bids, asks = self._levels(event.bids), self._levels(event.asks)
        return DepthSnapshot(time_ns, event.update_id, bids, asks, _venue_ns(event))

    def _levels(self, pairs: _Pairs) -> tuple[Level, ...]:
        prices, sizes = self._prices, self._sizes
        try:
            return tuple([(prices[price], sizes[size]) for price, size in pairs])
        except Unusable as why:
            raise BadLine(f"A level of the depth cannot be used: it {why}.") from why


def _venue_ns(event: _Update | _Snapshot) -> int | None:
    """Return our own time where there is one, else the venue's, for which 0 is none."""
    ours_ns = event.perpfsm.exchange_ns
    return (event.T or event.E) * NS_PER_MS or None if ours_ns is None else ours_ns
