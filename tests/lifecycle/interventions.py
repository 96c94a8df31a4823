"""Scenarios of interventions in a position: bad data, operator, limits, the venue and another hand (B14, B17-B19)."""

from collections.abc import Callable

from tests.builders import CLOSE, TAKE_PROFIT, instrument_with
from tests.floor import Floor
from tests.lifecycle.exits import leaving_by_trailing_stop
from tests.lifecycle.table import EVERY_MACHINE, Table
from tests.situations import (
    BREAK_EVEN,
    TAKERS,
    TRAILERS,
    entry,
    open_long,
    opening,
    secured,
    stopping,
    taking_profit,
    trailing,
)

table = Table()
EXPOSED = {"open": open_long, "trailing": trailing, "secured": secured, "closing": stopping}
OWN_STATES = {"trailing": TRAILERS, "secured": (BREAK_EVEN,)}


def machines_with(state: str) -> tuple[str, ...]:
    """Return the machines that have `state`."""
    return OWN_STATES.get(state, EVERY_MACHINE)


def leaving(machine: str) -> Floor:
    """Return a floor whose position is being closed by what an operator may overrule."""
    return taking_profit(Floor(machine)) if machine in TAKERS else leaving_by_trailing_stop(machine)


def dust(machine: str, size: str) -> Floor:
    """Return a floor long of `size` from 99, too little to be closed below 5 of notional."""
    floor = opening(Floor(machine, instrument=instrument_with(reduce_only_exempt=False)))
    floor.fill(entry(floor), size)
    return floor


def add(what: str, row: str, trigger: str, act: Callable[[Floor], None]) -> None:
    """Add the scenarios in which something happens to a position in each exposed state."""
    for state, situation in EXPOSED.items():

        def script(machine: str, situation: Callable[[Floor], Floor] = situation) -> Floor:
            floor = situation(Floor(machine))
            act(floor)
            return floor

        table.add(f"{what} while {state}", script, f"{row}: {state}, {trigger}", on=machines_with(state))


add("the market crosses", "data_bad_exposed", "data_bad", lambda floor: floor.quote("94.2", 94))
add("pause", "stop_adding", "pause", lambda floor: floor.operate("pause"))
add("stop", "stop_adding", "stop", lambda floor: floor.operate("stop"))
add("the venue liquidates", "liquidated", "liquidated", lambda floor: floor.liquidate())
add("another hand closes", "closed_elsewhere", "position_changed", lambda floor: floor.another_hand(0))


@table.fires("resize_exit: closing, position_changed")
def another_hand_adds_while_the_stop_works(machine: str) -> Floor:
    floor = stopping(Floor(machine))
    floor.another_hand(2)
    return floor


def operator_closes(action: str) -> None:
    """Add the scenarios in which the operator flattens or halts, in every exposed state."""

    def out_of(situation: Callable[[Floor], Floor]) -> Callable[[str], Floor]:
        def script(machine: str) -> Floor:
            floor = situation(Floor(machine))
            floor.operate(action)
            return floor

        return script

    def out_of_exit(machine: str) -> Floor:
        floor = leaving(machine)
        floor.operate(action)
        return floor

    def out_of_dust(machine: str) -> Floor:
        floor = dust(machine, "0.05")
        floor.operate(action)
        return floor

    def out_of_trailing_dust(machine: str) -> Floor:
        floor = dust(machine, "0.049")
        floor.quote(102, "102.2")
        floor.operate(action)
        return floor

    def out_of_secured_dust(machine: str) -> Floor:
        floor = dust(machine, "0.049")
        floor.quote(100, "100.2")
        floor.operate(action)
        return floor

    table.add(f"{action} while open", out_of(open_long), f"{action}: open, {action}")
    table.add(f"{action} while secured", out_of(secured), f"{action}: secured, {action}", on=[BREAK_EVEN])
    table.add(
        f"{action} while what is secured is dust",
        out_of_secured_dust,
        f"stop_adding: secured, {action}",
        on=[BREAK_EVEN],
    )
    table.add(f"{action} while trailing", out_of(trailing), f"{action}: trailing, {action}", on=TRAILERS)
    table.add(f"{action} overrules a profitable exit", out_of_exit, f"{action}: closing, {action}")
    table.add(f"{action} leaves a stop alone", out_of(stopping), f"stop_adding: closing, {action}")
    table.add(f"{action} while what is open is dust", out_of_dust, f"stop_adding: open, {action}")
    table.add(
        f"{action} while what trails is dust", out_of_trailing_dust, f"stop_adding: trailing, {action}", on=TRAILERS
    )


operator_closes("flatten")
operator_closes("halt")


@table.fires("halt: open, market")
def a_quote_fills_late_after_a_halt(machine: str) -> Floor:
    floor = opening(Floor(machine))
    order = entry(floor)
    floor.operate("halt")
    floor.fill(order)
    return floor


@table.fires("entry_moved_elsewhere: secured, position_changed", on=[BREAK_EVEN])
def another_hand_adds_while_the_stop_is_at_entry(machine: str) -> Floor:
    floor = secured(Floor(machine))
    floor.another_hand(2)
    return floor


@table.fires("halt: secured, market", on=[BREAK_EVEN])
def secured_dust_can_be_closed_at_last_after_a_halt(machine: str) -> Floor:
    floor = dust(machine, "0.049")
    floor.quote("100.5", "100.7")
    floor.operate("halt")
    floor.quote(103, "103.2")
    return floor


@table.fires("halt: trailing, market", on=TRAILERS)
def trailing_dust_can_be_closed_at_last_after_a_halt(machine: str) -> Floor:
    floor = dust(machine, "0.049")
    floor.quote(102, "102.2")
    floor.operate("halt")
    floor.quote(103, "103.2")
    return floor


@table.fires("halt: closing, market")
def what_an_exit_left_can_be_closed_at_last_after_a_halt(machine: str) -> Floor:
    floor = dust(machine, "1")
    if machine in TAKERS:
        floor.quote("99.5", "99.7")
        floor.fill(floor.one(TAKE_PROFIT), "0.95")
        floor.operate("halt")
        floor.quote("100.5", "100.7")
        return floor
    floor.quote(102, "102.2")
    floor.quote("100.9", "101.1")
    floor.fill(floor.one(CLOSE), "0.951")
    floor.operate("halt")
    floor.quote(103, "103.2")
    return floor
