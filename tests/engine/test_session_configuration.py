"""Live changes: in force at once, seen at the next refresh, journaled, and never in an exit (B5, B13, B16)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import LIVE
from perpfsm.engine.configuration import LiveParameter, live_parameters
from perpfsm.engine.records import ConfigurationRecord, RefusalRecord
from perpfsm.market.order import PlaceOrder
from tests.builders import CLOSE, LONG, QUOTE, SHORT, TAKE_PROFIT
from tests.floor import Floor
from tests.situations import HEDGE, PROFIT, TRAILING, entry, open_leg, opening, stopping, taking_profit


def live(floor: Floor, name: str) -> LiveParameter:
    return next(each for each in live_parameters(floor.session.state) if each.name == name)


def prices(orders: list[PlaceOrder]) -> list[Decimal | None]:
    return sorted((order.price for order in orders), key=str)


def exits(floor: Floor) -> list[PlaceOrder]:
    return [order for order in floor.placed if order.role.is_exit]


@pytest.mark.parametrize("machine", [PROFIT, TRAILING])
def test_a_changed_spread_is_quoted_at_the_next_refresh_although_the_tolerance_would_keep(machine: str) -> None:
    floor = opening(Floor(machine, order_refresh_tolerance_pct=10))
    floor.wait(10)
    assert floor.rows[-1] == "keep_quotes"

    floor.wait(3)
    sent = len(floor.sent)
    floor.configure(bid_spread="0.9")
    assert len(floor.sent) == sent
    floor.wait(7)

    assert floor.rows[-1] == "refresh"
    floor.confirm_cancels()
    assert floor.placed[-2].price == Decimal("99.1")
    floor.wait(10)
    assert floor.rows[-1] == "keep_quotes"


def test_a_change_is_journaled_with_who_and_what() -> None:
    floor = opening(Floor())
    floor.configure(bid_spread="0.9", order_levels=2)
    (record,) = floor.of(ConfigurationRecord)
    assert record == ConfigurationRecord(
        floor.now_ns, "a test", {"bid_spread": ("1", "0.9"), "order_levels": ("1", "2")}
    )


def test_what_is_in_force_already_is_no_change() -> None:
    floor = opening(Floor())
    floor.configure(bid_spread="1.0")
    assert floor.of(ConfigurationRecord) == []
    assert not floor.leg().quotes_outdated


def test_only_live_parameters_are_looked_at() -> None:
    floor = opening(Floor())
    before = floor.session.state.parameters
    floor.session.on_configuration(
        replace(before, leverage=2, stop_loss_spread=Decimal(50), ask_spread=Decimal(2)), "a test", floor.now_ns
    )
    assert floor.session.state.parameters == replace(before, ask_spread=Decimal(2))


def test_a_change_is_pending_until_the_leg_quotes() -> None:
    floor = opening(Floor())
    floor.configure(order_amount=2)
    assert live(floor, "order_amount") == LiveParameter("order_amount", Decimal(1), Decimal(2), ("BOTH",))
    floor.configure(order_amount=3)
    assert live(floor, "order_amount") == LiveParameter("order_amount", Decimal(1), Decimal(3), ("BOTH",))
    floor.wait(10)
    assert live(floor, "order_amount") == LiveParameter("order_amount", Decimal(3), None, ())
    assert [each.name for each in live_parameters(floor.session.state)] == list(LIVE)


def test_a_leg_that_holds_a_position_waits_while_the_other_quotes_on() -> None:
    floor = open_leg(Floor(mode=HEDGE))
    floor.configure(ask_spread=2)
    floor.wait(10)
    assert live(floor, "ask_spread") == LiveParameter("ask_spread", Decimal(1), Decimal(2), ("LONG",))
    assert floor.leg(LONG).quotes_outdated
    assert not floor.leg(SHORT).quotes_outdated


def test_a_shorter_delay_ends_a_wait_and_a_longer_one_lengthens_it() -> None:
    floor = Floor(filled_order_delay=60)
    stopping(floor)
    floor.fill(floor.one(CLOSE))
    floor.confirm_cancels()
    quotes = len([order for order in floor.placed if order.role is QUOTE])

    floor.configure(filled_order_delay=30)
    assert live(floor, "filled_order_delay") == LiveParameter("filled_order_delay", Decimal(30), None, ())
    floor.wait(20)
    floor.configure(filled_order_delay=40)
    floor.wait(19)
    assert len([order for order in floor.placed if order.role is QUOTE]) == quotes
    floor.wait(1)
    assert len([order for order in floor.placed if order.role is QUOTE]) == quotes + 2


def test_a_changed_delay_alone_replaces_no_quote() -> None:
    floor = opening(Floor())
    floor.configure(filled_order_delay=30)
    floor.wait(10)
    assert floor.rows[-1] == "keep_quotes"


@pytest.mark.parametrize(
    "changes",
    [
        {"order_amount": 5},
        {"bid_spread": "0.1", "ask_spread": "0.1"},
        {"order_levels": 4, "order_level_spread": "0.1"},
        {"filled_order_delay": 0},
    ],
)
def test_no_change_touches_an_exit(changes: dict[str, str | int]) -> None:
    floor = taking_profit(Floor())
    before = floor.one(TAKE_PROFIT)
    floor.configure(**changes)
    floor.wait(100)
    assert floor.one(TAKE_PROFIT) == before

    floor.quote(94, "94.2")
    floor.confirm_cancels()
    stop = floor.one(CLOSE)
    assert (stop.size, stop.price) == (before.size, Decimal("93.5"))


def test_a_stop_that_is_due_fires_on_a_change_too() -> None:
    floor = opening(Floor())
    floor.fill(entry(floor))
    floor.configure(order_amount=2)
    floor.quote(94, "94.2")
    assert exits(floor)[-1].reason == "stop_loss"


def test_a_refused_change_is_journaled_and_changes_nothing() -> None:
    floor = opening(Floor())
    before = floor.session.state.parameters
    floor.session.on_refused_change("change of the strategy file", "it is broken", floor.now_ns)
    floor.wait(0)
    assert floor.session.state.parameters == before
    assert floor.session.outbox.records == [
        RefusalRecord(floor.now_ns, "", "change of the strategy file", "it is broken")
    ]
