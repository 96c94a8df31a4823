"""Export: entries as JSON lines or CSV, whole, or without what differs between two runs of the same thing."""

import csv
import io
from collections.abc import Collection, Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from perpfsm.audit.words import moment
from perpfsm.engine.records import Json
from perpfsm.journal.canonical import Body, to_json
from perpfsm.journal.reader import Entry, read_entries

FLAT = (
    *("trigger", "row", "name", "source", "dest", "reason"),
    *("type", "trade_id", "client_id", "role", "side", "order_type", "price", "size", "fee", "liquidity"),
    *("effect", "realised", "fees", "funding", "rate", "mark", "paid", "size_after", "cost_after", "wallet_after"),
    *("status", "detail", "cause", "what", "health", "action", "who", "why"),
)
_CHAIN = ("epoch", "stamp", "previous", "hash")


class Format(StrEnum):
    """What an export is written as."""

    JSONL = "jsonl"
    CSV = "csv"


def export(path: Path, form: Format, *, deterministic: bool = False, kinds: Collection[str] = ()) -> Iterator[str]:
    """Yield the lines of an export, each with its line feed.

    A JSON line holds every column; without its `hash` it is the text that the hash is of.

    Args:
        path: The journal.
        form: JSON lines, or CSV with a head line.
        deterministic: Leave out epoch, stamp and hashes, and the epoch in client ids: `pf-<epoch>-7` is `pf-7`; an
            order of run 1 that concerns a later run is `pf-r1-7`. Two runs of the same thing then give the same lines.
        kinds: Only these; all when empty.

    Raises:
        JournalError: When the journal cannot be read.
    """
    columns = ("seq", "time_ns", "time", "leg", "kind", *FLAT, *(() if deterministic else _CHAIN), "body")
    if form is Format.CSV:
        yield _csv_line(columns)
    runs: dict[str, int] = {}
    for entry in read_entries(path, kinds={*kinds, "run"} if kinds else ()):
        if entry.kind == "run":
            number = entry.body.get("run")
            runs[entry.epoch] = number if isinstance(number, int) else 0
        if kinds and entry.kind not in kinds:
            continue
        whole = _columns(entry)
        if deterministic:
            whole = {name: value for name, value in whole.items() if name not in _CHAIN}
            whole["body"] = _without_epochs(entry, runs)
        match form:
            case Format.JSONL:
                yield to_json(whole).decode() + "\n"
            case Format.CSV:
                yield _csv_line(tuple(map(_flat(whole).get, columns)))


def json_line(entry: Entry) -> str:
    """Return every column of an entry as canonical JSON with its line feed."""
    return to_json(_columns(entry)).decode() + "\n"


def _columns(entry: Entry) -> Body:
    return {
        "seq": entry.seq,
        "epoch": entry.epoch,
        "kind": entry.kind,
        "time_ns": entry.time_ns,
        "leg": entry.leg,
        "body": entry.body,
        "stamp": entry.stamp,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _without_epochs(entry: Entry, runs: dict[str, int]) -> Body:
    if entry.kind == "run":
        return {name: value for name, value in entry.body.items() if name != "epoch"}
    text = to_json(entry.body)
    for epoch, number in runs.items():
        ours = "pf-" if epoch == entry.epoch else f"pf-r{number}-"
        text = text.replace(f"pf-{epoch}-".encode(), ours.encode())
    return msgspec.json.decode(text, type=dict)


def _flat(whole: Body) -> Body:
    body = whole["body"]
    fields = body if isinstance(body, dict) else {}
    fill = fields.get("fill")
    time_ns = whole["time_ns"]
    return {
        **fields,
        **(fill if isinstance(fill, dict) else {}),
        **whole,
        "time": moment(time_ns).replace(" ", "T") + "Z" if isinstance(time_ns, int) else None,
        "body": to_json(body).decode(),
    }


def _csv_line(values: tuple[Json, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()
