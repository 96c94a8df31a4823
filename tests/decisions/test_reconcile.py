"""How far what works differs from what would be placed: tolerance (B5), minimum spread (B6), take-profit (B9)."""

from decimal import Decimal

import pytest

from perpfsm.decisions.quotes import QuoteLevel, QuotePlan
from perpfsm.decisions.reconcile import quote_distance_pct, quote_drift_pct, take_profit_mismatch, working_quotes
from perpfsm.market.ratio import Ratio
from perpfsm.market.side import Side
from perpfsm.market.working import OrderStatus, WorkingOrder
from tests.builders import BUY, CLOSE, QUOTE, SELL, TAKE_PROFIT, Number, working

BID = working("bid", QUOTE, BUY, "99.0")
ASK = working("ask", QUOTE, SELL, "101.0")
LEAVING = working("leaving", QUOTE, BUY, "98.0", status=OrderStatus.CANCELING)
EXIT = working("exit", TAKE_PROFIT, SELL, "105.0")


def plan(*levels: tuple[Side, Number]) -> QuotePlan:
    return QuotePlan(tuple(QuoteLevel(side, 0, Decimal(price), Decimal(1)) for side, price in levels))


def drift(orders: tuple[WorkingOrder, ...], planned: QuotePlan) -> Decimal | None:
    found = quote_drift_pct(orders, planned)
    return None if found is None else found.numerator / found.denominator


def test_working_quotes_are_quotes_that_nobody_has_cancelled() -> None:
    assert working_quotes((BID, LEAVING, EXIT, ASK)) == (BID, ASK)


def test_equal_quotes_have_not_drifted_b5() -> None:
    assert drift((BID, ASK), plan((BUY, "99.0"), (SELL, "101.0"))) == 0


def test_no_quotes_and_none_planned_have_not_drifted() -> None:
    assert drift((), plan()) == 0


def test_drift_is_the_largest_difference_in_percent_of_the_working_price_b5() -> None:
    assert drift((BID, ASK), plan((BUY, "98.01"), (SELL, "103.02"))) == 2
    assert drift((BID, ASK), plan((BUY, "101.97"), (SELL, "99.99"))) == 3


def test_quotes_are_paired_per_side_in_the_order_of_their_prices_b5() -> None:
    near, far = working("near", QUOTE, BUY, 100), working("far", QUOTE, BUY, 50)
    assert drift((near, far), plan((BUY, 100), (BUY, 51))) == 2
    assert drift((far, near), plan((BUY, 51), (BUY, 100))) == 2


@pytest.mark.parametrize(
    "planned", [plan(), plan((BUY, 99)), plan((BUY, 99), (BUY, 98), (SELL, 101)), plan((BUY, 99), (BUY, 101))]
)
def test_quotes_of_another_count_cannot_be_paired_so_they_are_refreshed_b5(planned: QuotePlan) -> None:
    assert quote_drift_pct((BID, ASK), planned) is None


def test_a_quote_that_is_being_cancelled_is_not_paired() -> None:
    assert drift((BID, LEAVING, ASK), plan((BUY, "99.0"), (SELL, "101.0"))) == 0


def test_the_distance_of_a_quote_is_percent_of_the_reference_price_b6() -> None:
    assert quote_distance_pct(BID, Decimal(100)) == Ratio(Decimal(100), Decimal(100))
    assert quote_distance_pct(ASK, Decimal(100)) == Ratio(Decimal(100), Decimal(100))


def test_the_distance_of_a_quote_that_the_market_has_passed_is_negative_b6() -> None:
    assert quote_distance_pct(BID, Decimal(98)).numerator < 0
    assert quote_distance_pct(ASK, Decimal(102)).numerator < 0


def test_an_order_without_a_price_is_at_the_reference_price() -> None:
    assert quote_distance_pct(working("m", CLOSE, SELL, None), Decimal(100)).numerator == 0


RIGHT = working("right", TAKE_PROFIT, SELL, 105, 2)
LEAVING_PROFIT = working("leaving", TAKE_PROFIT, SELL, 105, 2, status=OrderStatus.CANCELING)


@pytest.mark.parametrize(
    ("orders", "mismatch"),
    [
        ((RIGHT,), "none"),
        ((BID, RIGHT, LEAVING_PROFIT), "none"),
        ((working("a", TAKE_PROFIT, SELL, 105), working("b", TAKE_PROFIT, SELL, 105)), "none"),
        ((working("cut", TAKE_PROFIT, SELL, 105, 5, remaining=2),), "none"),
        ((), "differs"),
        ((LEAVING_PROFIT,), "differs"),
        ((working("price", TAKE_PROFIT, SELL, 106, 2),), "differs"),
        ((working("small", TAKE_PROFIT, SELL, 105, 1),), "differs"),
        ((working("large", TAKE_PROFIT, SELL, 105, 3),), "oversized"),
        ((RIGHT, working("second", TAKE_PROFIT, SELL, 106)), "oversized"),
    ],
)
def test_a_take_profit_belongs_at_one_price_for_the_whole_position_b9(
    orders: tuple[WorkingOrder, ...], mismatch: str
) -> None:
    assert take_profit_mismatch(orders, price=Decimal(105), size=Decimal(2)) == mismatch
