"""A counterexample as a person reads it: one line for each event, with what was read and which rows fired."""

from collections.abc import Iterable, Iterator, Mapping

from perpfsm.machine.definition import MachineDefinition
from perpfsm.machine.view import Value
from perpfsm.market.ratio import Ratio
from perpfsm.proof.choices import Chosen
from perpfsm.proof.domain import Domain, comparisons_in
from perpfsm.proof.explore import Move
from perpfsm.proof.run import Taken

UNITS = {"percent": " %", "seconds": " s"}


class Teller:
    """Puts moves into words."""

    def __init__(self, definition: MachineDefinition, domains: Mapping[str, Domain], units: Mapping[str, str]) -> None:
        """Know the guards of `definition` and what the classes of metrics stand for."""
        self._definition = definition
        self._domains = domains
        self._units = units

    def tell(self, way: Iterable[Move]) -> tuple[str, ...]:
        """Return the moves as numbered steps."""
        return tuple(f"{number}. {self._step(move)}" for number, move in enumerate(way, start=1))

    def values(self, chosen: Chosen) -> dict[str, Value]:
        """Return an example value of every metric that was chosen."""
        return {metric: self._domains[metric].examples[each] for metric, each in chosen}

    def _step(self, move: Move) -> str:
        told: dict[str, Value] = {}
        chosen: Chosen = move.chosen
        for taken in move.taken:
            told |= {name: value for name, value in self.values(taken.chosen).items() if self._matters(name, taken)}
        if not move.taken:
            told = self.values(chosen)
        seen = ", ".join(f"{name} {shown(value, self._units.get(name, ''))}" for name, value in told.items())
        fired = "; ".join(_fired(move.taken))
        return f"{move.says}{': ' if seen else ''}{seen}; {fired or 'no row fires'}"

    def _matters(self, metric: str, taken: Taken) -> bool:
        """Return whether the row that fired asks for `metric`."""
        row, guards = taken.outcome.row, self._definition.guards
        if row is None:
            return False
        named = (guards[name] for name in (*row.conditions, *row.unless))
        return any(each.metric == metric for guard in named for each in comparisons_in(guard, guards))


def _fired(taken: Iterable[Taken]) -> Iterator[str]:
    for each in taken:
        row = each.outcome.row
        if row is not None:
            dest = "" if row.dest is None else f": {each.before.state} → {row.dest}"
            yield f"row {row.name} fires{dest}"


def shown(value: Value, unit: str) -> str:
    """Return a value as text, with its unit."""
    if value is None:
        return "undefined"
    if isinstance(value, Ratio):
        return f"{value.rounded(4):f}{UNITS.get(unit, '')}"
    return value
