from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from perpfsm.market.arithmetic import EXACT
from perpfsm.market.brackets import BRACKETS, Bracket
from perpfsm.market.liquidation import NO_LIQUIDATION, LiquidationPrices, is_liquidated, liquidation_prices
from perpfsm.market.position import Position
from perpfsm.market.ratio import Ratio

TICK = Decimal("0.1")
ONE = (Bracket(Decimal(0), Decimal(10**9), 100, Decimal("0.01")),)
TWO = (
    Bracket(Decimal(0), Decimal(1000), 20, Decimal("0.01")),
    Bracket(Decimal(1000), Decimal(5000), 10, Decimal("0.02"), Decimal(10)),
)
TABLES = st.sampled_from([ONE, TWO, BRACKETS])


def position(size: str, entry: str) -> Position:
    return Position(Decimal(size), Decimal(size) * Decimal(entry))


def test_a_long_is_liquidated_where_its_margin_is_down_to_maintenance() -> None:
    # margin 10 + (p - 100) = 0.01 p, so p = 90 / 0.99
    prices = liquidation_prices(Decimal(10), [position("1", "100")], ONE)
    assert prices == LiquidationPrices(low=Ratio(Decimal(90), Decimal("0.99")))
    assert (prices.low_on_grid(TICK), prices.high_on_grid(TICK)) == (Decimal("90.9"), None)


def test_a_short_is_liquidated_where_its_margin_is_down_to_maintenance() -> None:
    # margin 10 + (100 - p) = 0.01 p, so p = 110 / 1.01
    prices = liquidation_prices(Decimal(10), [position("-1", "100")], ONE)
    assert prices == LiquidationPrices(high=Ratio(Decimal(110), Decimal("1.01")))
    assert (prices.low_on_grid(TICK), prices.high_on_grid(TICK)) == (None, Decimal("109.0"))


def test_maintenance_down_to_zero_liquidates_already() -> None:
    prices = liquidation_prices(Decimal("10.9"), [position("1", "100")], ONE)
    assert prices.low_on_grid(TICK) == Decimal("90.0")  # exactly: 10.9 - 10 = 0.01 * 90
    assert prices.reached_at(Decimal("90.0"))
    assert not prices.reached_at(Decimal("90.1"))


def test_the_bracket_is_the_one_at_the_liquidation_price_not_the_one_at_entry() -> None:
    # 12 bought at 100 are in the second bracket, and at 80 in the first: 240 + 12 (p - 100) = 0.01 * 12 p
    prices = liquidation_prices(Decimal(240), [position("12", "100")], TWO)
    assert prices.low == Ratio(Decimal(960), Decimal("11.88"))


def test_a_position_with_enough_cash_behind_it_falls_to_zero_without_liquidation() -> None:
    prices = liquidation_prices(Decimal(100), [position("1", "100")], ONE)
    assert prices.low_on_grid(TICK) is None
    assert not prices.reached_at(TICK)


def test_a_short_that_is_lost_at_any_price_is_so_from_the_first_tick() -> None:
    prices = liquidation_prices(Decimal(-200), [position("-1", "100")], ONE)
    assert prices.high_on_grid(TICK) == TICK


def test_nothing_open_is_never_liquidated() -> None:
    assert liquidation_prices(Decimal(-5), [Position(), Position()], ONE) == NO_LIQUIDATION
    assert not is_liquidated(Decimal(-5), [Position()], Decimal(100), ONE)
    assert not NO_LIQUIDATION.reached_at(Decimal(100))


def test_hedge_legs_protect_each_other_until_their_maintenance_grows_beyond_the_wallet() -> None:
    legs = [position("1", "100"), position("-1", "110")]
    prices = liquidation_prices(Decimal(10), legs, ONE)
    # Both together are worth 10 at any price, and 10 + 10 = 0.02 p.
    assert prices == LiquidationPrices(high=Ratio(Decimal(20), Decimal("0.02")))


def test_the_larger_hedge_leg_decides_the_direction() -> None:
    prices = liquidation_prices(Decimal(10), [position("3", "100"), position("-1", "100")], ONE)
    # 10 + 2 (p - 100) = 0.04 p
    assert prices == LiquidationPrices(low=Ratio(Decimal(190), Decimal("1.96")))


def test_a_hedge_that_neither_gains_nor_loses_with_the_mark_is_lost_everywhere_or_nowhere() -> None:
    legs = [position("101", "100"), position("-99", "100")]
    assert liquidation_prices(Decimal(200), legs, ONE) == LiquidationPrices(at_any=True)
    assert liquidation_prices(Decimal(200), legs, ONE).reached_at(Decimal(1))
    assert liquidation_prices(Decimal(201), legs, ONE) == NO_LIQUIDATION


SIZES = st.decimals("0", "50", places=3)
ENTRIES = st.decimals("1", "200", places=1)
MARKS = st.decimals("0.1", "400", places=1)


def exactly(cash: Decimal, positions: list[Position], mark: Decimal, brackets: tuple[Bracket, ...]) -> bool:
    """Return what the rule says, in fractions and by looking the bracket up."""
    equity, needed = Fraction(cash), Fraction(0)
    for held in positions:
        notional = abs(Fraction(held.size)) * Fraction(mark)
        row = [bracket for bracket in brackets if notional > bracket.notional_floor or not bracket.notional_floor][-1]
        equity += Fraction(held.size) * Fraction(mark) - Fraction(held.cost)
        needed += notional * Fraction(row.maintenance_rate) - Fraction(row.maintenance_amount)
    return any(held.size for held in positions) and equity <= needed


@given(
    cash=st.decimals("-100", "3000", places=2),
    longs=st.tuples(SIZES, ENTRIES),
    shorts=st.tuples(SIZES, ENTRIES),
    mark=MARKS,
    brackets=TABLES,
)
@example(Decimal(10), (Decimal(1), Decimal(100)), (Decimal(0), Decimal(1)), Decimal("90.9"), ONE)
@example(Decimal(10), (Decimal(1), Decimal(100)), (Decimal(0), Decimal(1)), Decimal(91), ONE)
def test_the_closed_form_says_of_every_mark_what_the_rule_says(
    cash: Decimal,
    longs: tuple[Decimal, Decimal],
    shorts: tuple[Decimal, Decimal],
    mark: Decimal,
    brackets: tuple[Bracket, ...],
) -> None:
    legs = [Position(longs[0], longs[0] * longs[1]), Position(-shorts[0], -shorts[0] * shorts[1])]
    with localcontext(EXACT):
        prices = liquidation_prices(cash, legs, brackets)
        expected = exactly(cash, legs, mark, brackets)
        assert prices.reached_at(mark) == expected
        assert is_liquidated(cash, legs, mark, brackets) == expected


@given(cash=st.decimals("0", "500", places=2), size=SIZES.filter(bool), entry=ENTRIES, brackets=TABLES)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_price_on_the_grid_is_the_first_tick_that_liquidates(
    sign: int, cash: Decimal, size: Decimal, entry: Decimal, brackets: tuple[Bracket, ...]
) -> None:
    held = Position(sign * size, sign * size * entry)
    with localcontext(EXACT):
        prices = liquidation_prices(cash, [held], brackets)
        price = prices.low_on_grid(TICK) if sign > 0 else prices.high_on_grid(TICK)
        if price is None:
            assert not is_liquidated(cash, [held], TICK, brackets)
        else:
            assert is_liquidated(cash, [held], price, brackets)
            assert price == TICK or not is_liquidated(cash, [held], price + sign * TICK, brackets)
