"""Properties from a machine file: what `validate` is to prove of it, every name in them checked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from perpfsm.config.guard_reader import GuardReader
from perpfsm.config.nodes import Complaint, Value
from perpfsm.config.wording import did_you_mean, shown
from perpfsm.machine.definition import Property, PropertyKind, Row, StateDefinition


def read_property(item: Mapping[str, Value]) -> Property:
    """Return one property that the schema accepts."""
    kind = next(kind for kind in PropertyKind if kind.value in item)
    return Property(
        str(item["name"]),
        kind,
        names_of(item[kind.value]),
        names_of(item.get("in", [])),
        names_of(item.get("conditions", [])),
        names_of(item.get("unless", [])),
    )


def names_of(value: Value) -> tuple[str, ...]:
    """Return one name or several as several."""
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def check_properties(
    properties: Mapping[int, Property], states: Sequence[StateDefinition], rows: Sequence[Row], reader: GuardReader
) -> Iterator[Complaint]:
    """Every name in a property exists, and no two properties have one name.

    Args:
        properties: By their index in the file.
        states: Of the machine.
        rows: Of the machine.
        reader: Knows its guards.
    """
    seen: set[str] = set()
    known_states, known_rows = [state.name for state in states], [row.name for row in rows]
    for index, each in properties.items():
        path = ("properties", index)
        if each.name in seen:
            what = f"Another property is called {shown(each.name)}."
            yield Complaint((*path, "name"), "duplicate-property", what, "Rename one.")
        seen.add(each.name)
        preempts = each.kind is PropertyKind.PREEMPTS
        yield from _unknown(
            each.targets,
            known_rows if preempts else known_states,
            (*path, each.kind.value),
            "row" if preempts else "state",
        )
        yield from _unknown(each.states, known_states, (*path, "in"), "state")
        yield from _unknown(each.conditions, reader.known, (*path, "conditions"), "guard")
        yield from _unknown(each.unless, reader.known, (*path, "unless"), "guard")
        if each.kind is PropertyKind.ALWAYS_CAN_REACH and (each.conditions or each.unless):
            key = "conditions" if each.conditions else "unless"
            what = "always_can_reach is asked of states; no guard can be asked there."
            yield Complaint((*path, key), "needless-key", what, "Remove it.", at_key=True)
        if each.kind is PropertyKind.NEVER and each.states:
            what = "never names its states itself; in says nothing there."
            yield Complaint((*path, "in"), "needless-key", what, "Remove it.", at_key=True)


def _unknown(names: Iterable[str], known: Iterable[str], path: tuple[str | int, ...], noun: str) -> Iterator[Complaint]:
    for index, name in enumerate(names):
        if name not in known:
            what = f"{shown(name)} is not a {noun}."
            yield Complaint((*path, index), f"unknown-{noun}", what, did_you_mean(name, known))
