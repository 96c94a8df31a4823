"""One step of one leg: a pure function from leg, trigger and view to the leg after it and what it proposes."""

from dataclasses import dataclass

from perpfsm.decisions.proposals import Proposal
from perpfsm.machine.build import Attempt, Lifecycle
from perpfsm.machine.definition import Row, Trigger
from perpfsm.machine.leg import Leg
from perpfsm.machine.view import Reading, Value, View
from perpfsm.market.ratio import Ratio


@dataclass(frozen=True, slots=True)
class Step:
    """A row fired.

    Attributes:
        leg: The leg after it; the one that was given is unchanged.
        row: The row.
        source: The state before.
        saw: Metric values that the guards read, for reading.
        held: The row's guards.
        passed: Rows tried before it, each with the guard that kept it from firing.
        proposals: What its actions propose, in order.
        notes: What its actions say.
    """

    leg: Leg
    row: Row
    source: str
    saw: dict[str, str]
    held: tuple[str, ...]
    passed: tuple[tuple[str, str], ...]
    proposals: tuple[Proposal, ...]
    notes: tuple[str, ...]


def take_step(lifecycle: Lifecycle, leg: Leg, trigger: Trigger, view: View) -> Step | None:
    """Return what `leg` does on `trigger`, or None when no row fires; nothing that is given changes.

    Args:
        lifecycle: The built machine.
        leg: The leg before.
        trigger: What happened.
        view: What the leg may see.
    """
    event = lifecycle.machine.events.get(trigger.value)
    if event is None or leg.state not in event.transitions:
        return None  # `transitions` would log a warning
    twin = leg.copy()
    attempt = Attempt(Reading(twin, view))
    event.trigger(twin, attempt)
    fired = attempt.fired
    if fired is None:
        return None
    return Step(
        twin,
        fired.row,
        leg.state,
        {name: _readable(value) for name, value in attempt.reading.values.items()},
        tuple(requirement.label for requirement in fired.requirements),
        tuple(attempt.passed),
        attempt.proposed,
        tuple(attempt.proposals.notes),
    )


def _readable(value: Value) -> str:
    """Return a metric's value as text: a number with at most six decimals, a name as it is."""
    if value is None:
        return "undefined"
    if isinstance(value, Ratio):
        return format(value.rounded(), "f")
    return value
