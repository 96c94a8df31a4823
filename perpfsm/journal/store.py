"""The store: appends records, one transaction per step, each entry chained to the one before."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from perpfsm.engine.records import Record, RunRecord
from perpfsm.errors import JournalError
from perpfsm.journal.canonical import Body, described, to_json
from perpfsm.journal.chain import GENESIS, chained, entry_json
from perpfsm.journal.database import begin_writing, check_place, close_to_rest, explained, failures_named, open_to_write
from perpfsm.journal.identity import what_differs
from perpfsm.journal.lock import WriterLock
from perpfsm.journal.reader import Entry, last_entry, last_run

_INSERT = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry; written `seq:hash` it is the anchor that proves everything before it.

    Attributes:
        seq: Its number; 0 when the journal is empty.
        hash: Its hash; 64 zeros when the journal is empty.
    """

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class Journal:
    """A journal that this process writes, until `close`.

    A step is written by `append`. A protective exit that must not wait for the disk is written in two parts: `write`
    before it is sent, `commit` after. When either fails, nothing since the last commit is kept, the head is what it
    was, and the same records may be offered again.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        lock: WriterLock,
        *,
        newest: Entry | None,
        run: Entry | None,
        clock: Callable[[], int] | None,
    ) -> None:
        """Continue after `newest`; use `create_or_continue`.

        Args:
            path: The file.
            connection: To it, in autocommit mode.
            lock: The right to write it.
            newest: The last entry; None in an empty journal.
            run: The last run header; None in an empty journal.
            clock: Gives the stamp of each entry, nanoseconds since the epoch; None stamps nothing.
        """
        self._path = path
        self._connection = connection
        self._cursor = connection.cursor()
        self._lock = lock
        self._clock = clock
        self._head = Head(0, GENESIS) if newest is None else Head(newest.seq, newest.hash)
        self._epoch: str | None = None
        self._last_run = None if run is None else run.body
        self._committed: tuple[Head, str | None, Body | None] = (self._head, None, self._last_run)
        self._open = False

    @classmethod
    def create_or_continue(cls, path: Path, *, clock: Callable[[], int] | None = None, durable: bool = False) -> Self:
        """Return the journal at `path`, ready for the header of a new run.

        Args:
            path: The file; made when it is missing.
            clock: Gives the stamp of each entry, nanoseconds since the epoch; None stamps nothing.
            durable: Each commit waits for the disk.

        Raises:
            JournalError: When another process writes it, it is not a journal, or it is damaged.
        """
        check_place(path)
        connection = None
        lock = WriterLock.acquire(path)
        try:
            connection = open_to_write(path)
            with failures_named(path):
                newest = last_entry(connection)
                run = last_run(connection)
            if newest is not None and chained(newest.json()) != newest.hash:
                raise JournalError(
                    f"Entry {newest.seq}, the last one, is not as it was written.",
                    where=str(path),
                    remedy="Run `perpfsm audit verify` on it, and begin a new journal with --journal.",
                )
            begin_writing(connection, path, durable=durable)
            return cls(path, connection, lock, newest=newest, run=run, clock=clock)
        except BaseException:
            if connection is not None:
                connection.close()
            lock.release()
            raise

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def head(self) -> Head:
        """The newest entry, committed or not."""
        return self._head

    @property
    def runs(self) -> int:
        """How many runs the journal holds."""
        number = 0 if self._last_run is None else self._last_run["run"]
        return number if isinstance(number, int) else 0

    def append(self, records: Sequence[Record]) -> None:
        """Write the records of one step and commit them.

        Args:
            records: In the order in which they happened; the first one of a run is its header.

        Raises:
            JournalError: When they cannot be kept, or the header is that of another strategy.
        """
        self.write(records)
        self.commit()

    def write(self, records: Sequence[Record]) -> None:
        """Write records without waiting for `commit`; they are lost if the process dies before it.

        Raises:
            JournalError: As `append`.
        """
        try:
            if not self._open:
                self._cursor.execute("BEGIN IMMEDIATE")
                self._open = True
            self._cursor.executemany(_INSERT, self._rows(records))
        except sqlite3.Error as error:
            self._roll_back()
            raise explained(error, self._path) from error
        except UnicodeEncodeError as error:
            self._roll_back()
            raise JournalError(
                f"A text cannot be kept, because it is not Unicode: {error.object!r}.",
                where=str(self._path),
                remedy="Check the names of files and the texts on the command line.",
            ) from error
        except BaseException:
            self._roll_back()
            raise

    def commit(self) -> None:
        """Commit what was written; does nothing when nothing was.

        Raises:
            JournalError: When the disk does not take it.
        """
        if not self._open:
            return
        try:
            self._cursor.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise explained(error, self._path) from error
        self._open = False
        self._committed = (self._head, self._epoch, self._last_run)

    def close(self) -> None:
        """Commit what was written, close the file and give the lock back.

        Raises:
            JournalError: When the disk does not take it.
        """
        try:
            self.commit()
        finally:
            try:
                with failures_named(self._path):
                    close_to_rest(self._connection)
            finally:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rows(self, records: Sequence[Record]) -> list[tuple[int, str, str, int, str, str, int | None, str, str]]:
        rows = []
        seq, previous = self._head.seq, self._head.hash
        for record in records:
            if isinstance(record, RunRecord):
                self._begin_run(record)
            if self._epoch is None:
                raise ValueError("the first record of a run is its RunRecord")
            kind, leg, fields = described(record)
            body = to_json(fields)
            seq += 1
            stamp = None if self._clock is None else self._clock()
            text = entry_json(
                body,
                seq=seq,
                epoch=self._epoch,
                kind=kind,
                time_ns=record.time_ns,
                leg=leg,
                stamp=stamp,
                previous=previous,
            )
            own = chained(text)
            rows.append((seq, self._epoch, kind, record.time_ns, leg, body.decode(), stamp, previous, own))
            previous = own
        self._head = Head(seq, previous)
        return rows

    def _begin_run(self, run: RunRecord) -> None:
        differs = "" if self._last_run is None else what_differs(self._last_run, run)
        if differs:
            raise JournalError(
                f"This is the journal of another strategy: {differs}.",
                where=str(self._path),
                remedy="Name another journal with --journal.",
            )
        self._epoch = run.epoch
        self._last_run = described(run)[2]

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):  # the database may have rolled back by itself
            self._cursor.execute("ROLLBACK")
        self._open = False
        self._head, self._epoch, self._last_run = self._committed
