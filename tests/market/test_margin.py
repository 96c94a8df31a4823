from decimal import Decimal

from perpfsm.market.margin import free_isolated, free_margin, isolated_margin, margin_after, order_margin
from perpfsm.market.position import Position

LONG = Position(Decimal(1), Decimal(100))
SHORT = Position(Decimal(-1), Decimal(-100))


def margin(fee_rate: str) -> Decimal:
    return order_margin(Decimal(100), Decimal(2), leverage=10, fee_rate=Decimal(fee_rate))


def free(*positions: Position, prices: tuple[Decimal, Decimal] | None = None, reserved: int = 0) -> Decimal:
    return free_margin(Decimal(1000), positions, prices=prices, reserved=Decimal(reserved), leverage=10)


def prices(bid: int, ask: int) -> tuple[Decimal, Decimal]:
    return Decimal(bid), Decimal(ask)


def test_an_opening_order_ties_up_notional_by_leverage_and_its_fee() -> None:
    assert margin("0.0005") == Decimal("20.1")


def test_a_rebate_ties_up_nothing_and_frees_nothing() -> None:
    assert margin("-0.0001") == 20


def test_an_empty_account_is_free_but_for_what_orders_reserve() -> None:
    assert free() == 1000
    assert free(Position(), reserved=30) == 970


def test_a_position_ties_up_its_cost_by_leverage_before_the_first_quote() -> None:
    assert free(LONG) == 990
    assert free(SHORT) == 990


def test_an_open_loss_is_not_free_and_an_open_profit_not_yet() -> None:
    assert free(LONG, prices=prices(95, 96)) == 985
    assert free(LONG, prices=prices(105, 106)) == 990
    assert free(SHORT, prices=prices(104, 105)) == 985
    assert free(SHORT, prices=prices(94, 95)) == 990


def test_a_long_is_valued_at_the_bid_and_a_short_at_the_ask() -> None:
    assert free(LONG, SHORT, prices=prices(99, 101)) == 978


def test_free_margin_can_be_negative() -> None:
    assert free(reserved=1001) == -1


def test_isolated_margins_are_not_free_and_open_losses_bind_nothing() -> None:
    assert free_isolated(Decimal(1000), [Decimal(10), Decimal(20)], reserved=Decimal(5)) == 965


def test_an_isolated_position_is_given_its_cost_by_leverage() -> None:
    assert isolated_margin(LONG, 10) == 10
    assert isolated_margin(SHORT, 3) == Decimal("33.33333333")


def test_what_is_added_brings_its_own_margin() -> None:
    after = Position(Decimal(3), Decimal(320))
    assert margin_after(Decimal(8), LONG, after, leverage=10) == 30  # 8 was left of 10 after funding


def test_a_part_that_is_closed_gives_back_its_share_and_flat_gives_back_all() -> None:
    third = Position(Decimal("-0.3"), Decimal(-30))
    assert margin_after(Decimal(10), SHORT, third, leverage=10) == 3
    assert margin_after(
        Decimal(1), Position(Decimal(3), Decimal(30)), Position(Decimal(2), Decimal(20)), leverage=5
    ) == (Decimal("0.66666667"))
    assert margin_after(Decimal(10), SHORT, Position(), leverage=10) == 0
