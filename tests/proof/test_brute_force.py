"""The proof's verdicts are those of an explorer that has no ideas, on small random machines."""

import os
from dataclasses import replace
from decimal import localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpfsm.decisions.parameters import CloseType
from perpfsm.machine.definition import MachineDefinition, Row, StateDefinition, Trigger
from perpfsm.machine.shipped import shipped_library
from perpfsm.market.arithmetic import EXACT
from perpfsm.proof.explore import explore
from perpfsm.proof.flaw import Verdict
from perpfsm.proof.prove import prove
from perpfsm.proof.world import BEYOND_STOP, world_of
from tests.builders import parameters, shipped_definition
from tests.proof.naive import Naive

EXAMPLES = int(os.environ.get("PROOF_EXAMPLES", "12"))
PARAMETERS = parameters(stop_loss_spread=2, exit_retry_s=2, time_between_stop_loss_orders=60, order_refresh_time=10)
# Claims that the naive explorer judges too.
JUDGED = frozenset(
    {
        "comes-to-rest",
        "exits-fit",
        "fills-are-noticed",
        "flat-is-noticed",
        "no-opening-while-exposed",
        "no-opposite-quote",
        "no-quote-while-closing",
        "stop-first",
    }
)
FREE = ("stop_loss_hit", "in_profit", "refresh_due", "backing_off", "quoting_allowed", "halted")
FACTS = (
    "is_flat",
    "is_exposed",
    "no_exit_works",
    "market_exit_works",
    "lost_before",
    "not_stopping",
    "getting_out",
    "taking_profit",
    "grew",
)
ACTIONS = (
    "place_quotes",
    "keep_quotes",
    "cancel_quotes",
    "cancel_orders",
    "cancel_exits",
    "place_take_profit",
    "close_position",
    "close_at_market",
)
STATES = (
    StateDefinition("idle"),
    StateDefinition("open", exposed=True),
    StateDefinition("closing", exposed=True, closing=True),
)
SHIPPED = shipped_definition("profit_taking")
SENSIBLE = (
    Row(1, "quote", (Trigger.MARKET,), ("idle",), None, None, ("refresh_due",), (), ("place_quotes",)),
    Row(1, "entry", (Trigger.FILL,), ("idle",), "open", None, ("is_exposed",), (), ("cancel_quotes",)),
    Row(
        1,
        "stop",
        (Trigger.MARKET,),
        ("open", "closing"),
        "closing",
        "stop_loss",
        ("stop_loss_hit", "not_stopping"),
        ("market_exit_works",),
        ("cancel_orders", "close_position"),
    ),
    Row(1, "flat", (Trigger.FILL,), ("open", "closing"), "idle", None, ("is_flat",), (), ("cancel_orders",)),
)


@st.composite
def machines(draw: st.DrawFn) -> MachineDefinition:
    """Draw a machine of three states: some rows that make sense, and some that were drawn, in any order."""
    free = draw(st.lists(st.sampled_from(FREE), max_size=2, unique=True))
    known = (*free, *FACTS)
    rows = draw(st.lists(st.sampled_from(SENSIBLE), min_size=1, unique=True))
    for _ in range(draw(st.integers(0, 4))):
        dest = draw(st.sampled_from((None, "idle", "open", "closing")))
        names = st.lists(st.sampled_from(known), max_size=2, unique=True).map(tuple)
        rows.append(
            Row(
                1,
                "drawn",
                tuple(draw(st.lists(st.sampled_from(Trigger), min_size=1, max_size=2, unique=True))),
                tuple(draw(st.lists(st.sampled_from(("idle", "open", "closing")), min_size=1, unique=True))),
                dest,
                draw(st.sampled_from(("stop_loss", "take_profit", "flatten"))) if dest == "closing" else None,
                draw(names),
                draw(names),
                tuple(draw(st.lists(st.sampled_from(ACTIONS), max_size=2, unique=True))),
            )
        )
    rows = draw(st.permutations(rows))
    return machine("small", *(replace(row, name=f"{row.name} {number}") for number, row in enumerate(rows, 1)))


def machine(name: str, *rows: Row) -> MachineDefinition:
    """Return a machine of these rows, in this order, with those of the shipped guards that they use."""
    used = {guard for row in rows for guard in (*row.conditions, *row.unless)}
    guards = {name: guard for name, guard in SHIPPED.guards.items() if name in used}
    numbered = tuple(replace(row, number=number) for number, row in enumerate(rows, 1))
    return MachineDefinition(name, "idle", STATES, guards, numbered)


@settings(max_examples=EXAMPLES)
@given(definition=machines(), close=st.sampled_from(CloseType))
def test_the_proof_reaches_what_brute_force_reaches_and_comes_to_the_same_verdicts(
    definition: MachineDefinition, close: CloseType
) -> None:
    _agree(definition, close)


CUT = Row(1, "cut", (Trigger.FILL,), ("closing",), "open", None, ("grew",), (), ("cancel_exits",))
CUT_BY_MARKET = replace(CUT, triggers=(Trigger.MARKET,), conditions=("market_exit_works", "not_stopping"))
HALT = Row(1, "halt", (Trigger.HALT,), ("open",), "closing", "risk", (), (), ("cancel_exits", "close_at_market"))
AGAIN = Row(
    1, "again", (Trigger.MARKET,), ("open",), "closing", "take_profit", ("in_profit",), (), ("place_take_profit",)
)


@pytest.mark.parametrize("cut", [CUT, CUT_BY_MARKET])
def test_both_find_an_exit_that_is_placed_in_the_event_in_which_a_market_exit_was_cancelled(cut: Row) -> None:
    waiting = replace(AGAIN, unless=("market_exit_works",))

    assert "exits-fit" in _agree(machine("cutting", *SENSIBLE, HALT, cut, AGAIN), CloseType.MARKET)
    assert "exits-fit" not in _agree(machine("cutting", *SENSIBLE, HALT, cut, waiting), CloseType.MARKET)


def test_both_know_that_bad_data_may_be_a_jump_whose_prices_still_price_a_limit() -> None:
    leave = Row(1, "exit", (Trigger.DATA_BAD,), ("idle", "open"), None, None, (), (), ("close_position",))

    _agree(machine("jumping", *SENSIBLE[:2], leave), CloseType.LIMIT)


def test_both_know_that_a_stop_of_the_program_is_no_halt() -> None:
    quote = Row(1, "quote", (Trigger.STOP,), ("idle",), None, None, (), ("halted",), ("place_quotes",))

    _agree(machine("stopping", SENSIBLE[1], quote), CloseType.LIMIT)


def _agree(definition: MachineDefinition, close: CloseType) -> set[str]:
    """Assert that the proof of a machine and brute force come to the same, and return what both refute."""
    of = replace(PARAMETERS, close_position_order_type=close)
    with localcontext(EXACT):
        brute = Naive(definition, of).explore()
        world = world_of(definition, shipped_library(), of, (BEYOND_STOP,))
        graph = explore(definition, world.runner, is_hedge=False, watch=lambda *_: None, has_limits=world.has_limits)
        proof = prove(definition, shipped_library(), of)

    assert set(graph.situations) == brute.situations
    refuted = {claim.name for claim in proof.claims if claim.verdict is Verdict.REFUTED}
    assert refuted & JUDGED == brute.refuted
    return brute.refuted
