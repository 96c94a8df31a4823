"""A file as a feed: passes, progress, counts and hash."""

import gzip
import hashlib
from pathlib import Path

import pytest

from perpfsm.errors import FeedError
from perpfsm.feeds import open_feed
from perpfsm.feeds.csv_binance import AGG_TRADES, BOOK_TICKER
from tests.feeds.helpers import (
    QUOTES_HEADER,
    TIME_NS,
    book_ticker,
    failure_of,
    messages_of,
    quote,
    recorded,
    trade,
    write_lines,
)


def test_a_feed_is_named_without_folders_and_hashed_as_stored(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "btc.gz", [recorded(book_ticker())], is_gzip=True)
    feed = open_feed(path)
    assert feed.name == "btc.gz"
    assert feed.hash == feed.hash == hashlib.sha256(path.read_bytes()).hexdigest()


def test_each_pass_begins_again_and_counts_anew(tmp_path: Path) -> None:
    feed = open_feed(
        write_lines(tmp_path / "f", [recorded(book_ticker()), "x", recorded({"e": "k"})]), skip_bad_lines=True
    )
    passes = [(list(feed.messages()), feed.bad_lines, dict(feed.skipped)) for _ in range(2)]
    assert passes == [([quote()], 1, {"k": 1})] * 2


def test_the_symbol_is_known_with_the_first_message_of_each_pass_where_the_format_says_it(tmp_path: Path) -> None:
    feed = open_feed(write_lines(tmp_path / "rec", [recorded(book_ticker(s="ETHUSDC"))]))
    before = feed.symbol
    passes = [(next(feed.messages()).time_ns, feed.symbol) for _ in range(2)]
    assert (before, passes) == (None, [(TIME_NS, "ETHUSDC")] * 2)
    for header, row in (
        (QUOTES_HEADER, "1700000000,99,1,100,1"),
        (",".join(BOOK_TICKER), "1,99,1,100,1,1700000000000,1700000000000"),
        (",".join(AGG_TRADES), "7,99,1,70,71,1700000000000,true"),
    ):
        feed = open_feed(write_lines(tmp_path / "BTCUSDT.csv", [header, row]))
        assert (len(list(feed.messages())), feed.symbol) == (1, None)


def test_progress_rises_from_zero_to_one_while_messages_are_read(tmp_path: Path) -> None:
    lines = [recorded(book_ticker(u=number), time_ns=TIME_NS + number) for number in range(3000)]
    feed = open_feed(write_lines(tmp_path / "f", lines))
    before = feed.progress
    shares = [feed.progress for _ in feed.messages()]
    assert before == 0 < shares[0] < shares[1500] < shares[-1] == 1
    assert shares == sorted(shares)


def test_times_may_be_equal_and_a_late_line_is_left_out_where_bad_lines_are_skipped(tmp_path: Path) -> None:
    lines = [recorded(book_ticker()), recorded(book_ticker()), recorded(trade(), time_ns=TIME_NS - 1)]
    feed = open_feed(write_lines(tmp_path / "f", lines), skip_bad_lines=True)
    assert (list(feed.messages()), feed.bad_lines) == ([quote(), quote()], 1)


def test_messages_before_a_bad_line_are_given(tmp_path: Path) -> None:
    messages = open_feed(write_lines(tmp_path / "f", [recorded(book_ticker()), "x"])).messages()
    assert next(messages) == quote()
    with pytest.raises(FeedError, match=r"^f:2: The line does not begin with a local receive time"):
        next(messages)


def test_a_recording_cut_in_its_gzip_counts_as_one_bad_line_where_these_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress((recorded(book_ticker()) + "\n").encode())[:-4])
    feed = open_feed(path, skip_bad_lines=True)
    assert (list(feed.messages()), feed.bad_lines) == ([quote()], 1)
    assert failure_of(path).what == "The gzip data end in the middle: the file was cut off."


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([QUOTES_HEADER], "nothing"),
        ([recorded({"e": "kline"}), recorded({"e": "kline"})], "2 kline"),
        ([recorded({"e": "kline"}), f"{TIME_NS} x"], "1 kline; 1 unreadable"),
    ],
)
def test_a_file_without_any_message_is_an_error_that_says_what_it_holds(
    tmp_path: Path, lines: list[str], found: str
) -> None:
    feed = open_feed(write_lines(tmp_path / "f", lines), skip_bad_lines=True)
    with pytest.raises(FeedError) as caught:
        list(feed.messages())
    assert str(caught.value) == (
        f"f: No line is a quote, a trade or a mark price (found: {found}). "
        "Record the bookTicker stream too, or name another file."
    )


def test_a_file_that_vanishes_after_opening_is_an_error(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "f", [recorded(book_ticker())])
    feed = open_feed(path)
    assert messages_of(path) == [quote()]
    path.unlink()
    with pytest.raises(FeedError, match=r"^f: The file cannot be read: No such file"):
        _ = feed.hash
    with pytest.raises(FeedError, match=r"^f: The file cannot be read: No such file"):
        list(feed.messages())
