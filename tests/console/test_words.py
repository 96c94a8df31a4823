"""Numbers and times as they are written."""

from decimal import Decimal

import pytest

from perpfsm.console import words
from perpfsm.market.instrument import Instrument
from tests.console.values import BTC, NOW

D = Decimal


@pytest.mark.parametrize(
    ("grid", "count"), [("0.1", 1), ("0.10", 1), ("0.5", 1), ("1", 0), ("10", 0), ("1E+3", 0), ("1E-8", 8)]
)
def test_decimals_are_those_that_the_grid_needs(grid: str, count: int) -> None:
    assert words.decimals(D(grid)) == count


def test_prices_keep_the_tick_and_sizes_the_step() -> None:
    shiba = Instrument("SHIB-USDT", tick=D("0.00000001"), step=D(1), size_min=D(1))
    assert words.price(D("60000"), BTC) == "60,000.0"
    assert words.price(D("0.00001234"), shiba) == "0.00001234"
    assert words.size(D("0.01"), BTC) == "0.010"
    assert words.size(D("123456789012345678"), shiba) == "123,456,789,012,345,678"


def test_a_size_off_the_step_grid_is_not_rounded_away() -> None:
    assert [words.exact_size(D(size), BTC) for size in ("0.0007", "0.01", "0", "12")] == [
        "0.0007",
        "0.010",
        "0.000",
        "12.000",
    ]
    assert [words.mean_size(D(size), BTC) for size in ("0.00071234", "0.0421", "0E-8")] == ["0.00071", "0.042", "0.000"]


def test_a_symbol_names_both_currencies() -> None:
    assert (words.base(BTC), words.quoted(BTC)) == ("BTC", "USDT")


@pytest.mark.parametrize(
    ("amounts", "places"),
    [
        ([], 2),
        (["0"], 2),
        (["0.00000012"], 8),
        (["0.0099"], 8),
        (["0.01"], 4),
        (["0", "-99.9"], 4),
        (["-100"], 2),
        (["1E+30"], 2),
    ],
)
def test_the_largest_amount_decides_the_decimals(amounts: list[str], places: int) -> None:
    assert words.money_places(*map(D, amounts)) == places


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234.5", "+1,234.50"),
        ("-0.005", "0.00"),
        ("-0.006", "-0.01"),
        ("-0", "0.00"),
        ("0", "0.00"),
        ("1E+30", "+1,000,000,000,000,000,000,000,000,000,000.00"),
    ],
)
def test_a_gain_is_signed_and_what_rounds_to_zero_is_not(value: str, text: str) -> None:
    assert words.signed(D(value), 2) == text


def test_an_amount_has_a_minus_only() -> None:
    assert [words.money(D(value), 2) for value in ("12", "-12", "-0.001")] == ["12.00", "-12.00", "0.00"]


def test_percentages_have_at_most_three_decimals() -> None:
    assert words.percent(D("33.333333")) == "33.3 %"
    assert words.signed_percent(D("0.20499")) == "+0.205 %"
    assert words.distance(D(99), reference=D(100)) == "-1.000 %"
    assert words.distance(D(10**9), reference=D(1)) == "> 999 %"


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (999_999, "0 ms"),
        (250_000_000, "250 ms"),
        (1_950_000_000, "1.9 s"),
        (59_999_999_999, "59.9 s"),
        (60 * 10**9, "1 min 00 s"),
        (3_599 * 10**9, "59 min 59 s"),
        (3_600 * 10**9, "1 h 00 min"),
        (90_000 * 10**9, "1 d 01 h"),
        (2**63 - 1, "106,751 d 23 h"),
    ],
)
def test_a_duration_shows_its_two_largest_units(time_ns: int, text: str) -> None:
    assert words.duration(time_ns) == text


def test_times_are_utc() -> None:
    assert words.date_and_time(NOW) == "2024-08-08 07:00:00"
    assert words.time_of_day(NOW + 7_999_999) == "07:00:00.007"
    assert words.date_and_time(2**63 - 1) == "2262-04-11 23:47:16"


def test_a_count_agrees_with_its_noun() -> None:
    assert [words.counted(count, "fill") for count in (0, 1, 1234)] == ["0 fills", "1 fill", "1,234 fills"]
    assert words.counted(2, "entry", "entries") == "2 entries"
