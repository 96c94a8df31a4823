"""Lifecycles are proved, or refuted where they are to blame: the shipped ones clean, many faults each by name."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from perpfsm.config.resources import machine_names, strategies_dir
from perpfsm.config.strategy import load_strategy
from perpfsm.decisions.parameters import CloseType, Parameters
from perpfsm.errors import Severity
from perpfsm.machine.definition import (
    Comparison,
    MachineDefinition,
    Operator,
    Property,
    PropertyKind,
    Row,
    StateDefinition,
    Trigger,
)
from perpfsm.machine.library import ActionSpec, Effects, MetricSpec
from perpfsm.machine.shipped import shipped_library
from perpfsm.market.order import Role
from perpfsm.market.side import PositionMode
from perpfsm.proof import explore
from perpfsm.proof.flaw import Flaw, SourceFile, Verdict
from perpfsm.proof.prove import Proof, prove
from perpfsm.proof.representative import parameters_for
from tests.builders import guarded, parameters, shipped_definition
from tests.builders import row as a_row

STRATEGIES = sorted(path.stem for path in strategies_dir().glob("*.yaml"))
PROFIT = shipped_definition("profit_taking")
TRAILING = shipped_definition("trailing_stop")
Edit = Callable[[MachineDefinition], MachineDefinition]


def proved(definition: MachineDefinition, of: Parameters | None = None) -> Proof:
    return prove(definition, shipped_library(), of or parameters_for(definition))


def renumbered(definition: MachineDefinition, rows: list[Row]) -> MachineDefinition:
    return replace(definition, rows=tuple(replace(row, number=number) for number, row in enumerate(rows, 1)))


def without(*names: str) -> Edit:
    return lambda of: renumbered(of, [row for row in of.rows if row.name not in names])


def changed(
    name: str,
    *,
    minus: tuple[str, ...] = (),
    plus: tuple[str, ...] = (),
    sources: tuple[str, ...] | None = None,
    unless: tuple[str, ...] = (),
) -> Edit:
    """Return the edit that takes guards or actions from a row, or gives it some."""

    def edit(row: Row) -> Row:
        return replace(
            row,
            conditions=tuple(each for each in row.conditions if each not in minus),
            unless=(*(each for each in row.unless if each not in minus), *unless),
            actions=(*(each for each in row.actions if each not in minus), *plus),
            sources=sources or row.sources,
        )

    return lambda of: replace(of, rows=tuple(edit(row) if row.name == name else row for row in of.rows))


def behind(name: str, other: str) -> Edit:
    """Return the edit that moves a row behind another."""

    def edit(of: MachineDefinition) -> MachineDefinition:
        moved = next(row for row in of.rows if row.name == name)
        rows = [row for row in of.rows if row is not moved]
        rows.insert([row.name for row in rows].index(other) + 1, moved)
        return renumbered(of, rows)

    return edit


def row_number(definition: MachineDefinition, name: str) -> int:
    return next(row.number for row in definition.rows if row.name == name) - 1


FAULTS: list[tuple[str, MachineDefinition, Edit, str, tuple[str, ...]]] = [
    ("no stop", PROFIT, without("stop_loss"), "stop-first", ("open", "closing")),
    ("no stop while trailing", TRAILING, changed("stop_loss", sources=("open", "closing")), "stop-first", ("trailing",)),
    ("the stop waits for a lost exit", PROFIT, changed("stop_loss", unless=("backing_off",)), "stop-first", ("open", "closing")),
    ("a halt comes before the stop", PROFIT, behind("stop_loss", "halt"), "stop-first", ("halt",)),
    ("the stop repeats a MARKET exit", PROFIT, changed("stop_loss", minus=("market_exit_works",)), "exits-fit", ("stop_loss",)),
    ("the stop leaves the take-profit", PROFIT, changed("stop_loss", minus=("cancel_orders",)), "exits-fit", ("stop_loss",)),
    ("the stop leaves quotes", PROFIT, changed("stop_loss", minus=("cancel_orders",)), "no-quote-while-closing", ("stop_loss",)),
    ("the stop fires for ever", PROFIT, changed("stop_loss", minus=("not_stopping",)), "comes-to-rest", ("stop_loss",)),
    ("a kept quote keeps its age", PROFIT, changed("keep_quotes", minus=("keep_quotes",)), "comes-to-rest", ("keep_quotes",)),
    ("a refresh places nothing", PROFIT, changed("refresh", minus=("replace_quotes",)), "comes-to-rest", ("refresh",)),
    ("close quotes stay", PROFIT, changed("pull_close_quotes", minus=("cancel_close_quotes",)), "comes-to-rest", ("pull_close_quotes",)),
    ("no entry", PROFIT, without("entry"), "fills-are-noticed", ("idle", "opening")),
    ("a late fill is no entry", PROFIT, changed("entry", sources=("opening",)), "fills-are-noticed", ("idle",)),
    ("another hand's position is not seen", TRAILING, without("opened_elsewhere"), "fills-are-noticed", ("idle", "opening")),
    ("the opposite quote stays", PROFIT, changed("entry", minus=("cancel_opposite_quotes",)), "no-opposite-quote", ("open", "closing")),
    ("flat is not noticed", PROFIT, without("flat"), "flat-is-noticed", ("open", "closing")),
    ("a liquidation is not noticed", PROFIT, without("liquidated"), "flat-is-noticed", ("open", "closing")),
    ("no escalation", PROFIT, without("cross"), "escalates", ("closing",)),
    ("no replacement", TRAILING, without("replace_exit"), "escalates", ("closing",)),
    ("a lost exit is given up", PROFIT, without("finish_exit", "retry_exit"), "can-close", ("closing",)),
    ("a stale exit is doubled", PROFIT, changed("cross", minus=("cancel_exits",)), "exits-fit", ("cross",)),
    ("a lost exit is sent at once", PROFIT, changed("retry_exit", minus=("backing_off",)), "backs-off", ("retry_exit",)),
    ("quotes stay when data is bad", PROFIT, without("data_bad_exposed"), "quotes-are-pulled", ("open", "closing")),
    ("quotes stay when paused", PROFIT, changed("stop_adding", minus=("cancel_quotes",)), "quotes-are-pulled", ("open", "closing")),
    ("a flatten closes nothing", PROFIT, without("flatten"), "gets-out-when-told", ("open", "closing")),
    ("a halt closes nothing", TRAILING, without("halt"), "gets-out-when-told", ("open", "trailing")),
    ("quotes are refreshed in a position", PROFIT, changed("refresh", sources=("opening", "open")), "no-opening-while-exposed", ("refresh",)),
    ("a position is never closed", PROFIT, without("take_profit", "stop_loss", "halt", "flatten"), "can-close", ("open",)),
]  # fmt: skip


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
            "1. market: quoting allowed, since_fill_s 17 s; row start_quoting fires: idle → opening",
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


def test_a_machine_that_is_too_large_says_so_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "SITUATIONS_MAX", 20)
    proof = proved(PROFIT)

    (flaw,) = proof.flaws
    assert (flaw.code, flaw.severity, flaw.path) == ("too-large-to-prove", Severity.WARNING, ("machine",))
    assert {claim.verdict for claim in proof.claims} == {Verdict.NOT_ASKED}


def test_a_machine_that_is_never_left_is_a_trap() -> None:
    states = (StateDefinition("idle"), StateDefinition("done"))
    machine = guarded({}, a_row("end", sources=("idle",), dest="done"), states=states).definition

    (flaw,) = proved(machine).flaws
    assert (flaw.code, flaw.path) == ("no-trap", ("states", 1))
    assert flaw.what == "Once in done, the leg never gets back to idle."


def test_metrics_and_actions_of_strangers_are_taken_to_be_anything() -> None:
    library = shipped_library().extended(
        [
            MetricSpec("mood", "none", "A stranger's.", lambda _: "good", values=("good", "bad")),
            MetricSpec(
                "age", "seconds", "A stranger's.", lambda _: None, may_be_undefined=True, reads=frozenset({"moon"})
            ),
        ],
        [
            ActionSpec(
                "dance", "A stranger's.", Effects(sets=frozenset({"moon"}), cancels=frozenset({Role.CLOSE})), print
            )
        ],
    )
    guards = {
        **PROFIT.guards,
        "bad_mood": Comparison(Operator.IS, ("bad",), metric="mood"),
        "old": Comparison(Operator.ABOVE, PARAMETERS_FOR.order_refresh_time, metric="age"),
    }
    hold = Row(1, "hold", (Trigger.MARKET,), ("open",), None, None, ("bad_mood", "old"), (), ("dance",))
    machine = renumbered(replace(PROFIT, guards=guards), [hold, *PROFIT.rows])
    codes = {(flaw.code, flaw.path) for flaw in prove(machine, library, PARAMETERS_FOR).flaws}

    assert ("comes-to-rest", ("transitions", 0)) in codes


PARAMETERS_FOR = parameters_for(PROFIT)

STOPS = Property(
    "stops", PropertyKind.PREEMPTS, ("stop_loss",), ("open",), ("stop_loss_hit",), ("market_exit_works", "is_dust")
)
PROPERTIES = [
    (Property("home", PropertyKind.ALWAYS_CAN_REACH, ("idle",)), None),
    (Property("home", PropertyKind.ALWAYS_CAN_REACH, ("idle",), ("open",)), None),
    (Property("far", PropertyKind.ALWAYS_CAN_REACH, ("nowhere",), ("open",)), "open"),
    (STOPS, None),
    (replace(STOPS, states=("open", "closing")), "closing"),
    (Property("calm", PropertyKind.NEVER, ("opening",), (), ("halted",)), None),
    (Property("calm", PropertyKind.NEVER, ("open",), (), ("in_profit",)), "open"),
    (Property("profit", PropertyKind.LEADS_TO, ("closing",), ("open",), ("in_profit",), ("backing_off", "is_dust")), None),
    (Property("profit", PropertyKind.LEADS_TO, ("closing",), ("open",), ("in_profit",)), "open"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "broken_in"), PROPERTIES)
def test_a_machine_s_own_properties_are_proved_or_refuted(asked: Property, broken_in: str | None) -> None:
    states = (*PROFIT.states, StateDefinition("nowhere"))
    proof = proved(replace(PROFIT, states=states, properties=(asked,)))

    claim = proof.claims[-1]
    assert claim.name == asked.name
    assert claim.verdict is (Verdict.PROVED if broken_in is None else Verdict.REFUTED)
    if broken_in is not None:
        (flaw,) = proof.flaws
        assert flaw.what == f"{claim.says} In {broken_in} that is not so."
        assert flaw.path == ("properties", 0)
        assert flaw.trace


def test_a_property_reads_as_a_sentence() -> None:
    proof = proved(replace(PROFIT, properties=tuple(dict.fromkeys(asked for asked, _ in PROPERTIES[3:8:2]))))

    assert [claim.says for claim in proof.claims[-3:]] == [
        "On a market event in open while stop_loss_hit and not market_exit_works and not is_dust row stop_loss fires "
        "before every other.",
        "The leg never rests in opening while halted.",
        "A market event in open while in_profit and not backing_off and not is_dust leads to closing.",
    ]
