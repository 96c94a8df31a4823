"""Opening: quotes, their refresh, the entry and what fills may do, as a session does them (B2, B5-B8, B13)."""

from decimal import Decimal

from perpfsm.engine.records import DataRecord, TransitionRecord
from perpfsm.machine.actions import KEEP_LINE
from perpfsm.market.working import OrderStatus
from tests.builders import BUY, CLOSE, LONG, QUOTE, SELL, SHORT, position
from tests.floor import Floor
from tests.situations import HEDGE, entry, open_leg, open_long, opening, stopping, taking_profit
from tests.variants import profit_taking_with


def test_the_first_usable_quote_starts_quoting_on_both_sides() -> None:
    floor = Floor()
    floor.quote("99.9", "100.1")
    assert floor.news() == ["buy 1 @ 99.0 quote", "sell 1 @ 101.0 quote"]
    assert floor.state == "opening"
    assert [(record.health, record.detail) for record in floor.of(DataRecord)] == [("good", "")]


def test_no_new_quote_leaves_on_a_side_while_a_cancel_there_is_unconfirmed() -> None:  # B5
    floor = opening(Floor())
    buy, sell = floor.live(QUOTE)
    floor.quote("100.9", "101.1")
    floor.news()
    floor.wait(10)
    assert floor.news() == ["cancel buy quote", "cancel sell quote"]
    floor.cancel(buy)
    assert floor.news() == ["buy 1 @ 99.9 quote"]
    floor.cancel(sell)
    assert floor.news() == ["sell 1 @ 102.1 quote"]


def test_a_quote_whose_cancel_was_refused_is_cancelled_again_before_another_leaves_on_its_side() -> None:  # B5
    floor = opening(Floor())
    buy, sell = floor.live(QUOTE)
    floor.quote("100.9", "101.1")
    floor.wait(10)
    floor.cancel(sell)
    floor.news()
    floor.refuse_cancel(buy)
    assert floor.status(buy) is OrderStatus.CANCELING
    assert floor.news() == []
    floor.wait(1)
    assert floor.news() == ["cancel buy quote"]
    floor.refuse_cancel(buy)
    floor.wait("0.9")
    assert floor.news() == []
    floor.wait("0.1")
    assert floor.news() == ["cancel buy quote"]
    floor.cancel(buy)
    assert floor.news() == ["buy 1 @ 99.9 quote"]
    floor.wait(5)
    assert floor.news() == []


def test_a_quote_that_works_although_its_cancel_was_refused_is_cancelled_at_once() -> None:  # B5
    floor = opening(Floor())
    buy, sell = floor.live(QUOTE)
    floor.operate("pause")
    floor.lose_answer(buy)
    assert floor.status(buy) is OrderStatus.CANCELING
    floor.refuse_cancel(buy)
    floor.cancel(sell)
    floor.news()
    floor.accept(buy)
    assert (floor.news(), floor.status(buy)) == (["cancel buy quote"], OrderStatus.CANCELING)


def test_a_quote_of_which_nothing_is_known_keeps_its_side_shut_when_quoting_starts_again() -> None:  # B5
    floor = opening(Floor())
    floor.operate("pause")
    buy, sell = (working.order for working in floor.session.state.table.live())
    floor.refuse_cancel(buy)
    floor.cancel(sell)
    floor.news()
    floor.operate("resume")
    assert floor.news() == ["sell 1 @ 101.0 quote"]
    floor.expire(buy)
    assert floor.news() == ["buy 1 @ 99.0 quote"]


def test_quotes_within_tolerance_stay_and_their_age_restarts() -> None:  # B5
    floor = opening(Floor(order_refresh_tolerance_pct="0.2"))
    floor.quote("100.0", "100.2")
    floor.news()
    floor.wait(15)
    assert floor.news() == []
    kept = floor.of(TransitionRecord)[-1]
    assert (kept.name, kept.notes) == ("keep_quotes", (KEEP_LINE,))
    assert floor.session.due_ns == floor.now_ns + 5_000_000_000


def test_a_quote_nearer_than_the_minimum_spread_goes_at_once_and_comes_back_with_the_refresh() -> None:  # B6
    floor = opening(Floor(minimum_spread="0.5"))
    floor.news()
    floor.quote("100.6", "100.8")
    assert floor.news() == ["cancel sell quote"]
    floor.confirm_cancels()
    assert floor.news() == []
    floor.wait(10)
    assert floor.news() == ["cancel buy quote", "sell 1 @ 101.8 quote"]


def test_a_level_that_is_left_out_is_journaled_with_its_reason() -> None:  # B2
    floor = Floor(price_ceiling=100)
    floor.quote("99.9", "100.1")
    assert floor.news() == ["sell 1 @ 101.0 quote"]
    assert floor.refusals == ["reference 100.0 is at or above price_ceiling 100"]


def test_a_fill_cancels_the_opposite_quotes_at_once_and_leaves_those_on_its_side() -> None:  # B7
    floor = opening(Floor(order_levels=2))
    near, _, far, _ = floor.live(QUOTE)
    floor.quote("98.5", "98.7")
    floor.news()
    floor.fill(near)
    assert floor.news() == ["cancel sell quote", "cancel sell quote"]
    assert floor.live() == [far]
    floor.wait(30)
    assert floor.news() == []


