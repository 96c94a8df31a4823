"""The order book behind the best prices, folded from snapshots and updates that must form one chain."""

from collections import deque
from dataclasses import dataclass
from typing import Self

from perpfsm.market.levels import Levels
from perpfsm.market.messages import Depth, DepthSnapshot, DepthUpdate, Level
from perpfsm.market.side import Side

BUFFERED_MAX = 2_000


@dataclass(frozen=True, slots=True)
class DepthState:
    """What a depth book holds: see its attributes; levels by rising price, updates that wait for a snapshot."""

    breaks: int
    last_id: int | None
    has_begun: bool
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    waiting: tuple[DepthUpdate, ...]


class DepthBook:
    """The book of one market, and whether it can be trusted.

    Updates wait until a snapshot is there. Those older than it are dropped, the first one that is applied must span
    it (or name it as the one before), and each further one must follow the one before. Where the chain breaks
    everything is forgotten, and the book waits for the next snapshot. Sizes are absolute.

    Attributes:
        breaks: How often the chain broke.

    Source:
        Binance, USD-M futures, "How to manage a local order book correctly".
    """

    __slots__ = ("_asks", "_bids", "_has_begun", "_last_id", "_waiting", "breaks")

    def __init__(self) -> None:
        """Start without a snapshot."""
        self.breaks = 0
        self._bids = Levels(Side.BUY)
        self._asks = Levels(Side.SELL)
        self._last_id: int | None = None
        self._has_begun = False
        self._waiting: deque[DepthUpdate] = deque(maxlen=BUFFERED_MAX)

    def state(self) -> DepthState:
        """Return what the book holds now."""
        bids, asks = self._bids.shown_levels(), self._asks.shown_levels()
        return DepthState(self.breaks, self._last_id, self._has_begun, bids, asks, tuple(self._waiting))

    @classmethod
    def from_state(cls, state: DepthState) -> Self:
        """Return a book that holds `state`."""
        book = cls()
        book.breaks, book._last_id, book._has_begun = state.breaks, state.last_id, state.has_begun
        book._bids.apply(state.bids)
        book._asks.apply(state.asks)
        book._waiting.extend(state.waiting)
        return book

    @property
    def is_synced(self) -> bool:
        """Whether a snapshot is there and every update since then has followed the one before."""
        return self._last_id is not None

    def side(self, side: Side) -> Levels:
        """Return the levels of a side, empty while the book is not synced."""
        return self._bids if side is Side.BUY else self._asks

    def fold(self, message: Depth) -> None:
        """Take the next message of the stream."""
        match message:
            case DepthSnapshot():
                self._begin(message)
            case DepthUpdate():
                self._follow(message)

    def _begin(self, snapshot: DepthSnapshot) -> None:
        """Start from `snapshot` and what has waited for it, unless the book knows all of it already."""
        if self._last_id is not None and self._has_begun and snapshot.update_id <= self._last_id:
            return
        self._clear()
        self._last_id = snapshot.update_id
        self._bids.apply(snapshot.bids)
        self._asks.apply(snapshot.asks)
        waiting = tuple(self._waiting)
        self._waiting.clear()
        for update in waiting:
            self._follow(update)

    def _follow(self, update: DepthUpdate) -> None:
        """Apply `update` if it is the next one, else start again; without a snapshot it waits."""
        last_id = self._last_id
        if last_id is None:
            self._waiting.append(update)
            return
        if not self._has_begun and update.last_id < last_id:
            return
        spans_snapshot = not self._has_begun and update.first_id <= last_id
        if not spans_snapshot and update.previous_id != last_id:
            self.breaks += 1
            self._clear()
            self._waiting.append(update)
            return
        self._last_id, self._has_begun = update.last_id, True
        self._bids.apply(update.bids)
        self._asks.apply(update.asks)

    def _clear(self) -> None:
        self._last_id, self._has_begun = None, False
        self._bids.clear()
        self._asks.clear()
