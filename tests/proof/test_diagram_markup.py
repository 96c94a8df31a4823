"""Mermaid and dot: what they say, that every arrow is there, and that no name can break them."""

import re

import pytest

from perpfsm.config.resources import machine_names
from perpfsm.machine.definition import MachineDefinition, StateDefinition
from perpfsm.machine.shipped import shipped_library
from perpfsm.proof.diagram import Diagram, diagram_of
from perpfsm.proof.diagram_markup import dot_of, mermaid_of
from tests.builders import parameters, row, shipped_definition

NBSP = "\N{NO-BREAK SPACE}"
STATES = (StateDefinition("end"), StateDefinition("held", exposed=True), StateDefinition("out", True, True))
ODD = 'say "hi"; <b>: 50% \\ {x} #1'


def drawn(machine: str) -> Diagram:
    return diagram_of(shipped_definition(machine), shipped_library(), parameters(stop_loss_spread="0.2"))


def small() -> Diagram:
    rows = (
        row(ODD, sources=("end",), dest="held"),
        row("leave", sources=("held",), dest="out", reason="risk"),
        row("stay", sources=("held",), dest=None),
    )
    return diagram_of(MachineDefinition("small", "end", STATES, {}, rows), shipped_library())


def test_a_mermaid_diagram_marks_start_exposed_and_closing_states_and_escapes_every_name() -> None:
    assert mermaid_of(small(), only_names=True).splitlines() == [
        "stateDiagram-v2",
        '  state "end" as s_end',
        '  state "held" as s_held',
        '  state "out" as s_out',
        "  [*] --> s_end",
        "  s_end --> s_held: say #quot;hi#quot;#59; #lt;b#gt;#58; 50#37; #92; #123;x#125; #35;1",
        "  s_held --> s_held: stay",
        "  s_held --> s_out: leave",
        "  classDef exposed fill:#dbe9f6,stroke:#51606f,color:#1d2733",
        "  classDef closing fill:#f8e3c5,stroke:#51606f,color:#1d2733",
        "  class s_held exposed",
        "  class s_out closing",
    ]


def test_a_dot_graph_marks_start_exposed_and_closing_states_and_escapes_every_name() -> None:
    text = dot_of(small(), only_names=True)
    assert f'  "end" -> "held" [label="{NBSP}say \\"hi\\"; <b>: 50% \\\\ {{x}} #1\\l"]' in text
    assert '  "" -> "end"' in text
    assert '  "held" [fillcolor="#dbe9f6", peripheries=2]' in text
    assert '  "out" [fillcolor="#f8e3c5", peripheries=2]' in text
    assert '  "end" [fillcolor="#f4f4f2"]' in text


def test_an_arrow_carries_guards_with_their_values_and_the_first_of_many() -> None:
    (arrow,) = re.findall(r"s_open --> s_closing: (.*)", mermaid_of(drawn("profit_taking")))
    assert arrow.split("<br/>")[:4] == [
        "stop_loss [pnl_pct ≤ \N{MINUS SIGN}0.2,",
        "exit_reason ≠ stop_loss, …]",
        "halt, on halt/market [quoting = halted,",
        "exit_reason = none/take_profit, …]",
    ]
    assert "  s_open --> s_idle: flat, on fill [position_size ≤ 0]<br/>liquidated, on liquidated<br/>" in mermaid_of(
        drawn("profit_taking")
    )
    assert "pull_close_quotes" in mermaid_of(drawn("profit_taking"))


def test_a_row_that_cannot_fire_says_never() -> None:
    stop = dot_of(diagram_of(shipped_definition("profit_taking"), shipped_library(), parameters(stop_loss_spread=0)))
    assert f"{NBSP}stop_loss [never]" in stop


@pytest.mark.parametrize("machine", machine_names())
def test_every_arrow_of_every_shipped_lifecycle_is_drawn_the_same_each_time(machine: str) -> None:
    diagram = drawn(machine)
    arrows = [(source, dest) for source, dest, _ in diagram.arrows()]
    dot, mermaid = dot_of(diagram), mermaid_of(diagram)
    assert re.findall(r'^  "(\w+)" -> "(\w+)"', dot, re.MULTILINE) == arrows
    assert re.findall(r"^  s_(\w+) --> s_(\w+):", mermaid, re.MULTILINE) == arrows
    assert (dot, mermaid) == (dot_of(drawn(machine)), mermaid_of(drawn(machine)))
