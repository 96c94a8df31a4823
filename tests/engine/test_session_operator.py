"""Pause, resume, stop and flatten, and what the venue or another hand does to a position (B14, B19)."""

from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import RiskLimits
from perpfsm.engine.records import ClosingRecord, OrderRecord, PositionRecord
from perpfsm.market.account_setting import SetLeverage, SettingChanged, SettingRefused
from perpfsm.market.stop import StopTriggered
from tests.builders import BUY, CLOSE, LONG, NOW, QUOTE, SELL, SHORT, TAKE_PROFIT, position
from tests.floor import FEE, Floor
from tests.situations import (
    HEDGE,
    PROFIT,
    TRAILING,
    entry,
    open_leg,
    open_long,
    opening,
    stopping,
    taking_profit,
)


@pytest.mark.parametrize("action", ["pause", "stop"])
def test_quotes_are_pulled_and_none_follow(action: str) -> None:
    floor = opening(Floor())
    floor.news()
    floor.operate(action)
    floor.wait(3_600)
    assert floor.news() == ["cancel buy quote", "cancel sell quote"]
    assert floor.acts == [(action, "operator")]


def test_resuming_quotes_again_but_not_after_a_stop() -> None:
    floor = opening(Floor())
    floor.operate("pause")
    floor.confirm_cancels()
    floor.news()
    floor.operate("resume")
    assert floor.news() == ["buy 1 @ 99.0 quote", "sell 1 @ 101.0 quote"]
    floor.operate("stop")
    floor.confirm_cancels()
    floor.news()
    floor.operate("resume")
    assert (floor.news(), floor.session.state.quoting_status()) == ([], "stopping")


@pytest.mark.parametrize("situation", [open_long, taking_profit, stopping])
def test_a_stop_of_the_program_leaves_positions_and_their_exits(situation: object) -> None:  # B19
    floor = situation(Floor())  # type: ignore[operator]
    before = floor.live()
    floor.operate("stop")
    assert (floor.news(), floor.live()) == ([], before)


def test_flatten_closes_at_market_with_its_reason_and_goes_on_quoting() -> None:
    floor = taking_profit(Floor(filled_order_delay=5))
    floor.operate("flatten")
    assert floor.news() == ["cancel sell take_profit", "sell 1 at market close"]
    floor.fill(floor.one(CLOSE))
    assert floor.closings == ["flatten"]
    floor.wait(5)
    assert floor.state == "opening"


def test_flatten_does_not_touch_a_stop() -> None:
    floor = stopping(Floor())
    floor.operate("flatten")
    assert (floor.news(), floor.leg().exit_reason) == ([], "stop_loss")


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(ValueError, match="dance"):
        Floor().operate("dance")


def test_a_liquidation_is_booked_and_halts_until_an_operator_resumes() -> None:
    floor = taking_profit(Floor())
    floor.liquidate(realised="-90")
    assert floor.news() == ["cancel sell take_profit"]
    assert (floor.state, floor.closings, floor.acts) == ("idle", ["liquidation"], [("halt", "risk")])
    assert floor.session.state.books.wallet == 10_000 - 90 - FEE
    assert floor.session.state.quoting_status() == "halted"


def test_a_liquidation_of_one_leg_closes_the_other() -> None:
    floor = open_leg(Floor(mode=HEDGE))
    floor.fill(floor.one(QUOTE, SELL))
    floor.confirm_cancels()
    floor.liquidate(LONG)
    floor.confirm_cancels()
    assert floor.news()[-1] == "buy 1 at market close"
    assert floor.leg(SHORT).exit_reason == "risk"


def test_a_liquidation_of_what_was_thought_flat_is_booked_and_halts() -> None:
    floor = opening(Floor())
    floor.liquidate(realised=-5)
    assert (floor.state, floor.closings) == ("idle", [])
    assert floor.session.state.books.realised == -5


@pytest.mark.parametrize("machine", [PROFIT, TRAILING])
def test_another_hand_that_closes_ends_it_as_external(machine: str) -> None:
    floor = stopping(Floor(machine))
    floor.another_hand(0)
    assert (floor.state, floor.news(), floor.closings) == ("idle", ["cancel sell close"], ["external"])


def test_what_another_hand_opened_is_protected_like_any_position() -> None:
    floor = opening(Floor())
    floor.news()
    floor.another_hand(2)
    assert floor.news() == ["cancel sell quote", "sell 2 @ 101.0 take_profit"]
    floor.quote(94, "94.2")
    assert floor.news() == ["cancel buy quote", "cancel sell take_profit", "sell 2 @ 93.5 close"]


def test_what_another_hand_realises_is_cash_and_is_journaled() -> None:
    floor = opening(Floor())
    floor.another_hand(2)
    floor.another_hand("0.5", realised=-30, reason="auto-deleveraging")
    floor.another_hand(0, realised=4)
    assert floor.of(PositionRecord) == [
        PositionRecord(NOW, "BOTH", "a friend", Decimal(0), Decimal(2), Decimal(198), Decimal(10_000)),
        PositionRecord(
            NOW, "BOTH", "auto-deleveraging", Decimal(-30), Decimal("0.5"), Decimal("49.5"), Decimal(10_000 - 30)
        ),
        PositionRecord(NOW, "BOTH", "a friend", Decimal(4), Decimal(0), Decimal(0), Decimal(10_000 - 26)),
    ]
    assert floor.of(ClosingRecord) == [ClosingRecord(NOW, "BOTH", "external", Decimal(-26), Decimal(0), NOW)]
    assert floor.session.state.books.realised == -26


