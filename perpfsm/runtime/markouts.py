"""The mid price some seconds after each fill, found on the stream of quotes as they come."""

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
    filled it; a taker saw that one.
    """

    __slots__ = ("_before", "_due_ns", "_last_trade", "_latest", "_sums", "_waiting")

    def __init__(self) -> None:
        """Start without a market."""
        self._latest: Quote | None = None
        self._before: Quote | None = None
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
            self._before = latest
        self._latest = quote

    def add(self, fill: Fill) -> None:
        """Take a fill at its own time, which no quote so far is later than; without any quote it is not measured."""
        latest, before = self._latest, self._before
        is_earlier = latest is not None and latest.time_ns < fill.time_ns
        quote = latest if is_earlier or before is None or fill.liquidity is Liquidity.TAKER else before
        if quote is None:
            return
        size = fill.size if fill.side is Side.BUY else -fill.size
        is_new = fill.trade_id != self._last_trade  # the two parts of a fill that flips a position are one
        self._last_trade = fill.trade_id
        measured = _Waiting(fill.time_ns, fill.liquidity, size, fill.price, quote.mid, is_new)
        self._sums[fill.liquidity, 0].add(measured, quote.mid)
        for horizon_s, waiting in zip(HORIZONS_S, self._waiting, strict=True):
            waiting.append(measured._replace(due_ns=fill.time_ns + horizon_s * SECOND_NS))
        self._due_ns = min(self._due_ns, fill.time_ns + HORIZONS_S[0] * SECOND_NS)

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
