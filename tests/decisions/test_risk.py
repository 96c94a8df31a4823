"""Risk limits bind what adds exposure, and exits always pass (B18)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.decisions.approval import Approved, Refused
from perpfsm.decisions.parameters import RiskLimits
from perpfsm.decisions.risk import Exposure, price_of_loss, review
from perpfsm.market.order import CancelOrder, PlaceOrder, Role
from perpfsm.market.position import Position
from perpfsm.market.side import Side
from perpfsm.market.working import OrderStatus, WorkingOrder
from tests.builders import BUY, CLOSE, QUOTE, SELL, TAKE_PROFIT, Number, position, working

REFERENCE = Decimal(100)
NOTHING_GOES = RiskLimits(
    max_position=Decimal(0), max_order_notional=Decimal(0), max_orders_per_minute=0, max_loss=Decimal(0)
)


def order(side: Side = BUY, size: Number = 1, price: Number | None = 99, role: Role = QUOTE) -> PlaceOrder:
    return working("new", role, side, price, size).order


def exposure(held: Position | None = None, *orders: WorkingOrder, sent: int = 0) -> Exposure:
    return Exposure(held or position(), orders, sent)


def why(command: PlaceOrder, limits: RiskLimits, seen: Exposure) -> str:
    answer = review(command, limits, seen, reference=REFERENCE)
    if isinstance(answer, Approved):
        assert answer == Approved(command)
        return ""
    assert answer == Refused(command, answer.why)
    return answer.why


def test_without_limits_everything_passes() -> None:
    assert why(order(size=1_000_000), RiskLimits(), exposure(position(1_000_000), sent=1_000_000)) == ""


@pytest.mark.parametrize("role", [TAKE_PROFIT, CLOSE])
def test_an_exit_always_passes_b18(role: Role) -> None:
    assert why(order(SELL, role=role), NOTHING_GOES, exposure(position(5), sent=9)) == ""
    assert why(order(SELL, price=None, role=role), NOTHING_GOES, exposure(position(5), sent=9)) == ""


def test_a_cancel_always_passes_b18() -> None:
    cancel = CancelOrder("old")
    assert review(cancel, NOTHING_GOES, exposure(sent=9), reference=REFERENCE) == Approved(cancel)


MAX_3 = RiskLimits(max_position=Decimal(3))
LEAVING = working("leaving", QUOTE, BUY, 98, status=OrderStatus.CANCELING)


@pytest.mark.parametrize(
    ("command", "seen"),
    [
        (order(size=3), exposure()),
        (order(size=1), exposure(position(2))),
        (order(SELL, size=3), exposure(position(0))),
        (order(SELL, size=5), exposure(position(2))),  # reaches 3 short
        (order(size=1), exposure(position(1), working("a", QUOTE, BUY, 98, 5, remaining=1))),
        (order(size=3), exposure(position(), working("ask", QUOTE, SELL, 101, 9))),
        (order(size=3), exposure(position(), working("exit", CLOSE, BUY, 101, 9))),
        (order(size=3), exposure(position(), working("new", QUOTE, BUY, 99, 3))),  # itself, already in the table
    ],
)
def test_what_keeps_the_position_within_its_maximum_passes_b18(command: PlaceOrder, seen: Exposure) -> None:
    assert why(command, MAX_3, seen) == ""


@pytest.mark.parametrize(
    ("command", "seen"),
    [
        (order(size=4), exposure()),
        (order(size=2), exposure(position(2))),
        (order(SELL, size=2), exposure(position(-2))),
        (order(size=1), exposure(position(2), working("a", QUOTE, BUY, 98))),
        (order(size=1), exposure(position(2), LEAVING)),
    ],
)
def test_position_working_and_unconfirmed_cancelled_orders_count_b18(command: PlaceOrder, seen: Exposure) -> None:
    assert why(command, MAX_3, seen) == "the position could reach 4, risk.max_position is 3"


def test_an_order_may_not_be_larger_than_the_largest_notional_b18() -> None:
    limits = RiskLimits(max_order_notional=Decimal(198))
    assert why(order(size=2), limits, exposure()) == ""
    assert why(order(size=3), limits, exposure()) == "notional 297 is above risk.max_order_notional 198"


def test_an_order_without_a_price_is_measured_at_the_reference_price() -> None:
    limits = RiskLimits(max_order_notional=Decimal(99))
    assert why(order(price=None), limits, exposure()) == "notional 100 is above risk.max_order_notional 99"


def test_no_more_orders_leave_within_a_minute_than_allowed_b18() -> None:
    limits = RiskLimits(max_orders_per_minute=2)
    assert why(order(), limits, exposure(sent=1)) == ""
    assert (
        why(order(), limits, exposure(sent=2))
        == "2 opening orders left within a minute, risk.max_orders_per_minute is 2"
    )


def test_the_first_limit_that_binds_gives_the_reason() -> None:
    assert why(order(), NOTHING_GOES, exposure()) == "the position could reach 1, risk.max_position is 0"


@given(
    size=st.integers(-50, 50).filter(bool).map(Decimal),
    entry=st.integers(1, 1_000).map(Decimal),
    loss=st.integers(-500, 500).map(Decimal),
)
def test_at_the_price_of_a_loss_the_open_pnl_is_that_loss(size: Decimal, entry: Decimal, loss: Decimal) -> None:
    held = position(size, entry)
    assert abs(held.open_pnl(price_of_loss(held, loss)) + loss) < Decimal("1e-40")
