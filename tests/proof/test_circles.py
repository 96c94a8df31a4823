"""Rows that fire in a circle within one event are all named, at the topmost of them, and once."""

from perpfsm.machine.definition import MachineDefinition, Row, Trigger
from tests.builders import shipped_definition
from tests.proof.edits import changed, proved, renumbered, row_number
from tests.proof.ladders import ladder

PROFIT = shipped_definition("profit_taking")
BACK = Row(1, "back", (Trigger.MARKET,), ("idle",), "opening", None, ("quoting_allowed",), (), ())
AGAIN = Row(1, "again", (Trigger.MARKET,), ("opening",), "idle", None, ("quoting_allowed",), (), ())
SELF = ("replace_quotes",)


def circles(definition: MachineDefinition) -> list[tuple[str, str, int]]:
    flaws = [flaw for flaw in proved(definition).flaws if flaw.code == "comes-to-rest"]
    return [(flaw.what, flaw.remedy, int(flaw.path[1])) for flaw in flaws]


def test_all_rows_of_a_circle_are_named_once() -> None:
    assert circles(renumbered(PROFIT, [*PROFIT.rows[:2], AGAIN, BACK, *PROFIT.rows[2:]])) == [
        (
            "Rows again and back fire again and again within one event.",
            "Give one of them a condition that their actions make false, such as an age that they restart.",
            2,
        )
    ]


def test_a_row_that_repeats_itself_is_named_alone() -> None:
    assert circles(changed("refresh", minus=SELF)(PROFIT)) == [
        (
            "Row refresh fires again and again within one event.",
            "Give refresh a condition that its own actions make false, such as an age that they restart.",
            row_number(PROFIT, "refresh"),
        )
    ]


def test_a_chain_that_is_too_long_for_one_event_is_no_circle() -> None:
    definition = ladder(37)

    assert (
        "33 rows fire one after the other within one event, from climb_1 to climb_33.",
        "Let fewer rows lead on at once: more than 32 in one event are taken for a fault, and halt.",
        row_number(definition, "climb_1"),
    ) in circles(definition)
