"""What perpfsm relies on in `transitions`, point by point; a new version that changes one of them fails here."""

import logging
from collections.abc import Callable
from importlib.metadata import version
from itertools import chain
from typing import cast

import pytest
from transitions import EventData, Machine
from transitions.core import Transition

from perpfsm.machine.definition import Trigger
from perpfsm.machine.leg import Leg
from perpfsm.machine.step import take_step
from tests.builders import guarded, leg, position, quote, row, shipped, view

LIFECYCLES = ("profit_taking", "trailing_stop")
MACHINES = [shipped(name).machine for name in LIFECYCLES]
SEEN = view(quote())
every_machine = pytest.mark.parametrize("machine", MACHINES, ids=LIFECYCLES)


class Model:
    """A model as small as a leg: a state and nothing else."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state = "here"


def bare(**options: object) -> Machine:
    """Return a machine made as `build` makes them, two states and no rows."""
    made: dict[str, object] = {
        "model": None,
        "states": ["here", "there"],
        "initial": "here",
        "auto_transitions": False,
        "send_event": True,
        "model_override": True,
        "ignore_invalid_triggers": True,
        **options,
    }
    return Machine(**made)  # type: ignore[arg-type]  # options by name


def transitions_of(machine: Machine) -> list[Transition]:
    return list(chain.from_iterable(chain(*(event.transitions.values() for event in machine.events.values()))))


def test_the_version_is_the_one_that_these_points_were_measured_on() -> None:
    assert version("transitions").split(".")[:2] == ["0", "9"]


@every_machine
def test_the_machine_is_the_synchronous_one(machine: Machine) -> None:
    assert type(machine) is Machine


@pytest.mark.parametrize("name", LIFECYCLES)
def test_there_are_no_automatic_transitions_past_the_rows(name: str) -> None:
    lifecycle = shipped(name)
    answered = {trigger.value for each in lifecycle.definition.rows for trigger in each.triggers}
    assert set(lifecycle.machine.events) == answered
    assert "to_here" in bare(auto_transitions=True).events


@every_machine
def test_no_model_is_ever_added(machine: Machine) -> None:
    assert machine.models == []
    assert take_step(shipped("profit_taking"), leg(), Trigger.MARKET, SEEN) is not None
    assert machine.models == []


def test_a_leg_has_room_for_its_facts_and_for_no_method_of_the_library() -> None:
    made = leg()
    assert not hasattr(made, "__dict__")
    assert [name for name in dir(made) if name.startswith(("may_", "is_", "to_", "trigger"))] == []
    with pytest.raises(AttributeError):
        made.market = None  # type: ignore[attr-defined]  # which is the point


def test_an_event_moves_a_model_that_was_never_added() -> None:
    machine, model = bare(), Model()
    machine.add_transition("go", "here", "there")
    assert machine.events["go"].trigger(model) is True
    assert model.state == "there"


def test_callbacks_are_given_one_event_with_the_arguments_of_the_trigger() -> None:
    seen: list[EventData] = []
    machine, model, attempt = bare(), Model(), object()
    machine.add_transition("go", "here", "there", after=[seen.append])
    machine.events["go"].trigger(model, attempt)
    assert [event.args for event in seen] == [(attempt,)]
    assert seen[0].model is model


@pytest.mark.parametrize(("answer", "moves"), [(True, True), (False, False), (1, True), (2, False), ("yes", False)])
def test_a_condition_is_compared_with_true_so_guards_must_be_real_bools(answer: object, moves: bool) -> None:
    machine, model = bare(), Model()
    machine.add_transition("go", "here", "there", conditions=[lambda _: cast(bool, answer)])
    assert machine.events["go"].trigger(model) is moves


@every_machine
def test_every_callback_is_ours_and_a_callable_never_a_name(machine: Machine) -> None:
    for transition in transitions_of(machine):
        assert [condition.target for condition in transition.conditions] == [True]
        callbacks = [*(condition.func for condition in transition.conditions), *transition.after]
        assert [getattr(callback, "__module__", "") for callback in callbacks] == ["perpfsm.machine.build"] * 2
        assert (transition.prepare, transition.before) == ([], [])


def test_a_name_would_be_imported_and_called_which_is_why_none_is_given() -> None:
    machine, model = bare(send_event=False), Model()
    machine.add_transition("go", "here", "there", conditions=["operator.truth"])
    assert machine.events["go"].trigger(model, "anything") is True


@every_machine
def test_nothing_hangs_on_events_where_errors_are_swallowed_or_moves_go_unseen(machine: Machine) -> None:
    assert machine.finalize_event == []
    assert machine.prepare_event == []
    assert machine.on_exception == []
    assert machine.before_state_change == []
    assert machine.after_state_change == []
    assert machine.on_final == []
    for state in machine.states.values():
        assert (state.on_enter, state.on_exit) == ([], [])


def test_an_error_in_finalize_is_swallowed_which_is_why_we_use_none(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: EventData) -> None:
        raise RuntimeError("lost")

    machine, model = bare(finalize_event=[fail]), Model()
    machine.add_transition("go", "here", "there")
    assert machine.events["go"].trigger(model) is True
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_an_error_in_a_callback_reaches_the_caller_after_the_state_has_moved_so_steps_work_on_a_copy() -> None:
    def fail(_: EventData) -> None:
        raise RuntimeError("boom")

    machine, model = bare(), Model()
    machine.add_transition("go", "here", "there", after=[fail])
    with pytest.raises(RuntimeError, match="boom"):
        machine.events["go"].trigger(model)
    assert model.state == "there"
    model.state = "here"
    machine.add_transition("leave", "here", "there")
    assert machine.events["leave"].trigger(model) is True


def test_transitions_are_tried_in_the_order_in_which_they_were_added_and_no_further_than_the_first() -> None:
    tried: list[str] = []

    def guard(name: str, answer: bool) -> Callable[[EventData], bool]:
        def ask(_: EventData) -> bool:
            tried.append(name)
            return answer

        return ask

    machine, model = bare(), Model()
    for name, answer in (("first", False), ("second", True), ("third", True)):
        machine.add_transition("go", ["there", "here"], None, conditions=[guard(name, answer)])
    assert machine.events["go"].trigger(model) is True
    assert tried == ["first", "second"]


def test_a_transition_without_a_destination_acts_and_stays() -> None:
    acted: list[EventData] = []
    machine, model = bare(), Model()
    machine.add_transition("go", "here", None, after=[acted.append])
    assert machine.events["go"].trigger(model) is True
    assert (model.state, len(acted)) == ("here", 1)


def test_an_event_from_a_state_without_rows_is_ignored_with_a_warning_so_it_is_never_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    machine, model = bare(), Model()
    machine.add_transition("go", "there", "here")
    assert machine.events["go"].trigger(model) is False
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    caplog.clear()
    small = guarded({}, row(sources=("there",), dest="here"))
    assert take_step(small, leg("here"), Trigger.MARKET, SEEN) is None
    for name in LIFECYCLES:
        for state in shipped(name).definition.states:
            for trigger in Trigger:
                take_step(shipped(name), leg(state.name, position(1)), trigger, SEEN)
    assert caplog.records == []


def test_its_logger_is_quiet_unless_somebody_asks(caplog: pytest.LogCaptureFixture) -> None:
    assert logging.getLogger("transitions.core").getEffectiveLevel() >= logging.WARNING
    with caplog.at_level(logging.DEBUG, "transitions"):
        assert take_step(shipped("profit_taking"), leg(), Trigger.MARKET, SEEN) is not None
    assert {record.name for record in caplog.records} == {"transitions.core"}


def test_a_step_moves_a_copy() -> None:
    before: Leg = leg()
    step = take_step(shipped("profit_taking"), before, Trigger.MARKET, SEEN)
    assert step is not None
    assert (before.state, step.leg.state) == ("idle", "opening")
