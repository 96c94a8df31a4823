"""Reading entries, also while a bot writes them: short reads, nothing held between them."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from perpfsm.journal.canonical import Body, to_json
from perpfsm.journal.chain import entry_json
from perpfsm.journal.database import COLUMNS, check_schema, failures_named, open_to_read

BATCH_ROWS = 1000

Row = tuple[int, str, str, int, str, str, int | None, str, str]

_to_body = msgspec.json.Decoder(dict).decode


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as stored.

    Attributes:
        seq: Its number, from 1, without gaps.
        epoch: Of the run that wrote it.
        kind: run, transition, command, refusal, order, fill, closing, data, operator, configuration or end.
        time_ns: When it happened, nanoseconds since the epoch.
        leg: The leg that it concerns; empty for none.
        body: The record's other fields, decimals as text.
        stamp: When it was written by the wall clock, nanoseconds since the epoch; None when no clock was read.
        previous: Hash of the entry before.
        hash: Its own.
    """

    seq: int
    epoch: str
    kind: str
    time_ns: int
    leg: str
    body: Body
    stamp: int | None
    previous: str
    hash: str

    def json(self) -> bytes:
        """Return the canonical JSON of every column but the hash, which is what the hash is made of."""
        return entry_json(
            to_json(self.body),
            seq=self.seq,
            epoch=self.epoch,
            kind=self.kind,
            time_ns=self.time_ns,
            leg=self.leg,
            stamp=self.stamp,
            previous=self.previous,
        )


def read_entries(
    path: Path,
    *,
    after: int = 0,
    kinds: Collection[str] = (),
    leg: str | None = None,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> Iterator[Entry]:
    """Yield the entries of a journal in order, as many as there are when the end is reached.

    Args:
        path: The journal.
        after: Begin behind this number.
        kinds: Only these; all when empty.
        leg: Only this leg's; `""` only what concerns none.
        since_ns: Not before this moment, nanoseconds since the epoch.
        until_ns: Not at or after this moment, nanoseconds since the epoch.

    Raises:
        JournalError: When there is no such journal, or it cannot be read.
    """
    terms: list[tuple[str, tuple[int | str, ...]]] = []
    if kinds:
        terms.append((f"kind IN ({', '.join('?' * len(kinds))})", tuple(kinds)))
    if leg is not None:
        terms.append(("leg = ?", (leg,)))
    if since_ns is not None:
        terms.append(("time_ns >= ?", (since_ns,)))
    if until_ns is not None:
        terms.append(("time_ns < ?", (until_ns,)))
    where = "".join(f" AND {term}" for term, _ in terms)
    values = [value for _, part in terms for value in part]
    query = f"SELECT {COLUMNS} FROM entries WHERE seq > ?{where} ORDER BY seq LIMIT {BATCH_ROWS}"
    with closing(open_to_read(path)) as connection:
        with failures_named(path):
            check_schema(connection, path)
        while True:
            with failures_named(path):
                batch = [_entry(row) for row in connection.execute(query, (after, *values))]
            yield from batch
            if len(batch) < BATCH_ROWS:
                return
            after = batch[-1].seq


def read_entry(path: Path, seq: int) -> Entry | None:
    """Return entry number `seq`, or None when the journal has none of that number.

    Raises:
        JournalError: When there is no such journal, or it cannot be read.
    """
    with closing(open_to_read(path)) as connection, failures_named(path):
        check_schema(connection, path)
        return _first(connection, "WHERE seq = ?", seq)


def last_entry(connection: sqlite3.Connection) -> Entry | None:
    """Return the newest entry, or None when there is none."""
    return _first(connection, "ORDER BY seq DESC LIMIT 1")


def last_run(connection: sqlite3.Connection) -> Entry | None:
    """Return the newest run header, or None when there is none."""
    return _first(connection, "WHERE kind = 'run' ORDER BY seq DESC LIMIT 1")


def _first(connection: sqlite3.Connection, rest: str, *values: int) -> Entry | None:
    row = connection.execute(f"SELECT {COLUMNS} FROM entries {rest}", values).fetchone()
    return None if row is None else _entry(row)


def _entry(row: object) -> Entry:
    seq, epoch, kind, time_ns, leg, body, stamp, previous, own = msgspec.convert(row, Row)
    return Entry(seq, epoch, kind, time_ns, leg, _to_body(body), stamp, previous, own)
