"""Getting out: replacing, escalating, retrying and finishing the orders that close a position (B12)."""

import pytest

from perpfsm.decisions.parameters import CloseType
from perpfsm.market.working import OrderStatus
from tests.builders import CLOSE, LONG, MARKET, TAKE_PROFIT, instrument_with
from tests.floor import Floor
from tests.situations import HEDGE, entry, open_leg, open_long, opening, stopping, taking_profit


def test_a_limit_that_the_market_has_left_behind_is_replaced_at_most_once_a_second() -> None:
    floor = stopping(Floor())
    floor.wait("0.9")
    floor.quote(93, "93.2")
    assert floor.news() == []
    floor.wait("0.1")
    assert floor.news() == ["cancel sell close", "sell 1 @ 92.5 close"]
    floor.quote(92, "92.2")
    assert floor.news() == []
    floor.wait(1)
    assert floor.news() == ["cancel sell close", "sell 1 @ 91.5 close"]


def test_a_limit_that_the_market_could_still_take_is_replaced_only_when_it_is_old() -> None:
    floor = stopping(Floor(time_between_stop_loss_orders=30))
    floor.wait("29.9")
    assert floor.news() == []
    floor.wait("0.1")
    assert floor.news() == ["cancel sell close", "sell 1 @ 93.5 close"]


def test_after_the_escalation_it_goes_at_market_and_is_never_repeated() -> None:
    floor = stopping(Floor(stop_escalation=2))
    floor.wait(120)
    assert floor.news() == ["cancel sell close", "sell 1 @ 93.5 close"] * 2
    floor.wait(60)
    assert floor.news() == ["cancel sell close", "sell 1 at market close"]
    floor.quote(80, "80.2")
    floor.wait(3_600)
    assert floor.news() == []


def test_an_old_limit_goes_at_market_when_the_data_are_bad() -> None:
    floor = stopping(Floor())
    floor.bad_quote()
    floor.wait(60)
    assert floor.news() == ["cancel sell close", "sell 1 at market close"]


@pytest.mark.parametrize("is_unknown", [True, False])
def test_a_market_exit_in_flight_or_unknown_is_neither_repeated_nor_preempted(is_unknown: bool) -> None:
    floor = open_long(Floor(close=CloseType.MARKET))
    floor.operate("flatten")
    order = floor.one(CLOSE)
    if is_unknown:
        floor.lose_answer(order)
    floor.news()
    floor.quote(90, "90.2")
    floor.operate("flatten")
    floor.operate("halt")
    floor.another_hand(2)
    floor.wait(3_600)
    assert floor.news() == []
    assert floor.status(order) is (OrderStatus.UNKNOWN if is_unknown else OrderStatus.PENDING)


def test_a_market_exit_of_which_nothing_was_known_is_sent_again_once_it_turns_out_refused() -> None:
    floor = open_long(Floor(close=CloseType.MARKET))
    floor.quote(94, "94.2")
    floor.lose_answer(floor.one(CLOSE))
    floor.news()
    floor.reject(floor.one(CLOSE))
    floor.wait(1)
    assert floor.news() == ["sell 1 at market close"]


def test_a_lost_exit_is_sent_again_at_market_backing_off_to_5_s_and_never_given_up() -> None:
    floor = stopping(Floor())
    waits = []
    for _ in range(6):
        lost_ns = floor.now_ns
        floor.reject(floor.one(CLOSE))
        assert floor.news() == []
        while not (sent := floor.news()):
            floor.wait("0.5")
        assert sent == ["sell 1 at market close"]
        waits.append((floor.now_ns - lost_ns) / 1e9)
    assert waits == [1, 2, 4, 5, 5, 5]


def test_what_a_take_profit_lost_before_does_not_slow_the_stop_down() -> None:
    floor = taking_profit(Floor())
    for seconds in (1, 2, 4, 8):
        floor.reject(floor.one(TAKE_PROFIT))
        floor.wait(seconds)
    floor.quote(94, "94.2")
    take_profit = next(iter(floor.session.state.table.live())).order
    floor.expire(take_profit)
    assert floor.leg().exit_losses == 4
    floor.reject(floor.one(CLOSE))
    floor.news()
    floor.wait(1)
    assert floor.news() == ["sell 1 at market close"]


def test_an_exit_that_is_not_needed_any_more_is_not_lost() -> None:
    floor = stopping(Floor())
    old = floor.one(CLOSE)
    floor.wait(60)
    floor.expire(old)
    assert floor.leg().exit_losses == 0


