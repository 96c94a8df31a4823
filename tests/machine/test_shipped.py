"""The shipped lifecycles share their rows and guards, and step as BEHAVIOUR says."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest

from perpfsm.config.resources import machine_names
from perpfsm.decisions.parameters import CloseType
from perpfsm.decisions.proposals import Cancel, Place
from perpfsm.errors import Place as FilePlace
from perpfsm.machine.definition import Comparison, Guard, MachineDefinition, Row, Trigger
from perpfsm.machine.leg import Leg
from perpfsm.machine.step import Step, take_step
from perpfsm.machine.view import View
from tests.builders import (
    BUY,
    CLOSE,
    NOW,
    QUOTE,
    SECOND,
    SELL,
    TAKE_PROFIT,
    leg,
    parameters,
    position,
    quote,
    shipped,
    shipped_definition,
    view,
    working,
)

MACHINES = machine_names()
DEFINITIONS = {name: shipped_definition(name) for name in MACHINES}
PAIRS = tuple(combinations(MACHINES, 2))
OWN_STATES = {"trailing", "secured"}
OWN_WAYS = {"take_profit", "trailing_stop", "time_limit", "break_even"}
TAKING = {"take_profit", "profit_gone", "cut_take_profit", "move_take_profit"}
SECURING = {"secure", "break_even", "secured_profit", "entry_moved", "entry_moved_elsewhere"}
TRAILING = {"new_peak", "trailing_exit", "restart_trailing"}
OWN_ROWS = {
    "profit_taking": TAKING,
    "triple_barrier": TAKING | {"time_limit"},
    "break_even": TAKING | SECURING,
    "trailing_stop": TRAILING | {"start_trailing"},
    "profit_then_trail": TRAILING | {"let_profit_run"},
}
every_pair = pytest.mark.parametrize(("one", "other"), PAIRS)
every_machine = pytest.mark.parametrize("machine", MACHINES)


def shared_row(row: Row) -> Row:
    """Return a row without what the machines may differ in: where it stands, and the states that one has alone."""
    sources = tuple(source for source in row.sources if source not in OWN_STATES)
    return replace(row, number=0, place=FilePlace(""), sources=sources)


def shared_guard(guard: Guard) -> Guard:
    """Return a guard without the names of the ways out that one machine has alone."""
    match guard:
        case Comparison(operand=tuple(names)):
            return replace(guard, operand=tuple(name for name in names if name not in OWN_WAYS))
        case _:
            return guard


def shared_rows(of: MachineDefinition, other: MachineDefinition) -> list[Row]:
    names = {row.name for row in other.rows}
    return [shared_row(row) for row in of.rows if row.name in names]


@every_pair
def test_the_rows_that_two_lifecycles_share_are_equal_and_in_the_same_order(one: str, other: str) -> None:
    assert shared_rows(DEFINITIONS[one], DEFINITIONS[other]) == shared_rows(DEFINITIONS[other], DEFINITIONS[one])


def test_each_lifecycle_has_only_its_own_ways_out_beside_the_rows_that_all_share() -> None:
    names = {machine: {row.name for row in definition.rows} for machine, definition in DEFINITIONS.items()}
    shared = set.intersection(*names.values())
    assert len(shared) > 20
    assert {machine: rows - shared for machine, rows in names.items()} == OWN_ROWS


@every_pair
def test_the_guards_that_two_lifecycles_share_are_equal(one: str, other: str) -> None:
    guards, others = DEFINITIONS[one].guards, DEFINITIONS[other].guards
    shared = set(guards) & set(others)
    assert len(shared) > 15
    assert {name: shared_guard(guards[name]) for name in shared} == {
        name: shared_guard(others[name]) for name in shared
    }


@every_machine
def test_every_shared_row_from_open_also_answers_in_the_states_that_one_lifecycle_has_alone(machine: str) -> None:
    # A leg trails, or is secured, from `open` on, and nothing that comes with a position of its own is.
    definition = DEFINITIONS[machine]
    own_states = OWN_STATES & {state.name for state in definition.states}
    for row in definition.rows:
        if row.name not in OWN_ROWS[machine] and "open" in row.sources:
            assert own_states <= set(row.sources), row.name


@every_machine
def test_the_stop_comes_first_in_every_exposed_state_b11(machine: str) -> None:
    definition = DEFINITIONS[machine]
    first = definition.rows[0]
    assert (first.name, first.triggers, first.dest) == ("stop_loss", (Trigger.MARKET,), "closing")
    assert set(first.sources) == {state.name for state in definition.states if state.exposed}


def step(machine: str, of: Leg, seen: View, trigger: Trigger = Trigger.MARKET) -> Step:
    taken = take_step(shipped(machine), of, trigger, seen)
    assert taken is not None
    return taken


def done(taken: Step) -> tuple[str, str, list[str]]:
    """Return the row, the state after it, and its proposals in short."""
    said = [
        f"cancel {each.client_id}" if isinstance(each, Cancel) else f"{each.side} {each.role} {each.price}"
        for each in taken.proposals
        if isinstance(each, Cancel | Place)
    ]
    return taken.row.name, taken.leg.state, said


PROFIT_AT_101 = working("profit", TAKE_PROFIT, SELL, "101.0")
STOP_2 = parameters(stop_loss_spread=2, stop_loss_slippage_buffer=1, long_profit_taking_spread=1)
STOPPED = ("stop_loss", "closing", ["cancel profit", "sell close 96.0"])


def test_a_stop_preempts_a_resting_take_profit_on_the_event_that_crosses_it_b11() -> None:
    of = leg("closing", position(1), reason="take_profit")
    assert (
        take_step(shipped("profit_taking"), of, Trigger.MARKET, view(quote("98.1", 99), STOP_2, PROFIT_AT_101)) is None
    )
    taken = step("profit_taking", of, view(quote("97.0", "97.1"), STOP_2, PROFIT_AT_101))
    assert done(taken) == STOPPED
    assert taken.leg.exit_reason == "stop_loss"


@every_machine
def test_the_stop_hits_exactly_at_its_spread_and_needs_no_profit_before_b11(machine: str) -> None:
    low_spread = view(quote("98.0", "98.1"), STOP_2)
    assert done(step(machine, leg("open", position(1)), low_spread))[:2] == ("stop_loss", "closing")
    short = view(quote("101.9", "102.0"), STOP_2)
    assert done(step(machine, leg("open", position(-1)), short))[:2] == ("stop_loss", "closing")


@every_machine
def test_without_a_spread_there_is_no_stop(machine: str) -> None:
    fallen = view(quote("50.0", "50.1"), parameters(stop_loss_spread=0, ts_activation_spread=1))
    assert take_step(shipped(machine), leg("open", position(1)), Trigger.MARKET, fallen) is None


@every_machine
def test_a_market_exit_at_work_is_neither_repeated_nor_preempted_b12(machine: str) -> None:
    at_market = working("close", CLOSE, SELL, None, placed_ns=NOW - 900 * SECOND)
    seen = view(quote("50.0", "50.1"), parameters(stop_loss_spread=2, close=CloseType.MARKET), at_market)
    for reason in ("flatten", "risk", "stop_loss"):
        of = leg("closing", position(1), reason=reason, exits_placed=9, exit_losses=1, exit_lost_ns=NOW - SECOND)
        for trigger in (Trigger.MARKET, Trigger.FLATTEN, Trigger.HALT, Trigger.FILL):
            taken = take_step(shipped(machine), of, trigger, seen)
            assert taken is None or (taken.proposals, taken.leg.exit_reason) == ((), reason), (reason, trigger)


def test_a_take_profit_is_never_placed_at_a_loss_b9() -> None:
    of, with_profit = leg("open", position(1)), parameters(long_profit_taking_spread=5)
    for mark in ("99.9", "100.0"):
        assert take_step(shipped("profit_taking"), of, Trigger.MARKET, view(quote(), with_profit, mark=mark)) is None
    taken = step("profit_taking", of, view(quote(), with_profit, mark="100.1"))
    assert done(taken) == ("take_profit", "closing", ["sell take_profit 105.0"])


TRAILED = parameters(ts_activation_spread=10, ts_callback_rate=5)


def trail(*bids: int, start: Leg) -> tuple[Leg, list[str]]:
    """Let a leg see bids (of a short: asks) one after the other; return it and the rows that fired."""
    fired: list[str] = []
    for price in bids:
        start.peak_is_new = False
        seen = view(quote(price, price), TRAILED)
        while start.state != "closing":
            taken = take_step(shipped("trailing_stop"), start, Trigger.MARKET, seen)
            if taken is None:
                break
            start = taken.leg
            fired.append(taken.row.name)
    return start, fired


def test_the_documents_trailing_example_starts_at_11000_holds_at_10500_and_closes_at_11400_b10() -> None:
    of, fired = trail(10_999, start=leg("open", position(1, 10_000)))
    assert (of.state, fired) == ("open", [])
    of, fired = trail(11_000, 10_500, 12_000, 11_401, start=of)
    assert (of.state, of.peak, fired) == ("trailing", Decimal(12_000), ["start_trailing", "new_peak"])
    of, fired = trail(11_400, start=of)
    assert (of.state, of.exit_reason, fired) == ("closing", "trailing_stop", ["trailing_exit"])


def test_the_trailing_example_mirrored_for_a_short_b10() -> None:
    of, fired = trail(9_000, 9_449, 8_000, 8_399, start=leg("open", position(-1, 10_000)))
    assert (of.state, of.peak, fired) == ("trailing", Decimal(8_000), ["start_trailing", "new_peak"])
    assert trail(8_400, start=of)[1] == ["trailing_exit"]


def test_an_estimate_that_is_no_price_never_closes_b10() -> None:
    nill = leg("trailing", position(1, 10_000), peak=10_500)  # 5 % below is 9,975
    of, fired = trail(10_100, 9_000, 5_000, start=nill)
    assert (of.state, fired) == ("trailing", [])


def test_a_gap_through_estimate_and_entry_closes_b10() -> None:
    assert trail(9_000, start=leg("trailing", position(1, 10_000), peak=12_000))[1] == ["trailing_exit"]


def test_an_activation_of_nothing_trails_from_the_fill_itself_b10() -> None:
    seen = view(quote("99.0", "99.1"), parameters(ts_callback_rate=5))
    taken = step("trailing_stop", leg("open", position(1)), seen)
    assert done(taken) == ("start_trailing", "trailing", [])
    assert taken.notes == ("New peak price 99.0, estimated exit price is NILL",)


def test_a_fill_that_adds_restarts_the_trail_b10() -> None:
    of = leg("trailing", position(2), peak=110, fill_effect="increased")
    taken = step("trailing_stop", of, view(quote()), Trigger.FILL)
    assert (done(taken), taken.leg.peak) == (("restart_trailing", "open", []), None)


@every_machine
def test_an_entry_cancels_the_opposite_quote_b7(machine: str) -> None:
    orders = (working("bid", QUOTE, BUY, 99), working("ask", QUOTE, SELL, 101))
    taken = step(machine, leg("opening", position(1), fill_effect="opened"), view(quote(), None, *orders), Trigger.FILL)
    assert done(taken) == ("entry", "open", ["cancel ask"])


@every_machine
def test_a_leg_that_became_flat_cancels_the_rest_and_waits_b13(machine: str) -> None:
    of = leg("closing", reason="stop_loss", fill_effect="closed", last_fill_ns=NOW)
    taken = step(machine, of, view(quote(), None, working("bid", QUOTE, BUY, 99)), Trigger.FILL)
    assert done(taken) == ("flat", "idle", ["cancel bid"])
    delayed = parameters(filled_order_delay=60)
    early, late = (view(quote(), delayed, now_ns=NOW + seconds * SECOND) for seconds in (59, 60))
    assert take_step(shipped(machine), taken.leg, Trigger.MARKET, early) is None
    assert done(step(machine, taken.leg, late))[:2] == ("start_quoting", "opening")
