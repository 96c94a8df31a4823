"""How values and names appear in findings."""

from decimal import Decimal

import pytest

from perpfsm.config.wording import did_you_mean, listed, plain, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (60000, "60000"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.50"), "0.5"),
        ([], "an empty list"),
        ([1], "a list"),
        ({}, "an empty mapping"),
        ({"a": 1}, "a mapping"),
        ("", '""'),
        ("two\nlines\x1b[31m", "two\\nlines\\x1b[31m"),
        ("x" * 70, "x" * 59 + "…"),
    ],
)
def test_a_value_is_shown_on_one_line_and_harmlessly(value: object, text: str) -> None:
    assert shown(value) == text


def test_prices_are_grouped_by_thousands_where_people_read_them() -> None:
    assert (plain(Decimal("60000.50"), grouped=True), plain(60000), plain(Decimal("-1E-8"))) == (
        "60,000.5",
        "60000",
        "-0.00000001",
    )


def test_names_are_listed_as_in_a_sentence() -> None:
    assert (listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b"], "and")) == ("a", "a, b or c", "a and b")


@pytest.mark.parametrize(
    ("name", "known", "remedy"),
    [
        ("Bid_Spred", ["bid_spread", "ask_spread"], "Did you mean bid_spread?"),
        ("binance", ["paper", "binance_perpetual"], "Did you mean binance_perpetual?"),
        ("max_pos", ["max_loss", "max_position", "max_position_age"], "Did you mean max_position?"),
        ("xx", ["a", "b", "a"], "Use a or b."),
        ("xx", [str(number) for number in range(15)], ""),
        ("xx", [], ""),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_one(name: str, known: list[str], remedy: str) -> None:
    assert did_you_mean(name, known) == remedy
