"""Verification of the file as a whole: its schema, its bytes, its length."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.audit.verify import verify
from perpfsm.engine.records import RefusalRecord
from perpfsm.journal.reader import read_entries
from tests.audit.tampering import a_copy, broken_after, entries_of, head, session
from tests.journal.examples import START_NS, a_run, written


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE entries ADD COLUMN comment TEXT",
        "ALTER TABLE entries RENAME COLUMN stamp TO stamped",
        "CREATE TABLE notes (note TEXT)",
        "CREATE INDEX by_kind ON entries (kind)",
        "CREATE VIEW fills AS SELECT * FROM entries WHERE kind = 'fill'",
        "PRAGMA application_id = 7",
        "PRAGMA user_version = 7",
    ],
)
def test_any_other_schema_is_found(statement: str) -> None:
    broken = broken_after(lambda connection: connection.execute(statement))
    assert broken is not None
    assert broken.seq == 0


@given(st.integers(0), st.integers(1, 255))
def test_any_changed_byte_of_the_file_is_found_or_changes_no_entry(where: int, mask: int) -> None:
    path = a_copy(session(), "changed")
    content = bytearray(path.read_bytes())
    content[where % len(content)] ^= mask
    path.write_bytes(content)
    if verify(path, head()).broken is None:
        assert list(read_entries(path)) == entries_of()
    for rest in ("changed-wal", "changed-shm", "changed-journal"):
        path.with_name(rest).unlink(missing_ok=True)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_found(tmp_path: Path, part: float) -> None:
    path = written(tmp_path / "bot", (a_run(), *(RefusalRecord(START_NS, "BOTH", "x" * 900, "y") for _ in range(60))))
    os.truncate(path, int(path.stat().st_size * part))
    assert verify(path).broken is not None


def test_damage_outside_the_entries_is_found() -> None:
    path = a_copy(session(), "changed")
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + size)
        file.seek(28)
        file.write((path.stat().st_size // size).to_bytes(4, "big"))
    broken = verify(path).broken
    assert broken is not None
    assert "The database is damaged" in broken.what