def test_the_entry_is_cost_divided_by_size_over_all_fills() -> None:  # B7
    floor = opening(Floor(order_levels=2))
    near, _, far, _ = floor.live(QUOTE)
    floor.quote("97.5", "97.7")
    floor.fill(near, "0.5")
    floor.fill(near)
    floor.fill(far)
    assert floor.leg().position.entry == (near.price or 0) - Decimal("0.5")
    assert [record.effect for record in floor.fills] == ["opened", "increased", "increased"]


def test_a_leg_in_hedge_mode_goes_on_quoting_while_the_other_is_open() -> None:  # B7
    floor = open_leg(Floor(mode=HEDGE))
    floor.wait(10)
    assert floor.news() == ["cancel sell quote"]
    floor.confirm_cancels()
    assert floor.news() == ["sell 1 @ 99.6 quote"]
    floor.fill(floor.one(QUOTE))
    assert {name: floor.leg(name).position.size for name in (LONG, SHORT)} == {LONG: 1, SHORT: -1}


def test_an_opposite_fill_that_reaches_zero_closes_as_netted() -> None:  # B8
    floor = opening(Floor())
    late = floor.one(QUOTE, SELL)
    floor.fill(entry(floor))
    floor.fill(late)
    assert (floor.state, floor.closings) == ("idle", ["netted"])
    assert floor.session.state.books.realised == 2


def test_an_opposite_fill_reduces_and_keeps_the_entry() -> None:  # B8
    floor = opening(Floor())
    late = floor.one(QUOTE, SELL)
    floor.fill(entry(floor))
    floor.fill(late, "0.4")
    assert (floor.state, floor.leg().position) == ("open", position("0.6", 99))


def test_a_fill_that_flips_the_position_is_journaled_as_two_with_its_fee_shared() -> None:  # B8
    floor = opening(Floor())
    late = floor.one(QUOTE, SELL)
    floor.fill(entry(floor), "0.6")
    floor.fill(late)
    parts = [(record.effect, record.fill.size, record.fill.fee, record.size_after) for record in floor.fills[1:]]
    assert parts == [
        ("closed", Decimal("0.6"), Decimal("0.006"), 0),
        ("opened", Decimal("0.4"), Decimal("0.004"), Decimal("-0.4")),
    ]
    assert floor.closings == ["netted"]
    assert floor.rows[-3:] == ["flat", "entry", "take_profit"]


def test_a_late_fill_counts_while_idle() -> None:  # B8
    floor = opening(Floor())
    order = entry(floor)
    floor.operate("pause")
    floor.fill(order)
    assert (floor.state, floor.leg().position) == ("open", position(1, 99))


def test_a_fill_of_an_order_that_was_thought_gone_counts() -> None:  # B8
    floor = opening(Floor())
    order = entry(floor)
    floor.reject(order)
    floor.fill(order)
    assert (floor.state, floor.leg().position) == ("open", position(1, 99))


def test_a_late_fill_while_the_stop_works_is_closed_with_it() -> None:  # B8, B12
    floor = opening(Floor())
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote(94, "94.2")
    floor.news()
    floor.fill(order)
    assert floor.news() == ["cancel sell close", "sell 1.0 @ 93.5 close"]


def test_flat_cancels_what_is_left_and_quotes_again_after_the_delay() -> None:  # B13
    floor = opening(Floor(filled_order_delay=30))
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote("99.9", "100.1")
    floor.wait(3)
    floor.news()
    floor.fill(floor.live(side=SELL)[-1])
    assert floor.news() == ["cancel buy quote"]
    floor.confirm_cancels()
    floor.wait("29.999")
    assert floor.news() == []
    floor.wait("0.001")
    assert floor.news() == ["buy 1 @ 99.0 quote", "sell 1 @ 101.0 quote"]


def test_the_delay_never_holds_an_exit() -> None:  # B13
    floor = stopping(Floor(filled_order_delay=3_600))
    floor.fill(floor.one(CLOSE))
    assert floor.closings == ["stop_loss"]


def test_a_held_quote_is_dropped_when_its_leg_has_become_exposed() -> None:
    floor = opening(Floor(profit_taking_with("entry", actions=())))
    buy = floor.one(QUOTE, BUY)
    floor.quote("98.5", "98.7")
    floor.wait(10)
    floor.news()
    floor.fill(buy)
    assert floor.refusals == ["the leg is exposed now"]
    assert floor.news() == []


def test_no_order_id_repeats() -> None:
    floor = taking_profit(Floor())
    floor.quote(94, "94.2")
    floor.fill(floor.one(CLOSE))
    floor.wait(200)
    ids = [order.client_id for order in floor.placed]
    assert len(ids) == len(set(ids)) > 5


def test_a_side_is_quoted_again_at_the_next_refresh_when_the_venue_refused_it() -> None:
    floor = opening(Floor())
    floor.reject(floor.one(QUOTE, BUY))
    floor.news()
    floor.wait(10)
    assert floor.news() == ["cancel sell quote", "buy 1 @ 99.0 quote"]


def test_nothing_is_opened_while_a_position_is_open() -> None:  # B7
    floor = open_long(Floor())
    floor.wait(600)
    assert floor.news() == []
