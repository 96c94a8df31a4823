"""Showing: which entries a person asked for, and each as a line of a table."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from perpfsm.audit.words import moment, summary
from perpfsm.journal.decode import record_of
from perpfsm.journal.reader import Entry, read_entries


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show; None and empty mean everything.

    Attributes:
        leg: Only this leg's entries.
        state: Only transitions from, to or within this state.
        reason: Only entries with this exit reason: transitions, orders placed, fills, closings.
        kinds: Only these kinds.
        since_ns: Not before this moment, nanoseconds since the epoch.
        until_ns: Before this moment, nanoseconds since the epoch.
        limit: Only the last so many that match; 0 is all.
    """

    leg: str | None = None
    state: str | None = None
    reason: str | None = None
    kinds: tuple[str, ...] = ()
    since_ns: int | None = None
    until_ns: int | None = None
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One entry for a table.

    Attributes:
        seq: Its number.
        day: `2024-08-08`, UTC.
        time: `12:00:01.123`, UTC, cut to milliseconds.
        leg: Empty for none.
        kind: As the journal calls it.
        summary: What happened, in words.
    """

    seq: int
    day: str
    time: str
    leg: str
    kind: str
    summary: str


def entries_wanted(path: Path, wanted: Wanted) -> list[Entry]:
    """Return the entries that match, oldest first.

    Raises:
        JournalError: When the journal cannot be read.
    """
    return list(deque(_matching(path, wanted), maxlen=wanted.limit or None))


def line_of(entry: Entry) -> Line:
    """Return the table line of an entry.

    Raises:
        JournalError: When it is of a kind or shape that this version does not know.
    """
    day, _, time = moment(entry.time_ns, digits=3).partition(" ")
    return Line(entry.seq, day, time, entry.leg, entry.kind, summary(record_of(entry)))


def _matching(path: Path, wanted: Wanted) -> Iterator[Entry]:
    found = read_entries(path, kinds=wanted.kinds, leg=wanted.leg, since_ns=wanted.since_ns, until_ns=wanted.until_ns)
    for entry in found:
        if wanted.state is not None and wanted.state not in (entry.body.get("source"), entry.body.get("dest")):
            continue
        if wanted.reason is not None and entry.body.get("reason") != wanted.reason:
            continue
        yield entry
