"""Entries back to records, for recovery and for the audit; the facts of a transition keep their decimals as text."""

from dataclasses import dataclass
from typing import TypeVar

import msgspec

from perpfsm.engine.records import (
    ClosingRecord,
    CommandRecord,
    ConfigurationRecord,
    DataRecord,
    EndRecord,
    FillRecord,
    FundingRecord,
    OperatorRecord,
    OrderRecord,
    PositionRecord,
    Record,
    RefusalRecord,
    RunRecord,
    TransitionRecord,
)
from perpfsm.errors import JournalError
from perpfsm.journal.reader import Entry
from perpfsm.market.order import CancelOrder, Command, PlaceOrder

_T = TypeVar("_T")

# Kinds whose body has exactly the fields of the record.
_PLAIN: dict[str, type[Record]] = {
    "order": OrderRecord,
    "fill": FillRecord,
    "refusal": RefusalRecord,
    "position": PositionRecord,
    "closing": ClosingRecord,
    "funding": FundingRecord,
    "data": DataRecord,
    "operator": OperatorRecord,
    "configuration": ConfigurationRecord,
    "run": RunRecord,
    "end": EndRecord,
}


@dataclass(frozen=True, slots=True)
class _Transition:
    """What a TransitionRecord holds, but for its facts, which are of any type."""

    time_ns: int
    leg: str
    trigger: str
    row: int
    name: str
    source: str
    dest: str
    reason: str
    saw: dict[str, str]
    held: tuple[str, ...]
    passed: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def record_of(entry: Entry) -> Record:
    """Return the record that an entry keeps.

    Raises:
        JournalError: When it keeps none that this version knows.
    """
    try:
        return _record(entry)
    except (msgspec.ValidationError, KeyError) as error:
        raise JournalError(
            f"Entry {entry.seq} is no {entry.kind} entry that this version knows: {error}.",
            where="the journal",
            remedy="Use the perpfsm that wrote it, or run `perpfsm audit verify` on it.",
        ) from error


def _record(entry: Entry) -> Record:
    match entry.kind:
        case "transition":
            return _transition(entry)
        case "command":
            return CommandRecord(entry.time_ns, entry.leg, _command(entry))
        case kind:
            return _as(entry, _PLAIN[kind])


def _as(entry: Entry, kind: type[_T]) -> _T:
    return msgspec.convert({**entry.body, "time_ns": entry.time_ns, "leg": entry.leg}, kind)


def _transition(entry: Entry) -> TransitionRecord:
    facts = entry.body["facts"]
    if not isinstance(facts, dict):
        raise KeyError("facts")
    known = _as(entry, _Transition)
    return TransitionRecord(
        known.time_ns,
        known.leg,
        known.trigger,
        known.row,
        known.name,
        known.source,
        known.dest,
        known.reason,
        known.saw,
        known.held,
        known.passed,
        known.notes,
        facts,
    )


def _command(entry: Entry) -> Command:
    body = dict(entry.body)
    if body.pop("type") == "cancel":
        return msgspec.convert(body, CancelOrder)
    body["type"] = body.pop("order_type")
    return msgspec.convert(body, PlaceOrder)
