import pytest

from perpfsm.market.side import LegName, PositionMode, Side


def test_the_sides_are_opposites_with_opposite_signs() -> None:
    assert (Side.BUY.opposite, Side.SELL.opposite) == (Side.SELL, Side.BUY)
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)


def test_one_way_has_one_leg_and_hedge_two() -> None:
    assert PositionMode.ONE_WAY.legs == (LegName.BOTH,)
    assert PositionMode.HEDGE.legs == (LegName.LONG, LegName.SHORT)


@pytest.mark.parametrize(
    ("leg", "sides"),
    [(LegName.BOTH, (Side.BUY, Side.SELL)), (LegName.LONG, (Side.BUY,)), (LegName.SHORT, (Side.SELL,))],
)
def test_a_leg_quotes_on_the_sides_that_open_it(leg: LegName, sides: tuple[Side, ...]) -> None:
    assert leg.opening_sides == sides
