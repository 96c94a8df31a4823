"""A proof ends: what is too large says so, and what strangers add may be anything."""

from dataclasses import replace
from decimal import Decimal
from types import ModuleType

import pytest

from perpfsm.errors import Severity
from perpfsm.machine.definition import (
    AnyOf,
    Comparison,
    Not,
    Operator,
    Row,
    StateDefinition,
    Trigger,
)
from perpfsm.machine.library import ActionSpec, Effects, MetricSpec
from perpfsm.machine.shipped import shipped_library
from perpfsm.market.order import Role
from perpfsm.market.ratio import Ratio
from perpfsm.proof import choices, explore, run
from perpfsm.proof.flaw import Verdict
from perpfsm.proof.prove import prove
from perpfsm.proof.representative import parameters_for
from tests.builders import guarded, shipped_definition
from tests.builders import row as a_row
from tests.proof.edits import proved, renumbered

PROFIT = shipped_definition("profit_taking")
TRAILING = shipped_definition("trailing_stop")


def test_a_machine_that_is_too_large_says_so_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "SITUATIONS_MAX", 20)
    proof = proved(PROFIT)

    (flaw,) = proof.flaws
    assert (flaw.code, flaw.severity, flaw.path) == ("too-large-to-prove", Severity.WARNING, ("machine",))
    assert {claim.verdict for claim in proof.claims} == {Verdict.NOT_ASKED}


@pytest.mark.parametrize(
    ("module", "bound", "most"), [(choices, "RUNS_MAX", 500), (choices, "WAYS_MAX", 3_000), (run, "WAYS_MAX", 9_000)]
)
def test_every_bound_ends_in_the_same_finding(
    module: ModuleType, bound: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, bound, most)

    assert [flaw.code for flaw in proved(TRAILING).flaws] == ["too-large-to-prove"]


def test_a_metric_that_fails_on_extreme_prices_may_be_anything() -> None:
    odd = MetricSpec("odd", "count", "A stranger's.", lambda _: Ratio(Decimal(1) / 0), reads=frozenset({"position"}))
    library = shipped_library().extended([odd])
    guards = {"is_odd": Comparison(Operator.ABOVE, Decimal(0), metric="odd")}
    states = (StateDefinition("idle"), StateDefinition("glad"))
    machine = guarded(
        guards, a_row(sources=("idle",), dest="glad", when=("is_odd",)), states=states, library=library
    ).definition

    assert [(flaw.code, flaw.path) for flaw in prove(machine, library, PARAMETERS_FOR).flaws] == [
        ("no-trap", ("states", 1))
    ]


@pytest.mark.untraced
def test_a_guard_that_reads_twenty_independent_metrics_does_not_hang() -> None:
    metrics = [
        MetricSpec(f"mood_{number}", "none", "A stranger's.", lambda _: "good", values=("good", "bad"))
        for number in range(20)
    ]
    moods = tuple(Comparison(Operator.IS, ("bad",), metric=spec.name) for spec in metrics)
    states = (StateDefinition("idle"), StateDefinition("glad"))
    library = shipped_library().extended(metrics)
    machine = guarded(
        {"any": AnyOf(moods)}, a_row(sources=("idle",), dest="glad", when=("any",)), states=states, library=library
    ).definition

    (flaw,) = prove(machine, library, PARAMETERS_FOR).flaws
    assert flaw.code == "too-large-to-prove"


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
        "bad_mood": Not(Comparison(Operator.IS, ("good",), metric="mood")),
        "old": Comparison(Operator.ABOVE, PARAMETERS_FOR.order_refresh_time, metric="age"),
    }
    hold = Row(1, "hold", (Trigger.MARKET,), ("open",), None, None, ("bad_mood", "old"), (), ("dance",))
    machine = renumbered(replace(PROFIT, guards=guards), [hold, *PROFIT.rows])
    codes = {(flaw.code, flaw.path) for flaw in prove(machine, library, PARAMETERS_FOR).flaws}

    assert ("comes-to-rest", ("transitions", 0)) in codes


PARAMETERS_FOR = parameters_for(PROFIT)
