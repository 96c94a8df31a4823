"""Scenarios of exits: take-profit, trailing stop, stop-loss, and all it takes until the position is closed (B9-B13)."""

from decimal import Decimal

from tests.builders import CLOSE, MARKET, QUOTE, SELL, TAKE_PROFIT
from tests.floor import Floor
from tests.lifecycle.table import Table
from tests.situations import (
    BARRIERS,
    BREAK_EVEN,
    RUNNING,
    TAKERS,
    TRAILERS,
    TRAILING,
    entry,
    open_long,
    opening,
    secured,
    stopping,
    taking_profit,
    trailing,
)

table = Table()


@table.fires("stop_loss: open, market")
def the_market_falls_through_the_stop_before_there_was_any_profit(machine: str) -> Floor:
    return stopping(Floor(machine))


@table.fires("stop_loss: closing, market", on=TAKERS)
def a_stop_preempts_a_resting_take_profit(machine: str) -> Floor:
    floor = taking_profit(Floor(machine))
    floor.quote(94, "94.2")
    return floor


@table.fires("stop_loss: closing, market", on=TRAILERS)
def a_stop_preempts_a_trailing_exit_that_rests(machine: str) -> Floor:
    floor = leaving_by_trailing_stop(machine)
    floor.quote(94, "94.2")
    return floor


@table.fires("stop_loss: trailing, market", on=TRAILERS)
def a_gap_carries_a_trailing_position_through_its_stop(machine: str) -> Floor:
    floor = trailing(Floor(machine))
    floor.quote(94, "94.2")
    return floor


@table.fires("take_profit: open, market", on=TAKERS)
def a_profit_places_the_take_profit(machine: str) -> Floor:
    return taking_profit(Floor(machine))


@table.fires("profit_gone: closing, order_lost", on=TAKERS)
def the_venue_drops_the_take_profit(machine: str) -> Floor:
    floor = taking_profit(Floor(machine))
    floor.expire(floor.one(TAKE_PROFIT))
    return floor


@table.fires("profit_gone: closing, market", on=TAKERS)
def a_moved_take_profit_is_refused_before_the_old_one_is_gone(machine: str) -> Floor:
    floor = growing_while_taking_profit(machine)
    floor.reject(floor.one(TAKE_PROFIT))
    floor.confirm_cancels()
    return floor


@table.fires("move_take_profit: closing, market", on=TAKERS)
def growing_while_taking_profit(machine: str) -> Floor:
    floor = opening(Floor(machine))
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote("99.5", "99.7")
    floor.fill(order)
    return floor


@table.fires("cut_take_profit: closing, market", on=TAKERS)
def an_opposite_quote_fills_late_and_leaves_the_take_profit_too_large(machine: str) -> Floor:
    floor = opening(Floor(machine))
    late = floor.one(QUOTE, SELL)
    floor.fill(entry(floor))
    floor.quote("99.5", "99.7")
    floor.fill(late, "0.4")
    return floor


@table.fires("start_trailing: open, market", on=[TRAILING])
def a_profit_starts_trailing(machine: str) -> Floor:
    return trailing(Floor(machine))


@table.fires("let_profit_run: open, market", on=[RUNNING])
def a_take_profit_that_is_reached_is_let_run(machine: str) -> Floor:
    return trailing(Floor(machine))


@table.fires("new_peak: trailing, market", on=TRAILERS)
def a_profit_goes_on_rising(machine: str) -> Floor:
    floor = trailing(Floor(machine))
    floor.quote(103, "103.2")
    return floor


@table.fires("time_limit: open, market", on=[BARRIERS])
def the_time_is_up_before_there_was_any_profit(machine: str) -> Floor:
    floor = open_long(Floor(machine, time_limit=60))
    floor.wait(60)
    return floor


@table.fires("time_limit: closing, market", on=[BARRIERS])
def the_time_is_up_while_the_take_profit_rests(machine: str) -> Floor:
    floor = taking_profit(Floor(machine, time_limit=60))
    floor.wait(60)
    return floor


@table.fires("secure: open, market", "secured_profit: secured, market", on=[BREAK_EVEN])
def a_gain_at_once_moves_the_stop_to_entry_and_then_places_the_take_profit(machine: str) -> Floor:
    return secured(Floor(machine))


