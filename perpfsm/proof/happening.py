"""What happens in a counterexample, event by event, in values that a person or a feed can be made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from perpfsm.machine.definition import MachineDefinition, Row
from perpfsm.machine.library import Effects
from perpfsm.machine.view import Value
from perpfsm.market.ratio import Ratio
from perpfsm.proof.domain import Domain, comparisons_in
from perpfsm.proof.events import Kind
from perpfsm.proof.explore import Move
from perpfsm.proof.situation import Situation

UNITS = {"percent": " %", "seconds": " s"}


@dataclass(frozen=True, slots=True)
class Fired:
    """A row that fires in a counterexample.

    Attributes:
        row: As in the definition.
        source: The state in which it does.
        effects: Of its actions.
        after: The situation after it.
    """

    row: Row
    source: str
    effects: tuple[Effects, ...]
    after: Situation


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a counterexample.

    Attributes:
        kind: Of the event.
        says: It in words.
        before: The situation before it.
        values: Metrics that were asked for, each with one of the values that lead on.
        told: Those of them that matter for the rows that fire.
        fired: Those rows.
    """

    kind: Kind
    says: str
    before: Situation
    values: Mapping[str, Value]
    told: Mapping[str, Value]
    fired: tuple[Fired, ...]

    @property
    def after(self) -> Situation | None:
        """The situation after the last row; None when none fires."""
        return self.fired[-1].after if self.fired else None


class Teller:
    """Turns moves into happenings, and happenings into words."""

    def __init__(self, definition: MachineDefinition, domains: Mapping[str, Domain], units: Mapping[str, str]) -> None:
        """Know the guards of `definition`, and of its metrics the values and the units."""
        self._guards = definition.guards
        self._domains = domains
        self._units = units

    def happening(self, before: Situation, move: Move) -> Happening:
        """Return what a move from `before` is in values."""
        asked = dict(move.chosen)
        told: dict[str, Value] = {}
        fired: list[Fired] = []
        for taken in move.taken:
            asked = dict(taken.chosen) | asked
            row = taken.outcome.row
            assert row is not None  # noqa: S101  # only rows that fire are taken
            matters = self._metrics_of(row)
            told |= {name: self._example(name, each) for name, each in taken.chosen if name in matters}
            fired.append(Fired(row, taken.before.state, taken.outcome.effects, taken.after.situation))
        values = {name: self._example(name, each) for name, each in asked.items()}
        return Happening(move.kind, move.says, before, values, told if fired else values, tuple(fired))

    def tell(self, way: Iterable[Happening]) -> tuple[str, ...]:
        """Return the happenings as numbered steps."""
        return tuple(f"{number}. {self._step(each)}" for number, each in enumerate(way, start=1))

    def _step(self, happening: Happening) -> str:
        seen = ", ".join(f"{name} {shown(value, self._units[name])}" for name, value in happening.told.items())
        rows = "; ".join(_words(each) for each in happening.fired)
        return f"{happening.says}{': ' if seen else ''}{seen}; {rows or 'no row fires'}"

    def _metrics_of(self, row: Row) -> set[str | None]:
        names = (*row.conditions, *row.unless)
        return {each.metric for name in names for each in comparisons_in(self._guards[name], self._guards)}

    def _example(self, metric: str, classes: frozenset[int]) -> Value:
        return self._domains[metric].examples[min(classes)]


def _words(fired: Fired) -> str:
    dest = "" if fired.row.dest is None else f": {fired.source} → {fired.row.dest}"
    return f"row {fired.row.name} fires{dest}"


def shown(value: Value, unit: str) -> str:
    """Return a value as text, with its unit."""
    if value is None:
        return "undefined"
    if isinstance(value, Ratio):
        return f"{value.rounded(4).normalize():f}{UNITS.get(unit, '')}"
    return value
