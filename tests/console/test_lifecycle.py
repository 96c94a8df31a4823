"""The picture of the lifecycle."""

from dataclasses import replace

from perpfsm.console.lifecycle import lifecycle_boxes, lifecycle_line, lifecycle_lines
from perpfsm.console.look import ASCII, FANCY, LIT
from perpfsm.machine.definition import MachineDefinition, Row, StateDefinition, Trigger
from tests.console.values import FLAT, LONG, MACHINE, NOW, TRAILING_SHORT, terminal, text


def test_the_present_state_stands_in_brackets_on_the_way_round() -> None:
    assert lifecycle_line(MACHINE, "open", FANCY).plain == "idle → opening → [open] → closing → idle"
    assert lifecycle_line(MACHINE, "idle", ASCII).plain == "[idle] -> opening -> open -> closing -> idle"


def test_an_arrow_stands_only_where_a_row_leads() -> None:
    lonely = MachineDefinition(
        "own",
        "here",
        (StateDefinition("here"), StateDefinition("there"), StateDefinition("beyond")),
        {},
        (Row(1, "go on", (Trigger.MARKET,), ("there",), "beyond"), Row(2, "stay", (Trigger.FILL,), ("here",), None)),
    )
    assert lifecycle_line(lonely, "there", FANCY).plain == "here · [there] → beyond"


def test_an_unknown_state_lights_nothing() -> None:
    assert "[" not in lifecycle_line(MACHINE, "elsewhere", FANCY).plain


def test_each_leg_has_its_picture_its_exit_reason_and_its_age() -> None:
    assert text(lifecycle_lines(MACHINE, (LONG, TRAILING_SHORT), NOW, FANCY)).splitlines() == [
        "LONG   idle → opening → open → [closing] → idle           take_profit for 12.5 s",
        "SHORT  idle → opening → [open] → closing → idle                       for 12.5 s",
    ]


def test_a_narrow_picture_is_cut_and_keeps_the_age() -> None:
    assert text(lifecycle_lines(MACHINE, (replace(FLAT, state="open"),), NOW, FANCY), terminal(40)) == (
        "BOTH  idle → opening → [ope…  for 12.5 s"
    )


def test_where_there_is_room_the_states_are_boxes_and_those_that_a_leg_is_in_are_lit() -> None:
    boxes = lifecycle_boxes(MACHINE, {"closing", "idle", "elsewhere"}, FANCY, width=80)
    assert boxes is not None
    assert boxes.plain.splitlines() == [
        " start",
        "┌──────┐   ┌───────────┐   ┌──────┐   ┌───────────┐",
        "│ idle │──►│ opening ↻ │──►│ open │──►│ closing ↻ │",
        "└─▲──┬─┘   └───────────┘   └─┬──▲─┘   └─────┬─────┘",
        "  └──┼───────────────────────┴──┼───────────┘",
        "     └──────────────────────────┘",
    ]
    lit = {boxes.plain[span.start : span.end] for span in boxes.spans if span.style == LIT}
    assert lit == {"┌──────┐", "│ idle │", "└─▲──┬─┘", "┌───────────┐", "│ closing ↻ │", "└─────┬─────┘"}


def test_boxes_are_ascii_where_there_is_nothing_better_and_none_where_they_do_not_fit() -> None:
    boxes = lifecycle_boxes(MACHINE, set(), ASCII, width=80)
    assert boxes is not None
    assert boxes.plain.isascii()
    assert lifecycle_boxes(MACHINE, set(), FANCY, width=40) is None
