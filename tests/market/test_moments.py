from decimal import Decimal

from perpfsm.market.moments import age_s, later


def test_an_age_is_exact_seconds_and_undefined_without_a_moment() -> None:
    age = age_s(2_500_000_001, 1_000_000_000)
    assert age is not None
    assert age.rounded(9) == Decimal("1.500000001")
    assert age_s(5, None) is None


def test_a_later_moment_is_rounded_up_so_that_its_age_has_been_reached() -> None:
    assert later(5, Decimal("0.5")) == 500_000_005
    assert later(5, Decimal("0.0000000001")) == 6
    assert later(5, Decimal(0)) == 5
