"""What a YAML file says, as plain values that know where they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Self

from perpfsm.config.source import Source
from perpfsm.errors import Finding, Place, Severity

Value = None | bool | int | Decimal | str | list["Value"] | dict[str, "Value"]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Child:
    """A member of a mapping or an item of a list; an item's key stands where its value does."""

    key_place: Place
    node: "Node"


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place.

    Attributes:
        value: Plain, exact: numbers are `int` or `Decimal`.
        place: Where it begins.
        children: By key or index; empty for a scalar.
        size: How many nodes it is, itself and what its aliases stand for included.
        height: How deep it is, 0 for a scalar.
    """

    value: Value
    place: Place
    children: Mapping[str | int, Child] = field(default_factory=dict)
    size: int = 1
    height: int = 0

    def with_member(self, path: tuple[str, ...], child: Child) -> Self:
        """Return this mapping with `child` at `path`; what is not a mapping on the way becomes one."""
        name, *rest = path
        if rest:
            present = self.children.get(name)
            inner = (
                present.node
                if present is not None and isinstance(present.node.value, dict)
                else Node({}, child.node.place)
            )
            child = Child(present.key_place if present else child.key_place, inner.with_member(tuple(rest), child))
        members = self.value if isinstance(self.value, dict) else {}
        return replace(self, value={**members, name: child.node.value}, children={**self.children, name: child})


@dataclass(frozen=True, slots=True)
class Complaint:
    """A finding that knows its path in the file, but not yet its line.

    Attributes:
        path: Keys and indices from the top.
        code: As in `Finding`.
        what: As in `Finding`.
        remedy: As in `Finding`.
        at_key: Whether the key is to blame, not its value.
        severity: As in `Finding`.
        trace: As in `Finding`.
    """

    path: Path
    code: str
    what: str
    remedy: str = ""
    at_key: bool = False
    severity: Severity = Severity.ERROR
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read: its text and its values."""

    source: Source
    root: Node

    def place(self, path: Path, *, at_key: bool = False) -> Place:
        """Return where `path` stands: its value, or its key; for what is absent the nearest thing around it.

        The top of the file is the file as a whole.
        """
        place = Place(self.source.path)
        node = self.root
        for depth, step in enumerate(path, start=1):
            child = node.children.get(step)
            if child is None:
                return place if isinstance(node.value, list | dict) else node.place
            node = child.node
            place = node.place if depth == len(path) and not at_key else child.key_place
        return place

    def findings(self, complaints: Iterable[Complaint]) -> tuple[Finding, ...]:
        """Return each complaint once, with its place and the text of its line, in the given order."""
        return tuple(self._finding(complaint) for complaint in dict.fromkeys(complaints))

    def _finding(self, complaint: Complaint) -> Finding:
        place = self.place(complaint.path, at_key=complaint.at_key)
        line = self.source.line(place.line) if place.path == self.source.path else ""
        return Finding(
            complaint.code, complaint.severity, place, complaint.what, complaint.remedy, line, complaint.trace
        )
