"""A machine file: text to a checked `MachineDefinition`, everything that is wrong with it at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from perpfsm.config.documents import document_of, has_errors, in_file_order
from perpfsm.config.flaws import complaints_about
from perpfsm.config.guard_reader import GuardReader
from perpfsm.config.libraries import installed_library
from perpfsm.config.machine_checks import check_row, check_row_names, check_states, check_whole
from perpfsm.config.nodes import Complaint, Document, Value
from perpfsm.config.property_reader import check_properties, names_of, read_property
from perpfsm.config.ranges import parameter_ranges
from perpfsm.config.schema import complaints
from perpfsm.config.source import Source, read_source
from perpfsm.errors import ConfigError, Finding
from perpfsm.machine.definition import Guard, MachineDefinition, Property, Row, StateDefinition, Trigger
from perpfsm.machine.library import Library
from perpfsm.proof.check import check
from perpfsm.proof.flaw import SourceFile

TEXTS_KEPT = 8


@dataclass(frozen=True, slots=True)
class MachineFile:
    """What was read from a machine file.

    Attributes:
        path: As it was named.
        text: Of the file; empty when it could not be read.
        definition: None when there are errors.
        findings: Errors and warnings, in file order.
        document: The file's values and where they stand; None when it could not be read.
    """

    path: Path
    text: str
    definition: MachineDefinition | None
    findings: tuple[Finding, ...]
    document: Document | None = None


def load_machine(path: Path, library: Library | None = None) -> MachineDefinition:
    """Return the lifecycle in the file at `path`.

    Args:
        path: A machine file.
        library: The metrics and actions that it may name; those in use by default.

    Raises:
        ConfigError: With every finding, when one of them is an error.
    """
    definition, findings = read_machine(path, library or installed_library())
    if definition is None:
        raise ConfigError(findings)
    return definition


def read_machine(path: Path, library: Library) -> tuple[MachineDefinition | None, tuple[Finding, ...]]:
    """Return the lifecycle in the file at `path`, None when there are errors, and every finding."""
    file = read_machine_file(path, library)
    return file.definition, file.findings


def read_machine_file(path: Path, library: Library) -> MachineFile:
    """Return all that the machine file at `path` says; never raises for bad input."""
    source = read_source(path)
    if isinstance(source, Finding):
        return MachineFile(path, "", None, (source,))
    return read_machine_source(source, library)


@lru_cache(maxsize=TEXTS_KEPT)
def read_machine_source(source: Source, library: Library) -> MachineFile:
    """Return all that a machine file's text says; a text that was read before is not parsed again.

    A bot reads its lifecycle each time when its strategy file is saved, and parsing is nine tenths of that.
    """
    document, findings = document_of(source)
    if document is None:
        return MachineFile(Path(source.path), "", None, findings)
    return check_machine(Path(source.path), document, findings, library)


def check_machine(path: Path, document: Document, findings: tuple[Finding, ...], library: Library) -> MachineFile:
    """Return what a document that was read already says as a machine file.

    Args:
        path: As it was named.
        document: The file's values.
        findings: What reading found.
        library: The metrics and actions that it may name.
    """
    against = tuple(complaints(document.root.value, "machine"))
    draft = _Draft.of(document, against)
    reader = GuardReader(library, draft.guards, draft.guard_names)
    guards = reader.read_all()
    found = [*against, *check_states(draft.states, draft.initial), *check_row_names(draft.rows)]
    for row in draft.rows:
        found.extend(check_row(row, ("transitions", row.number - 1), draft.states, reader))
    found.extend(check_properties(draft.properties, draft.states, draft.rows, reader))
    found.extend(reader.complaints)
    everything = in_file_order(findings, document.findings(found))
    if has_errors(everything):
        return MachineFile(path, document.source.text, None, everything, document)
    definition = draft.definition(guards)
    found.extend(check_whole(draft.states, draft.initial or "", draft.rows, reader, draft.properties.values()))
    found.extend(complaints_about(check(definition, library, parameter_ranges()), SourceFile.MACHINE))
    everything = in_file_order(findings, document.findings(found))
    checked = None if has_errors(everything) else definition
    return MachineFile(path, document.source.text, checked, everything, document)


@dataclass(frozen=True, slots=True)
class _Draft:
    """The parts of a machine file that the schema accepts."""

    name: str
    initial: str | None
    states: tuple[StateDefinition, ...]
    guards: Mapping[str, Value]
    guard_names: tuple[str, ...]
    rows: tuple[Row, ...]
    properties: Mapping[int, Property]

    @classmethod
    def of(cls, document: Document, against: tuple[Complaint, ...]) -> "_Draft":
        broken = {complaint.path for complaint in against}
        broken |= {path[:length] for path in broken for length in range(1, len(path))}
        value = document.root.value
        members = value if isinstance(value, dict) else {}
        guards = members.get("guards")
        named = guards if isinstance(guards, dict) else {}
        initial = members.get("initial")
        return cls(
            name=str(members.get("machine")),
            initial=initial if isinstance(initial, str) else None,
            states=tuple(_states(members.get("states"))),
            guards={name: guard for name, guard in named.items() if ("guards", name) not in broken},
            guard_names=tuple(named),
            rows=tuple(
                _row(document, index, item) for index, item in _accepted(members, "transitions", broken).items()
            ),
            properties={index: read_property(item) for index, item in _accepted(members, "properties", broken).items()},
        )

    def definition(self, guards: Mapping[str, Guard]) -> MachineDefinition:
        return MachineDefinition(
            self.name, self.initial or "", self.states, guards, self.rows, tuple(self.properties.values())
        )


def _accepted(
    members: Mapping[str, Value], key: str, broken: set[tuple[str | int, ...]]
) -> dict[int, dict[str, Value]]:
    """Return the items of a list that are mappings and that the schema accepts, by index."""
    items = members.get(key)
    listed = enumerate(items) if isinstance(items, list) else ()
    return {index: item for index, item in listed if isinstance(item, dict) and (key, index) not in broken}


def _states(items: Value) -> Iterator[StateDefinition]:
    """Yield whatever has a name, so that rows are not blamed for a mistake in the list of states."""
    for item in items if isinstance(items, list) else []:
        match item:
            case dict() if isinstance(item.get("name"), str):
                exposed, closing = item.get("exposed") is True, item.get("closing") is True
                yield StateDefinition(str(item["name"]), exposed, closing)
            case str(name):
                yield StateDefinition(name)
            case _:
                pass


def _row(document: Document, index: int, item: Mapping[str, Value]) -> Row:
    name, dest, reason = item.get("name"), item["dest"], item.get("reason")
    return Row(
        number=index + 1,
        name=name if isinstance(name, str) else f"row {index + 1}",
        triggers=tuple(Trigger(trigger) for trigger in names_of(item["trigger"])),
        sources=names_of(item["source"]),
        dest=dest if isinstance(dest, str) else None,
        reason=reason if isinstance(reason, str) else None,
        conditions=names_of(item.get("conditions", [])),
        unless=names_of(item.get("unless", [])),
        actions=names_of(item.get("after", [])),
        place=document.place(("transitions", index)),
    )
