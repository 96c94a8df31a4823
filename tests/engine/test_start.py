"""At the start: what is remembered is held against what the venue says (B15)."""

from decimal import Decimal

from perpfsm.engine.start import reconcile
from perpfsm.market.account import Account, OpenOrder
from perpfsm.market.order import CancelOrder, PlaceOrder
from perpfsm.market.position import Position
from perpfsm.market.working import OrderStatus
from tests.builders import BOTH, BUY, CLOSE, QUOTE, SELL, TAKE_PROFIT, leg, position, working
from tests.floor import Floor

FLAT = Account(Decimal(10_000), {BOTH: Position()})


def started(floor: Floor, account: Account) -> Floor:
    """Return the floor once the venue's side was heard."""
    reconcile(floor.session.state, account)
    floor.session.outbox.commands, commands = [], floor.session.outbox.commands
    asked = [approved.command for approved in commands]
    floor.sent.extend(each for each in asked if isinstance(each, PlaceOrder | CancelOrder))
    floor.records.extend(floor.session.outbox.take()[0])
    return floor


def test_nothing_happens_when_both_sides_agree() -> None:
    order = working("pf-1", TAKE_PROFIT, SELL, 101)
    floor = Floor(legs={BOTH: leg("closing", position(1, 99), reason="take_profit")}, orders=(order,))
    account = Account(Decimal(10_000), {BOTH: position(1, 99)}, (OpenOrder(order.order, order.remaining),))
    assert started(floor, account).records == []


def test_an_order_that_the_venue_does_not_have_is_gone() -> None:
    order = working("pf-1", TAKE_PROFIT, SELL, 101)
    floor = Floor(legs={BOTH: leg("closing", position(1, 99), reason="take_profit")}, orders=(order,))
    started(floor, Account(Decimal(10_000), {BOTH: position(1, 99)}))
    assert (floor.rows, floor.live()) == (["profit_gone"], [])


def test_a_cancel_that_was_not_confirmed_is_asked_for_again() -> None:
    order = working("pf-1", QUOTE, BUY, 99, status=OrderStatus.CANCELING)
    floor = Floor(orders=(order,))
    started(floor, Account(Decimal(10_000), {}, (OpenOrder(order.order, order.remaining),)))
    assert floor.news() == ["cancel buy quote"]


def test_an_order_whose_answer_was_lost_works_when_the_venue_has_it() -> None:
    order = working("pf-1", TAKE_PROFIT, SELL, 101, status=OrderStatus.UNKNOWN)
    floor = Floor(legs={BOTH: leg("closing", position(1, 99), reason="take_profit")}, orders=(order,))
    account = Account(Decimal(10_000), {BOTH: position(1, 99)}, (OpenOrder(order.order, order.remaining),))
    started(floor, account)
    assert floor.session.state.table.status("pf-1") is OrderStatus.WORKING


def test_a_position_that_differs_was_changed_by_another_hand() -> None:
    floor = Floor(legs={BOTH: leg("closing", position(1, 99), reason="stop_loss")})
    started(floor, FLAT)
    assert (floor.rows[-1], floor.closings) == ("closed_elsewhere", ["external"])


def test_a_position_that_is_found_is_adopted() -> None:
    floor = started(Floor(), Account(Decimal(10_000), {BOTH: position(1, 99)}))
    assert (floor.rows, floor.state) == (["opened_elsewhere"], "open")


def test_a_stop_whose_order_was_never_sent_is_sent_after_the_start() -> None:
    floor = Floor(legs={BOTH: leg("closing", position(1, 99), reason="stop_loss")})
    floor.quote(94, "94.2")
    assert floor.news()[-1].endswith("close")
    assert floor.live(CLOSE)
