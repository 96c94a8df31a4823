"""The journal as it lies in its file, trusted in nothing: for verification."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from perpfsm.journal.database import COLUMNS, check_schema, failures_named, open_to_read

Value = int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class RawJournal:
    """A journal under inspection, all of it as it was at one moment."""

    path: Path
    connection: sqlite3.Connection

    def check_schema(self) -> None:
        """Refuse tables, triggers and versions that are not exactly those of a journal.

        Raises:
            JournalError: When they are not.
        """
        with failures_named(self.path):
            check_schema(self.connection, self.path)

    def rows(self) -> Iterator[tuple[Value, ...]]:
        """Yield the columns of every entry by number; text that is not UTF-8 has surrogates in it.

        Raises:
            JournalError: When the file cannot be read on.
        """
        with failures_named(self.path):
            yield from self.connection.execute(f"SELECT {COLUMNS} FROM entries ORDER BY seq")

    def integrity(self) -> str:
        """Return what SQLite finds wrong with its own structures, `ok` for nothing.

        Raises:
            JournalError: When the file cannot be read at all.
        """
        with failures_named(self.path):
            return "; ".join(str(line) for (line,) in self.connection.execute("PRAGMA integrity_check(5)"))


@contextmanager
def inspected(path: Path) -> Iterator[RawJournal]:
    """Open a journal for inspection, read-only; a bot may be writing it.

    Raises:
        JournalError: When there is none, or it cannot be opened.
    """
    with closing(open_to_read(path)) as connection:
        connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        with failures_named(path):
            connection.execute("BEGIN")
        yield RawJournal(path, connection)
