"""The take-profit as a session places, moves, cuts and loses it (B9)."""

import pytest

from perpfsm.market.working import OrderStatus
from tests.builders import BUY, QUOTE, SELL, TAKE_PROFIT, instrument_with, position
from tests.floor import Floor
from tests.situations import HEDGE, entry, open_long, open_short, opening, taking_profit


def test_a_take_profit_is_placed_once_the_mark_price_is_in_profit() -> None:
    floor = open_long(Floor())
    floor.quote("98.9", "99.1")
    assert floor.news() == []
    floor.mark("99.1")
    assert floor.news() == ["sell 1 @ 101.0 take_profit"]
    assert (floor.state, floor.leg().exit_reason) == ("closing", "take_profit")


def test_a_take_profit_of_a_short_lies_below_its_entry() -> None:
    floor = open_short(Floor())
    floor.quote("100.5", "100.7")
    assert floor.news() == ["buy 1 @ 98.9 take_profit"]


def test_a_take_profit_stays_when_the_price_falls_back() -> None:
    floor = taking_profit(Floor())
    floor.quote("95.0", "95.2")
    floor.wait(3_600)
    assert floor.news() == []
    assert floor.state == "closing"


def test_a_partly_filled_take_profit_is_right_as_it_is() -> None:
    floor = taking_profit(Floor())
    floor.fill(floor.one(TAKE_PROFIT), "0.3")
    floor.quote("99.6", "99.8")
    assert floor.news() == []


def test_a_take_profit_is_not_repriced_at_a_loss_and_is_moved_once_in_profit() -> None:
    floor = opening(Floor())
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote("99.5", "99.7")
    floor.quote("98.5", "98.7")
    floor.news()
    floor.fill(order)
    assert floor.news() == []
    floor.quote("99.5", "99.7")
    assert floor.news() == ["cancel sell take_profit", "sell 1.0 @ 101.0 take_profit"]


def test_a_take_profit_that_is_too_large_is_cut_at_its_own_price_also_at_a_loss() -> None:
    floor = opening(Floor())
    late = floor.one(QUOTE, SELL)
    floor.fill(entry(floor))
    floor.quote("99.5", "99.7")
    floor.quote("98.5", "98.7")
    floor.news()
    floor.fill(late, "0.4")
    assert floor.news() == ["cancel sell take_profit", "sell 0.6 @ 101.0 take_profit"]


def test_a_take_profit_of_which_nothing_is_known_is_not_repeated() -> None:
    floor = taking_profit(Floor())
    floor.lose_answer(floor.one(TAKE_PROFIT))
    floor.quote("99.6", "99.8")
    floor.wait(3_600)
    assert floor.news() == []
    assert floor.status(floor.one(TAKE_PROFIT)) is OrderStatus.UNKNOWN


def test_a_lost_take_profit_is_tried_again_after_a_wait_that_doubles_to_half_a_minute() -> None:
    floor = taking_profit(Floor())
    waits = []
    for _ in range(7):
        lost_ns = floor.now_ns
        floor.expire(floor.one(TAKE_PROFIT))
        assert (floor.state, floor.news()) == ("open", [])
        while not floor.news():
            floor.wait("0.5")
        waits.append((floor.now_ns - lost_ns) / 1e9)
    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_a_fill_of_the_take_profit_starts_the_wait_anew() -> None:
    floor = taking_profit(Floor())
    for seconds in (1, 2):
        floor.reject(floor.one(TAKE_PROFIT))
        floor.wait(seconds)
    floor.fill(floor.one(TAKE_PROFIT), "0.5")
    floor.expire(floor.one(TAKE_PROFIT))
    floor.news()
    floor.wait(1)
    assert floor.news() == ["sell 0.5 @ 101.0 take_profit"]


def test_a_take_profit_that_the_venue_cancelled_after_a_fill_is_placed_again() -> None:
    floor = taking_profit(Floor())
    floor.reject(floor.one(TAKE_PROFIT))
    floor.wait(1)
    floor.fill(floor.one(TAKE_PROFIT), "0.5")
    floor.news()
    floor.cancel(floor.one(TAKE_PROFIT))
    assert floor.news() == ["sell 0.5 @ 101.0 take_profit"]


def test_a_take_profit_is_not_tried_again_at_a_loss() -> None:
    floor = taking_profit(Floor())
    floor.quote("98.5", "98.7")
    floor.expire(floor.one(TAKE_PROFIT))
    floor.wait(60)
    assert (floor.state, floor.news()) == ("open", [])


def test_a_part_that_the_venue_refuses_waits_before_it_is_tried_again() -> None:
    floor = open_long(Floor(instrument=instrument_with(size_max="0.6"), order_amount="0.6", order_levels=2))
    floor.fill(floor.one(QUOTE), "0.5")
    floor.quote("99.5", "99.7")
    first, second = floor.live(TAKE_PROFIT)
    assert (first.size, second.size) == (position("0.6").size, position("0.5").size)
    floor.news()
    floor.reject(second)
    assert floor.news() == []
    floor.wait(1)
    assert floor.news() == [
        "cancel sell take_profit",
        f"sell 0.6 @ {first.price} take_profit",
        f"sell 0.5 @ {first.price} take_profit",
    ]


def test_a_take_profit_in_hedge_mode_moves_once_the_cancel_is_confirmed() -> None:
    floor = opening(Floor(mode=HEDGE))
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote("99.5", "99.7")
    floor.news()
    floor.fill(order)
    assert floor.news() == ["cancel sell take_profit"]
    floor.confirm_cancels()
    assert floor.news() == ["sell 1.0 @ 101.0 take_profit"]


def test_what_a_late_fill_of_the_old_take_profit_took_is_not_sold_twice_in_hedge_mode() -> None:
    floor = opening(Floor(mode=HEDGE))
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote("99.5", "99.7")
    old = floor.one(TAKE_PROFIT)
    floor.fill(order)
    floor.news()
    floor.fill(old, "0.1")
    assert floor.news() == []
    floor.cancel(old)
    assert floor.news() == ["sell 0.9 @ 101.0 take_profit"]


@pytest.mark.parametrize("side", [BUY, SELL])
def test_the_take_profit_closes_the_position_and_names_its_reason(side: object) -> None:
    floor = (open_long if side is BUY else open_short)(Floor())
    floor.quote(*(("99.5", "99.7") if side is BUY else ("100.5", "100.7")))
    floor.fill(floor.one(TAKE_PROFIT))
    assert (floor.state, floor.closings) == ("idle", ["take_profit"])
    assert (floor.fills[-1].role, floor.fills[-1].reason) == ("take_profit", "take_profit")


def test_another_hand_that_reduces_cuts_the_take_profit() -> None:
    floor = taking_profit(Floor())
    floor.another_hand("0.4")
    assert floor.news() == ["cancel sell take_profit", "sell 0.4 @ 101.0 take_profit"]
