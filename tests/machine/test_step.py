"""One step: which row fires, what it saw, and what every move sets."""

from decimal import Decimal

import pytest

from perpfsm.decisions.proposals import Cancel
from perpfsm.machine.definition import Comparison, Guard, Operator, StateDefinition, Trigger
from perpfsm.machine.leg import Leg
from perpfsm.machine.library import ActionSpec, Effects, Proposals
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.step import Step, take_step
from perpfsm.machine.view import Reading
from tests.builders import BUY, NOW, QUOTE, guarded, leg, position, quote, row, shipped, view, working

YES = Comparison(Operator.AT_LEAST, Decimal(0), metric="position_size")
NO = Comparison(Operator.BELOW, Decimal(0), metric="position_size")
GUARDS: dict[str, Guard] = {"yes": YES, "also": YES, "no": NO, "never": NO}
SEEN = view(quote())
CYCLE = (
    StateDefinition("here"),
    StateDefinition("open", exposed=True),
    StateDefinition("closing", exposed=True, closing=True),
)


def moved(step: Step | None) -> Step:
    assert step is not None
    return step


def test_rows_are_tried_in_file_order_and_the_first_whose_guards_hold_fires() -> None:
    lifecycle = guarded(
        GUARDS,
        row("first", when=("yes", "no")),
        row("second", unless=("never", "also")),
        row("third", when=("yes", "also"), unless=("no", "never")),
        row("fourth", dest=None),
    )
    step = moved(take_step(lifecycle, leg("here"), Trigger.MARKET, SEEN))
    assert step.row.name == "third"
    assert step.source == "here"
    assert step.leg.state == "there"
    assert step.passed == (("first", "no"), ("second", "not also"))
    assert step.held == ("yes", "also", "not no", "not never")


def test_a_step_says_which_values_its_guards_read_and_no_others() -> None:
    guards: dict[str, Guard] = {
        "late": Comparison(Operator.AT_LEAST, Decimal(60), metric="since_fill_s"),
        "in_profit": Comparison(Operator.ABOVE, Decimal(0), metric="pnl_pct"),
        "calm": Comparison(Operator.IS, ("none",), metric="exit_reason"),
        "unread": Comparison(Operator.IS, ("good",), metric="data"),
    }
    lifecycle = guarded(
        guards, row("first", when=("late", "unread")), row("second", when=("calm",), unless=("in_profit",))
    )
    thirds = leg("here", position(3, "99.9"))
    thirds.position, _ = thirds.position.after_fill(BUY, Decimal("100.1"), Decimal(4))
    assert moved(take_step(lifecycle, thirds, Trigger.MARKET, SEEN)).saw == {
        "since_fill_s": "undefined",
        "exit_reason": "none",
        "pnl_pct": "-0.114269",
    }


def test_no_row_no_step() -> None:
    lifecycle = guarded(GUARDS, row(when=("no",)))
    assert take_step(lifecycle, leg("here"), Trigger.MARKET, SEEN) is None


@pytest.mark.parametrize(("state", "trigger"), [("here", Trigger.FILL), ("there", Trigger.MARKET)])
def test_a_trigger_that_no_row_of_the_state_answers_does_nothing(state: str, trigger: Trigger) -> None:
    assert take_step(guarded(GUARDS, row()), leg(state), trigger, SEEN) is None


def test_a_row_answers_each_of_its_triggers_in_each_of_its_states() -> None:
    lifecycle = guarded({}, row(triggers=(Trigger.PAUSE, Trigger.STOP), sources=("here", "there"), dest="here"))
    for state in ("here", "there"):
        for trigger in Trigger:
            step = take_step(lifecycle, leg(state), trigger, SEEN)
            assert (step is not None) is (trigger in {Trigger.PAUSE, Trigger.STOP})


def test_a_row_without_a_destination_stays_and_acts() -> None:
    of = leg("here", reason="risk", exits_placed=2, quotes_ns=1)
    of.entered_ns = 7
    step = moved(take_step(guarded({}, row(dest=None, do=("keep_quotes",))), of, Trigger.MARKET, SEEN))
    assert (step.leg.state, step.leg.entered_ns, step.leg.exit_reason, step.leg.exits_placed) == ("here", 7, "risk", 2)
    assert step.leg.quotes_ns == NOW


