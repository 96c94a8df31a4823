"""The table of our orders (DESIGN §5)."""

from decimal import Decimal

import pytest

from perpfsm.engine import orders
from perpfsm.engine.orders import OrderTable
from perpfsm.market.working import OrderStatus
from tests.builders import BOTH, BUY, CLOSE, LONG, NOW, QUOTE, SELL, SHORT, TAKE_PROFIT, working

BID = working("pf-1", QUOTE, BUY, 99)


def test_an_order_that_was_sent_is_pending_and_found() -> None:
    table = OrderTable()
    table.sent(BID.order, NOW)
    assert list(table.live()) == [working("pf-1", QUOTE, BUY, 99, status=OrderStatus.PENDING)]
    assert (table.find("pf-1"), table.status("pf-1")) == (BID.order, OrderStatus.PENDING)
    assert table.find("pf-2") is None
    assert table.status("pf-2") is None


def test_orders_are_given_by_leg_oldest_first() -> None:
    long, short = (working(f"pf-{name}", QUOTE, BUY, 99, name=name) for name in (LONG, SHORT))
    table = OrderTable((short, long))
    assert table.of_leg(LONG) == (long,)
    later = working("pf-3", CLOSE, SELL, 98, name=LONG, status=OrderStatus.PENDING)
    table.sent(later.order, NOW)
    assert table.of_leg(LONG) == (long, later)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OrderStatus.WORKING, OrderStatus.PARTLY_FILLED),
        (OrderStatus.PENDING, OrderStatus.PARTLY_FILLED),
        (OrderStatus.CANCELING, OrderStatus.CANCELING),
        (OrderStatus.UNKNOWN, OrderStatus.UNKNOWN),
    ],
)
def test_a_partial_fill_leaves_the_rest_live(before: OrderStatus, after: OrderStatus) -> None:
    table = OrderTable((working("pf-1", QUOTE, BUY, 99, status=before),))
    table.filled("pf-1", Decimal("0.4"))
    assert list(table.live()) == [working("pf-1", QUOTE, BUY, 99, status=after, remaining="0.6")]


def test_a_filled_order_is_finished_and_still_found_for_a_late_fill() -> None:
    table = OrderTable((BID,))
    table.filled("pf-1", Decimal(1))
    table.filled("pf-1", Decimal(1))
    table.move("pf-1", OrderStatus.CANCELED)
    assert (list(table.live()), table.find("pf-1")) == ([], BID.order)


def test_only_so_many_finished_orders_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "FINISHED_KEPT", 2)
    table = OrderTable(working(f"pf-{number}", QUOTE, BUY, 99) for number in range(3))
    for number in range(3):
        table.move(f"pf-{number}", OrderStatus.EXPIRED)
    assert [table.find(f"pf-{number}") is None for number in range(3)] == [True, False, False]


def test_an_order_waits_for_what_is_unconfirmed_of_its_own_kind_on_its_own_side() -> None:
    table = OrderTable(
        (
            working("canceling", QUOTE, BUY, 99, status=OrderStatus.CANCELING),
            working("unknown", QUOTE, BUY, 99, status=OrderStatus.UNKNOWN),
            working("working", QUOTE, BUY, 99),
            working("other-side", QUOTE, SELL, 101, status=OrderStatus.CANCELING),
            working("exit", TAKE_PROFIT, SELL, 101, status=OrderStatus.CANCELING),
        )
    )
    assert table.blockers(BOTH, BID.order) == {"canceling", "unknown"}
    assert table.blockers(BOTH, working("new", CLOSE, SELL, 98).order) == {"exit"}
    assert table.blockers(LONG, BID.order) == set()


def test_a_held_order_is_released_by_the_last_confirmation_or_by_its_moment() -> None:
    blocker = working("old", CLOSE, SELL, 98, status=OrderStatus.CANCELING)
    table = OrderTable((blocker,))
    waiting, timed = working("pf-2", QUOTE, BUY, 99).order, working("pf-3", CLOSE, SELL, 98).order
    table.hold(waiting, frozenset({"old"}), now_ns=NOW, due_ns=None)
    assert table.next_release_ns() is None
    table.hold(timed, frozenset({"old"}), now_ns=NOW, due_ns=NOW + 5)
    assert (table.next_release_ns(), table.released(NOW + 4), table.released(NOW + 5)) == (NOW + 5, [], [timed])
    table.move("old", OrderStatus.CANCELED)
    assert table.released(NOW) == [waiting, timed]
    table.sent(timed, NOW)
    table.move("pf-2", OrderStatus.CANCELED)
    assert (table.released(NOW), table.next_release_ns()) == ([], None)
