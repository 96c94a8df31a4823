"""Binance's public daily CSV files: bookTicker and aggTrades, by their own headers, unzipped."""

from collections import Counter

from perpfsm.feeds.bad_line import BadLine, quoted
from perpfsm.feeds.csv_columns import Columns
from perpfsm.feeds.numbers import PositiveNumbers, Unusable
from perpfsm.feeds.timestamps import to_ns
from perpfsm.market.messages import BadQuote, Quote, Trade
from perpfsm.market.side import Side

BOOK_PRICES = ("best_bid_price", "best_bid_qty", "best_ask_price", "best_ask_qty")
BOOK_TICKER = ("update_id", *BOOK_PRICES, "transaction_time", "event_time")
AGG_TRADES = (
    "agg_trade_id",
    "price",
    "quantity",
    "first_trade_id",
    "last_trade_id",
    "transact_time",
    "is_buyer_maker",
)
TRADE_WITHOUT_PRICE = "trade without a price"
AGGRESSORS = {"true": Side.SELL, "false": Side.BUY}


class BookTickerParser:
    """Reads the rows of a bookTicker CSV.

    The file has no local receive time; the venue's sending time (`event_time`) stands in for it.

    Attributes:
        symbol: None; no column says it.
        skipped: Rows without a message; there are none.
        remarks: Empty.
    """

    remarks: tuple[str, ...] = ()
    __slots__ = ("_columns", "_numbers", "_prices", "_sent", "_traded", "skipped", "symbol")

    def __init__(self, header: bytes, name: str) -> None:
        """Read the header.

        Args:
            header: The header line.
            name: The file's name, for errors.

        Raises:
            FeedError: When the header is not Binance's.
        """
        self.symbol: str | None = None
        self.skipped: Counter[str] = Counter()
        self._columns = columns = Columns(header, where=name, required=BOOK_TICKER)
        self._numbers = PositiveNumbers()
        self._prices = tuple((price, columns.index(price)) for price in BOOK_PRICES)
        self._sent = columns.index("event_time")
        self._traded = columns.index("transaction_time")

    def parse(self, line: bytes) -> Quote | BadQuote | None:
        """Return the quote of a row.

        Raises:
            BadLine: When the row cannot be read.
        """
        cells = self._columns.cells(line)
        if not cells:
            return None
        time_ns = to_ns(cells[self._sent])
        numbers = self._numbers
        try:
            bid, bid_size, ask, ask_size = [numbers[cells[index]] for _, index in self._prices]
        except Unusable:
            return BadQuote(time_ns, numbers.problem((name, cells[index]) for name, index in self._prices))
        return Quote(time_ns, bid, bid_size, ask, ask_size, None, to_ns(cells[self._traded]))


class AggTradesParser:
    """Reads the rows of an aggTrades CSV; their time of trade stands in for the local receive time.

    Attributes:
        symbol: None; no column says it.
        skipped: Rows whose price or size cannot be traded on.
        remarks: Empty.
    """

    remarks: tuple[str, ...] = ()
    __slots__ = ("_columns", "_maker", "_numbers", "_price", "_size", "_time", "skipped", "symbol")

    def __init__(self, header: bytes, name: str) -> None:
        """Read the header.

        Args:
            header: The header line.
            name: The file's name, for errors.

        Raises:
            FeedError: When the header is not Binance's.
        """
        self.symbol: str | None = None
        self.skipped: Counter[str] = Counter()
        self._columns = columns = Columns(header, where=name, required=AGG_TRADES)
        self._numbers = PositiveNumbers()
        self._time = columns.index("transact_time")
        self._price = columns.index("price")
        self._size = columns.index("quantity")
        self._maker = columns.index("is_buyer_maker")

    def parse(self, line: bytes) -> Trade | None:
        """Return the trade of a row, None when it has no price or size.

        Raises:
            BadLine: When the row cannot be read.
        """
        cells = self._columns.cells(line)
        if not cells:
            return None
        time_ns = to_ns(cells[self._time])
        aggressor = AGGRESSORS.get(cells[self._maker].strip().lower())
        if aggressor is None:
            raise BadLine(f"is_buyer_maker is {quoted(cells[self._maker])}, not true or false.")
        try:
            price, size = self._numbers[cells[self._price]], self._numbers[cells[self._size]]
        except Unusable:
            self.skipped[TRADE_WITHOUT_PRICE] += 1
            return None
        return Trade(time_ns, price, size, aggressor, time_ns)
