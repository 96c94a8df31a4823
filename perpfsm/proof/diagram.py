"""What is drawn of a lifecycle: its states, and its rows in words, grouped by the states between which they lead."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.definition import MachineDefinition, Row, StateDefinition, Trigger
from perpfsm.machine.library import Library
from perpfsm.proof.diagram_guards import Phrase, phrase


@dataclass(frozen=True, slots=True)
class RowWords:
    """One row, ready to be drawn.

    Attributes:
        number: Its place in the file: rows are tried in this order.
        name: As the file calls it.
        triggers: The events that it answers, `market` left out where it is the only one.
        sources: The states in which it does, in the order of the machine's states.
        dest: The state that it leads to; None stays and acts.
        guards: What must hold, in words; nothing means always.
        never: Why it cannot fire with these parameters; empty when it can.
        actions: What it proposes.
    """

    number: int
    name: str
    triggers: tuple[str, ...]
    sources: tuple[str, ...]
    dest: str | None
    guards: tuple[str, ...]
    never: str
    actions: tuple[str, ...]

    @property
    def on(self) -> str:
        """The events as a prefix, such as `on fill`; empty for the market alone."""
        return f"on {'/'.join(self.triggers)}" if self.triggers else ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """A lifecycle, ready to be drawn.

    Attributes:
        name: Of the lifecycle.
        initial: The state of a leg without a position.
        states: In file order.
        rows: In file order.
    """

    name: str
    initial: str
    states: tuple[StateDefinition, ...]
    rows: tuple[RowWords, ...]

    def between(self, source: str, dest: str | None) -> tuple[RowWords, ...]:
        """Return the rows that lead from `source` to `dest`, None for those that stay there and act."""
        wanted = source if dest is None else dest
        return tuple(row for row in self.rows if source in row.sources and (row.dest or source) == wanted)

    def arrows(self) -> Iterator[tuple[str, str, tuple[RowWords, ...]]]:
        """Yield source, dest and rows of every arrow to another state or back to the same, in file order."""
        for source in self.states:
            for dest in self.states:
                rows = self.between(source.name, dest.name)
                if rows:
                    yield source.name, dest.name, rows

    def groups(self) -> Iterator[tuple[tuple[str, ...], str | None, tuple[RowWords, ...]]]:
        """Yield the rows with the same sources and the same destination together, each row once, in file order."""
        grouped: dict[tuple[tuple[str, ...], str | None], list[RowWords]] = {}
        for row in self.rows:
            grouped.setdefault((row.sources, row.dest), []).append(row)
        for (sources, dest), rows in grouped.items():
            yield sources, dest, tuple(rows)


def diagram_of(definition: MachineDefinition, library: Library, parameters: Parameters | None = None) -> Diagram:
    """Return what is drawn of a lifecycle.

    Args:
        definition: Checked.
        library: Whose metrics its guards name.
        parameters: Of a strategy, whose values stand in place of the parameters' names; None leaves the names.
    """
    order = [state.name for state in definition.states]
    return Diagram(
        definition.name,
        definition.initial,
        definition.states,
        tuple(_words(row, order, definition, library, parameters) for row in definition.rows),
    )


def _words(
    row: Row, order: list[str], definition: MachineDefinition, library: Library, parameters: Parameters | None
) -> RowWords:
    """Return one row in words."""
    asked = [*((name, True) for name in row.conditions), *((name, False) for name in row.unless)]
    said = [
        (name, phrase(definition.guards[name], definition.guards, library, parameters, wanted=wanted))
        for name, wanted in asked
    ]
    triggers = tuple(trigger.value for trigger in row.triggers)
    return RowWords(
        row.number,
        "".join(char if char.isprintable() else "?" for char in row.name),
        () if triggers == (Trigger.MARKET.value,) else triggers,
        tuple(name for name in order if name in row.sources),
        row.dest,
        _different(said_of.text for _, said_of in said if said_of.always is None),
        next((_why(name, said_of) for name, said_of in said if said_of.always is False), ""),
        row.actions,
    )


def _why(name: str, said: Phrase) -> str:
    return f"{name}: {said.text}"


def _different(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts in their order, each once."""
    return tuple(dict.fromkeys(texts))
