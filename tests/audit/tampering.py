"""Hands that know SQLite: they change a closed journal and leave its schema as they found it."""

import atexit
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from perpfsm.audit.verify import Broken, verify
from perpfsm.journal.canonical import to_json
from perpfsm.journal.reader import Entry, read_entries
from perpfsm.journal.store import Head
from tests.journal.examples import a_session, written

TRIGGERS = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"


@contextmanager
def unguarded(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a journal without its triggers and put them back afterwards."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute(TRIGGERS).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


@contextmanager
def without_types(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a journal whose columns take any type, and make them look strict again afterwards."""
    rewrite = "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'entries'"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(rewrite, (") STRICT", ")"))
        connection.execute(rewrite, (" INTEGER NOT NULL", " ANY_INTEGER"))
        connection.execute(rewrite, (" TEXT NOT NULL", " ANY_TEXT"))
    with unguarded(path) as connection:
        yield connection
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(rewrite, (" ANY_INTEGER", " INTEGER NOT NULL"))
        connection.execute(rewrite, (" ANY_TEXT", " TEXT NOT NULL"))
        connection.execute("UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = 'entries'")


def set_text(connection: sqlite3.Connection, seq: int, column: str, content: bytes) -> None:
    """Put any bytes into a text column."""
    connection.execute(f"UPDATE entries SET {column} = CAST(? AS TEXT) WHERE seq = ?", (content, seq))  # noqa: S608  # our own column names


def set_value(connection: sqlite3.Connection, seq: int, column: str, value: float | bytes | str | None) -> None:
    """Put any value into a column."""
    connection.execute(f"UPDATE entries SET {column} = ? WHERE seq = ?", (value, seq))  # noqa: S608  # our own column names


def a_copy(path: Path, name: str) -> Path:
    """Copy a closed journal beside itself."""
    return Path(shutil.copyfile(path, path.with_name(name)))


@cache
def session() -> Path:
    """Return one sound journal that all properties copy."""
    folder = TemporaryDirectory(prefix="perpfsm-")
    atexit.register(folder.cleanup)
    return written(Path(folder.name) / "sound", a_session())


@cache
def entries_of() -> list[Entry]:
    return list(read_entries(session()))


def text_of(entry: Entry, column: str) -> bytes:
    return to_json(entry.body) if column == "body" else str(getattr(entry, column)).encode()


def broken_after(change: Callable[[sqlite3.Connection], object], *, anchor: Head | None = None) -> Broken | None:
    path = a_copy(session(), "changed")
    with unguarded(path) as connection:
        change(connection)
    return verify(path, anchor).broken


def head() -> Head:
    return verify(session()).head
