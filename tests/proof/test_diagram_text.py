"""The picture for a terminal: boxes with arrows, rows below, 80 columns, and ASCII where there is nothing better."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from perpfsm.config.resources import machine_names
from perpfsm.machine.definition import MachineDefinition, Row, StateDefinition, Trigger
from perpfsm.machine.shipped import shipped_library
from perpfsm.proof.diagram import Diagram, diagram_of
from perpfsm.proof.diagram_boxes import Boxes, draw_boxes
from perpfsm.proof.diagram_text import plain, text_of
from perpfsm.proof.diagram_words import wrapped
from tests.builders import parameters, row, shipped_definition

PARAMETERS = parameters(stop_loss_spread="0.2", ts_callback_rate=1, time_limit=60, break_even_after=1)


def drawn(machine: str) -> Diagram:
    return diagram_of(shipped_definition(machine), shipped_library(), PARAMETERS)


def small(states: tuple[StateDefinition, ...], *rows: Row) -> Diagram:
    return diagram_of(MachineDefinition("small", states[0].name, states, {}, rows), shipped_library())


def drawn_boxes(diagram: Diagram) -> Boxes | None:
    arrows = {(source, dest) for source, dest, _ in diagram.arrows()}
    return draw_boxes(diagram.states, diagram.initial, arrows, width=80)


def boxes(diagram: Diagram) -> Boxes:
    found = drawn_boxes(diagram)
    assert found is not None
    return found


def test_the_states_stand_in_a_row_and_every_other_arrow_runs_below() -> None:
    assert boxes(drawn("break_even")).lines == (
        " start                      exposed        closing         closing",
        "┌──────┐   ┌───────────┐   ╔════════╗   ╔═══════════╗   ╔═══════════╗",
        "│ idle │──►│ opening ↻ │──►║ open ↻ ║──►║ secured ↻ ║──►║ closing ↻ ║",
        "└─▲──┬─┘   └─────┬─────┘   ╚═╤═▲═╤══╝   ╚══╤════▲═══╝   ╚═╤═╤═╤═▲═══╝",
        "  └──┼───────────┴───────────┴─┼─┼─────────┴────┼─────────┘ │ │ │",
        "     └─────────────────────────┴─┼──────────────┼───────────┘ │ │",
        "                                 │              └─────────────┘ │",
        "                                 └──────────────────────────────┘",
    )


def test_a_state_is_found_again_in_the_picture() -> None:
    found = boxes(drawn("profit_taking"))
    assert [found.lines[line][left:right] for line, left, right in found.spans["open"]] == [
        "╔════════╗",
        "║ open ↻ ║",
        "╚══╤═══▲═╝",
    ]


def test_no_arrow_stands_where_no_row_leads() -> None:
    lone = small((StateDefinition("here"), StateDefinition("there", closing=True)))
    assert boxes(lone).lines == (
        " start      closing",
        "┌──────┐   ┌───────┐",
        "│ here │   │ there │",
        "└──────┘   └───────┘",
    )


def test_boxes_that_are_too_wide_give_way_to_a_list() -> None:
    states = (
        StateDefinition("a_state_with_a_long_name"),
        StateDefinition("another_one_that_is_long", exposed=True),
        StateDefinition("and_one_more_that_is_long", exposed=True, closing=True),
        StateDefinition("nowhere"),
    )
    rows = (
        row("go", sources=("a_state_with_a_long_name",), dest="another_one_that_is_long"),
        row("stay", sources=("another_one_that_is_long",), dest=None),
        row("close", sources=("another_one_that_is_long",), dest="and_one_more_that_is_long", reason="risk"),
    )
    diagram = small(states, *rows)
    assert drawn_boxes(diagram) is None
    assert text_of(diagram)[2:6] == (
        "a_state_with_a_long_name            → another_one_that_is_long",
        "another_one_that_is_long   exposed  → ↻, and_one_more_that_is_long",
        "and_one_more_that_is_long  closing",
        "nowhere",
    )
    assert text_of(diagram)[7] == "↻ acts and stays   rows are tried by their numbers"


def test_every_shipped_lifecycle_fits_eighty_columns_with_every_row_in_it() -> None:
    for machine in machine_names():
        diagram = drawn(machine)
        for only_names in (False, True):
            lines = text_of(diagram, only_names=only_names)
            assert max(map(len, lines)) <= 80
            assert max(len(plain(line)) for line in lines[:12]) <= 80
            assert all(row.name in "\n".join(lines) for row in diagram.rows)


def test_a_row_is_said_with_its_number_its_events_its_guards_and_its_actions() -> None:
    lines = text_of(drawn("profit_taking"))
    at = lines.index("open, closing → closing")
    assert lines[at + 1 : at + 4] == (
        "    1  stop_loss         pnl_pct ≤ \N{MINUS SIGN}0.2, exit_reason ≠ stop_loss,",
        "                         exit_order_type ≠ market, remainder ≠ dust",
        "                         / cancel_orders, close_position",
    )
    assert "    8  entry             on fill: position_size > 0 / cancel_opposite_quotes" in lines
    assert "    7  pull_close_quotes never, as quote_too_close: minimum_spread is off" in lines


def test_names_alone_are_shorter() -> None:
    lines = text_of(drawn("profit_taking"), only_names=True)
    at = lines.index("opening ↻")
    assert lines[at + 1] == "  keep_quotes, refresh, pull_close_quotes"


def test_a_row_without_guards_is_always_ready_and_a_long_name_has_a_line_of_its_own() -> None:
    name = "a row whose name is longer than any column has room for it"
    lines = text_of(small((StateDefinition("here"),), row(name, dest=None)))
    assert lines[-2:] == (f"    1  {name}", " " * 32 + "always")


def test_a_state_s_long_name_has_a_line_of_its_own_and_is_not_broken() -> None:
    name = "a" * 90
    states = (StateDefinition("here"), StateDefinition(name, exposed=True), StateDefinition("c" * 20))
    there = row("there", sources=("here",), dest=name)
    back = row("back", sources=(name,), dest="here")

    assert text_of(small(states, there, back))[2:9] == (
        f"here{' ' * 36}→",
        f"{' ' * 42}{name}",
        name,
        f"{' ' * 31}exposed  → here",
        "c" * 20,
        "",
        "↻ acts and stays   rows are tried by their numbers",
    )
    assert f"\n{name}\n  → here\n" in "\n".join(text_of(small(states, there, back)))


def test_in_ascii_lines_are_dashes_and_other_letters_are_codes() -> None:
    assert [plain(line) for line in boxes(drawn("profit_taking")).lines[1:5]] == [
        "+------+   +-----------+   +========+   +===========+",
        "| idle |-->| opening @ |-->| open @ |-->| closing @ |",
        "+-^--+-+   +-----+-----+   +==+===^=+   +==+====+===+",
        "  +--+-----------+------------+---+--------+    |",
    ]
    assert plain("pnl_pct ≤ \N{MINUS SIGN}2 → ä") == "pnl_pct <= -2 -> \\xe4"


def test_a_comparison_is_not_torn_apart() -> None:
    assert wrapped("exit_reason ≠ stop_loss, remainder ≠ dust", 24) == ["exit_reason ≠ stop_loss,", "remainder ≠ dust"]


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    """Return small machines with arrows anywhere."""
    names = ["idle", "b", "a_long_name", "closing", "e"][: draw(st.integers(1, 5))]
    states = tuple(StateDefinition(name, exposed=draw(st.booleans())) for name in names)
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from([*names, None])), max_size=12))
    rows = (Row(n, f"r{n}", (Trigger.MARKET,), (source,), dest) for n, (source, dest) in enumerate(pairs, 1))
    return small(states, *rows)


@given(diagrams())
def test_every_arrow_of_the_picture_ends_on_its_own_line(diagram: Diagram) -> None:
    found = boxes(diagram)
    names = [state.name for state in diagram.states]
    arrows = {(source, dest) for source, dest, _ in diagram.arrows() if source != dest}
    near = arrows & {*pairwise(names)}
    far = arrows - near
    bottom, below = found.lines[3], found.lines[4:]

    assert sum(line.count("►") for line in found.lines) == len(near)
    assert bottom.count("▲") == len({dest for _, dest in far}) == len(below)
    for line, dest in zip(below, [name for name in names if any(d == name for _, d in far)], strict=True):
        (_, left, right) = found.spans[dest][2]
        joints = [column for column, char in enumerate(line) if char in "└┘┴"]
        sources = {
            name for name in names for column in joints
            if found.spans[name][2][1] <= column < found.spans[name][2][2] and name != dest
        }  # fmt: skip
        assert sources == {source for source, there in far if there == dest}
        assert any(left <= column < right and bottom[column] == "▲" for column in joints)
