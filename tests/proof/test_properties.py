"""What a machine file says is to be proved of it is proved, or refuted with its shortest way."""

from dataclasses import replace

import pytest

from perpfsm.machine.definition import Property, PropertyKind, StateDefinition
from perpfsm.proof.flaw import Verdict
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
