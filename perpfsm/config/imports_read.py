"""A configuration's keys and values under our names: renamed, put into our notation, or without a counterpart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Self

from perpfsm.config.imports_table import (
    BOOKKEEPING,
    BOOLEANS,
    COMPANIONS,
    GONE,
    GONE_FROM,
    MISSING,
    OTHER_MARKET,
    RENAMED,
    SAME,
    STOP,
    STOP_HERE,
    STOP_THERE,
    TEMPLATES,
    UNSAID,
)
from perpfsm.config.nodes import Child, Complaint, Document, Node, Value
from perpfsm.config.numbers import is_number, is_too_long, read_number
from perpfsm.config.schema import Schema
from perpfsm.config.settings import described_parameters
from perpfsm.config.source import is_secret_name
from perpfsm.config.wording import did_you_mean, listed, shown
from perpfsm.errors import Severity

_FIGURE = re.compile(
    r"\+?(?P<sign>-?)(?P<whole>[0-9]*)(?P<rest>\.[0-9]*)?(?P<exponent>[eE][+-]?[0-9]+)? *(?P<percent>%?)"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A place where the strategy file means something else.

    Attributes:
        name: The parameter as it is called here, or the key as it stands there when there is none here.
        complaint: What differs, and as the remedy what happens instead.
        there: What the configuration says; None when that is better not repeated.
    """

    name: str
    complaint: Complaint
    there: Value = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A configuration under our names.

    Attributes:
        members: Values by our names, each at its place in the configuration.
        changes: What means something else.
        notes: What was done without changing a meaning.
        names: Their names by ours, where they differ.
    """

    members: Mapping[str, Child]
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def called(self, name: str) -> str:
        """Return how the configuration calls the parameter `name`."""
        return self.names.get(name, name)

    def changed(self, name: str, complaint: Complaint, there: Value = None) -> Self:
        """Return this draft with one more change."""
        return replace(self, changes=(*self.changes, Change(name, complaint, there)))

    def noted(self, note: str) -> Self:
        """Return this draft with one more note."""
        return replace(self, notes=(*self.notes, note))


def translate(document: Document) -> Draft:
    """Return what a configuration says, under our names; nothing is judged yet."""
    draft = Draft({})
    for key, child in document.root.children.items():
        draft = _take(draft, str(key), child, document)
    for rule in (_template, _custom_price, _other_market, _no_longer_read, _unsaid, _stop_of_zero):
        draft = rule(draft, document)
    return draft


def _take(draft: Draft, key: str, child: Child, document: Document) -> Draft:
    """Return `draft` with one key of the configuration."""
    name = RENAMED.get(key, key)
    if key in BOOKKEEPING or (name in SAME and _is_empty(child.node.value)):
        return draft
    if name in SAME:
        return _take_same(draft, key, name, child)
    if key in MISSING:
        return _take_missing(draft, key, child, document)
    if key in COMPANIONS:
        return draft
    if is_secret_name(key):  # the checks of every strategy file say what is to say about it
        return replace(draft, members={**draft.members, key: child})
    if child.node.value is None:
        return draft.noted(f"{shown(key)} is not known and has no value; it is left out.")
    guess = did_you_mean(key, (*SAME, *MISSING))
    what = f"{shown(key)} is not a parameter that perpfsm knows of this strategy. {guess}".rstrip()
    return draft.changed(key, _change(key, "unknown-parameter", what, "It is left out.", at_key=True))


def _take_same(draft: Draft, key: str, name: str, child: Child) -> Draft:
    if name in draft.members:
        what = f"{key} and {draft.called(name)} are the same parameter."
        remedy = f"{draft.called(name)} is taken, because it stands first."
        return draft.changed(key, _change(key, "duplicate-key", what, remedy, at_key=True), child.node.value)
    if key != name:
        draft = replace(draft, names={**draft.names, name: key}).noted(f"{key} is written as {name}.")
    value, note = _in_our_notation(name, child.node.value)
    node = child.node if note is None else Node(value, child.node.place)
    draft = replace(draft, members={**draft.members, name: replace(child, node=node)})
    return draft.noted(note) if note else draft


def _take_missing(draft: Draft, key: str, child: Child, document: Document) -> Draft:
    """Return `draft` with a switch that has no counterpart: a change when it is on, nothing when it is off."""
    value = _as_boolean(child.node.value)
    missing = MISSING[key]
    if not value:
        return draft
    if missing.only_with is not None:
        other, needed = missing.only_with
        there = document.root.children.get(other)
        if there is None or there.node.value != needed:
            return draft.noted(f"{key} does nothing without {other} {shown(needed)}; it is left out.")
    what = f"{key} has no counterpart: there, it {missing.does}."
    return draft.changed(key, _change(key, "no-counterpart", what, f"Here {missing.instead}."), child.node.value)


def _template(draft: Draft, document: Document) -> Draft:
    version = _version(document)
    if version is None or version in TEMPLATES:
        return draft
    return draft.noted(f"template_version {shown(version)} is not known here; its parameters are read by their names.")


def _custom_price(draft: Draft, document: Document) -> Draft:  # noqa: ARG001  # every rule has this shape
    """A price from outside is one number, for which newer templates write the type `custom`."""
    price_type = draft.members.get("price_type")
    if price_type is None or price_type.node.value != "custom":
        return draft
    members = {name: child for name, child in draft.members.items() if name != "price_type"}
    return replace(draft, members=members).noted("price_type custom is what a price_source custom_api always has.")


def _other_market(draft: Draft, document: Document) -> Draft:  # noqa: ARG001  # every rule has this shape
    """Another market's prices come from a recording of it on the paper exchange, and a configuration has none."""
    source = draft.members.get(OTHER_MARKET[0])
    if source is None or source.node.value != "external_market":
        return draft
    named = [name for name in OTHER_MARKET if name in draft.members]
    members = {name: child for name, child in draft.members.items() if name not in named}
    what = "price_source external_market needs market data of that market, which a configuration does not bring."
    instead = (
        f"Here quotes are placed around the traded market's own price, without {listed(named, 'and')}; "
        "write them again together with paper.price_source_feed."
    )
    change = _change(OTHER_MARKET[0], "price-source", what, instead)
    return replace(draft, members=members).changed(OTHER_MARKET[0], change, source.node.value)


