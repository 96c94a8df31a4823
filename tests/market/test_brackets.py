from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from perpfsm.market.brackets import (
    BRACKETS,
    Bracket,
    bracket_of,
    flaws,
    leverage_max,
    maintenance_margin,
    notional_max,
)
from perpfsm.market.position import Position

TWO = (
    Bracket(Decimal(0), Decimal(1000), 20, Decimal("0.01")),
    Bracket(Decimal(1000), Decimal(5000), 10, Decimal("0.02"), Decimal(10)),
)


@pytest.mark.parametrize(("notional", "number"), [(0, 0), (1000, 0), (1001, 1), (5000, 1), (9000, 1)])
def test_a_notional_falls_into_the_bracket_whose_cap_it_does_not_exceed(notional: int, number: int) -> None:
    assert bracket_of(Decimal(notional), TWO) is TWO[number]


def test_maintenance_is_a_rate_of_the_notional_less_an_amount() -> None:
    assert maintenance_margin(Position(Decimal(5), Decimal(400)), Decimal(100), TWO) == 5
    assert maintenance_margin(Position(Decimal(-20), Decimal(-400)), Decimal(100), TWO) == 30


def test_maintenance_does_not_jump_between_brackets() -> None:
    for lower, upper in pairwise(BRACKETS):
        edge = upper.notional_floor
        below = edge * lower.maintenance_rate - lower.maintenance_amount
        assert edge * upper.maintenance_rate - upper.maintenance_amount == below


@pytest.mark.parametrize(("notional", "leverage"), [(0, 20), (1000, 20), (1001, 10), (5000, 10), (5001, 0)])
def test_more_notional_is_offered_less_leverage_and_none_beyond_the_table(notional: int, leverage: int) -> None:
    assert leverage_max(Decimal(notional), TWO) == leverage


@pytest.mark.parametrize(("leverage", "notional"), [(1, 5000), (10, 5000), (11, 1000), (20, 1000), (21, 0)])
def test_more_leverage_is_offered_less_notional_and_none_beyond_the_highest(leverage: int, notional: int) -> None:
    assert notional_max(leverage, TWO) == notional


def test_the_default_table_has_no_flaw() -> None:
    assert list(flaws(BRACKETS)) == []
    assert list(flaws(TWO)) == []


@pytest.mark.parametrize(
    ("row", "change", "found"),
    [
        (0, {"notional_floor": Decimal(1)}, [(0, "notional_floor", "0")]),
        (0, {"maintenance_amount": Decimal(1)}, [(0, "maintenance_amount", "0"), (1, "maintenance_amount", "11.00")]),
        (1, {"notional_cap": Decimal(1000)}, [(1, "notional_cap", "more than 1000")]),
        (1, {"leverage_max": 20}, [(1, "leverage_max", "less than 20")]),
        (
            1,
            {"maintenance_rate": Decimal("0.01")},
            [(1, "maintenance_rate", "more than 0.01"), (1, "maintenance_amount", "0.00")],
        ),
        (1, {"maintenance_amount": Decimal(9)}, [(1, "maintenance_amount", "10.00")]),
    ],
)
def test_a_flaw_of_a_table_is_named_with_what_fits(
    row: int, change: dict[str, Decimal | int], found: list[tuple[int, str, str]]
) -> None:
    table = list(TWO)
    table[row] = replace(table[row], **change)  # type: ignore[arg-type]  # one field of either type
    assert list(flaws(table)) == found