def test_another_hand_that_turns_a_position_round_closes_it_and_opens_another() -> None:
    floor = taking_profit(Floor())
    floor.news()
    floor.another_hand(-2, entry=101, realised=5)
    assert floor.of(PositionRecord) == [
        PositionRecord(NOW, "BOTH", "a friend", Decimal(5), Decimal(0), Decimal(0), 10_005 - FEE),
        PositionRecord(NOW, "BOTH", "a friend", Decimal(0), Decimal(-2), Decimal(-202), 10_005 - FEE),
    ]
    assert floor.closings == ["external"]
    assert floor.state in {"open", "closing"}
    assert floor.leg().position.size == -2


def test_a_loss_by_another_hand_counts_towards_the_limit() -> None:
    floor = opening(Floor(risk=RiskLimits(max_loss=Decimal(20))))
    floor.another_hand(2)
    floor.another_hand(1, realised=-30)
    assert floor.acts == [("halt", "risk")]
    assert floor.leg().exit_reason == "risk"


def test_the_sums_of_a_position_that_another_hand_opened_start_from_nothing() -> None:
    floor = stopping(Floor())
    floor.fill(floor.one(CLOSE))
    floor.another_hand(1)
    floor.quote(94, "94.2")
    floor.fill(floor.one(CLOSE))
    last = floor.of(ClosingRecord)[-1]
    assert last == ClosingRecord(NOW, "BOTH", "stop_loss", Decimal("-5.5"), FEE, NOW)


def test_a_fill_of_an_order_that_is_not_ours_counts_as_foreign() -> None:
    floor = opening(Floor())
    order = entry(floor)
    stranger = type(order)("theirs-1", order.leg, order.role, BUY, order.type, order.price, order.size)
    floor.fill(stranger)
    assert (floor.fills[0].role, floor.fills[0].reason, floor.leg().position) == ("foreign", "none", position(1, 99))


def test_what_the_venue_says_of_orders_that_are_not_ours_is_left_alone() -> None:
    floor = opening(Floor())
    order = floor.one(QUOTE, BUY)
    stranger = type(order)("theirs-1", order.leg, order.role, BUY, order.type, order.price, order.size)
    count = len(floor.records)
    for say in (floor.accept, floor.cancel, floor.reject, floor.expire, floor.lose_answer, floor.refuse_cancel):
        say(stranger)
    assert len(floor.records) == count


def test_what_became_of_an_order_is_journaled_with_the_venues_reason() -> None:
    floor = opening(Floor())
    buy, sell = floor.live(QUOTE)
    count = len(floor.records)
    floor.accept(buy)
    floor.reject(buy)
    floor.reject(buy)
    floor.lose_answer(sell)
    floor.accept(sell)
    floor.expire(sell)
    assert floor.records[count:] == [
        OrderRecord(NOW, "BOTH", buy.client_id, "rejected", "-2019 Margin is insufficient."),
        OrderRecord(NOW, "BOTH", buy.client_id, "rejected", "-2019 Margin is insufficient."),
        OrderRecord(NOW, "BOTH", sell.client_id, "unknown"),
        OrderRecord(NOW, "BOTH", sell.client_id, "working"),
        OrderRecord(NOW, "BOTH", sell.client_id, "expired", "dropped"),
    ]


def test_a_cancel_that_came_too_late_changes_nothing_about_an_order_that_is_gone() -> None:
    floor = opening(Floor())
    order = floor.one(QUOTE, BUY)
    floor.fill(order)
    floor.refuse_cancel(order)
    assert floor.records[-1] == OrderRecord(
        NOW, "BOTH", order.client_id, "cancel_rejected", "-2011 Unknown order sent."
    )


def test_an_account_that_cannot_be_set_up_is_not_quoted_on_and_exits_still_work() -> None:
    floor = open_long(Floor())
    floor.tell(SettingChanged(NOW, SetLeverage(20)))
    floor.tell(SettingRefused(NOW, SetLeverage(20), -4046, "No need to change margin type."))
    assert floor.acts == []
    floor.tell(SettingRefused(NOW, SetLeverage(20), -4068, "It cannot be changed if there exists a position."))
    assert floor.acts == [("pause", "risk")]
    floor.news()
    floor.quote(94, "94.2")
    assert floor.news()[-1] == "sell 1 @ 93.5 close"


def test_a_stop_order_that_was_triggered_works_from_then_on() -> None:
    floor = opening(Floor())
    order = floor.one(QUOTE, BUY)
    floor.tell(StopTriggered(order.client_id, NOW))
    assert floor.records[-1] == OrderRecord(NOW, "BOTH", order.client_id, "working")


def test_an_order_that_works_although_its_cancel_was_asked_for_is_cancelled_again() -> None:
    floor = opening(Floor())
    order = floor.one(QUOTE, SELL)
    floor.fill(entry(floor))
    floor.refuse_cancel(order)
    floor.news()
    floor.accept(order)
    assert floor.news() == ["cancel sell quote"]
    assert floor.live(QUOTE) == []


def test_a_closing_order_that_goes_with_its_position_is_not_lost() -> None:
    floor = stopping(Floor())
    order = floor.one(CLOSE)
    floor.fill(order, "0.4")
    floor.another_hand(0)
    floor.expire(order)
    assert (floor.leg().exit_losses, floor.state) == (0, "idle")


def test_the_closing_reason_is_the_one_in_force_and_each_fill_keeps_its_own() -> None:  # B14
    floor = taking_profit(Floor())
    old = floor.one(TAKE_PROFIT)
    floor.quote(94, "94.2")
    floor.fill(old)
    assert (floor.closings, floor.fills[-1].reason) == (["stop_loss"], "take_profit")