def test_the_exit_of_another_reason_is_not_lost() -> None:
    floor = taking_profit(Floor())
    take_profit = floor.one(TAKE_PROFIT)
    floor.quote(94, "94.2")
    floor.refuse_cancel(take_profit)
    floor.expire(take_profit)
    assert floor.leg().exit_losses == 0


def test_an_exit_is_completed_though_the_market_recovers() -> None:
    floor = stopping(Floor())
    floor.quote(110, "110.2")
    assert floor.news() == []
    floor.expire(floor.one(CLOSE))
    floor.wait(1)
    assert floor.news() == ["sell 1 at market close"]


def test_a_partly_filled_exit_goes_on_for_its_rest() -> None:
    floor = stopping(Floor())
    floor.fill(floor.one(CLOSE), "0.4")
    floor.wait(60)
    assert floor.news() == ["cancel sell close", "sell 0.6 @ 93.5 close"]


def test_a_late_fill_of_a_replaced_exit_counts() -> None:
    floor = stopping(Floor())
    old = floor.one(CLOSE)
    floor.wait(60)
    floor.fill(old)
    assert (floor.state, floor.closings) == ("idle", ["stop_loss"])
    assert floor.live() == []


def test_exits_are_split_at_the_venues_maximum() -> None:  # B18
    floor = stopping_in_parts(Floor(instrument=instrument_with(size_max="0.4"), order_amount="0.4", order_levels=2))
    assert [str(order.size) for order in floor.live(CLOSE)] == ["0.4", "0.3"]


def test_parts_that_wait_in_hedge_mode_together_sell_no_more_than_is_open() -> None:
    floor = Floor(mode=HEDGE, instrument=instrument_with(size_max="0.4"), order_amount="0.4", order_levels=2)
    opening(floor)
    floor.operate("pause")
    near, far = (working.order for working in floor.session.state.table.of_leg(LONG))
    floor.quote("97.5", "97.7")
    floor.fill(near)
    floor.fill(far, "0.3")
    floor.quote("99.5", "99.7")
    first, _ = floor.live(TAKE_PROFIT)
    floor.quote(92, "92.2")
    floor.fill(first, "0.2")
    floor.news()
    floor.wait("0.5")
    assert floor.news() == ["sell 0.4 @ 91.5 close", "sell 0.1 @ 91.5 close"]


def test_dust_is_held_and_warned_of_and_closed_once_it_can_be() -> None:
    floor = stopping(Floor(instrument=instrument_with(reduce_only_exempt=False)))
    floor.fill(floor.one(CLOSE), "0.95")
    floor.expire(floor.one(CLOSE))
    assert floor.refusals == ["below the venue's minimum, so it is held until it can be closed"]
    floor.wait(3_600)
    assert floor.news() == []
    floor.quote(101, "101.2")
    assert floor.news() == ["sell 0.05 at market close"]


def test_dust_that_is_exempt_from_the_minima_is_closed_at_once() -> None:
    floor = stopping(Floor())
    floor.fill(floor.one(CLOSE), "0.999")
    floor.expire(floor.one(CLOSE))
    floor.wait(1)
    assert floor.news() == ["sell 0.001 at market close"]


def test_a_fill_that_adds_while_a_limit_closes_is_closed_with_it() -> None:
    floor = opening(Floor())
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote(94, "94.2")
    floor.news()
    floor.fill(order, "0.1")
    assert floor.news() == ["cancel sell close", "sell 0.5 @ 93.5 close"]


def test_an_exit_that_grew_waits_for_the_cancel_in_hedge_mode() -> None:
    floor = open_leg(Floor(mode=HEDGE))
    floor.quote(94, "94.2")
    old = floor.one(CLOSE, leg=LONG)
    floor.news()
    floor.another_hand(2, name=LONG)
    assert floor.news() == ["cancel sell close"]
    floor.cancel(old)
    assert floor.news() == ["sell 2 @ 93.5 close"]


def test_a_flatten_before_the_first_quote_goes_at_market() -> None:  # B17
    floor = Floor()
    floor.another_hand(1)
    floor.operate("flatten")
    assert floor.news() == ["sell 1 at market close"]
    assert floor.one(CLOSE).type is MARKET


def stopping_in_parts(floor: Floor) -> Floor:
    """Return the floor long of 0.7, which a stop is closing."""
    opening(floor)
    near, _, far, _ = floor.live()
    floor.quote("97.5", "97.7")
    floor.fill(near)
    floor.fill(far, "0.3")
    floor.quote(92, "92.2")
    return floor
