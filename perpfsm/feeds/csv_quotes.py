"""Quotes CSV: a timestamp, the best bid and ask, optionally mark price, last price and injected incidents."""

from collections import Counter

from perpfsm.feeds.csv_columns import Columns
from perpfsm.feeds.incidents import read_incidents
from perpfsm.feeds.mark_age import MarkAge
from perpfsm.feeds.numbers import PositiveNumbers, Unusable
from perpfsm.feeds.timestamps import to_ns
from perpfsm.market.incident import Incident
from perpfsm.market.messages import BadQuote, Quote

PRICES = ("bid_price", "bid_size", "ask_price", "ask_size")
REQUIRED = ("timestamp", *PRICES)
EXTRAS = ("mark_price", "last_price")
INCIDENT = "incident"
OPTIONAL = (*EXTRAS, INCIDENT)


class QuotesParser:
    """Reads the rows of a quotes CSV.

    An empty `mark_price` or `last_price` is a row that does not carry it; what was last told stays in force, a mark
    price for 10 s, then the mid price takes its place. A row with an `incident` may leave its
    prices empty; where it has them the quote goes first.

    Attributes:
        symbol: None; no column says it.
        skipped: Rows without a message; there are none.
    """

    __slots__ = ("_columns", "_incident", "_mark_age", "_numbers", "_optional", "_prices", "_time", "skipped", "symbol")

    def __init__(self, header: bytes, name: str) -> None:
        """Read the header.

        Args:
            header: The header line.
            name: The file's name, for errors.

        Raises:
            FeedError: When the header is not one of a quotes CSV.
        """
        self.symbol: str | None = None
        self.skipped: Counter[str] = Counter()
        self._columns = columns = Columns(header, where=name, required=REQUIRED, optional=OPTIONAL)
        self._numbers = PositiveNumbers()
        self._mark_age = MarkAge()
        self._time = columns.index("timestamp")
        self._prices = tuple((price, columns.index(price)) for price in PRICES)
        self._optional = tuple((price, columns.index(price)) for price in EXTRAS if price in columns.names)
        self._incident = columns.index(INCIDENT) if INCIDENT in columns.names else None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results should know: that the mark price was missing."""
        return self._mark_age.remarks

    def parse(self, line: bytes) -> Quote | BadQuote | tuple[Quote | BadQuote | Incident, ...] | None:
        """Return the quote of a row, with its incidents behind it where it has any.

        Raises:
            BadLine: When the row cannot be read.
        """
        cells = self._columns.cells(line)
        if not cells:
            return None
        time_ns = to_ns(cells[self._time])
        if self._incident is None or not cells[self._incident].strip():
            return self._quote(time_ns, cells)
        incidents = read_incidents(cells[self._incident], time_ns)
        has_prices = any(cells[index].strip() for _, index in (*self._prices, *self._optional))
        return (self._quote(time_ns, cells), *incidents) if has_prices or not incidents else incidents

    def _quote(self, time_ns: int, cells: list[str]) -> Quote | BadQuote:
        numbers = self._numbers
        try:
            bid, bid_size, ask, ask_size = [numbers[cells[index]] for _, index in self._prices]
            extras = {name: numbers[cells[index]] for name, index in self._optional if cells[index].strip()}
        except Unusable:
            return BadQuote(time_ns, self._problem(cells))
        mark = extras.get("mark_price")
        quote = Quote(time_ns, bid, bid_size, ask, ask_size, mark, last=extras.get("last_price"))
        if mark is not None:
            self._mark_age.heard(time_ns)
        elif time_ns > self._mark_age.old_ns:
            return self._mark_age.renewed(quote)
        return quote

    def _problem(self, cells: list[str]) -> str:
        carried = (*self._prices, *(column for column in self._optional if cells[column[1]].strip()))
        return self._numbers.problem((name, cells[index]) for name, index in carried)
