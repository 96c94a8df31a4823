"""The stop-loss as a session sends it: always on the event that crosses it, before everything else (B11)."""

from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import CloseType, RiskLimits
from tests.builders import BUY, CLOSE, LONG, MARKET, QUOTE, SHORT, TAKE_PROFIT
from tests.floor import Floor
from tests.situations import (
    HEDGE,
    PROFIT,
    TRAILING,
    entry,
    open_leg,
    open_long,
    open_short,
    opening,
    taking_profit,
    trailing,
)

STOP = "sell 1 @ 93.5 close"


@pytest.mark.parametrize("machine", [PROFIT, TRAILING])
def test_a_stop_goes_out_from_a_position_that_was_never_in_profit(machine: str) -> None:
    floor = open_long(Floor(machine))
    floor.quote("94.1", "94.3")
    assert floor.news() == []
    floor.quote(94, "94.2")
    assert floor.news() == [STOP]
    assert (floor.state, floor.leg().exit_reason) == ("closing", "stop_loss")


def test_a_stop_of_a_short_buys_above_the_market() -> None:
    floor = open_short(Floor())
    floor.quote("106.0", "106.1")
    assert floor.news() == ["buy 1 @ 106.7 close"]


def test_a_stop_at_market_has_no_price() -> None:
    floor = open_long(Floor(close=CloseType.MARKET))
    floor.quote(94, "94.2")
    assert floor.news() == ["sell 1 at market close"]


def test_entry_100_take_profit_101_stop_98_and_the_price_falls_to_97() -> None:
    floor = Floor(long_profit_taking_spread=1, stop_loss_spread=2, stop_loss_slippage_buffer=0)
    floor.quote("100.9", "101.1")
    order = floor.live(QUOTE, BUY)[0]
    floor.quote("99.9", "100.0")
    floor.fill(order, price=100)
    floor.quote("100.4", "100.6")
    assert str(floor.one(TAKE_PROFIT).price) == "101.0"
    floor.confirm_cancels()
    floor.news()
    floor.quote(97, "97.2")
    assert floor.news() == ["cancel sell take_profit", "sell 1 @ 97 close"]


def test_a_stop_preempts_a_take_profit_of_which_nothing_is_known() -> None:
    floor = taking_profit(Floor())
    floor.lose_answer(floor.one(TAKE_PROFIT))
    floor.quote(94, "94.2")
    assert floor.news() == ["cancel sell take_profit", STOP]


def test_a_stop_preempts_a_trailing_exit_that_rests() -> None:
    floor = trailing(Floor(TRAILING))
    floor.quote("100.9", "101.1")
    floor.news()
    floor.quote(94, "94.2")
    assert floor.news() == ["cancel sell close", STOP]
    floor.fill(floor.one(CLOSE))
    assert floor.closings == ["stop_loss"]


def test_a_stop_goes_out_on_the_quote_of_the_entry_itself() -> None:
    floor = opening(Floor())
    order = floor.live(QUOTE, BUY)[0]
    floor.news()
    floor.session.on_event(floor.execution(order))
    floor.quote(94, "94.2")
    assert floor.news() == ["cancel sell quote", STOP]
    assert floor.rows[-2:] == ["entry", "stop_loss"]


def test_a_stop_cancels_what_still_works_on_the_side_of_the_entry() -> None:
    floor = opening(Floor())
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.news()
    floor.quote(94, "94.2")
    assert floor.news() == ["cancel buy quote", "sell 0.4 @ 93.5 close"]


def test_a_stop_waits_for_no_delay_and_no_lost_exit() -> None:
    floor = taking_profit(Floor(filled_order_delay=3_600, exit_retry_s=30))
    floor.expire(floor.one(TAKE_PROFIT))
    floor.quote(94, "94.2")
    assert floor.news() == [STOP]


def test_averaged_entries_stop_exactly_on_the_threshold() -> None:
    floor = opening(Floor(order_levels=2, order_level_spread="0.3", stop_loss_spread=3))
    near, _, far, _ = floor.live(QUOTE)
    floor.quote("97.5", "97.7")
    floor.fill(near)
    floor.fill(far, "0.5")
    floor.confirm_cancels()
    position = floor.leg().position
    threshold = position.cost / position.size * Decimal("0.97")
    tick = Decimal("0.1")
    above = (threshold / tick).to_integral_value() * tick + tick
    floor.news()
    floor.quote(above, above + tick)
    assert floor.state == "open"
    floor.quote(threshold, above)
    assert floor.state == "closing"


