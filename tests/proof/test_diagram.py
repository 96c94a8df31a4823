"""What is drawn of a lifecycle: rows in words, grouped between states, in the order of the file."""

from perpfsm.machine.definition import MachineDefinition, StateDefinition, Trigger
from perpfsm.machine.shipped import shipped_library
from perpfsm.proof.diagram import Diagram, RowWords, diagram_of
from tests.builders import parameters, row, shipped_definition


def drawn(machine: str = "profit_taking") -> Diagram:
    return diagram_of(shipped_definition(machine), shipped_library(), parameters(stop_loss_spread="0.2"))


def test_a_row_carries_its_guards_with_values_and_what_it_proposes() -> None:
    assert drawn().rows[0] == RowWords(
        1,
        "stop_loss",
        (),
        ("open", "closing"),
        "closing",
        ("pnl_pct ≤ \N{MINUS SIGN}0.2", "exit_reason ≠ stop_loss", "exit_order_type ≠ market", "remainder ≠ dust"),
        "",
        ("cancel_orders", "close_position"),
    )


def test_a_row_that_cannot_fire_with_these_parameters_says_why() -> None:
    (pull,) = (row for row in drawn().rows if row.name == "pull_close_quotes")
    assert (pull.guards, pull.never) == ((), "quote_too_close: minimum_spread is off")


def test_events_other_than_the_market_are_named() -> None:
    rows = {row.name: row.on for row in drawn().rows}
    assert (rows["stop_loss"], rows["entry"], rows["halt"]) == ("", "on fill", "on halt/market")


def test_rows_between_the_same_states_share_an_arrow_and_those_that_stay_have_one_too() -> None:
    arrows = {(source, dest): [row.name for row in rows] for source, dest, rows in drawn().arrows()}
    assert arrows["open", "closing"] == ["stop_loss", "halt", "take_profit", "flatten"]
    assert arrows["opening", "opening"] == ["keep_quotes", "refresh", "pull_close_quotes"]
    assert ("closing", "opening") not in arrows


def test_every_row_is_in_one_group_and_groups_stand_in_the_order_of_their_first_rows() -> None:
    diagram = drawn()
    groups = [*diagram.groups()]
    assert sorted(row.number for _, _, rows in groups for row in rows) == [row.number for row in diagram.rows]
    firsts = [rows[0].number for _, _, rows in groups]
    assert firsts == sorted(firsts)
    assert groups[0][:2] == (("open", "closing"), "closing")


def test_a_name_from_outside_cannot_break_the_picture() -> None:
    states = (StateDefinition("here"),)
    odd = row("a\nb\x1b[31m", sources=("here",), dest=None, triggers=(Trigger.STOP,))
    definition = MachineDefinition("small", "here", states, {}, (odd,))
    assert diagram_of(definition, shipped_library()).rows[0].name == "a?b?[31m"
