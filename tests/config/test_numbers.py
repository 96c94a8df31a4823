"""What is a number, and what to write instead."""

from decimal import Decimal

import pytest

from perpfsm.config.numbers import is_number, is_too_long, read_number, remedy_for


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-7", -7), ("0.10", Decimal("0.10")), ("1e3", Decimal("1E+3")), ("-2.5E-3", Decimal("-0.0025"))],
)
def test_what_json_calls_a_number_is_read_exactly(text: str, value: int | Decimal) -> None:
    read = read_number(text)

    assert is_number(text)
    assert not is_too_long(text)
    assert (type(read), str(read)) == (type(value), str(value))


@pytest.mark.parametrize(
    "text", ["", "+1", ".5", "5.", "017", "1_0", "0x1F", "1:30", ".nan", ".inf", "1 000", "\u0661"]
)
def test_what_json_does_not_call_a_number_is_none(text: str) -> None:
    assert not is_number(text)


@pytest.mark.parametrize("text", ["1" * 41, "1e21", "1e-21", "1e99999999999999999999999999"])
def test_a_number_has_bounds(text: str) -> None:
    assert is_number(text)
    assert is_too_long(text)


def test_what_is_no_number_is_out_of_bounds_too() -> None:
    assert is_too_long("ten")


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("1_000.5", "Write 1000.5, without underscores."),
        ("0x1F", "Write 31, in decimal digits."),
        ("0o17", "Write 15, in decimal digits."),
        ("-007.5", "Write -7.5, without leading zeros."),
        ("1:30", "Write 90; a colon makes no number."),
        ("1:00:00", "Write 3600; a colon makes no number."),
        ("-.INF", "Write a finite number."),
        ("+5", "Write 5, without a plus."),
        ("-.5", "Write -0.5."),
        ("5.", "Write 5."),
        ("1,000,000", "Write 1000000, without commas."),
        ("0,5", "Write 0.5, with a point."),
        ("10 s", "Write 10, without a unit."),
        ("5%", "Write 5, without a unit."),
        ("many", ""),
    ],
)
def test_a_near_miss_is_answered_with_what_to_write(text: str, remedy: str) -> None:
    assert remedy_for(text) == remedy
