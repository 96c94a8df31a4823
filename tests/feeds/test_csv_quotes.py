"""Quotes CSV: columns by name, optional prices, injected incidents, and every wrong row."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.feeds import open_feed
from perpfsm.market.incident import Deleverage, FeedMessage, RejectPlacements, Silence
from perpfsm.market.messages import BadQuote, MarkPrice, Quote
from perpfsm.market.side import LegName
from tests.feeds.helpers import QUOTES_HEADER, failure_of, messages_of, write_lines

PRICES = st.decimals("0.0001", "999999", places=4)
S = 1_000_000_000
ROW = "1,99.5,2,100.5,3"
QUOTE = Quote(1 * S, Decimal("99.5"), Decimal(2), Decimal("100.5"), Decimal(3))


@pytest.mark.parametrize("is_gzip", [False, True])
def test_rows_are_quotes_plain_or_gzip(tmp_path: Path, is_gzip: bool) -> None:
    path = write_lines(tmp_path / "q", [QUOTES_HEADER, ROW, "2,99.60,2,100.6,3"], is_gzip=is_gzip)
    assert messages_of(path) == [QUOTE, Quote(2 * S, Decimal("99.6"), Decimal(2), Decimal("100.6"), Decimal(3))]


def test_columns_are_found_by_name_in_any_order_and_case(tmp_path: Path) -> None:
    lines = ["Ask_Size, ask_price,bid_size,BID_PRICE,timestamp", "3,100.5,2,99.5,1970-01-01T00:00:01Z"]
    assert messages_of(write_lines(tmp_path / "q", lines)) == [QUOTE]


def test_a_byte_order_mark_carriage_returns_quotes_and_empty_lines_are_no_matter(tmp_path: Path) -> None:
    lines = [b"\xef\xbb\xbf" + QUOTES_HEADER.encode() + b"\r", b"\r", b'"1","99.5", 2 ,100.5,3\r', b"", b""]
    assert messages_of(write_lines(tmp_path / "q", lines)) == [QUOTE]


def test_a_header_that_joined_files_repeat_is_no_row(tmp_path: Path) -> None:
    assert messages_of(write_lines(tmp_path / "q", [QUOTES_HEADER, ROW, QUOTES_HEADER, ROW])) == [QUOTE, QUOTE]


def test_the_mark_price_goes_with_the_quote_and_so_does_the_last_price(tmp_path: Path) -> None:
    header = QUOTES_HEADER + ",mark_price,last_price"
    rows = ["1,99.5,2,100.5,3,100.1,99.9", "1,99.5,2,100.5,3,,", "1,99.5,2,100.5,3,nan,5", "1,99.5,2,100.5,3,1,0"]
    marked = Quote(1 * S, QUOTE.bid, QUOTE.bid_size, QUOTE.ask, QUOTE.ask_size, Decimal("100.1"))
    marked = replace(marked, last=Decimal("99.9"))
    assert messages_of(write_lines(tmp_path / "q", [header, *rows])) == [
        marked,
        QUOTE,
        BadQuote(1 * S, "mark_price is not finite: nan"),
        BadQuote(1 * S, "last_price is not positive: 0"),
    ]


def test_funding_goes_behind_the_quote_of_its_row(tmp_path: Path) -> None:
    header = QUOTES_HEADER + ",mark_price,funding_rate,funding_time,incident"
    rows = ["1,99.5,2,100.5,3,100,-0.0003,60,silent 1", "1,99.5,2,100.5,3,100,,,", "1,99.5,2,100.5,3,nan,0.01,60,"]
    marked = replace(QUOTE, mark=Decimal(100))
    assert messages_of(write_lines(tmp_path / "q", [header, *rows])) == [
        marked,
        MarkPrice(1 * S, Decimal(100), Decimal("-0.0003"), 60 * S),
        Silence(1 * S, Decimal(1)),
        marked,
        BadQuote(1 * S, "mark_price is not finite: nan"),
    ]


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        (",0.01,60", "The row has a funding_rate and no mark_price."),
        ("100,much,60", "'much' is not a number."),
        ("100,nan,60", "funding_rate is not finite: nan."),
        ("100,0.01,", "'' is not a timestamp (s, ms, µs or ns since 1970, or ISO 8601)."),
    ],
)
def test_funding_that_cannot_be_read_is_an_error(tmp_path: Path, cells: str, what: str) -> None:
    path = write_lines(tmp_path / "q", [QUOTES_HEADER + ",mark_price,funding_rate,funding_time", f"{ROW},{cells}"])
    error = failure_of(path)
    assert (error.where, error.what) == ("q:2", what)


def test_funding_needs_a_mark_price_a_rate_and_a_time(tmp_path: Path) -> None:
    error = failure_of(write_lines(tmp_path / "q", [QUOTES_HEADER + ",funding_rate", f"{ROW},0.01"]))
    assert str(error) == (
        "q:1: The header has funding and lacks mark_price, funding_time. "
        "Funding needs the columns mark_price, funding_rate, funding_time."
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,,2,100.5,3", "bid_price is missing"),
        ("1,99.5,0,100.5,3", "bid_size is not positive: 0"),
        ("1,99.5,2,nan,3", "ask_price is not finite: nan"),
        ("1,99.5,2,100.5,-3", "ask_size is not positive: -3"),
    ],
)
def test_a_row_that_cannot_be_traded_on_is_a_bad_quote(tmp_path: Path, row: str, reason: str) -> None:
    assert messages_of(write_lines(tmp_path / "q", [QUOTES_HEADER, row])) == [BadQuote(1 * S, reason)]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("1,99.5,2,100.5", "The row has 4 cells, the header 5."),
        ("1,99.5,2,100.5,3,4", "The row has 6 cells, the header 5."),
        ("1,cheap,2,100.5,3", "'cheap' is not a number."),
        ("now,99.5,2,100.5,3", "'now' is not a timestamp (s, ms, µs or ns since 1970, or ISO 8601)."),
        ('1,"99.5"x,2,100.5,3', "The row's quotes do not match (',' expected after '\"')."),
        (b"1,99.5\xff,2,100.5,3", "The line is not UTF-8 text."),
        ("0,99.5,2,100.5,3", "Time goes backwards, from 1000000000 to 0 ns."),
    ],
)
def test_a_row_that_cannot_be_read_is_an_error_with_its_number(tmp_path: Path, row: str | bytes, what: str) -> None:
    path = write_lines(tmp_path / "quotes.csv", [QUOTES_HEADER, ROW, "", row, ROW])
    error = failure_of(path)
    assert (error.where, error.what) == ("quotes.csv:4", what)
    assert "--skip-bad-lines" in error.remedy
    feed = open_feed(path, skip_bad_lines=True)
    assert (list(feed.messages()), feed.bad_lines) == ([QUOTE, QUOTE], 1)


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("timestamp,bid_price,ask_price", "The header lacks columns bid_size, ask_size."),
        ("timestamp,bid_price,bid_size,ask_price", "The header lacks column ask_size."),
        (QUOTES_HEADER + ",mark_prise", "The header has unknown column mark_prise."),
        (QUOTES_HEADER + ",bid_size", "The header repeats column bid_size."),
    ],
)
def test_a_wrong_header_is_an_error_that_names_the_columns(tmp_path: Path, header: str, what: str) -> None:
    error = failure_of(write_lines(tmp_path / "q", [header, ROW]))
    remedy = f"The columns are {QUOTES_HEADER}, optionally mark_price,last_price,funding_rate,funding_time,incident."
    assert (error.where, error.what, error.remedy) == ("q:1", what, remedy)


@pytest.mark.parametrize(
    ("row", "messages"),
    [
        (ROW + ",", [QUOTE]),
        ("1,,,,,adl LONG 0.5", [Deleverage(S, LegName.LONG, Decimal("0.5"))]),
        (ROW + ",reject 2; silent 3", [QUOTE, RejectPlacements(S, 2), Silence(S, Decimal(3))]),
        ("1,99.5,2,,3,reject 2", [BadQuote(S, "ask_price is missing"), RejectPlacements(S, 2)]),
        ("1,,,,, ; ", [BadQuote(S, "bid_price is missing")]),
    ],
)
def test_an_incident_stands_behind_the_quote_of_its_row_or_alone(
    tmp_path: Path, row: str, messages: list[FeedMessage]
) -> None:
    path = write_lines(tmp_path / "q", [QUOTES_HEADER + ",incident", ROW + ",", row, ROW + ","])
    assert messages_of(path) == [QUOTE, *messages, QUOTE]


def test_what_is_no_incident_is_a_line_that_cannot_be_read(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "q", [QUOTES_HEADER + ",incident", ROW + ",", "2,,,,,reject some"])
    error = failure_of(path)
    what = "The incident 'reject some' needs a whole number from 1 to 1000000, not 'some'."
    assert (error.where, error.what) == ("q:3", what)
    assert error.remedy.startswith("Write one of: adl LEG SIZE; ")


def test_a_file_of_incidents_alone_holds_no_market(tmp_path: Path) -> None:
    error = failure_of(write_lines(tmp_path / "q", [QUOTES_HEADER + ",incident", "1,,,,,reject 1"]))
    assert error.what == "No line is a quote, a trade or a mark price (found: nothing)."


@given(st.lists(st.tuples(st.integers(10**18, 2 * 10**18), PRICES, PRICES, PRICES, PRICES), min_size=1))
def test_quotes_round_trip_exactly(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, Decimal, Decimal, Decimal, Decimal]]
) -> None:
    rows.sort(key=lambda row: row[0])
    lines = [QUOTES_HEADER, *(",".join(map(str, row)) for row in rows)]
    path = write_lines(tmp_path_factory.mktemp("round") / "q", lines)
    assert messages_of(path) == [Quote(*row) for row in rows]
