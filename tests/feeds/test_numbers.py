"""Numbers of feeds: exact, or unusable, or unreadable."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.feeds.bad_line import BadLine
from perpfsm.feeds.numbers import CACHED_MAX, PositiveNumbers, Unusable, to_decimal, to_text

POSITIVE = st.decimals(min_value="1e-20", max_value="1e20", places=20)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "is missing"),
        ("", "is missing"),
        ("  ", "is missing"),
        ("nan", "is not finite: nan"),
        ("NaN", "is not finite: NaN"),
        ("-Infinity", "is not finite: -Infinity"),
        ("inf", "is not finite: inf"),
        ("0", "is not positive: 0"),
        ("0.00", "is not positive: 0.00"),
        ("-0.5", "is not positive: -0.5"),
    ],
)
def test_a_number_that_cannot_be_traded_on_is_unusable(text: str | None, why: str) -> None:
    with pytest.raises(Unusable, match=f"^{why}$"):
        PositiveNumbers()[text]


@pytest.mark.parametrize(
    "text", ["abc", "1_000", "1 000", "1,5", "0x1F", "١٢", "1e9999", "--1", ".", "1.2.3", "snan", "9" * 41]
)
def test_what_is_no_number_is_a_bad_line(text: str) -> None:
    with pytest.raises(BadLine, match="is not a number"):
        PositiveNumbers()[text]


@pytest.mark.parametrize("text", ["1e31", "1e-31", "9" * 32, "1.00000000001e-30", "0e-900"])
def test_a_number_beyond_every_market_is_a_bad_line(text: str) -> None:
    with pytest.raises(BadLine, match="is out of range"):
        to_decimal(text)


def test_a_long_word_is_cut_in_the_message() -> None:
    with pytest.raises(BadLine) as caught:
        to_decimal("x" * 1000)
    assert caught.value.what == f"'{'x' * 40}…' is not a number."


def test_a_negative_number_and_zero_are_numbers() -> None:
    assert to_decimal("-0.0001") == Decimal("-0.0001")
    assert to_decimal("0e-9") == to_decimal("0e900") == 0


def test_the_cache_is_bounded_and_forgets_nothing_but_time() -> None:
    numbers = PositiveNumbers()
    values = [numbers[str(number)] for number in range(1, CACHED_MAX + 2)]
    assert values == list(range(1, CACHED_MAX + 2))
    assert len(numbers) == 1
    assert numbers["1"] == 1


def test_the_first_problem_of_several_fields_is_named() -> None:
    numbers = PositiveNumbers()
    assert numbers.problem((("bid", "1"), ("ask", ""), ("size", "0"))) == "ask is missing"
    assert numbers.problem((("bid", "1"),)) == ""


@given(POSITIVE)
def test_a_decimal_is_exactly_its_text(value: Decimal) -> None:
    numbers = PositiveNumbers()
    assert numbers[f"{value:f}"].as_tuple() == Decimal(f"{value:f}").as_tuple()
    assert numbers[str(value)] == value


@given(st.from_regex(r"\A-?[0-9]{1,40}(\.[0-9]{0,40})?(e[+-]?[0-9]{1,2})?\Z"))
def test_every_number_that_is_read_can_be_written_and_read_again(text: str) -> None:
    with suppress(BadLine):
        value = to_decimal(text)
        assert to_decimal(to_text(value)) == value
        assert "e" not in to_text(value).lower()
