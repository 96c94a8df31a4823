"""Verification: whatever is changed, moved, added or missing is found, and the first such entry is named."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.audit.verify import Broken, parse_anchor, verify
from perpfsm.errors import JournalError, PerpfsmError
from perpfsm.journal.chain import chained, entry_json
from perpfsm.journal.reader import Entry, read_entries
from perpfsm.journal.store import Head
from tests.audit.tampering import (
    a_copy,
    broken_after,
    entries_of,
    head,
    session,
    set_text,
    set_value,
    text_of,
    without_types,
)
from tests.journal.examples import a_run, a_session, an_end, written

LAST = len(a_session())
TEXT_COLUMNS = ("epoch", "kind", "leg", "body", "previous", "hash")
NUMBER_COLUMNS = ("time_ns", "stamp")
COLUMNS = (*TEXT_COLUMNS, *NUMBER_COLUMNS)
seqs = st.integers(1, LAST)


def test_a_sound_journal_gives_its_head_as_an_anchor() -> None:
    verdict = verify(session())
    assert (verdict.entries, verdict.runs, verdict.has_ended, verdict.broken) == (LAST, 1, True, None)
    assert verify(session(), verdict.head).broken is None
    third = next(read_entries(session(), after=2))
    assert verify(session(), Head(3, third.hash)).broken is None


def test_an_interrupted_run_and_an_empty_journal_are_sound(tmp_path: Path) -> None:
    interrupted = verify(written(tmp_path / "interrupted", (a_run(), a_run(2, epoch="second"), an_end(), a_run(3))))
    assert (interrupted.runs, interrupted.has_ended, interrupted.broken) == (3, False, None)
    empty = verify(written(tmp_path / "empty", ()))
    assert (empty.entries, empty.runs, empty.has_ended, empty.broken) == (0, 0, True, None)


@given(seqs, st.sampled_from(TEXT_COLUMNS), st.integers(0), st.integers(1, 255))
def test_any_changed_byte_of_a_text_is_found(seq: int, column: str, where: int, mask: int) -> None:
    def flip(connection: sqlite3.Connection) -> None:
        content = bytearray(text_of(entries_of()[seq - 1], column) or b"\0")
        content[where % len(content)] ^= mask
        set_text(connection, seq, column, bytes(content))

    broken = broken_after(flip)
    assert broken is not None
    assert broken.seq == seq


@given(seqs, st.sampled_from(NUMBER_COLUMNS), st.integers(-(2**62), 2**62).filter(bool))
def test_any_changed_number_is_found(seq: int, column: str, change: int) -> None:
    def add(connection: sqlite3.Connection) -> None:
        set_value(connection, seq, column, (getattr(entries_of()[seq - 1], column) or 0) + change)

    broken = broken_after(add)
    assert broken == Broken(seq, "Its content does not match its hash.")


@given(seqs, st.sampled_from((-5, 0, LAST + 1, LAST + 9, 2**63 - 1)))
def test_a_changed_number_of_an_entry_is_found(seq: int, other: int) -> None:
    broken = broken_after(lambda connection: renumber(connection, seq, other))
    assert broken is not None
    assert broken.seq == (1 if other < 1 else seq)


def renumber(connection: sqlite3.Connection, seq: int, other: int) -> None:
    connection.execute("UPDATE entries SET seq = ? WHERE seq = ?", (other, seq))


@given(seqs, seqs)
def test_any_two_entries_changing_places_are_found(one: int, other: int) -> None:
    def swap(connection: sqlite3.Connection) -> None:
        renumber(connection, one, -1)
        renumber(connection, other, one)
        renumber(connection, -1, other)

    broken = broken_after(swap)
    assert (broken is None) == (one == other)
    if broken is not None:
        assert broken.seq == min(one, other)


@given(seqs)
def test_any_missing_entry_is_found(seq: int) -> None:
    broken = broken_after(
        lambda connection: connection.execute("DELETE FROM entries WHERE seq = ?", (seq,)), anchor=head()
    )
    assert broken is not None
    assert broken.seq == seq


@given(seqs)
def test_a_tail_that_was_cut_off_is_found_by_an_anchor_alone(seq: int) -> None:
    def cut(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM entries WHERE seq >= ?", (seq,))

    assert broken_after(cut) is None
    what = f"It is missing, and so is all up to the anchor at {LAST}: the tail was cut off."
    assert broken_after(cut, anchor=head()) == Broken(seq, what)


@given(seqs)
def test_an_entry_put_in_is_found(seq: int) -> None:
    def put_in(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE entries SET seq = -seq WHERE seq >= ?", (seq,))
        connection.execute("UPDATE entries SET seq = 1 - seq WHERE seq < 0")
        connection.execute(
            "INSERT INTO entries SELECT ?, epoch, kind, time_ns, leg, body, stamp, previous, hash "
            "FROM entries WHERE seq = ?",
            (seq, seq + 1),
        )

    broken = broken_after(put_in)
    assert broken is not None
    assert broken.seq == seq + 1, "the one put in before it is its own twin"


def forged(entry: Entry, previous: str) -> tuple[str, str]:
    """Return body and hash of an entry that says something else and is hashed anew."""
    body = {**entry.body, "forged": True}
    text = Entry(entry.seq, entry.epoch, entry.kind, entry.time_ns, entry.leg, body, None, previous, "").json()
    inside = text[len(b'{"body":') : text.index(b',"epoch":"' + entry.epoch.encode() + b'","kind"')]
    return inside.decode(), chained(text)


@given(seqs)
def test_an_entry_hashed_anew_breaks_the_chain_behind_it(seq: int) -> None:
    entries = entries_of()
    body, own = forged(entries[seq - 1], entries[seq - 1].previous)

    def forge(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE entries SET body = ?, hash = ? WHERE seq = ?", (body, own, seq))

    broken = broken_after(forge, anchor=head())
    assert broken is not None
    assert broken.seq == min(seq + 1, LAST)


def test_a_journal_written_anew_from_some_entry_on_is_found_by_an_anchor_alone() -> None:
    entries = entries_of()

    def forge(connection: sqlite3.Connection) -> None:
        previous = entries[4].previous
        for entry in entries[4:]:
            body, own = forged(entry, previous)
            connection.execute(
                "UPDATE entries SET body = ?, previous = ?, hash = ? WHERE seq = ?", (body, previous, own, entry.seq)
            )
            previous = own

    assert broken_after(forge) is None
    broken = broken_after(forge, anchor=head())
    assert broken is not None
    assert broken.seq == LAST
    assert "It is not the anchored entry" in broken.what


@given(seqs, st.sampled_from(COLUMNS), st.sampled_from((b"\x01", 1.5, "text", None)))
def test_a_value_of_another_type_is_found(seq: int, column: str, value: bytes | float | str | None) -> None:
    path = a_copy(session(), "changed")
    with without_types(path) as connection:
        set_value(connection, seq, column, value)
    broken = verify(path).broken
    if (column, value) == ("stamp", None):
        assert broken is None
    else:
        assert broken is not None
        assert broken.seq == seq
        if not isinstance(value, str):
            assert f"Its column {column} is " in broken.what or column in TEXT_COLUMNS


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("kind", "dream", "It is of the unknown kind 'dream'."),
        ("body", "{", "Its body is not a JSON object."),
        ("body", "[1]", "Its body is not a JSON object."),
        ("body", "[" * 100_000, "Its body is not a JSON object."),
        ("body", '{"a": 1}', "Its body is not canonical JSON."),
        ("body", '{"b":1,"a":1}', "Its body is not canonical JSON."),
        ("body", '{"a":1,"a":1}', "Its body is not canonical JSON."),
        ("leg", "\udcff", "It holds bytes that are not UTF-8."),
        ("previous", "0", "It does not continue the entry before it: one of the two was changed, moved or put in."),
    ],
)
def test_what_is_wrong_is_said(column: str, value: str, what: str) -> None:
    def change(connection: sqlite3.Connection) -> None:
        set_text(connection, 7, column, value.encode("utf-8", "surrogateescape"))

    assert broken_after(change) == Broken(7, what)


@pytest.mark.parametrize(
    ("epoch", "kind", "what"),
    [
        ("0a1b2c3d4e5f", "data", "It stands behind the end of its run."),
        ("another", "data", "It belongs to no run: no header with its epoch goes before it."),
    ],
)
def test_an_entry_that_no_run_can_have_written_is_found(epoch: str, kind: str, what: str) -> None:
    seq, previous = LAST + 1, head().hash
    columns = {"seq": seq, "epoch": epoch, "kind": kind, "time_ns": 1, "leg": "", "stamp": None, "previous": previous}
    own = chained(entry_json(b"{}", **columns))  # type: ignore[arg-type]

    def add(connection: sqlite3.Connection) -> None:
        row = (seq, epoch, kind, 1, "", "{}", None, previous, own)
        connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    assert broken_after(add) == Broken(seq, what)


def test_no_journal_is_an_error_and_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="There is no journal here"):
        verify(tmp_path / "none")


def test_an_anchor_is_read_as_it_was_printed() -> None:
    assert parse_anchor(f" {head()}\n") == head()
    for text in ("", "3", "0:" + "a" * 64, "3:" + "a" * 63, "x:" + "a" * 64):
        with pytest.raises(PerpfsmError, match="is no anchor"):
            parse_anchor(text)
