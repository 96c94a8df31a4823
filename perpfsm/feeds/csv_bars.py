"""Bars CSV: a timestamp, open, high, low, close and volume; Binance's public klines files count as such."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise

from perpfsm.feeds.bad_line import BadLine
from perpfsm.feeds.bar_path import Bar, bar_quotes
from perpfsm.feeds.csv_columns import Columns
from perpfsm.feeds.numbers import PositiveNumbers, Unusable, to_decimal
from perpfsm.feeds.timestamps import to_ns
from perpfsm.market.bars import BarSettings, VolumeUnit
from perpfsm.market.messages import BadQuote, Quote

PRICES = ("open", "high", "low", "close")
BARS = ("timestamp", *PRICES, "volume")
KLINES = (
    "open_time",
    *PRICES,
    "volume",
    "close_time",
    "quote_volume",
    "count",
    "taker_buy_volume",
    "taker_buy_quote_volume",
    "ignore",
)
NS_PER_S = 1_000_000_000
LENGTH_NS_MIN = 1_000_000
LENGTH_NS_ALONE = 60 * NS_PER_S  # of a bar that has no neighbour
ASSUMED = "Bars hold four prices each; the path between them is assumed, the least favourable one."


class BarsParser:
    """Reads the rows of a bars CSV, each into the quotes of its path.

    The time of a row is when its bar begins. How long bars last is the most frequent time between two
    of the first ones.

    Attributes:
        symbol: None; no column says it.
        skipped: Rows without a message; there are none.
    """

    __slots__ = (
        "_columns",
        "_gap_after_ns",
        "_gap_ns_max",
        "_gaps",
        "_last_ns",
        "_length_ns",
        "_numbers",
        "_prices",
        "_settings",
        "_time",
        "_volume",
        "skipped",
        "symbol",
    )

    def __init__(self, head: Sequence[bytes], name: str, settings: BarSettings) -> None:
        """Read the header, and how long bars last.

        Args:
            head: The first lines, the header first.
            name: The file's name, for errors.
            settings: Grids, spread and the unit of volume.

        Raises:
            FeedError: When the header is not one of a bars CSV.
        """
        self.symbol: str | None = None
        self.skipped: Counter[str] = Counter()
        is_klines = b"open_time" in head[0].lower()
        self._columns = columns = Columns(head[0], where=name, required=KLINES if is_klines else BARS)
        self._settings = settings
        if is_klines:  # whose volume is in base units, whatever other files have
            self._settings = BarSettings(settings.tick, settings.step, settings.spread_ticks, VolumeUnit.BASE)
        self._numbers = PositiveNumbers()
        self._time = columns.index("open_time" if is_klines else "timestamp")
        self._prices = tuple((price, columns.index(price)) for price in PRICES)
        self._volume = columns.index("volume")
        self._length_ns = self._usual_length(head)
        self._last_ns: int | None = None
        self._gaps = self._gap_ns_max = self._gap_after_ns = 0

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results should know: that the path is assumed, and where bars are missing."""
        if not self._gaps:
            return (ASSUMED,)
        count = "One gap" if self._gaps == 1 else f"{self._gaps:,} gaps"
        after = datetime.fromtimestamp(self._gap_after_ns // NS_PER_S, UTC)
        longest = f"{self._gap_ns_max / NS_PER_S:,.0f} s after {after:%Y-%m-%d %H:%M:%S}"
        return (ASSUMED, f"{count} between the bars, the longest of {longest}; in a gap the market stands still.")

    def parse(self, line: bytes) -> BadQuote | tuple[Quote, ...] | None:
        """Return the quotes of a row.

        Raises:
            BadLine: When the row cannot be read, is no bar, or overlaps the one before.
        """
        cells = self._columns.cells(line)
        if not cells:
            return None
        time_ns = to_ns(cells[self._time])
        self._follow(time_ns)
        try:
            first, high, low, close = [self._numbers[cells[index]] for _, index in self._prices]
            volume = to_decimal(cells[self._volume])
        except Unusable as why:
            problem = self._numbers.problem((name, cells[index]) for name, index in self._prices)
            return BadQuote(time_ns, problem or f"volume {why}")
        if not low <= min(first, close) <= max(first, close) <= high:
            raise BadLine(f"Open {first} and close {close} are not between low {low} and high {high}.")
        if volume < 0:
            raise BadLine(f"The volume {volume} is negative.")
        bar = Bar(time_ns, first, high, low, close, volume)
        return bar_quotes(bar, length_ns=self._length_ns, settings=self._settings)

    def _follow(self, time_ns: int) -> None:
        """Take the next bar's time."""
        if self._last_ns is not None:
            since_ns = time_ns - self._last_ns
            if since_ns < 0:
                return  # the file says that its time goes backwards
            if since_ns == 0:
                raise BadLine("The bar of this time is there twice.")
            if since_ns < self._length_ns:
                length = f"{self._length_ns / NS_PER_S:g} s"
                raise BadLine(f"The bar begins {since_ns / NS_PER_S:g} s after the one before, which lasts {length}.")
            if since_ns > self._length_ns:
                self._gaps += 1
                if since_ns > self._gap_ns_max:
                    self._gap_ns_max, self._gap_after_ns = since_ns, self._last_ns
        self._last_ns = time_ns

    def _usual_length(self, head: Sequence[bytes]) -> int:
        """Return the most frequent time between two of the first bars; what cannot be read is an error later."""
        times: list[int] = []
        for line in head[1:]:
            with suppress(BadLine):
                cells = self._columns.cells(line)
                times += [to_ns(cells[self._time])] if cells else []
        apart = Counter(later - earlier for earlier, later in pairwise(times) if later - earlier >= LENGTH_NS_MIN)
        return min(apart, key=lambda length_ns: (-apart[length_ns], length_ns), default=LENGTH_NS_ALONE)
