"""Lifecycles are proved, or refuted where they are to blame: the shipped ones clean, many faults each by name."""

from dataclasses import replace
from decimal import Decimal
from typing import cast

import pytest

from perpfsm.config.resources import machine_names, strategies_dir
from perpfsm.config.strategy import load_strategy
from perpfsm.decisions.parameters import CloseType
from perpfsm.errors import Severity
from perpfsm.machine.definition import (
    Comparison,
    MachineDefinition,
    Row,
    StateDefinition,
    Trigger,
)
from perpfsm.market.side import PositionMode
from perpfsm.proof.flaw import Flaw, SourceFile, Verdict
from perpfsm.proof.representative import parameters_for
from tests.builders import guarded, parameters, shipped_definition
from tests.builders import row as a_row
from tests.proof.edits import Edit, behind, changed, proved, renumbered, row_number, without

STRATEGIES = sorted(path.stem for path in strategies_dir().glob("*.yaml"))
PROFIT = shipped_definition("profit_taking")
TRAILING = shipped_definition("trailing_stop")


FAULTS: list[tuple[str, MachineDefinition, Edit, str, tuple[str, ...]]] = [
    ("no stop", PROFIT, without("stop_loss"), "stop-first", ("open", "closing")),
    (
        "no stop while trailing",
        TRAILING,
        changed("stop_loss", sources=("open", "closing")),
        "stop-first",
        ("trailing",),
    ),
    (
        "the stop waits for a lost exit",
        PROFIT,
        changed("stop_loss", unless=("backing_off",)),
        "stop-first",
        ("open", "closing"),
    ),
    ("a halt comes before the stop", PROFIT, behind("stop_loss", "halt"), "stop-first", ("halt",)),
    (
        "the stop repeats a MARKET exit",
        PROFIT,
        changed("stop_loss", minus=("market_exit_works",)),
        "exits-fit",
        ("stop_loss",),
    ),
    (
        "the stop leaves the take-profit",
        PROFIT,
        changed("stop_loss", minus=("cancel_orders",)),
        "exits-fit",
        ("stop_loss",),
    ),
    (
        "the stop leaves quotes",
        PROFIT,
        changed("stop_loss", minus=("cancel_orders",)),
        "no-quote-while-closing",
        ("stop_loss",),
    ),
    ("the stop fires for ever", PROFIT, changed("stop_loss", minus=("not_stopping",)), "comes-to-rest", ("stop_loss",)),
    (
        "a kept quote keeps its age",
        PROFIT,
        changed("keep_quotes", minus=("keep_quotes",)),
        "comes-to-rest",
        ("keep_quotes",),
    ),
    ("a refresh places nothing", PROFIT, changed("refresh", minus=("replace_quotes",)), "comes-to-rest", ("refresh",)),
    (
        "close quotes stay",
        PROFIT,
        changed("pull_close_quotes", minus=("cancel_close_quotes",)),
        "comes-to-rest",
        ("pull_close_quotes",),
    ),
    ("no entry", PROFIT, without("entry"), "fills-are-noticed", ("idle", "opening")),
    ("a late fill is no entry", PROFIT, changed("entry", sources=("opening",)), "fills-are-noticed", ("idle",)),
    (
        "another hand's position is not seen",
        TRAILING,
        without("opened_elsewhere"),
        "fills-are-noticed",
        ("idle", "opening"),
    ),
    (
        "the opposite quote stays",
        PROFIT,
        changed("entry", minus=("cancel_opposite_quotes",)),
        "no-opposite-quote",
        ("open", "closing"),
    ),
    ("flat is not noticed", PROFIT, without("flat"), "flat-is-noticed", ("open", "closing")),
    ("a liquidation is not noticed", PROFIT, without("liquidated"), "flat-is-noticed", ("open", "closing")),
    ("no escalation", PROFIT, without("cross"), "escalates", ("closing",)),
    ("no replacement", TRAILING, without("replace_exit"), "escalates", ("closing",)),
    ("a lost exit is given up", PROFIT, without("finish_exit", "retry_exit"), "can-close", ("closing",)),
    ("a stale exit is doubled", PROFIT, changed("cross", minus=("cancel_exits",)), "exits-fit", ("cross",)),
    (
        "a lost exit is sent at once",
        PROFIT,
        changed("retry_exit", minus=("backing_off",)),
        "backs-off",
        ("retry_exit",),
    ),
    ("quotes stay when data is bad", PROFIT, without("data_bad_exposed"), "quotes-are-pulled", ("open", "closing")),
    (
        "quotes stay when paused",
        PROFIT,
        changed("stop_adding", minus=("cancel_quotes",)),
        "quotes-are-pulled",
        ("open", "closing"),
    ),
    ("a flatten closes nothing", PROFIT, without("flatten"), "gets-out-when-told", ("open", "closing")),
    ("a halt closes nothing", TRAILING, without("halt"), "gets-out-when-told", ("open", "trailing")),
    (
        "quotes are refreshed in a position",
        PROFIT,
        changed("refresh", sources=("opening", "open")),
        "no-opening-while-exposed",
        ("refresh",),
    ),
    (
        "a position is never closed",
        PROFIT,
        without("take_profit", "stop_loss", "halt", "flatten"),
        "can-close",
        ("open",),
    ),
]


