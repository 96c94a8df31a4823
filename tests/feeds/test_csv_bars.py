"""Bars become quotes along the least favourable path; what is no bar, is there twice or overlaps is an error."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.feeds import open_feed
from perpfsm.feeds.bar_path import Bar, bar_quotes
from perpfsm.feeds.csv_bars import ASSUMED
from perpfsm.market.bars import BarSettings, VolumeUnit
from perpfsm.market.messages import BadQuote, Quote
from tests.feeds.helpers import failure_of, messages_of, write_lines

HEADER = "timestamp,open,high,low,close,volume"
KLINES = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
)
START_S = 1_700_000_000
NS = 1_000_000_000
MINUTE_NS = 60 * NS
D = Decimal


def path_of(prices: str, *, settings: BarSettings | None = None, volume: str = "8") -> list[tuple[int, str, str]]:
    """Return the quotes of a minute's bar from its open, high, low and close: time after the start, bid and ask."""
    first, high, low, close = map(D, prices.split())
    bar = Bar(0, first, high, low, close, D(volume))
    quotes = bar_quotes(bar, length_ns=MINUTE_NS, settings=settings or BarSettings(tick=D(1)))
    return [(quote.time_ns, f"{quote.bid:f}", f"{quote.ask:f}") for quote in quotes]


def test_a_bar_that_rises_shows_each_exit_its_worst_and_then_goes_by_the_low_to_the_high() -> None:
    assert path_of("100 110 95 105") == [
        (0, "99", "100"),
        (1, "95", "100"),
        (2, "99", "110"),
        (3, "99", "100"),
        (15 * NS, "95", "96"),
        (30 * NS, "109", "110"),
        (45 * NS, "104", "105"),
    ]


def test_a_bar_that_falls_goes_by_the_high_to_the_low() -> None:
    assert path_of("105 110 95 100")[-3:] == [(15 * NS, "109", "110"), (30 * NS, "95", "96"), (45 * NS, "99", "100")]


def test_an_extreme_that_is_the_open_shows_no_exit_anything_worse() -> None:
    assert path_of("100 110 99 110") == [
        (0, "99", "100"),
        (2, "99", "110"),
        (3, "99", "100"),
        (15 * NS, "99", "100"),
        (30 * NS, "109", "110"),
        (45 * NS, "109", "110"),
    ]
    assert [after_ns for after_ns, _, _ in path_of("100 100 95 95")] == [0, 1, 3, 15 * NS, 30 * NS, 45 * NS]
    assert [after_ns for after_ns, _, _ in path_of("100 100 100 100")] == [0, 15 * NS, 30 * NS, 45 * NS]


def test_the_spread_is_the_one_that_was_asked_for_and_the_grid_that_of_the_contract() -> None:
    wide = BarSettings(tick=D("0.5"), spread_ticks=3)
    assert path_of("100 110.3 95.2 100", settings=wide) == [
        (0, "99.0", "100.5"),
        (1, "95.0", "100.5"),
        (2, "99.0", "110.5"),
        (3, "99.0", "100.5"),
        (15 * NS, "95.0", "96.5"),
        (30 * NS, "109.0", "110.5"),
        (45 * NS, "99.0", "100.5"),
    ]
    assert path_of("0.2 0.3 0.1 0.1", settings=wide)[0] == (0, "0.5", "2.0")


@pytest.mark.parametrize(
    ("volume", "unit", "size"),
    [("8.0079", VolumeUnit.BASE, "1.000"), ("800", VolumeUnit.QUOTE, "1.000"), ("0", VolumeUnit.BASE, "0.001")],
)
def test_each_quote_shows_an_eighth_of_the_volume_in_base_units_and_a_step_at_least(
    volume: str, unit: VolumeUnit, size: str
) -> None:
    bar = Bar(0, D(100), D(100), D(100), D(100), D(volume))
    quotes = bar_quotes(bar, length_ns=MINUTE_NS, settings=BarSettings(volume=unit))
    assert {each for quote in quotes for each in (quote.bid_size, quote.ask_size)} == {D(size)}


@given(st.lists(st.integers(1, 10**6), min_size=4, max_size=4), st.integers(1, 50))
def test_every_path_stays_on_the_grid_within_the_bar_and_fills_no_order_at_an_extreme(
    prices: list[int], spread: int
) -> None:
    low, first, close, high = sorted(prices)
    settings = BarSettings(tick=D(1), spread_ticks=spread)
    for start, end in ((first, close), (close, first)):
        bar = Bar(0, D(start), D(high), D(low), D(end), D(1))
        quotes = bar_quotes(bar, length_ns=MINUTE_NS, settings=settings)
        narrow = [quote for quote in quotes if quote.time_ns not in (1, 2)]
        assert {quote.ask - quote.bid for quote in narrow} == {spread}
        assert all(quote.bid >= 1 and quote.bid % 1 == 0 for quote in quotes)
        assert min(quote.bid for quote in quotes if quote.time_ns) <= low
        assert max(quote.ask for quote in quotes if quote.time_ns) >= high
        inside = [quote for quote in narrow if quote.time_ns not in (0, 3, 45 * NS)]
        if low < high:
            assert all(quote.ask > low and quote.bid < max(high, spread + 1) for quote in inside)
        assert [quote.time_ns for quote in quotes] == sorted({quote.time_ns for quote in quotes})


