"""Quotes CSV: a timestamp, the best bid and ask, optionally mark and last price, funding and injected incidents."""

from collections import Counter

from perpfsm.errors import FeedError
from perpfsm.feeds.bad_line import BadLine
from perpfsm.feeds.csv_columns import Columns
from perpfsm.feeds.incidents import read_incidents
from perpfsm.feeds.mark_age import MarkAge
from perpfsm.feeds.numbers import PositiveNumbers, Unusable, to_decimal
from perpfsm.feeds.timestamps import to_ns
from perpfsm.market.incident import Incident
from perpfsm.market.messages import BadQuote, MarkPrice, Quote

PRICES = ("bid_price", "bid_size", "ask_price", "ask_size")
REQUIRED = ("timestamp", *PRICES)
EXTRAS = ("mark_price", "last_price")
INCIDENT = "incident"
FUNDING = ("funding_rate", "funding_time")
OPTIONAL = (*EXTRAS, *FUNDING, INCIDENT)


class QuotesParser:
    """Reads the rows of a quotes CSV.

    An empty `mark_price` or `last_price` is a row that does not carry it; what was last told stays in force, a mark
    price for 10 s, then the mid price takes its place. `funding_rate` (a fraction, 0.0001 is 0.01 %) and the
    `funding_time` at which it is due go with a mark price; what was last told of them stays in force too. A row with an
    `incident` may leave its prices empty; where it has them the quote goes first.

    Attributes:
        symbol: None; no column says it.
        skipped: Rows without a message; there are none.
    """

    __slots__ = (
        "_columns",
        "_funding",
        "_incident",
        "_mark_age",
        "_numbers",
        "_optional",
        "_prices",
        "_time",
        "skipped",
        "symbol",
    )

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
        self._funding = self._funding_columns(name)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results should know: that the mark price was missing."""
        return self._mark_age.remarks

    def parse(self, line: bytes) -> Quote | BadQuote | tuple[Quote | BadQuote | MarkPrice | Incident, ...] | None:
        """Return the quote of a row, with its funding and its incidents behind it where it has any.

        Raises:
            BadLine: When the row cannot be read.
        """
        cells = self._columns.cells(line)
        if not cells:
            return None
        time_ns = to_ns(cells[self._time])
        incidents: tuple[Incident, ...] = ()
        if self._incident is not None and cells[self._incident].strip():
            incidents = read_incidents(cells[self._incident], time_ns)
        funding: tuple[MarkPrice, ...] = ()
        if self._funding is not None and cells[self._funding[1]].strip():
            funding = self._next_funding(time_ns, cells, *self._funding)
        if not incidents and not funding:
            return self._quote(time_ns, cells)
        has_prices = any(cells[index].strip() for _, index in (*self._prices, *self._optional))
        return (self._quote(time_ns, cells), *funding, *incidents) if has_prices else incidents

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

    def _funding_columns(self, name: str) -> tuple[int, int, int] | None:
        """Return where mark price, rate and time of funding stand; None without funding.

        Raises:
            FeedError: When some of the three are there and others are not.
        """
        names = self._columns.names
        wanted = (EXTRAS[0], *FUNDING)
        if not {*FUNDING} & {*names}:
            return None
        missing = [column for column in wanted if column not in names]
        if missing:
            what = f"The header has funding and lacks {', '.join(missing)}."
            raise FeedError(what, where=f"{name}:1", remedy=f"Funding needs the columns {', '.join(wanted)}.")
        mark, rate, due = (self._columns.index(column) for column in wanted)
        return mark, rate, due

    def _next_funding(self, time_ns: int, cells: list[str], mark: int, rate: int, due: int) -> tuple[MarkPrice, ...]:
        """Return what a row says of the next funding; nothing where its mark price cannot be used.

        Raises:
            BadLine: When it has no mark price, no time or no rate that is a number.
        """
        if not cells[mark].strip():
            raise BadLine("The row has a funding_rate and no mark_price.")
        try:
            return (MarkPrice(time_ns, self._numbers[cells[mark]], to_decimal(cells[rate]), to_ns(cells[due])),)
        except Unusable as why:
            if self._numbers.problem([("mark_price", cells[mark])]):
                return ()  # the quote of the row says so
            raise BadLine(f"funding_rate {why}.") from why

    def _problem(self, cells: list[str]) -> str:
        carried = (*self._prices, *(column for column in self._optional if cells[column[1]].strip()))
        return self._numbers.problem((name, cells[index]) for name, index in carried)