@pytest.mark.untraced
@pytest.mark.parametrize("name", machine_names())
@pytest.mark.parametrize("close", CloseType)
def test_the_shipped_lifecycles_prove_clean(name: str, close: CloseType) -> None:
    definition = shipped_definition(name)
    proof = proved(definition, replace(parameters_for(definition), close_position_order_type=close))

    assert proof.flaws == ()
    assert proof.counterexamples == ()
    assert {claim.name for claim in proof.claims if claim.verdict is not Verdict.PROVED} == set()


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_shipped_strategies_prove_clean(name: str) -> None:
    strategy = load_strategy(strategies_dir() / f"{name}.yaml")
    proof = proved(strategy.machine, strategy.parameters)

    assert proof.flaws == ()
    is_hedge = strategy.parameters.position_mode is PositionMode.HEDGE
    not_asked = {claim.name for claim in proof.claims if claim.verdict is Verdict.NOT_ASKED}
    assert not_asked == ({"no-opening-while-exposed", "no-opposite-quote"} if is_hedge else set())


@pytest.mark.parametrize(("fault", "definition", "edit", "code", "blamed"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_is_found_where_it_stands(
    fault: str, definition: MachineDefinition, edit: Edit, code: str, blamed: tuple[str, ...]
) -> None:
    assert fault
    machine = edit(definition)
    states = [state.name for state in machine.states]
    found = {flaw.path for flaw in proved(machine).flaws if flaw.code == code}
    wanted: set[tuple[str | int, ...]] = {
        ("states", states.index(name)) if name in states else ("transitions", row_number(machine, name))
        for name in blamed
    }
    assert wanted <= found


def test_a_refutation_says_what_where_why_and_how() -> None:
    proof = proved(without("entry")(PROFIT))

    assert proof.flaws[1] == Flaw(
        "fills-are-noticed",
        Severity.ERROR,
        SourceFile.MACHINE,
        ("states", 0),
        "A position is open in idle, which is a flat state, and no row notices.",
        "Add a row on fill and position_changed from idle to an exposed state when exposed.",
        trace=(
            "1. market: quoting allowed; row start_quoting fires: idle → opening",
            "2. a quote fills; no row fires",
            "3. market: quoting halted; row quoting_ended fires: opening → idle",
        ),
    )
    assert [claim.name for claim in proof.claims if claim.verdict is Verdict.REFUTED] == ["fills-are-noticed"]
    assert [each.claim for each in proof.counterexamples] == [flaw.code for flaw in proof.flaws]


def test_without_a_stop_nothing_is_asked_of_it() -> None:
    proof = proved(PROFIT, parameters(long_profit_taking_spread=1, short_profit_taking_spread=1))

    (stop,) = [claim for claim in proof.claims if claim.name == "stop-first"]
    assert stop.verdict is Verdict.NOT_ASKED
    assert stop.says.endswith("(stop_loss_spread is 0: there is no stop.)")


def test_a_machine_that_is_never_left_is_a_trap() -> None:
    states = (StateDefinition("idle"), StateDefinition("done"))
    machine = guarded({}, a_row("end", sources=("idle",), dest="done"), states=states).definition

    (flaw,) = proved(machine).flaws
    assert (flaw.code, flaw.path) == ("no-trap", ("states", 1))
    assert flaw.what == "Once in done, the leg never gets back to idle."


def test_a_silence_that_leads_out_of_the_closing_state_is_no_waiting() -> None:
    give_up = Row(
        1,
        "give_up",
        (Trigger.MARKET,),
        ("closing",),
        "open",
        None,
        ("getting_out", "exit_stale"),
        (),
        ("cancel_exits",),
    )
    machine = without("cross", "replace_exit")(PROFIT)
    machine = renumbered(machine, [*machine.rows, give_up])

    assert "escalates" in {flaw.code for flaw in proved(machine).flaws}  # the stop brings it back, for ever
    without_stop = replace(parameters_for(machine), stop_loss_spread=Decimal(0))
    assert "escalates" not in {flaw.code for flaw in proved(machine, without_stop).flaws}


def test_of_a_lifecycle_that_never_quotes_nothing_is_called_proved() -> None:
    delay = replace(cast(Comparison, PROFIT.guards["delay_over"]), when_undefined=False)
    proof = proved(replace(PROFIT, guards={**PROFIT.guards, "delay_over": delay}))

    assert {claim.verdict for claim in proof.claims} == {Verdict.NOT_ASKED}
    assert all(claim.says.endswith(" (Nothing is ever opened.)") for claim in proof.claims)
    (flaw,) = proof.flaws
    assert (flaw.code, flaw.severity, flaw.path) == ("never-quotes", Severity.WARNING, ("transitions",))


@pytest.mark.parametrize(
    ("machine", "what", "remedy"),
    [
        (
            changed("stop_loss", unless=("backing_off",))(PROFIT),
            "In open a loss of 2.3 % or more fires no stop.",
            (
                "Row stop_loss is there, but one of its guards holds it back: "
                "stop_loss_hit, not_stopping, market_exit_works, is_dust, backing_off."
            ),
        ),
        (
            replace(PROFIT, states=tuple(replace(state, closing=False) for state in PROFIT.states)),
            "Row stop_loss fires, but closing is no closing state, and so the reason of the exit is forgotten.",
            "Let stop_loss lead to a state with closing: true.",
        ),
        (
            replace(PROFIT, rows=(replace(PROFIT.rows[0], dest=None), *PROFIT.rows[1:])),
            "Row stop_loss fires, but it stays in open, and so the reason of the exit is forgotten.",
            "Let stop_loss lead to a state with closing: true.",
        ),
    ],
    ids=["held back", "no closing state", "stays"],
)
def test_a_stop_that_is_there_is_named(machine: MachineDefinition, what: str, remedy: str) -> None:
    flaw = next(flaw for flaw in proved(machine).flaws if flaw.code == "stop-first")

    assert (flaw.what, flaw.remedy) == (what, remedy)
