"""Explaining: one entry in words — what was seen, which guards held, which rows were passed over, what was done."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path

from perpfsm.audit.words import duration, moment, moved, number, quantity, row_name, summary
from perpfsm.engine.records import CommandRecord, FillRecord, Json, OrderRecord, RunRecord, TransitionRecord
from perpfsm.errors import JournalError
from perpfsm.journal.decode import record_of
from perpfsm.journal.reader import Entry, read_entries, read_entry
from perpfsm.market.order import PlaceOrder

STEP_ENTRIES_MAX = 1000
CAUSE_ENTRIES_MAX = 100
_CAUSES = {
    "fill": ("fill",),
    "order_lost": ("order",),
    "liquidated": ("position",),
    "position_changed": ("position",),
    "data_bad": ("data",),
    "pause": ("operator",),
    "stop": ("operator",),
    "halt": ("operator",),
    "flatten": ("operator",),
}
_NEXT_STEP = ("transition", "run", "end", "operator", "configuration", "data")


def explain(path: Path, seq: int) -> str:
    """Return what entry `seq` says, in words, several lines.

    Raises:
        JournalError: When the journal has no such entry, or cannot be read.
    """
    entry = read_entry(path, seq)
    if entry is None:
        raise JournalError(
            f"The journal has no entry {seq}.",
            where=str(path),
            remedy="`perpfsm audit show` lists the numbers.",
        )
    record = record_of(entry)
    leg = f" · leg {entry.leg}" if entry.leg else ""
    head = f"Entry {entry.seq} · {entry.kind} · {moment(entry.time_ns)} UTC{leg}"
    match record:
        case TransitionRecord():
            lines = _transition(path, entry, record)
        case RunRecord():
            lines = _run(record)
        case CommandRecord(command=PlaceOrder() as order):
            lines = [_sentence(summary(record)), *_order_story(path, order.client_id)]
        case OrderRecord():
            lines = [_sentence(summary(record)), *_order_story(path, record.client_id)]
        case FillRecord():
            lines = [_sentence(summary(record)), *_fill(record), *_order_story(path, record.fill.client_id)]
        case _:
            lines = [_sentence(summary(record))]
    return "\n".join((head, *lines)) + "\n"


def _transition(path: Path, entry: Entry, record: TransitionRecord) -> list[str]:
    return [
        f"{moved(record)}, by {row_name(record)} on {record.trigger}.",
        *_section("Because of", _cause(path, entry, record)),
        *_section("Seen", _pairs((name, quantity(name, value)) for name, value in record.saw.items())),
        *_section("Held", [", ".join(record.held) or "the row has no guards"]),
        *_section("Passed over", [f"{row}: {guard} did not let it fire" for row, guard in record.passed]),
        *_section("Done", _done(path, entry) or ["nothing left for the venue"]),
        *_section("Noted", list(record.notes)),
        *_section("Facts after it", _pairs(_facts(record))),
    ]


def _cause(path: Path, entry: Entry, record: TransitionRecord) -> list[str]:
    """Return the newest entry of the same moment that can have raised the trigger."""
    kinds = _CAUSES.get(record.trigger, ())
    before = [
        other
        for other in islice(read_entries(path, after=max(0, entry.seq - 1 - CAUSE_ENTRIES_MAX)), CAUSE_ENTRIES_MAX)
        if other.seq < entry.seq
        and other.time_ns == entry.time_ns
        and other.kind in kinds
        and other.leg in {"", entry.leg}
    ]
    return _listed(before[-1:])


def _done(path: Path, entry: Entry) -> list[str]:
    """Return what the leg did and met at the same moment, up to the next step."""
    done = []
    for other in islice(read_entries(path, after=entry.seq), STEP_ENTRIES_MAX):
        if other.kind in _NEXT_STEP or other.time_ns != entry.time_ns:
            break
        if other.leg == entry.leg:
            done.append(other)
    return _listed(done)


def _order_story(path: Path, client_id: str) -> list[str]:
    """Return every entry about one order, in order, the explained one included."""
    kinds = ("command", "order", "fill")
    story = [other for other in read_entries(path, kinds=kinds) if _order_of(other) == client_id]
    return _section(f"Order {client_id}", [f"{moment(other.time_ns)}  {line}" for other, line in _told(story)])


def _order_of(entry: Entry) -> Json:
    fill = entry.body.get("fill")
    return fill.get("client_id") if isinstance(fill, dict) else entry.body.get("client_id")


def _fill(record: FillRecord) -> list[str]:
    pairs = [
        ("for", f"{record.role.replace('_', ' ')}, reason {record.reason}"),
        ("position", f"{number(record.size_after)}, cost {number(record.cost_after)}"),
        ("wallet", number(record.wallet_after)),
    ]
    return _section("After it", _pairs(iter(pairs)))


def _run(record: RunRecord) -> list[str]:
    settings = [(name, value) for name, value in record.settings.items() if value]
    pairs = [
        ("perpfsm", record.version),
        ("epoch", record.epoch),
        ("strategy", f"SHA-256 {record.strategy_hash}"),
        ("machine", f"SHA-256 {record.machine_hash}"),
        ("feed", f"{record.feed}, SHA-256 {record.feed_hash}"),
    ]
    return [
        _sentence(summary(record)),
        *_section("Made of", _pairs(iter(pairs))),
        *_section("Settings", _pairs(iter(settings))),
    ]


def _facts(record: TransitionRecord) -> Iterator[tuple[str, str]]:
    yield from _entry_price(record)
    for name, fact in record.facts.items():
        if name.endswith("_ns") and isinstance(fact, int) and fact:
            before = record.time_ns - fact
            yield name.removesuffix("_ns"), f"{moment(fact)}{f', {duration(before)} before' if before else ', now'}"
        elif fact is None or (name.endswith("_ns") and fact == 0):
            yield name.removesuffix("_ns"), "none"
        elif isinstance(fact, bool):
            yield name, "yes" if fact else "no"
        else:
            yield name, quantity(name, str(fact))


def _entry_price(record: TransitionRecord) -> Iterator[tuple[str, str]]:
    try:
        size, cost = Decimal(str(record.facts.get("size"))), Decimal(str(record.facts.get("cost")))
    except InvalidOperation:
        return
    if size:
        yield "entry price", number((cost / size).quantize(Decimal("1e-8")))


def _told(entries: list[Entry]) -> Iterator[tuple[Entry, str]]:
    width = len(str(entries[-1].seq)) if entries else 0
    for entry in entries:
        yield entry, f"{entry.seq:>{width}}  {summary(record_of(entry))}"


def _listed(entries: list[Entry]) -> list[str]:
    return [line for _, line in _told(entries)]


def _pairs(pairs: Iterator[tuple[str, str]]) -> list[str]:
    known = list(pairs)
    width = max((len(name) for name, _ in known), default=0)
    return [f"{name:<{width}}  {value}" for name, value in known]


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines)] if lines else []


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
