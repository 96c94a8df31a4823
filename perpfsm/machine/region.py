"""A region under construction: the band of a leg while its rows are being compiled into it."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Self

from perpfsm.decisions.reference import may_be_anchored
from perpfsm.machine.library import Input, Threshold
from perpfsm.machine.view import Reading, View
from perpfsm.market.band import HIGH, LOW, NEVER, NOWHERE, Band
from perpfsm.market.messages import Quote

Keep = Callable[[Reading, "Region"], None]


class Region:
    """Bounds that only ever narrow; prices lie on the tick grid, outward, so that a wake may come early, never late."""

    __slots__ = ("due_ns", "highs", "is_closed", "lows", "reading")

    def __init__(self, reading: Reading) -> None:
        """Start with everywhere and for ever."""
        self.reading = reading
        self.lows: dict[Input, Decimal] = {}
        self.highs: dict[Input, Decimal] = {}
        self.due_ns = NEVER
        self.is_closed = False

    @property
    def is_everywhere(self) -> bool:
        """Whether nothing has narrowed it."""
        return not (self.is_closed or self.lows or self.highs) and self.due_ns == NEVER

    def close(self) -> None:
        """Leave nothing inside: every message wakes."""
        self.is_closed = True

    def until(self, moment_ns: int, now_ns: int) -> None:
        """End the region when `moment_ns` is reached, or one nanosecond after it when it is now."""
        if moment_ns >= now_ns:
            self.due_ns = min(self.due_ns, max(moment_ns, now_ns + 1))

    def stay_beside(self, threshold: Threshold, view: View) -> None:
        """Narrow to the side of `threshold` on which the price is now; on it, or before any quote, to nothing."""
        if view.quote is None:  # a mark price alone gives some metrics their value
            self.close()
            return
        tick = view.instrument.tick
        price, source = threshold.price, threshold.input
        if source is Input.MID:
            price = price._replace(numerator=price.numerator * 2)
        now = _price_now(source, view.quote, view)
        scaled = now * price.denominator
        if scaled > price.numerator:
            self._raise_low(source, price.floor_to(tick) + tick)
        elif scaled < price.numerator:
            self._lower_high(source, price.ceil_to(tick) - tick)
        else:
            self.close()

    def narrow_by_best(self, keeps: Iterable[Keep]) -> None:
        """Narrow by one of `keeps`, any of which is enough: best one that costs no wake, worst a closed one."""
        best: Region | None = None
        for keep in keeps:
            region = Region(self.reading)
            keep(self.reading, region)
            if region.is_everywhere:
                return
            if best is None or best.is_closed:
                best = region
        if best is not None:
            self._narrow(best)

    def band(self) -> Band:
        """Return the finished band."""
        if self.is_closed:
            return NOWHERE & Band(due_ns=self.due_ns)
        lows, highs, view = self.lows, self.highs, self.reading.view
        return Band(
            lows.get(Input.BID, LOW),
            highs.get(Input.BID, HIGH),
            lows.get(Input.ASK, LOW),
            highs.get(Input.ASK, HIGH),
            lows.get(Input.MID, LOW),
            highs.get(Input.MID, HIGH),
            # a first mark price changes what `mark` means, so it always wakes; so does a first anchor
            HIGH if view.mark is None else lows.get(Input.MARK, LOW),
            highs.get(Input.MARK, HIGH),
            HIGH if view.anchor is None and may_be_anchored(view.parameters) else lows.get(Input.ANCHOR, LOW),
            highs.get(Input.ANCHOR, HIGH),
            self.due_ns,
        )

    def _narrow(self, other: Self) -> None:
        for source, low in other.lows.items():
            self._raise_low(source, low)
        for source, high in other.highs.items():
            self._lower_high(source, high)
        self.due_ns = min(self.due_ns, other.due_ns)
        self.is_closed = self.is_closed or other.is_closed

    def _raise_low(self, source: Input, low: Decimal) -> None:
        self.lows[source] = max(low, self.lows.get(source, low))

    def _lower_high(self, source: Input, high: Decimal) -> None:
        self.highs[source] = min(high, self.highs.get(source, high))


def _price_now(source: Input, quote: Quote, view: View) -> Decimal:
    """Return what an input is now; twice the mid price for `mid`, so that it stays on the grid."""
    match source:
        case Input.BID:
            return quote.bid
        case Input.ASK:
            return quote.ask
        case Input.MARK:
            return quote.mid if view.mark is None else view.mark
        case Input.MID:
            return quote.bid + quote.ask
        case Input.ANCHOR:
            assert view.anchor is not None  # noqa: S101  # a threshold of it is given only where there is one
            return view.anchor
