"""What a machine file says is to be proved of it is proved, or refuted with its shortest way."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.errors import Severity
from perpfsm.machine.definition import (
    AnyOf,
    Comparison,
    Guard,
    GuardName,
    Not,
    Operator,
    Property,
    PropertyKind,
    StateDefinition,
)
from perpfsm.proof import run
from perpfsm.proof.flaw import Verdict
from perpfsm.proof.representative import parameters_for
from tests.builders import shipped_definition
from tests.proof.edits import proved

PROFIT = shipped_definition("profit_taking")
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
    (
        Property("profit", PropertyKind.LEADS_TO, ("closing",), ("open",), ("in_profit",), ("backing_off", "is_dust")),
        None,
    ),
    (Property("profit", PropertyKind.LEADS_TO, ("closing",), ("open",), ("in_profit",)), "open"),
]


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


@pytest.mark.parametrize(
    "asked",
    [
        Property("moot", PropertyKind.PREEMPTS, ("start_quoting",), ("closing",), ("is_flat",)),
        Property("moot", PropertyKind.LEADS_TO, ("opening",), ("open",), ("is_flat",)),
        Property("moot", PropertyKind.LEADS_TO, ("nowhere",), ("nowhere",)),
        Property("moot", PropertyKind.ALWAYS_CAN_REACH, ("idle",), ("nowhere",)),
        Property("moot", PropertyKind.LEADS_TO, ("nowhere",), (), ("unset",)),
    ],
)
def test_a_property_whose_question_never_comes_up_is_not_called_proved(asked: Property) -> None:
    unset = Comparison(Operator.ABOVE, Decimal(0), parameter="stop_loss_spread", when_set="stop_loss_spread")
    states = (*PROFIT.states, StateDefinition("nowhere"))
    definition = replace(PROFIT, states=states, properties=(asked,), guards={**PROFIT.guards, "unset": unset})
    proof = proved(definition, replace(parameters_for(definition), stop_loss_spread=Decimal(0)))

    claim = proof.claims[-1]
    assert claim.verdict is Verdict.NOT_ASKED
    assert claim.says.endswith(" (The question comes up in no situation that can be reached.)")
    (flaw,) = proof.flaws
    assert (flaw.code, flaw.severity, flaw.path) == ("property-asks-nothing", Severity.WARNING, ("properties", 0))
    assert flaw.what.endswith(" But its question comes up in no situation that can be reached.")


def test_what_never_comes_up_is_a_proof_that_it_never_is() -> None:
    proof = proved(
        replace(PROFIT, properties=(Property("calm", PropertyKind.NEVER, ("opening",), (), ("is_exposed",)),))
    )

    assert (proof.claims[-1].verdict, proof.flaws) == (Verdict.PROVED, ())


@pytest.mark.parametrize("names", [("fresh", "stale"), ("stale", "fresh")])
@pytest.mark.parametrize("kind", [PropertyKind.PREEMPTS, PropertyKind.LEADS_TO])
def test_two_ways_that_meet_again_are_both_judged(names: tuple[str, str], kind: PropertyKind) -> None:
    """One renews quotes through another state than the other; both end where nothing tells them apart."""
    age = Comparison(Operator.AT_LEAST, Decimal(9), metric="quotes_age_s", when_undefined=False)
    guards: dict[str, Guard] = {
        "stale": age,
        "fresh": Not(age),
    }
    rows = [row for row in PROFIT.rows if row.name not in {"keep_quotes", "refresh", "pull_close_quotes"}]
    at = next(number for number, row in enumerate(rows) if row.name == "quoting_ended") + 1
    one, other = (
        replace(
            rows[at - 1],
            name=name,
            sources=("opening",),
            dest=f"{name}_way",
            conditions=(name,),
            unless=(),
            actions=("keep_quotes",),
        )
        for name in names
    )
    back = replace(
        one, name="back", sources=("fresh_way", "stale_way"), dest="idle", conditions=(), actions=("cancel_quotes",)
    )
    rows[at:at] = [one, other, back]
    numbered = tuple(replace(row, number=number) for number, row in enumerate(rows, 1))
    states = (*PROFIT.states, StateDefinition("fresh_way"), StateDefinition("stale_way"))
    target = "fresh" if kind is PropertyKind.PREEMPTS else "fresh_way"
    asked = Property("fresh_first", kind, (target,), ("opening",), ("quoting_allowed",))
    proof = proved(
        replace(PROFIT, states=states, rows=numbered, guards={**PROFIT.guards, **guards}, properties=(asked,))
    )

    assert proof.claims[-1].verdict is Verdict.REFUTED


def test_a_property_with_too_many_guards_is_not_asked_for_ever_and_spoils_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("perpfsm.proof.properties.SNAPSHOTS_MAX", 20)
    home, far = PROPERTIES[0][0], Property("calm", PropertyKind.NEVER, ("open",))
    proof = proved(replace(PROFIT, properties=(home, STOPS, far)))

    assert [(flaw.code, flaw.severity, flaw.path) for flaw in proof.flaws] == [
        ("calm", Severity.ERROR, ("properties", 2)),
        ("too-large-to-prove", Severity.WARNING, ("properties", 1)),
    ]
    assert proof.flaws[1].what.endswith(" The guards of stops tell too many cases apart, so it is not judged.")
    assert [claim.verdict for claim in proof.claims] == [
        *[Verdict.PROVED] * 15,
        Verdict.NOT_ASKED,
        Verdict.REFUTED,
    ]
    assert proof.claims[-2].says.endswith(" (Its guards tell too much apart to prove it.)")


def test_what_a_property_took_that_was_given_up_is_there_for_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "WAYS_MAX", 20_000)
    guards = {**PROFIT.guards, "any": AnyOf(tuple(GuardName(name) for name in tuple(PROFIT.guards)[:8]))}
    wide = Property("wide", PropertyKind.LEADS_TO, ("idle", "opening", "open", "closing"), (), ("any",))
    proof = proved(replace(PROFIT, properties=(wide, STOPS), guards=guards))

    assert [claim.verdict for claim in proof.claims[-2:]] == [Verdict.NOT_ASKED, Verdict.PROVED]


def test_a_property_reads_as_a_sentence() -> None:
    proof = proved(replace(PROFIT, properties=tuple(dict.fromkeys(asked for asked, _ in PROPERTIES[3:8:2]))))

    assert [claim.says for claim in proof.claims[-3:]] == [
        (
            "On a market event in open while stop_loss_hit and not market_exit_works and not is_dust row stop_loss "
            "fires before every other."
        ),
        "The leg never rests in opening while halted.",
        "A market event in open while in_profit and not backing_off and not is_dust leads to closing.",
    ]
