"""The mid price some seconds after each fill, found on the stream of quotes as they come.

A fill is measured from its execution, not from its receipt: what the market did until the answer came belongs to it.
"""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from perpfsm.market.band import NEVER
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.messages import Quote
from perpfsm.market.side import Side
from perpfsm.runtime.quality import BASIS_POINTS, HORIZONS_S, Executions, Markout, ratio

ZERO = Decimal(0)
SECOND_NS = 1_000_000_000


class _Waiting(NamedTuple):
    """A fill that waits for the mid price at its horizon."""

    due_ns: int
    liquidity: Liquidity
    signed_size: Decimal
    price: Decimal
    mid: Decimal
    is_new: bool


@dataclass(slots=True)
class _Sums:
    """Sums over the fills of one liquidity, at one moment after them."""

    count: int = 0
    notional: Decimal = ZERO
    gained: Decimal = ZERO
    adverse: Decimal = ZERO

    def add(self, fill: _Waiting, mid: Decimal) -> None:
        self.count += fill.is_new
        self.notional += abs(fill.signed_size) * fill.price
        self.gained += fill.signed_size * (mid - fill.price)
        self.adverse += fill.signed_size * (fill.mid - mid)


class MarkoutMeter:
    """Watches every uncrossed quote, and the fills among them.

    The mid price in force at a horizon is that of the newest quote received up to and including it. The one before a
    maker's fill is of the newest quote that was received earlier, because the one of the same moment may be what
    filled it; a taker saw that one. Quotes are remembered for as long as a fill is on its way (`remember`).
    """

    __slots__ = ("_before", "_due_ns", "_is_keeping", "_last_trade", "_latest", "_past", "_sums", "_waiting")

    def __init__(self) -> None:
        """Start without a market."""
        self._latest: Quote | None = None
        self._before: Quote | None = None  # the newest of an earlier moment than the latest's
        self._past: list[Quote] = []  # those before that one, the last of each moment, oldest first
        self._is_keeping = False
        self._last_trade: int | None = None
        self._due_ns = NEVER
        self._waiting: tuple[deque[_Waiting], ...] = tuple(deque() for _ in HORIZONS_S)
        self._sums = {(liquidity, horizon_s): _Sums() for liquidity in Liquidity for horizon_s in (0, *HORIZONS_S)}

    @property
    def latest(self) -> Quote | None:
        """The newest quote."""
        return self._latest

    def see(self, quote: Quote) -> None:
        """Take the next quote; its time is not before the last one's."""
        latest = self._latest
        if latest is None or quote.time_ns > latest.time_ns:
            if quote.time_ns > self._due_ns:
                self._settle(quote.time_ns)
            if self._is_keeping and self._before is not None:
                self._past.append(self._before)
            self._before = latest
        self._latest = quote

    def remember(self, since_ns: int) -> None:
        """Keep what it takes to measure fills that were executed at `since_ns` or later and are not received yet.

        Args:
            since_ns: When the oldest of them happened, nanoseconds since the epoch; `NEVER` when there is none. Not
                earlier than the last time while there is one, and no earlier than the newest quote when there was none.
        """
        self._is_keeping = since_ns != NEVER
        if not self._is_keeping:
            self._past.clear()
        elif self._past:
            del self._past[: max(0, bisect_left(self._past, since_ns, key=_time_ns) - 1)]

    def add(self, fill: Fill) -> None:
        """Take a fill when it is received, no quote so far is later; without a quote before it it is not measured."""
        happened_ns = fill.happened_ns
        quote = None if fill.liquidity is Liquidity.TAKER else self._in_force(happened_ns - 1)
        quote = quote or self._in_force(happened_ns)
        if quote is None or self._latest is None:
            return
        size = fill.size if fill.side is Side.BUY else -fill.size
        is_new = fill.trade_id != self._last_trade  # the two parts of a fill that flips a position are one
        self._last_trade = fill.trade_id
        measured = _Waiting(happened_ns, fill.liquidity, size, fill.price, quote.mid, is_new)
        self._sums[fill.liquidity, 0].add(measured, quote.mid)
        for horizon_s, waiting in zip(HORIZONS_S, self._waiting, strict=True):
            due_ns = happened_ns + horizon_s * SECOND_NS
            there = self._in_force(due_ns) if due_ns < self._latest.time_ns else None
            if there is None:
                waiting.append(measured._replace(due_ns=due_ns))
                self._due_ns = min(self._due_ns, due_ns)
            else:
                self._sums[fill.liquidity, horizon_s].add(measured, there.mid)

    def executions(self, liquidity: Liquidity, now_ns: int) -> Executions:
        """Return what is known at `now_ns` about the fills of one liquidity; what waits for a later moment goes on.

        Args:
            liquidity: Maker or taker.
            now_ns: Event time, nanoseconds since the epoch, not before the newest quote.
        """
        all_of_them = self._sums[liquidity, 0]
        markouts = []
        for horizon_s, waiting in zip(HORIZONS_S, self._waiting, strict=True):
            sums = replace(self._sums[liquidity, horizon_s])
            for fill in waiting:
                if fill.due_ns <= now_ns and fill.liquidity is liquidity and self._latest is not None:
                    sums.add(fill, self._latest.mid)
            markouts.append(_markout(horizon_s, sums))
        return Executions(
            all_of_them.count,
            all_of_them.notional,
            all_of_them.gained,
            _bps(all_of_them.gained, all_of_them.notional),
            tuple(markouts),
        )

    def _in_force(self, moment_ns: int) -> Quote | None:
        """Return the newest quote up to and including a moment, nanoseconds since the epoch, as far as remembered."""
        for quote in (self._latest, self._before):
            if quote is not None and quote.time_ns <= moment_ns:
                return quote
        earlier = bisect_left(self._past, moment_ns + 1, key=_time_ns)
        return self._past[earlier - 1] if earlier else None

    def _settle(self, now_ns: int) -> None:
        """Give every fill whose horizon has passed before `now_ns` the mid price of the newest quote."""
        assert self._latest is not None  # noqa: S101  # a fill is taken only after a quote
        mid = self._latest.mid
        due_ns = NEVER
        for horizon_s, waiting in zip(HORIZONS_S, self._waiting, strict=True):
            while waiting and waiting[0].due_ns < now_ns:
                fill = waiting.popleft()
                self._sums[fill.liquidity, horizon_s].add(fill, mid)
            if waiting:
                due_ns = min(due_ns, waiting[0].due_ns)
        self._due_ns = due_ns


def _time_ns(quote: Quote) -> int:
    return quote.time_ns


def _markout(horizon_s: int, sums: _Sums) -> Markout:
    if not sums.count:
        return Markout(horizon_s)
    return Markout(
        horizon_s,
        sums.count,
        sums.gained,
        sums.gained / sums.count,
        _bps(sums.gained, sums.notional),
        _bps(sums.adverse, sums.notional),
    )


def _bps(amount: Decimal, notional: Decimal) -> Decimal | None:
    """Return an amount in basis points of a notional, to four decimals; None of nothing."""
    return ratio(amount, notional, BASIS_POINTS) if notional else None
