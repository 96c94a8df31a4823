"""The file: what is no journal of this version is refused and left alone, and every failure says what to do."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from perpfsm.errors import JournalError
from perpfsm.journal import database
from perpfsm.journal.database import explained
from perpfsm.journal.reader import read_entries, read_entry
from perpfsm.journal.store import Journal
from tests.journal.examples import a_run, an_end, an_order, written


def raises(what: str) -> "pytest.RaisesExc[JournalError]":
    return pytest.raises(JournalError, match=what)


def a_text_file(path: Path) -> None:
    path.write_text("not a journal, but long enough to have a header of a hundred bytes " * 3)


def a_foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE entries (seq INTEGER)")


def one_of_a_later_version(path: Path) -> None:
    with closing(sqlite3.connect(written(path, (a_run(),)))) as connection:
        connection.execute("PRAGMA user_version = 2")


def one_without_a_trigger(path: Path) -> None:
    with closing(sqlite3.connect(written(path, (a_run(),)))) as connection:
        connection.execute("DROP TRIGGER no_delete")


def one_cut_off(path: Path) -> None:
    content = written(path, (a_run(), *(an_order(detail="x" * 900) for _ in range(50)))).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def one_with_a_changed_end(path: Path) -> None:
    with closing(sqlite3.connect(written(path, (a_run(), an_end())), isolation_level=None)) as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'no_update'").fetchone()
        connection.execute("DROP TRIGGER no_update")
        connection.execute("UPDATE entries SET time_ns = 1 WHERE seq = 2")
        connection.execute(sql)


def one_with_a_body_that_is_no_json(path: Path) -> None:
    with closing(sqlite3.connect(written(path, (a_run(), an_end())), isolation_level=None)) as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'no_update'").fetchone()
        connection.execute("DROP TRIGGER no_update")
        connection.execute("UPDATE entries SET body = '{' WHERE seq = 2")
        connection.execute(sql)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (a_text_file, "it is not an SQLite database"),
        (a_foreign_database, "not a journal of perpfsm"),
        (one_of_a_later_version, "The journal has schema 2, and this program knows 1"),
        (one_without_a_trigger, "tables are not as they were created"),
        (one_cut_off, "damaged or was cut off"),
        (one_with_a_changed_end, "Entry 2, the last one, is not as it was written"),
        (one_with_a_body_that_is_no_json, "An entry is not as it was written"),
    ],
)
def test_what_is_no_sound_journal_is_not_continued(tmp_path: Path, make: Callable[[Path], None], what: str) -> None:
    path = tmp_path / "bot.journal"
    make(path)
    before = path.read_bytes()
    with raises(what):
        Journal.create_or_continue(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["bot.journal"], "neither lock nor log is left"


def test_a_path_where_no_file_can_be_is_told_of(tmp_path: Path) -> None:
    with raises("This is a folder, and a journal is a file"):
        Journal.create_or_continue(tmp_path)
    with raises("There is no such folder"):
        Journal.create_or_continue(tmp_path / "none" / "bot.journal")
    with raises("This cannot be reached: File name too long"):
        Journal.create_or_continue(tmp_path / ("x" * 300))
    with raises("lock cannot be created: File name too long"):
        Journal.create_or_continue(tmp_path / ("x" * 253))


def test_an_empty_file_becomes_a_journal(tmp_path: Path) -> None:
    (tmp_path / "bot.journal").touch()
    assert len(list(read_entries(written(tmp_path / "bot.journal", (a_run(),))))) == 1


def test_a_file_system_without_shared_memory_is_told_of(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection, raises("cannot share a journal with readers"):
        database.begin_writing(connection, tmp_path, durable=False)


def test_a_read_only_journal_is_told_of(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", (a_run(),))
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection,
        pytest.raises(sqlite3.OperationalError) as caught,
    ):
        connection.execute("PRAGMA user_version = 3")
    assert explained(caught.value, path).what == "The journal is read-only."


def test_reading_what_is_not_there_is_told(tmp_path: Path) -> None:
    with raises("There is no journal here"):
        list(read_entries(tmp_path / "none"))
    with raises("This is a folder"):
        read_entry(tmp_path, 1)
    (tmp_path / "empty").touch()
    with raises("The journal is empty"):
        read_entry(tmp_path / "empty", 1)
