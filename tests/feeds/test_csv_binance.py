"""Binance's public CSV files, by their own headers."""

from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.feeds import open_feed
from perpfsm.market.messages import BadQuote, Quote, Trade
from perpfsm.market.side import Side
from tests.feeds.helpers import failure_of, messages_of, write_lines

MS = 1_000_000
BOOK = "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time"
TRADES = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
BOOK_ROW = "1,61800.20,2.5,61800.30,1.5,1723161256313,1723161256314"
TRADE_ROW = "7,61800.30,0.006,70,71,1723161256313,true"
QUOTE = Quote(
    1_723_161_256_314 * MS,
    Decimal("61800.20"),
    Decimal("2.5"),
    Decimal("61800.30"),
    Decimal("1.5"),
    None,
    1_723_161_256_313 * MS,
)


def a_trade(aggressor: Side) -> Trade:
    time_ns = 1_723_161_256_313 * MS
    return Trade(time_ns, Decimal("61800.30"), Decimal("0.006"), aggressor, time_ns)


def test_book_ticker_rows_are_quotes_at_the_time_of_sending(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "book.csv.gz", [BOOK, BOOK_ROW, BOOK_ROW], is_gzip=True)
    assert messages_of(path) == [QUOTE, QUOTE]


def test_a_book_ticker_row_with_an_empty_side_is_a_bad_quote(tmp_path: Path) -> None:
    row = BOOK_ROW.replace("61800.30,1.5", "0,0")
    bad = BadQuote(QUOTE.time_ns, "best_ask_price is not positive: 0")
    assert messages_of(write_lines(tmp_path / "book", [BOOK, row, BOOK])) == [bad]


def test_agg_trade_rows_are_trades_by_the_side_that_took(tmp_path: Path) -> None:
    rows = [TRADE_ROW, TRADE_ROW.replace("true", "False"), TRADES]
    assert messages_of(write_lines(tmp_path / "t", [TRADES, *rows])) == [a_trade(Side.SELL), a_trade(Side.BUY)]


def test_an_agg_trade_without_a_price_is_counted(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "t", [TRADES, TRADE_ROW.replace("61800.30", "0"), TRADE_ROW])
    feed = open_feed(path)
    assert (list(feed.messages()), dict(feed.skipped)) == ([a_trade(Side.SELL)], {"trade without a price": 1})


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (TRADE_ROW.replace("true", "yes"), "is_buyer_maker is 'yes', not true or false."),
        (TRADE_ROW.replace("61800.30", "x"), "'x' is not a number."),
        (TRADE_ROW + ",1", "The row has 8 cells, the header 7."),
    ],
)
def test_a_wrong_agg_trade_row_is_an_error_with_its_number(tmp_path: Path, row: str, what: str) -> None:
    error = failure_of(write_lines(tmp_path / "t.csv", [TRADES, TRADE_ROW, row]))
    assert (error.where, error.what) == ("t.csv:3", what)


@pytest.mark.parametrize("header", [BOOK, TRADES])
def test_a_header_that_is_not_whole_is_an_error(tmp_path: Path, header: str) -> None:
    columns = header.split(",")
    error = failure_of(write_lines(tmp_path / "t.csv", [",".join(columns[:-1])]))
    assert (error.where, error.what) == ("t.csv:1", f"The header lacks column {columns[-1]}.")
    assert error.remedy == f"The columns are {header}."
