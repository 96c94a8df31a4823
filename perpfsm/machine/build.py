"""From a definition to one shared `transitions` machine on which every leg of a session steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from transitions import EventData, Machine

from perpfsm.decisions.proposals import Proposal
from perpfsm.machine.definition import MachineDefinition, Row, Trigger
from perpfsm.machine.guards import Check, compile_guard
from perpfsm.machine.leg import NO_REASON, Leg
from perpfsm.machine.library import ActionSpec, Library, Proposals
from perpfsm.machine.view import Reading


class Attempt:
    """What one trigger does on one leg while `transitions` tries the rows: passed to every callback of it."""

    __slots__ = ("fired", "passed", "proposals", "reading")

    def __init__(self, reading: Reading) -> None:
        """Start with no row fired."""
        self.reading = reading
        self.proposals = Proposals()
        self.fired: CompiledRow | None = None
        self.passed: list[tuple[str, str]] = []

    @property
    def proposed(self) -> tuple[Proposal, ...]:
        """What the row's actions proposed, in order."""
        return tuple(self.proposals.proposals)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One guard of a row, and the answer that the row needs.

    Attributes:
        label: The guard's name, with `not` before it under `unless`.
    """

    label: str
    check: Check
    wanted: bool


@dataclass(frozen=True, slots=True)
class CompiledRow:
    """A row with its guards and actions resolved to callables."""

    row: Row
    requirements: tuple[Requirement, ...]
    actions: tuple[ActionSpec, ...]
    enters_closing: bool
    enters_exposed: bool

    def may_fire(self, event: EventData) -> bool:
        """Return whether every requirement is met; remember the first that is not."""
        attempt = _attempt_of(event)
        for requirement in self.requirements:
            if requirement.check.holds(attempt.reading) is not requirement.wanted:
                attempt.passed.append((self.row.name, requirement.label))
                return False
        return True

    def act(self, event: EventData) -> None:
        """Set the facts that the move itself sets, then let the actions propose."""
        attempt = _attempt_of(event)
        attempt.fired = self
        reading = attempt.reading
        if self.row.dest is not None:
            self._move(reading.leg, reading.view.now_ns)
        for action in self.actions:
            action.run(reading, attempt.proposals)

    def _move(self, leg: Leg, now_ns: int) -> None:
        """Set what every change of state sets: the moment, and the reason of the exit."""
        leg.entered_ns = now_ns
        leg.exits_placed = 0
        leg.exit_reason = (self.row.reason or NO_REASON) if self.enters_closing else NO_REASON
        if not self.enters_exposed:
            leg.exit_losses = 0
            leg.exit_lost_ns = None
            leg.peak = None


def _attempt_of(event: EventData) -> Attempt:
    """Return the attempt that was given with the trigger."""
    (attempt,) = event.args
    return cast(Attempt, attempt)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A built machine: the definition, the shared `transitions` machine, and the rows that `market` tries per state."""

    definition: MachineDefinition
    machine: Machine
    market_rows: Mapping[str, tuple[CompiledRow, ...]]

    def is_exposed(self, state: str) -> bool:
        """Return whether a leg in `state` holds a position by the definition."""
        return self.definition.state(state).exposed


def build_lifecycle(definition: MachineDefinition, library: Library) -> Lifecycle:
    """Return the machine of `definition`, every name in it resolved by `library`.

    Args:
        definition: Checked by the reader.
        library: Of metrics and actions.

    Raises:
        KeyError: When a name is in neither.
    """
    machine = Machine(
        model=None,
        states=[state.name for state in definition.states],
        initial=definition.initial,
        auto_transitions=False,
        send_event=True,
        model_override=True,
        ignore_invalid_triggers=True,
    )
    checks = {name: compile_guard(guard, definition.guards, library) for name, guard in definition.guards.items()}
    rows = [_compile_row(row, definition, checks, library) for row in definition.rows]
    for compiled in rows:
        for trigger in compiled.row.triggers:
            machine.add_transition(
                trigger.value,
                list(compiled.row.sources),
                compiled.row.dest,
                conditions=[compiled.may_fire],
                after=[compiled.act],
            )
    market_rows = {
        state.name: tuple(row for row in rows if Trigger.MARKET in row.row.triggers and state.name in row.row.sources)
        for state in definition.states
    }
    return Lifecycle(definition, machine, market_rows)


def _compile_row(row: Row, definition: MachineDefinition, checks: Mapping[str, Check], library: Library) -> CompiledRow:
    """Return `row` with its names resolved."""
    dest = definition.state(row.dest) if row.dest is not None else None
    return CompiledRow(
        row,
        (
            *(Requirement(name, checks[name], wanted=True) for name in row.conditions),
            *(Requirement(f"not {name}", checks[name], wanted=False) for name in row.unless),
        ),
        tuple(library.actions[name] for name in row.actions),
        enters_closing=dest is not None and dest.closing,
        enters_exposed=dest is not None and dest.exposed,
    )
