"""What a schema cannot say of a machine file: that its names exist, its states connect, and its exits have reasons."""

from collections.abc import Iterable, Iterator, Sequence

from perpfsm.config.guard_reader import GuardReader
from perpfsm.config.nodes import Complaint
from perpfsm.config.wording import did_you_mean, shown
from perpfsm.errors import Severity
from perpfsm.machine.definition import Property, Row, StateDefinition


def check_states(states: Sequence[StateDefinition], initial: str | None) -> Iterator[Complaint]:
    """Names are unique, and the initial state is one of them."""
    for index in _repeated([state.name for state in states]):
        what = f"Another state is called {shown(states[index].name)}."
        yield Complaint(("states", index, "name"), "duplicate-state", what, "Rename one.")
    names = [state.name for state in states]
    if names and initial is not None and initial not in names:
        yield Complaint(
            ("initial",), "unknown-state", f"{shown(initial)} is not a state.", did_you_mean(initial, names)
        )


def check_row(
    row: Row, path: tuple[str, int], states: Sequence[StateDefinition], reader: GuardReader
) -> Iterator[Complaint]:
    """Every name in a row exists, a row into a closing state says why, and nothing undefined is negated."""
    names = [state.name for state in states]
    for index, source in enumerate(row.sources):
        if names and source not in names:
            what = f"{shown(source)} is not a state."
            yield Complaint((*path, "source", index), "unknown-state", what, did_you_mean(source, names))
    if names and row.dest is not None and row.dest not in names:
        what = f"{shown(row.dest)} is not a state."
        yield Complaint((*path, "dest"), "unknown-state", what, did_you_mean(row.dest, names))
    yield from _check_reason(row, path, states)
    for key, guards in (("conditions", row.conditions), ("unless", row.unless)):
        for index, guard in enumerate(guards):
            if guard not in reader.known:
                what = f"{shown(guard)} is not a guard."
                yield Complaint((*path, key, index), "unknown-guard", what, did_you_mean(guard, reader.known))
    for index, guard in enumerate(row.unless):
        metric = next(reader.holes(guard), None)
        if metric is not None:
            what = f"{metric} may have no value, and under unless {guard} would then let the row fire by accident."
            remedy = f"Add when_undefined: true or false to {guard}."
            yield Complaint((*path, "unless", index), "undefined-hole", what, remedy)
    actions = reader.library.actions
    for index, action in enumerate(row.actions):
        if action not in actions:
            what = f"{shown(action)} is not an action."
            yield Complaint((*path, "after", index), "unknown-action", what, did_you_mean(action, actions))


def _check_reason(row: Row, path: tuple[str, int], states: Sequence[StateDefinition]) -> Iterator[Complaint]:
    """A row into a closing state says why; one that stays where it is has nothing to say."""
    if row.reason is None and any(state.closing and state.name == row.dest for state in states):
        what = f"A row into {row.dest} must say why the position is closed."
        yield Complaint((*path, "dest"), "missing-reason", what, "Add reason: stop_loss, or another.")
    if row.reason is not None and row.dest is None:
        what = f"A row that stays where it is keeps the reason in force, so {row.reason} is not taken."
        remedy = "Remove it, or let the row lead to a closing state."
        yield _warning((*path, "reason"), "reason-unread", what, remedy, at_key=False)


def check_whole(
    states: Sequence[StateDefinition],
    initial: str,
    rows: Sequence[Row],
    reader: GuardReader,
    properties: Iterable[Property] = (),
) -> Iterator[Complaint]:
    """What only a file without holes can be asked: nothing is unused, and every state can be reached."""
    asking: tuple[Row | Property, ...] = (*rows, *properties)
    used = {guard for each in asking for guard in (*each.conditions, *each.unless)}
    used |= {inner for name, guard in reader.guards.items() for inner in reader.names_in(guard) if inner != name}
    for name in reader.known:
        if name not in used:
            yield _warning(
                ("guards", name), "unused-guard", f"Guard {shown(name)} is used by no row.", "Remove it, or use it."
            )
    reached = {initial}
    for _ in states:  # each pass reaches at least one more state, or none is left
        reached |= {row.dest for row in rows if row.dest is not None and reached & set(row.sources)}
    for index, state in enumerate(states):
        if state.name not in reached:
            what = f"No row leads from {shown(initial)} to state {shown(state.name)}."
            yield _warning(
                ("states", index, "name"), "unreachable-state", what, "Remove it, or add a row into it.", at_key=False
            )


def check_row_names(rows: Sequence[Row]) -> Iterator[Complaint]:
    """No two rows have one name, since the journal speaks of rows by name."""
    for index in _repeated([row.name for row in rows]):
        what = f"Another row is called {shown(rows[index].name)}."
        yield Complaint(("transitions", rows[index].number - 1, "name"), "duplicate-row", what, "Rename one.")


def _repeated(names: Sequence[str]) -> Iterator[int]:
    """Yield the indices of names that stood before."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield index
        seen.add(name)


def _warning(path: tuple[str | int, ...], code: str, what: str, remedy: str, *, at_key: bool = True) -> Complaint:
    return Complaint(path, code, what, remedy, at_key, Severity.WARNING)