def test_actions_propose_and_speak_in_the_order_of_the_row() -> None:
    order = working("bid", QUOTE, BUY, 99)
    lifecycle = guarded({}, row(do=("keep_quotes", "cancel_quotes", "start_trailing")))
    step = moved(take_step(lifecycle, leg("here", position(1)), Trigger.MARKET, view(quote(), None, order)))
    assert step.proposals == (Cancel("bid"),)
    assert [note.split()[0] for note in step.notes] == ["Not", "New"]


def troubled(state: str, reason: str = "none") -> Leg:
    return leg(state, position(1), reason=reason, exits_placed=3, exit_losses=2, exit_lost_ns=NOW, peak=110)


def test_a_move_into_closing_sets_the_reason_and_starts_counting_its_exits() -> None:
    lifecycle = guarded({}, row(sources=("open",), dest="closing", reason="stop_loss"), states=CYCLE)
    after = moved(take_step(lifecycle, troubled("open"), Trigger.MARKET, SEEN)).leg
    assert (after.state, after.entered_ns, after.exit_reason, after.exits_placed) == ("closing", NOW, "stop_loss", 0)
    assert (after.exit_losses, after.exit_lost_ns, after.peak) == (2, NOW, Decimal(110))


def test_a_move_that_stays_exposed_forgets_the_reason_and_keeps_the_losses() -> None:
    lifecycle = guarded({}, row(sources=("closing",), dest="open"), states=CYCLE)
    after = moved(take_step(lifecycle, troubled("closing", "take_profit"), Trigger.MARKET, SEEN)).leg
    assert (after.state, after.exit_reason, after.exits_placed) == ("open", "none", 0)
    assert (after.exit_losses, after.exit_lost_ns, after.peak) == (2, NOW, Decimal(110))


def test_a_move_out_of_exposure_forgets_everything_about_the_exit() -> None:
    lifecycle = guarded({}, row(sources=("closing",), dest="here", reason="external"), states=CYCLE)
    after = moved(take_step(lifecycle, troubled("closing", "stop_loss"), Trigger.MARKET, SEEN)).leg
    assert (after.state, after.entered_ns, after.exit_reason, after.exits_placed) == ("here", NOW, "none", 0)
    assert (after.exit_losses, after.exit_lost_ns, after.peak) == (0, None, None)


def test_an_exit_carries_the_reason_that_the_move_has_just_set() -> None:
    lifecycle = guarded(
        {}, row(sources=("open",), dest="closing", reason="risk", do=("close_at_market",)), states=CYCLE
    )
    step = moved(take_step(lifecycle, troubled("open"), Trigger.MARKET, SEEN))
    assert [getattr(proposal, "reason", None) for proposal in step.proposals] == ["risk"]
    assert step.leg.exits_placed == 1


def explode(reading: Reading, out: Proposals) -> None:
    out.notes.append("about to fail")
    reading.leg.peak = Decimal(1)
    raise RuntimeError("boom")


def test_a_step_that_fails_leaves_the_leg_as_it_was_and_the_machine_usable() -> None:
    broken = shipped_library().extended(actions=[ActionSpec("explode", "Fail.", Effects(), explode)])
    lifecycle = guarded(GUARDS, row("bad", do=("explode",), triggers=(Trigger.FILL,)), row("good"), library=broken)
    of = leg("here")
    with pytest.raises(RuntimeError, match="boom"):
        take_step(lifecycle, of, Trigger.FILL, SEEN)
    assert of == leg("here")
    assert moved(take_step(lifecycle, of, Trigger.MARKET, SEEN)).notes == ()


def test_legs_share_a_machine_and_nothing_else() -> None:
    lifecycle, seen = shipped("profit_taking"), view(quote())
    first = moved(take_step(lifecycle, leg(), Trigger.MARKET, seen))
    assert take_step(lifecycle, leg(), Trigger.MARKET, seen) == first


def test_the_definition_says_which_states_hold_a_position() -> None:
    lifecycle = shipped("trailing_stop")
    exposed = {state.name for state in lifecycle.definition.states if lifecycle.is_exposed(state.name)}
    assert exposed == {"open", "trailing", "closing"}
