"""YAML to nodes: one pass over the parser's events, with every bound of the reader, and no schema knowledge.

Events rather than composed nodes, because a bound must hold while the file is read: events do not nest, so depth, size
and what aliases multiply to are known before anything is built.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from perpfsm.config.nodes import Child, Node, Value
from perpfsm.config.numbers import LENGTH_MAX, is_number, is_too_long, read_number
from perpfsm.config.source import Source
from perpfsm.config.wording import shown
from perpfsm.config.yaml_errors import explain
from perpfsm.errors import Finding, Place, Severity

NODES_MAX = 50_000
DEPTH_MAX = 40

_WORDS: dict[str, Value] = {
    "": None,
    **dict.fromkeys(("null", "Null", "NULL", "~")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class _RefusedError(Exception):
    """Reading cannot go on; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def read_yaml(source: Source) -> tuple[Node | None, tuple[Finding, ...]]:
    """Return the one document of `source`, or None when it cannot be read at all, and what is wrong with it."""
    reader = _Reader(source)
    try:
        root = reader.document()
    except _RefusedError as refused:
        return None, (*reader.findings, refused.finding)
    return root, tuple(reader.findings)


@dataclass(slots=True)
class _Reader:
    source: Source
    findings: list[Finding] = field(default_factory=list)
    anchors: dict[str, Node | None] = field(default_factory=dict)
    nodes: int = 0

    def document(self) -> Node:
        events = self._events()
        first = next((event for event in events if not type(event).__name__.startswith(("Stream", "Document"))), None)
        if first is None or _is_empty(first):
            what = "The file is empty."
            raise _RefusedError(
                Finding("empty-file", Severity.ERROR, Place(self.source.path), what, "See strategies/.")
            )
        root = self._node(first, events, 0)
        for event in events:
            if isinstance(event, DocumentStartEvent):
                raise self._refused("multiple-documents", event, "A second document begins here.", "Keep one per file.")
        return root

    def _events(self) -> Iterator[Event]:
        try:
            yield from YAML(typ="rt", pure=True).parse(self.source.text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = self._place(mark) if isinstance(mark, StreamMark) else Place(self.source.path)
            raise _RefusedError(explain(error, place, self.source)) from error
        except (YAMLError, ValueError, OverflowError) as error:
            what = "This is not valid YAML: an escape in double quotes names no character."
            raise _RefusedError(Finding("yaml-syntax", Severity.ERROR, Place(self.source.path), what)) from error

    def _node(self, event: Event, events: Iterator[Event], depth: int) -> Node:
        self._count(event, 1, depth)
        if isinstance(event, AliasEvent):
            return self._alias(event, depth)
        assert isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent)  # noqa: S101  # the parser's grammar: only nodes stand here
        if event.tag is not None:
            self._complain("tag", event, f"The tag {_tag_name(event.tag)} is not read.", "Write the plain value.")
        anchor = event.anchor
        if anchor is not None:
            self.anchors[anchor] = None
        match event:
            case MappingStartEvent():
                node = self._mapping(event, events, depth)
            case SequenceStartEvent():
                node = self._sequence(event, events, depth)
            case _:
                node = Node(self._scalar(event), self._place(event.start_mark))
        if anchor is not None:
            self.anchors[anchor] = node
        return node

    def _alias(self, event: AliasEvent, depth: int) -> Node:
        name = event.anchor
        target = self.anchors.get(name)
        if target is None:
            if name in self.anchors:
                self._complain("alias-cycle", event, f"*{name} contains itself.", "Write the value out.")
            else:
                self._complain(
                    "unknown-alias", event, f"*{name} has no anchor &{name} before it.", "Write the value out."
                )
            return Node(None, self._place(event.start_mark))
        self._count(event, target.size - 1, depth + target.height)
        return target

    def _mapping(self, start: Event, events: Iterator[Event], depth: int) -> Node:
        children: dict[str | int, Child] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event, events, depth)
            place = self._place(event.start_mark)
            value = next(events)
            node = self._node(value, events, depth + 1)
            if _is_empty(value) and key is not None:
                remedy = "Write a value, or remove the line: what is absent has its default."
                self._complain("empty-value", event, f"{shown(key)} has no value.", remedy)
                node = Node(None, place)
            if key in children:
                first = children[key].key_place.line
                self._complain(
                    "duplicate-key", event, f"{shown(key)} is here twice; the first is on line {first}.", "Keep one."
                )
            elif key is not None:
                children[key] = Child(place, node)
        value_of = {str(key): child.node.value for key, child in children.items()}
        return _container(value_of, self._place(start.start_mark), children)

    def _key(self, event: Event, events: Iterator[Event], depth: int) -> str | None:
        if isinstance(event, ScalarEvent) and event.value != "":
            self._count(event, 1, depth)
            if event.value == "<<" and event.style is None:
                self._complain("merge-key", event, "Merge keys (<<) are not read.", "Write the values out.")
                return None
            return str(event.value)
        self._complain("complex-key", event, "A key must be a word.", "Write a name before the colon.")
        if not isinstance(event, AliasEvent):
            self._node(event, events, depth + 1)
        return None

    def _sequence(self, start: Event, events: Iterator[Event], depth: int) -> Node:
        children: dict[str | int, Child] = {}
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            if _is_empty(event):
                self._complain(
                    "empty-value", event, "This item of the list has no value.", "Write a value, or remove it."
                )
            node = self._node(event, events, depth + 1)
            children[len(children)] = Child(self._place(event.start_mark), node)
        return _container([child.node.value for child in children.values()], self._place(start.start_mark), children)

    def _scalar(self, event: ScalarEvent) -> Value:
        text = str(event.value)
        if any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
            self._complain("control-character", event, "An escape here names half a character.", "Write the character.")
            return None
        if event.style is not None or event.tag is not None:
            return text
        if is_number(text):
            if not is_too_long(text):
                return read_number(text)
            what = f"The number {shown(text)} is out of bounds: at most {LENGTH_MAX} characters, exponents up to 20."
            self._complain("number-too-long", event, what)
            return None
        return _WORDS.get(text, text)

    def _count(self, event: Event, nodes: int, depth: int) -> None:
        self.nodes += nodes
        if self.nodes > NODES_MAX:
            what = f"The file holds more than {NODES_MAX:,} values, aliases written out."
            raise self._refused("too-many-values", event, what, "Write the values out instead of using aliases.")
        if depth > DEPTH_MAX:
            raise self._refused("too-deep", event, f"Values are nested more than {DEPTH_MAX} deep.", "Flatten them.")

    def _place(self, mark: StreamMark) -> Place:
        return Place(self.source.path, mark.line + 1, mark.column + 1)

    def _finding(self, code: str, event: Event, what: str, remedy: str) -> Finding:
        place = self._place(event.start_mark)
        return Finding(code, Severity.ERROR, place, what, remedy, self.source.line(place.line))

    def _complain(self, code: str, event: Event, what: str, remedy: str = "") -> None:
        self.findings.append(self._finding(code, event, what, remedy))

    def _refused(self, code: str, event: Event, what: str, remedy: str) -> _RefusedError:
        return _RefusedError(self._finding(code, event, what, remedy))


def _tag_name(tag: object) -> str:
    return shown(str(tag).replace("tag:yaml.org,2002:", "!!"))


def _is_empty(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and event.value == "" and event.style is None and event.tag is None


def _container(value: Value, place: Place, children: dict[str | int, Child]) -> Node:
    nodes = [child.node for child in children.values()]
    size = 1 + sum(node.size for node in nodes)
    return Node(value, place, children, size, 1 + max(chain((-1,), (node.height for node in nodes))))