def bars(path: Path, *rows: str, header: str = HEADER) -> Path:
    return write_lines(path / "bars.csv", [header, *rows])


def row(minute: float, prices: str = "100,100,100,100,8") -> str:
    return f"{START_S + 60 * minute},{prices}"


def test_a_file_of_bars_is_a_feed_of_quotes(tmp_path: Path) -> None:
    messages = messages_of(bars(tmp_path, row(0), row(1)))
    assert [message.time_ns - START_S * NS for message in messages] == [15 * NS * each for each in range(8)]
    assert messages[0] == Quote(START_S * NS, D("99.9"), D(1), D("100.0"), D(1))


def test_the_length_of_the_bars_is_the_most_frequent_time_between_two_of_the_first_ones(tmp_path: Path) -> None:
    last = messages_of(bars(tmp_path, row(0), row(60), row(65)))[-1]
    assert last.time_ns == (START_S + 65 * 60) * NS + 3 * 75 * NS
    alone = messages_of(bars(tmp_path, row(0)))[-1]
    assert alone.time_ns == (START_S + 45) * NS


def test_binances_klines_are_bars_in_base_units(tmp_path: Path) -> None:
    kline = f"{START_S}000,100,100,100,100,8,{START_S + 59}999,800,5,4,400,0"
    path = bars(tmp_path, kline, header=KLINES)
    feed = open_feed(path, bars=BarSettings(volume=VolumeUnit.QUOTE))
    assert next(iter(feed.messages())) == Quote(START_S * NS, D("99.9"), D(1), D("100.0"), D(1))
    assert feed.offers == frozenset()


def test_what_is_missing_between_bars_and_what_is_assumed_is_said(tmp_path: Path) -> None:
    feed = open_feed(bars(tmp_path, row(0), row(1), row(5), row(7)))
    before = feed.remarks
    list(feed.messages())
    gaps = "2 gaps between the bars, the longest of 240 s after 2023-11-14 22:14:20; in a gap the market stands still."
    assert (before, feed.remarks) == ((ASSUMED,), (ASSUMED, gaps))
    one = open_feed(bars(tmp_path, row(0), row(1), row(3)))
    list(one.messages())
    assert one.remarks[1].startswith("One gap between the bars, the longest of 120 s after ")


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([row(0), row(1), row(1)], "bars.csv:4: The bar of this time is there twice."),
        (
            [row(0), row(1), row(2), row(2.5)],
            "bars.csv:5: The bar begins 30 s after the one before, which lasts 60 s.",
        ),
        ([row(0), row(2), row(1)], "bars.csv:4: Time goes backwards, from 1700000210000000000 to 1700000060000000000"),
        ([row(0, "100,99,98,99,8")], "bars.csv:2: Open 100 and close 99 are not between low 98 and high 99."),
        ([row(0, "100,101,98,97,8")], "bars.csv:2: Open 100 and close 97 are not between low 98 and high 101."),
        ([row(0, "100,100,100,100,-8")], "bars.csv:2: The volume -8 is negative."),
        ([row(0, "100,100,100,100")], "bars.csv:2: The row has 5 cells, the header 6."),
        ([row(0, "100,abc,100,100,8")], "bars.csv:2: 'abc' is not a number."),
    ],
    ids=["twice", "overlap", "backwards", "above the high", "below the low", "volume", "cells", "number"],
)
def test_what_is_no_bar_is_an_error_with_its_line(tmp_path: Path, rows: list[str], what: str) -> None:
    assert str(failure_of(bars(tmp_path, *rows))).startswith(what)


def test_bars_that_are_there_twice_or_late_can_be_left_out(tmp_path: Path) -> None:
    feed = open_feed(bars(tmp_path, row(0), row(1), row(1), row(0), row(2)), skip_bad_lines=True)
    assert len(list(feed.messages())) == 12
    assert (feed.bad_lines, feed.remarks) == (2, (ASSUMED,))


@pytest.mark.parametrize(
    ("prices", "reason"),
    [
        ("nan,100,100,100,8", "open is not finite: nan"),
        ("100,100,100,0,8", "close is not positive: 0"),
        ("100,100,,100,8", "low is missing"),
        ("100,100,100,100,", "volume is missing"),
    ],
)
def test_a_price_that_cannot_be_traded_on_is_bad_data_and_no_bad_line(tmp_path: Path, prices: str, reason: str) -> None:
    assert messages_of(bars(tmp_path, row(0, prices), row(1)))[0] == BadQuote(START_S * NS, reason)


def test_a_header_that_is_nearly_one_of_bars_says_what_is_missing(tmp_path: Path) -> None:
    what = "bars.csv:1: The header lacks columns timestamp, volume."
    assert str(failure_of(bars(tmp_path, "1,1,1,1", header="open,high,low,close"))).startswith(what)


def test_joined_files_may_repeat_the_header(tmp_path: Path) -> None:
    assert len(messages_of(bars(tmp_path, row(0), HEADER, row(1)))) == 8