def _no_longer_read(draft: Draft, document: Document) -> Draft:
    """Newer versions of that bot ignore what older ones obeyed; a line that stayed in the file counts again here."""
    version = _version(document)
    if not isinstance(version, int | Decimal) or version < GONE_FROM:
        return draft
    for name in GONE:
        child = draft.members.get(name)
        if child is not None and child.node.value != described_parameters()[name]["default"]:
            what = f"{name} {shown(child.node.value)} is not read there since template version {GONE_FROM}."
            change = _change(draft.called(name), "read-again", what, "Here it counts: it is taken over as written.")
            draft = draft.changed(name, change, child.node.value)
    return draft


def _unsaid(draft: Draft, document: Document) -> Draft:
    """A LIMIT stop of an older template stands at one price and waits; here it is made to fill (B12)."""
    version, closing = _version(document), draft.members.get("close_position_order_type")
    is_market = closing is not None and closing.node.value == "MARKET"
    if not isinstance(version, int | Decimal) or version >= GONE_FROM or is_market or UNSAID[0] in draft.members:
        return draft
    said = " and ".join(f"{name} {shown(described_parameters()[name]['default'])}" for name in UNSAID)
    return draft.noted(f"LIMIT stops have {said}, the defaults; this template could not say either.")


def _stop_of_zero(draft: Draft, document: Document) -> Draft:
    """Without a stop set, the stop price there is the entry price; here there is none (B11)."""
    child = draft.members.get(STOP)
    if child is not None and child.node.value != 0:
        return draft
    named = STOP in document.root.children
    child = child or Child(document.root.place, Node(0, document.root.place))
    change = _change(STOP, "no-stop", f"{STOP} {STOP_THERE}.", STOP_HERE, at_key=named and child.node.value is None)
    return replace(draft, members={**draft.members, STOP: child}).changed(STOP, change)


def _in_our_notation(name: str, value: Value) -> tuple[Value, str | None]:
    """Return a value as it is written here, and a note: None when it is as it was, empty when nobody needs one."""
    if not isinstance(value, str):
        return value, None
    schema = described_parameters()[name]
    if schema.get("type") == "boolean":
        taken = _as_boolean(value)
        return (value, None) if taken is value else (taken, "")
    if {"number", "integer"} & _types(schema):
        return _as_number(name, value, is_percent=schema["x-unit"] == "percent")
    proper = {"derivative": str.lower, "market": str.upper}.get(name, str)(value).strip()
    return (value, None) if proper == value else (proper, f"{name} {shown(value)} is written as {proper}.")


def _as_number(name: str, text: str, *, is_percent: bool) -> tuple[Value, str | None]:
    """Return the number that the bot reads in a text, and a percentage with its sign; other texts as they are."""
    figure = _FIGURE.fullmatch(text.strip())
    if figure is None or (figure["percent"] and not is_percent):
        return text, None
    written = f"{figure['sign']}{figure['whole'] or 0}{(figure['rest'] or '').rstrip('.')}{figure['exponent'] or ''}"
    if not any(map(str.isdigit, f"{figure['whole']}{figure['rest'] or ''}")):
        return text, None
    if not is_number(written) or is_too_long(written):
        return text, None
    return read_number(written), f"{name} {shown(text)} is read as {written} percent." if figure["percent"] else ""


def _as_boolean(value: Value) -> Value:
    return BOOLEANS.get(value.strip().lower(), value) if isinstance(value, str) else value


def _types(schema: Schema) -> set[str]:
    kinds = schema.get("type")
    return set(map(str, kinds)) if isinstance(kinds, list) else {str(kinds)}


def _is_empty(value: Value) -> bool:
    """Return whether a value stands for the default there."""
    return value is None or value in ("", {})


def _version(document: Document) -> Value:
    child = document.root.children.get("template_version")
    value = None if child is None else child.node.value
    return read_number(value) if isinstance(value, str) and is_number(value) and not is_too_long(value) else value


def _change(key: str, code: str, what: str, instead: str, *, at_key: bool = False) -> Complaint:
    return Complaint((key,), code, what, instead, at_key=at_key, severity=Severity.WARNING)