def test_a_stop_in_hedge_mode_leaves_on_the_confirmation_of_the_cancel() -> None:  # B12
    floor = taking_profit_leg()
    take_profit = floor.one(TAKE_PROFIT)
    floor.quote(94, "94.2")
    assert floor.news() == ["cancel sell take_profit"]
    floor.cancel(take_profit)
    assert floor.news() == [STOP]


def test_a_stop_in_hedge_mode_leaves_after_half_a_second_without_a_confirmation() -> None:  # B12
    floor = taking_profit_leg()
    floor.quote(94, "94.2")
    floor.news()
    floor.wait("0.499999999")
    assert floor.news() == []
    floor.wait("0.000000001")
    assert floor.news() == [STOP]


def test_a_stop_in_hedge_mode_leaves_for_what_is_still_open() -> None:  # B12
    floor = taking_profit_leg()
    take_profit = floor.one(TAKE_PROFIT)
    floor.quote(94, "94.2")
    floor.fill(take_profit, "0.3")
    floor.news()
    floor.wait("0.5")
    assert floor.news() == ["sell 0.7 @ 93.5 close"]


def test_a_stop_in_hedge_mode_that_waits_is_dropped_when_nothing_is_open_any_more() -> None:
    floor = taking_profit_leg()
    take_profit = floor.one(TAKE_PROFIT)
    floor.quote(94, "94.2")
    floor.fill(take_profit)
    assert (floor.leg(LONG).state, floor.live(CLOSE), floor.closings) == ("idle", [], ["stop_loss"])


def test_a_stop_in_hedge_mode_goes_out_at_once_while_the_other_leg_goes_on() -> None:
    floor = open_leg(Floor(mode=HEDGE))
    floor.quote(94, "94.2")
    assert floor.news() == [STOP]
    assert {name: floor.leg(name).state for name in (LONG, SHORT)} == {LONG: "closing", SHORT: "opening"}


def test_a_stop_goes_out_on_a_jump_at_the_price_that_jumped() -> None:  # B17
    floor = taking_profit(Floor(risk=RiskLimits(max_jump_pct=Decimal(1))))
    floor.quote(94, "94.2")
    assert floor.news() == ["cancel sell take_profit", STOP]
    floor.quote("94.1", "94.3")
    assert floor.news() == []


def test_a_stop_without_a_price_to_trust_goes_at_market() -> None:  # B17
    floor = opening(Floor(risk=RiskLimits(stale_after=Decimal(5))))
    order = floor.live(QUOTE, BUY)[0]
    floor.quote(94, "94.2")
    floor.wait(5)
    floor.news()
    floor.fill(order)
    assert floor.news() == ["sell 1 at market close"]


def test_a_stop_waits_for_the_first_usable_price_after_crossed_ones() -> None:  # B17
    floor = open_long(Floor())
    floor.quote("94.2", 94)
    assert floor.news() == []
    floor.quote(94, "94.2")
    assert floor.news() == [STOP]


@pytest.mark.parametrize("machine", [PROFIT, TRAILING])
def test_a_position_without_stop_loss_spread_has_no_stop(machine: str) -> None:
    floor = open_long(Floor(machine, stop_loss_spread=0))
    floor.quote(1, "1.1")
    assert (floor.state, floor.news()) == ("open", [])


def test_a_stop_that_the_exchange_answers_with_a_fill_of_the_entry_closes_that_too() -> None:
    floor = opening(Floor(close=CloseType.MARKET))
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote(94, "94.2")
    stop = floor.one(CLOSE)
    floor.fill(order)
    floor.news()
    floor.fill(stop)
    assert floor.news() == ["sell 0.6 at market close"]
    assert floor.one(CLOSE).type is MARKET


def taking_profit_leg() -> Floor:
    """Return a Hedge floor long of 1 from 99 with a take-profit working at 101, and nothing else."""
    floor = open_leg(Floor(mode=HEDGE))
    floor.operate("pause")
    floor.quote("99.5", "99.7")
    floor.confirm_cancels()
    floor.accept(floor.one(TAKE_PROFIT))
    floor.news()
    return floor
