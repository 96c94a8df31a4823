"""What rows read and what they change: rows that repeat for ever, and orders whose age nobody watches."""

from collections.abc import Iterator

from perpfsm.errors import Severity
from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    Guard,
    GuardName,
    MachineDefinition,
    Not,
    ParameterOperand,
    Row,
    Trigger,
)
from perpfsm.machine.library import Declared, ExitType, Library, MetricSpec
from perpfsm.market.order import Role
from perpfsm.proof.check_logic import row_guard
from perpfsm.proof.check_rows import row_path
from perpfsm.proof.flaw import Flaw, SourceFile

QUOTES, EXITS = "quotes", "exits"


def check_reads(definition: MachineDefinition, library: Library) -> Iterator[Flaw]:
    """Yield a flaw for every row that changes nothing that it reads, every order that nobody watches, and no quotes."""
    for row in definition.rows:
        if row.dest is None and Trigger.MARKET in row.triggers:
            yield from _repeats(row, definition, library)
        yield from _ages(row, definition, library)
    yield from _switches(definition, library)
    quoting = {name for name, action in library.actions.items() if Role.QUOTE in action.effects.places}
    if quoting and not any(quoting & set(row.actions) for row in definition.rows):
        what = "No row places quotes, so nothing is ever opened, and the proof has nothing to look at."
        remedy = "Add a row that does, such as one on market with after: place_quotes."
        path = ("transitions",)
        yield Flaw("never-quotes", Severity.WARNING, SourceFile.MACHINE, path, what, remedy, at_key=True)


def parameters_read(definition: MachineDefinition, library: Library, *, by_value: bool = False) -> frozenset[str]:
    """Return the parameters that the rows of a lifecycle read: by their guards, metrics and actions.

    Args:
        definition: The lifecycle.
        library: Its metrics and actions.
        by_value: Leave out those of which only matters whether they are set.
    """
    found: set[str] = set()
    for row in definition.rows:
        for comparison in comparisons_of(row_guard(row), definition):
            found |= {comparison.parameter or "", "" if by_value else comparison.when_set or ""}
            if isinstance(comparison.operand, ParameterOperand):
                found.add(comparison.operand.name)
            if comparison.metric is not None:
                found |= library.metrics[comparison.metric].parameters
        for action in row.actions:
            found |= library.actions[action].parameters
    return frozenset(found - {""})


def comparisons_of(guard: Guard, definition: MachineDefinition) -> Iterator[Comparison]:
    """Yield the comparisons that a guard comes down to."""
    match guard:
        case Comparison():
            yield guard
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons_of(part, definition)
        case Not(part):
            yield from comparisons_of(part, definition)
        case GuardName(name):
            yield from comparisons_of(definition.guards[name], definition)


def _switches(definition: MachineDefinition, library: Library) -> Iterator[Flaw]:
    """Yield a flaw for every guard that a parameter switches on whose value nothing reads."""
    read = parameters_read(definition, library, by_value=True)
    asked = parameters_read(definition, library)
    for name, guard in definition.guards.items():
        switches = (comparison.when_set for comparison in comparisons_of(guard, definition))
        switch = next((each for each in switches if each in asked - read), None)
        if switch is not None and not isinstance(guard, GuardName):
            what = f"Guard {name} asks whether {switch} is set, and nothing asks what it is set to."
            remedy = f"Compare with {switch}, or ask by when_set for the parameter that is compared with."
            yield Flaw(
                "value-unread", Severity.WARNING, SourceFile.MACHINE, ("guards", name), what, remedy, at_key=True
            )


def _metrics_of(row: Row, definition: MachineDefinition, library: Library) -> list[MetricSpec]:
    names = {comparison.metric for comparison in comparisons_of(row_guard(row), definition)}
    return [library.metrics[name] for name in names if name is not None]


def _changes(row: Row, library: Library) -> frozenset[str]:
    """Return what a row's actions change, in the words in which metrics say what they read."""
    changed: set[str] = set()
    for name in row.actions:
        effects = library.actions[name].effects
        roles = effects.places | effects.cancels
        changed |= effects.sets
        changed |= {QUOTES} if Role.QUOTE in roles else set()
        changed |= {EXITS} if roles - {Role.QUOTE} else set()
    return frozenset(changed)


def _repeats(row: Row, definition: MachineDefinition, library: Library) -> Iterator[Flaw]:
    """Yield the flaw of a row that stays and leaves everything that it reads as it is."""
    metrics, changed = _metrics_of(row, definition, library), _changes(row, library)
    if any(metric.reads is None or metric.reads & changed for metric in metrics):
        return
    read = ", ".join(sorted(metric.name for metric in metrics)) or "nothing"
    what = f"Row {row.name} stays where it is and changes nothing of what it reads ({read}), so it fires for ever."
    remedy = "Add a guard that it makes false, such as an age that its action restarts."
    yield Flaw("row-repeats", Severity.ERROR, SourceFile.MACHINE, row_path(row), what, remedy)


def _ages(row: Row, definition: MachineDefinition, library: Library) -> Iterator[Flaw]:
    """Yield the flaws of a row that places orders into a state in which no row reads their age."""
    for index, name in enumerate(row.actions):
        effects = library.actions[name].effects
        limit_exit = Role.CLOSE in effects.places and effects.exit_type is not ExitType.MARKET
        if not limit_exit and Role.QUOTE not in effects.places:
            continue
        signs = frozenset({EXITS}) if limit_exit else effects.sets | {QUOTES}
        for state in dict.fromkeys((row.dest,) if row.dest is not None else row.sources):
            if any(_watches(other, state, signs, definition, library) for other in definition.rows):
                continue
            placed = "what may be a LIMIT exit" if limit_exit else "quotes"
            fate = "by its age, so it may wait" if limit_exit else "by their age, so they may rest"
            they = "it" if limit_exit else "them"
            what = (
                f"Row {row.name} places {placed} by {name}, and no row on market in {state} cancels or replaces "
                f"{they} {fate} for ever."
            )
            remedy = f"Add a row that does, with a guard on {_age_named(signs, library)}."
            path = row_path(row, "after", index)
            yield Flaw("age-unread", Severity.WARNING, SourceFile.MACHINE, path, what, remedy)


def _is_age(metric: MetricSpec, signs: frozenset[str]) -> bool:
    return metric.depends is Declared.TIME and metric.reads is not None and bool(metric.reads & signs)


def _watches(row: Row, state: str, signs: frozenset[str], definition: MachineDefinition, library: Library) -> bool:
    """Return whether `row`, by the age of what has these signs, does something about it in `state`."""
    is_there = Trigger.MARKET in row.triggers and state in row.sources
    acts = bool(_changes(row, library) & signs & {QUOTES, EXITS})
    return is_there and acts and any(_is_age(metric, signs) for metric in _metrics_of(row, definition, library))


def _age_named(signs: frozenset[str], library: Library) -> str:
    """Return the metrics that are the age of what has these signs."""
    return " or ".join(name for name, metric in library.metrics.items() if _is_age(metric, signs))
