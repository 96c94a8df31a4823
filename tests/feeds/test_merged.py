"""A folder is one feed: its files by time, of one market, with all that they offer and remark."""

import os
from pathlib import Path

import pytest

from perpfsm.feeds import open_feed
from perpfsm.feeds.csv_bars import ASSUMED
from perpfsm.feeds.merged import FILES_MAX
from perpfsm.market.messages import Quote, Trade
from perpfsm.market.offer import Offer
from tests.feeds.helpers import book_ticker, failure_of, recorded, write_lines

BOOK = "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time"
TRADES = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
MS = 1_723_161_255_000


def book(after_ms: int) -> str:
    return f"1,99,1,100,1,{MS + after_ms - 1},{MS + after_ms}"


def trade(after_ms: int, maker: str = "true") -> str:
    return f"1,99,0.5,1,1,{MS + after_ms},{maker}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the venue's quotes and trades of one market, and something hidden."""
    write_lines(tmp_path / "a-bookTicker.csv", [BOOK, book(0), book(10), book(20)])
    write_lines(tmp_path / "b-aggTrades.csv", [TRADES, trade(10), trade(15), trade(30, "maybe")])
    write_lines(tmp_path / ".hidden", ["rubbish"])
    (tmp_path / "inner").mkdir()
    return tmp_path


def test_quotes_and_trades_of_two_files_come_by_time_and_a_trade_before_the_book_that_it_changed(folder: Path) -> None:
    feed = open_feed(folder, skip_bad_lines=True)
    messages = list(feed.messages())
    assert [(type(message), message.time_ns // 1_000_000 - MS) for message in messages] == [
        (Quote, 0),
        (Trade, 10),
        (Quote, 10),
        (Trade, 15),
        (Quote, 20),
    ]
    assert (feed.name, feed.symbol, feed.offers) == (folder.name, None, frozenset({Offer.TRADES}))
    assert (feed.bad_lines, dict(feed.skipped), feed.progress, feed.remarks) == (1, {}, 1.0, ())
    assert list(feed.messages()) == messages


def test_a_line_that_cannot_be_read_is_named_by_its_own_file(folder: Path) -> None:
    assert failure_of(folder).where == "b-aggTrades.csv:4"


def test_the_hash_is_that_of_every_file(folder: Path) -> None:
    before = open_feed(folder).hash
    assert open_feed(folder).hash == before
    write_lines(folder / "a-bookTicker.csv", [BOOK, book(0)])
    assert open_feed(folder).hash != before


def test_files_of_two_markets_are_no_feed(tmp_path: Path) -> None:
    write_lines(tmp_path / "1", [recorded(book_ticker())])
    write_lines(tmp_path / "2", [recorded(book_ticker(s="ETHUSDT"))])
    error = failure_of(tmp_path)
    assert (error.where, error.what) == (tmp_path.name, "Its files are of BTCUSDT and ETHUSDT.")


def test_files_of_one_market_follow_each_other(tmp_path: Path) -> None:
    for day in (2, 1):
        write_lines(tmp_path / f"day-{day}", [recorded(book_ticker(), time_ns=day * 10**18)])
    feed = open_feed(tmp_path)
    assert [message.time_ns for message in feed.messages()] == [10**18, 2 * 10**18]
    assert feed.symbol == "BTCUSDT"


def test_what_two_files_remark_alike_is_said_once(tmp_path: Path) -> None:
    for day in (0, 1):
        row = f"{1_700_000_000 + 86_400 * day},1,1,1,1,1"
        write_lines(tmp_path / f"{day}.csv", ["timestamp,open,high,low,close,volume", row])
    assert open_feed(tmp_path).remarks == (ASSUMED,)


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    for number in range(FILES_MAX + 1):
        (tmp_path / str(number)).touch()
    assert failure_of(tmp_path).what == f"The folder holds {FILES_MAX + 1} files."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    tmp_path.chmod(0)
    assert failure_of(tmp_path).what == "The file cannot be read: Permission denied."
    tmp_path.chmod(0o700)
