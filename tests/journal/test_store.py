"""The store: chained, append-only, one transaction per step, and nothing lost or doubled when one fails."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from perpfsm.engine.records import DataRecord, RefusalRecord
from perpfsm.errors import JournalError
from perpfsm.journal import database
from perpfsm.journal.canonical import Body
from perpfsm.journal.chain import GENESIS
from perpfsm.journal.identity import what_differs
from perpfsm.journal.reader import read_entries
from perpfsm.journal.store import Head, Journal
from tests.journal.examples import EPOCH, SETTINGS, START_NS, a_run, a_session, an_end, an_order, one_of_each, written


def raises(what: str) -> "pytest.RaisesExc[JournalError]":
    return pytest.raises(JournalError, match=what)


def test_each_entry_carries_the_hash_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "bot.journal"
    with Journal.create_or_continue(path) as journal:
        assert (journal.path, journal.head) == (path, Head(0, GENESIS))
        journal.append(a_session())
        head = journal.head
    previous = GENESIS
    for entry in read_entries(path):
        assert entry.previous == previous
        assert entry.hash == sha256(entry.json()).hexdigest()
        previous = entry.hash
    assert (head.hash, head.seq) == (previous, len(a_session()))
    assert str(head) == f"{head.seq}:{head.hash}"


def test_two_equal_runs_leave_identical_files(tmp_path: Path) -> None:
    ticks = tuple(RefusalRecord(START_NS + n, "BOTH", "buy", "x" * 500) for n in range(4_000))
    for name in ("one", "two"):
        for number in (1, 2):
            with Journal.create_or_continue(tmp_path / name) as journal:
                journal.append((a_run(number, epoch=f"{number}"),))
                for start in range(0, len(ticks), 3):
                    journal.append(ticks[start : start + 3])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["one", "two"]


def test_a_later_run_continues_the_chain_under_its_own_epoch(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", (a_run(), an_end()))
    with Journal.create_or_continue(path) as journal:
        assert (journal.head.seq, journal.runs) == (2, 1)
        journal.append((a_run(2, epoch="second"), an_order()))
        assert journal.runs == 2
    assert [(entry.seq, entry.epoch) for entry in read_entries(path)] == [
        (1, EPOCH),
        (2, EPOCH),
        (3, "second"),
        (4, "second"),
    ]


def test_the_journal_of_another_strategy_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", (a_run(),))
    before = path.read_bytes()
    with Journal.create_or_continue(path) as journal:
        with raises("another strategy: market is ETH-USDT here and BTC-USDT there"):
            journal.append((a_run(2, settings=SETTINGS | {"market": "ETH-USDT"}),))
        assert (journal.head.seq, journal.runs) == (1, 1)
        journal.append((a_run(2),))
    assert len(before) <= path.stat().st_size
    assert [entry.kind for entry in read_entries(path)] == ["run", "run"]


def test_parameters_may_change_between_runs_and_identity_may_not() -> None:
    last: Body = {"settings": {**SETTINGS}}
    assert what_differs(last, a_run(settings=SETTINGS | {"set": "bid_spread=1"})) == ""
    assert what_differs({}, a_run(settings={})) == ""
    assert what_differs(last, a_run(settings={})) == (
        "strategy is none here and mine.yaml there, derivative is none here and paper there, "
        "market is none here and BTC-USDT there, position_mode is none here and One-way there"
    )


def test_nothing_is_written_before_the_header_of_the_run(tmp_path: Path) -> None:
    with Journal.create_or_continue(tmp_path / "bot.journal") as journal:
        with pytest.raises(ValueError, match="first record of a run"):
            journal.append((an_end(),))
        assert journal.head == Head(0, GENESIS)
        assert journal.runs == 0


def test_stamps_come_only_from_a_clock_that_was_given(tmp_path: Path) -> None:
    written(tmp_path / "without", one_of_each())
    with Journal.create_or_continue(tmp_path / "with", clock=count(5).__next__, durable=True) as journal:
        journal.append((a_run(), an_end()))
    assert {entry.stamp for entry in read_entries(tmp_path / "without")} == {None}
    assert [entry.stamp for entry in read_entries(tmp_path / "with")] == [5, 6]


def test_what_is_written_is_seen_by_others_once_committed(tmp_path: Path) -> None:
    path = tmp_path / "bot.journal"
    with Journal.create_or_continue(path) as journal:
        journal.append((a_run(),))
        journal.write((an_order(1),))
        journal.write((an_order(2),))
        assert (journal.head.seq, len(list(read_entries(path)))) == (3, 1)
        journal.commit()
        journal.commit()
        assert len(list(read_entries(path))) == 3
        journal.write((an_order(3),))
    assert len(list(read_entries(path))) == 4, "closing commits"


def test_entries_are_never_changed_removed_replaced_or_out_of_order(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", a_session())
    row = ("e", "data", 1, "", "{}", None, "", "")
    with closing(sqlite3.connect(path)) as connection:
        for statement, arguments, why in (
            ("UPDATE entries SET leg = 'LONG' WHERE seq = ?", (3,), "never changed"),
            ("DELETE FROM entries WHERE seq = ?", (17,), "never removed"),
            ("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (3, *row), "appended in order"),
            ("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (99, *row), "appended in order"),
        ):
            with pytest.raises(sqlite3.IntegrityError, match=why):
                connection.execute(statement, arguments)


def test_a_full_disk_is_told_and_the_same_records_may_be_offered_again(tmp_path: Path) -> None:
    path = tmp_path / "bot.journal"
    big = (DataRecord(START_NS, "stale", "x" * 100_000),)
    with Journal.create_or_continue(path) as journal:
        journal.append((a_run(),))
        head = journal.head
        pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
        journal._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with raises("The journal cannot grow: the disk is full"):
            journal.append(big)
        assert journal.head == head
        journal._connection.execute("PRAGMA max_page_count = 100000")
        journal.append(big)
        journal.append((an_end(),))
    assert [entry.kind for entry in read_entries(path)] == ["run", "data", "end"]


def test_a_header_that_was_not_kept_leaves_the_journal_without_a_run(tmp_path: Path) -> None:
    with Journal.create_or_continue(tmp_path / "bot.journal") as journal:
        with raises("not Unicode"):
            journal.append((a_run(settings={"set": "\udcff"}),))
        assert journal.runs == 0
        journal.append((a_run(),))
        assert (journal.runs, journal.head.seq) == (1, 1)


def test_another_program_that_locks_the_file_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_S", 0.01)
    path = tmp_path / "bot.journal"
    with Journal.create_or_continue(path) as journal:
        journal.append((a_run(),))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with raises("Another program holds the journal locked"):
                journal.append((an_end(),))
        journal.append((an_end(),))
        assert journal.head.seq == 2


def test_a_commit_that_fails_keeps_nothing_of_the_step(tmp_path: Path) -> None:
    path = tmp_path / "bot.journal"
    with Journal.create_or_continue(path) as journal:
        journal.append((a_run(),))
        journal.write((an_end(),))
        journal._cursor.execute("ROLLBACK")
        with raises("database failed: cannot commit"):
            journal.commit()
        assert journal.head.seq == 1
        journal.append((an_end(),))
    assert len(list(read_entries(path))) == 2


def test_closing_beside_a_reader_leaves_a_journal_that_opens_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_S", 0.01)
    path = tmp_path / "bot.journal"
    journal = Journal.create_or_continue(path)
    journal.append((a_run(),))
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM entries").fetchall()
        journal.close()
    assert [entry.seq for entry in read_entries(path)] == [1]
    with Journal.create_or_continue(path) as again:
        assert again.head.seq == 1
