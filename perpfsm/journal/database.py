"""The journal's SQLite file: its schema, how it is opened to write or to read, and what its failures mean."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import msgspec

from perpfsm.errors import JournalError

APPLICATION_ID = 0x70666A31  # "pfj1"
SCHEMA_VERSION = 1
WAIT_S = 1.0
WAIT_START_S = 10.0

ENTRIES = """CREATE TABLE entries (
  seq INTEGER PRIMARY KEY,
  epoch TEXT NOT NULL,
  kind TEXT NOT NULL,
  time_ns INTEGER NOT NULL,
  leg TEXT NOT NULL,
  body TEXT NOT NULL,
  stamp INTEGER,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT"""
IN_ORDER = """CREATE TRIGGER in_order BEFORE INSERT ON entries
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)
BEGIN SELECT raise(ABORT, 'entries are appended in order'); END"""
NO_UPDATE = """CREATE TRIGGER no_update BEFORE UPDATE ON entries
BEGIN SELECT raise(ABORT, 'entries are never changed'); END"""
NO_DELETE = """CREATE TRIGGER no_delete BEFORE DELETE ON entries
BEGIN SELECT raise(ABORT, 'entries are never removed'); END"""

SCHEMA = (
    ("table", "entries", ENTRIES),
    ("trigger", "in_order", IN_ORDER),
    ("trigger", "no_delete", NO_DELETE),
    ("trigger", "no_update", NO_UPDATE),
)
OBJECTS = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"
COLUMNS = "seq, epoch, kind, time_ns, leg, body, stamp, previous, hash"


@contextmanager
def failures_named(path: Path) -> Iterator[None]:
    """Turn every failure of the database, and every value that no journal holds, into a JournalError about `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, path) from error
    except OSError as error:
        raise JournalError(f"This cannot be reached: {error.strerror}.", where=str(path), remedy=_ELSEWHERE) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise JournalError("An entry is not as it was written.", where=str(path), remedy=_VERIFY) from error


def explained(error: sqlite3.Error, path: Path) -> JournalError:
    """Return what a failure of the database means to an operator."""
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    for prefix, what, remedy in _MEANINGS:
        if name.startswith(prefix):
            return JournalError(what, where=str(path), remedy=remedy)
    return JournalError(f"The journal's database failed: {error}.", where=str(path), remedy=_VERIFY)


_VERIFY = "Run `perpfsm audit verify` on it, and keep a copy before anything else."
_SPACE = "Free some space; a running bot goes on protecting its position meanwhile."
_ELSEWHERE = "Name another file."
_MEANINGS = (
    ("SQLITE_FULL", "The journal cannot grow: the disk is full.", _SPACE),
    ("SQLITE_IOERR", "The journal cannot be written or read: the disk failed or met a limit on file sizes.", _SPACE),
    ("SQLITE_BUSY", "Another program holds the journal locked.", "Close it, or wait until it is done."),
    ("SQLITE_LOCKED", "Another program holds the journal locked.", "Close it, or wait until it is done."),
    ("SQLITE_READONLY", "The journal is read-only.", "Make file and folder writable, or name another with --journal."),
    ("SQLITE_NOTADB", "This is not a journal: it is not an SQLite database.", _ELSEWHERE),
    ("SQLITE_CORRUPT", "The journal is damaged or was cut off.", _VERIFY),
    ("SQLITE_CANTOPEN", "The journal cannot be opened.", "Check that it exists and may be read and written."),
)


def check_place(path: Path) -> None:
    """Refuse a path at which no file can be.

    Raises:
        JournalError: When it is a folder, or is in none.
    """
    with failures_named(path):
        _refuse_folder(path)
        if not path.parent.is_dir():
            raise JournalError(
                "There is no such folder.", where=str(path.parent), remedy="Create it, or name another file."
            )


def open_to_write(path: Path) -> sqlite3.Connection:
    """Return a connection to the journal at `path`, which is created when it is missing or empty, else left as it is.

    Raises:
        JournalError: When it cannot be, or is not a journal of this version.
    """
    with failures_named(path):
        # a commit that waits for the disk may be made in a worker thread, one at a time
        connection = sqlite3.connect(
            path.absolute(), isolation_level=None, timeout=WAIT_START_S, check_same_thread=False
        )
        try:
            if _is_blank(connection):
                _create(connection)
            check_schema(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def begin_writing(connection: sqlite3.Connection, path: Path, *, durable: bool) -> None:
    """Let readers and the writer work side by side from now on.

    Args:
        connection: As `open_to_write` gave it.
        path: The file, for messages.
        durable: Wait for the disk at each commit; else a power cut may lose the newest entries, a crash none.

    Raises:
        JournalError: When the file system cannot do it.
    """
    with failures_named(path):
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise JournalError(
                "This file system cannot share a journal with readers.", where=str(path), remedy=_ELSEWHERE
            )
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute(f"PRAGMA busy_timeout = {int(WAIT_S * 1000)}")


def open_to_read(path: Path) -> sqlite3.Connection:
    """Return a read-only connection to the journal at `path`; a bot may be writing it.

    Raises:
        JournalError: When there is none, or it cannot be opened.
    """
    with failures_named(path):
        _refuse_folder(path)
        if not path.exists():
            raise JournalError("There is no journal here.", where=str(path), remedy="`perpfsm run` writes one.")
        address = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro"
        return sqlite3.connect(address, uri=True, isolation_level=None, timeout=WAIT_S)


def check_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that is not a journal of this version.

    Raises:
        JournalError: When it is something else.
        sqlite3.Error: When it cannot be read at all.
    """
    if _is_blank(connection):
        raise JournalError("The journal is empty.", where=str(path), remedy="`perpfsm run` writes it.")
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise JournalError("This SQLite database is not a journal of perpfsm.", where=str(path), remedy=_ELSEWHERE)
    version = _pragma(connection, "user_version")
    if version != SCHEMA_VERSION:
        raise JournalError(
            f"The journal has schema {version}, and this program knows {SCHEMA_VERSION}.",
            where=str(path),
            remedy="Use the perpfsm that wrote it, or begin a new journal with --journal.",
        )
    if tuple(connection.execute(OBJECTS)) != SCHEMA:
        raise JournalError("The journal's tables are not as they were created.", where=str(path), remedy=_VERIFY)


def close_to_rest(connection: sqlite3.Connection) -> None:
    """Close a connection that wrote, leaving one plain file, unless a reader is looking at this moment."""
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError:
        pass  # the reader's own close, or the next run, tidies up
    finally:
        connection.close()


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    for _, _, statement in SCHEMA:
        connection.execute(statement)
    connection.execute("COMMIT")


def _is_blank(connection: sqlite3.Connection) -> bool:
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return tables == (0,) and _pragma(connection, "application_id") == _pragma(connection, "user_version") == 0


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise JournalError("This is a folder, and a journal is a file.", where=str(path), remedy="Name a file in it.")
