from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.market.ratio import Ratio

NUMBERS = st.decimals("-1000000", "1000000", places=6)
TICKS = st.sampled_from([Decimal(text) for text in ("0.1", "0.5", "0.3", "1", "10")])


@pytest.mark.parametrize(
    ("numerator", "floor", "ceiling"), [("1", "0.3", "0.4"), ("0.9", "0.3", "0.3"), ("-1", "-0.4", "-0.3")]
)
def test_a_quotient_goes_onto_the_grid_outward(numerator: Decimal, floor: str, ceiling: str) -> None:
    third = Ratio(Decimal(numerator), Decimal(3))
    assert third.floor_to(Decimal("0.1")) == Decimal(floor)
    assert third.ceil_to(Decimal("0.1")) == Decimal(ceiling)


def test_a_quotient_is_rounded_only_for_reading() -> None:
    assert str(Ratio(Decimal(2), Decimal(3)).rounded()) == "0.666667"
    assert str(Ratio(Decimal(2)).rounded(2)) == "2.00"


@given(numerator=NUMBERS, denominator=NUMBERS.filter(lambda number: number > 0), tick=TICKS)
def test_floor_and_ceiling_enclose_the_exact_quotient(numerator: Decimal, denominator: Decimal, tick: Decimal) -> None:
    ratio, exact = Ratio(numerator, denominator), Fraction(numerator) / Fraction(denominator)
    floor, ceiling = Fraction(ratio.floor_to(tick)), Fraction(ratio.ceil_to(tick))
    assert floor <= exact <= ceiling
    assert ceiling - floor in {0, Fraction(tick)}
    assert (floor == ceiling) == ((exact / Fraction(tick)).denominator == 1)