@table.fires("secure: closing, market", on=[BREAK_EVEN])
def a_gain_moves_the_stop_to_entry_while_the_take_profit_rests(machine: str) -> Floor:
    floor = taking_profit(Floor(machine))
    floor.quote(100, "100.2")
    return floor


@table.fires("break_even: secured, market", on=[BREAK_EVEN])
def a_gain_is_lost_again(machine: str) -> Floor:
    floor = secured(Floor(machine))
    floor.quote(99, "99.2")
    return floor


@table.fires("entry_moved: secured, fill", "move_take_profit: secured, market", on=[BREAK_EVEN])
def the_rest_of_the_quote_fills_while_the_stop_is_at_entry(machine: str) -> Floor:
    floor = opening(Floor(machine))
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote(100, "100.2")
    floor.fill(order)
    return floor


@table.fires("cut_take_profit: secured, market", on=[BREAK_EVEN])
def an_opposite_quote_fills_late_while_the_stop_is_at_entry(machine: str) -> Floor:
    floor = opening(Floor(machine))
    late = floor.one(QUOTE, SELL)
    floor.fill(entry(floor))
    floor.quote(100, "100.2")
    floor.fill(late, "0.4")
    return floor


@table.fires("flat: secured, fill", on=[BREAK_EVEN])
def the_take_profit_fills_while_the_stop_is_at_entry(machine: str) -> Floor:
    floor = secured(Floor(machine))
    floor.fill(floor.one(TAKE_PROFIT))
    return floor


@table.fires("stop_loss: secured, market", on=[BREAK_EVEN])
def a_gap_carries_a_secured_position_through_its_stop(machine: str) -> Floor:
    floor = secured(Floor(machine))
    floor.quote(94, "94.2")
    return floor


@table.fires("trailing_exit: trailing, market", on=TRAILERS)
def leaving_by_trailing_stop(machine: str) -> Floor:
    floor = trailing(Floor(machine))
    floor.quote("100.9", "101.1")
    return floor


@table.fires("restart_trailing: trailing, fill", on=TRAILERS)
def the_rest_of_the_quote_fills_while_trailing(machine: str) -> Floor:
    floor = opening(Floor(machine))
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote(102, "102.2")
    floor.fill(order)
    return floor


@table.fires("flat: open, fill")
def an_opposite_quote_fills_late_and_nets_the_position(machine: str) -> Floor:
    floor = opening(Floor(machine))
    late = floor.one(QUOTE, SELL)
    floor.fill(entry(floor))
    floor.fill(late)
    return floor


@table.fires("flat: trailing, fill", on=TRAILERS)
def an_opposite_quote_fills_late_and_nets_a_trailing_position(machine: str) -> Floor:
    floor = opening(Floor(machine))
    late = floor.one(QUOTE, SELL)
    floor.fill(entry(floor))
    floor.quote(102, "102.2")
    floor.fill(late)
    return floor


@table.fires("flat: closing, fill")
def the_stop_fills(machine: str) -> Floor:
    floor = stopping(Floor(machine))
    floor.fill(floor.one(CLOSE))
    return floor


@table.fires("replace_exit: closing, market")
def the_market_leaves_the_stop_behind(machine: str) -> Floor:
    floor = stopping(Floor(machine))
    floor.wait(1)
    floor.quote(93, "93.2")
    return floor


@table.fires("cross: closing, market")
def the_stop_has_been_replaced_too_often(machine: str) -> Floor:
    floor = stopping(Floor(machine, stop_escalation=1))
    floor.wait(60)
    floor.wait(60)
    assert floor.one(CLOSE).type is MARKET
    return floor


@table.fires("retry_exit: closing, market")
def the_venue_drops_the_stop(machine: str) -> Floor:
    floor = stopping(Floor(machine))
    floor.expire(floor.one(CLOSE))
    floor.wait(1)
    return floor


@table.fires("exit_grew: closing, fill")
def a_quote_fills_late_while_the_stop_works(machine: str) -> Floor:
    floor = opening(Floor(machine))
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.quote(94, "94.2")
    floor.fill(order)
    return floor


@table.fires("finish_exit: closing, market")
def a_quote_fills_late_while_a_market_exit_is_in_flight(machine: str) -> Floor:
    floor = opening(Floor(machine))
    order = entry(floor)
    floor.fill(order, "0.4")
    floor.operate("flatten")
    floor.fill(order)
    floor.fill(floor.one(CLOSE))
    assert floor.leg().position.size == Decimal("0.6")
    return floor
