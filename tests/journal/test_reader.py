"""Reading: filters, batches, and a writer at work meanwhile."""

from pathlib import Path

from perpfsm.engine.records import RefusalRecord
from perpfsm.journal.reader import BATCH_ROWS, read_entries, read_entry
from perpfsm.journal.store import Journal
from tests.journal.examples import SECOND_NS, START_NS, a_run, a_session, an_end, written


def numbers(path: Path, **wanted: object) -> list[int]:
    return [entry.seq for entry in read_entries(path, **wanted)]  # type: ignore[arg-type]


def test_filters_narrow_what_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", a_session())
    assert numbers(path) == list(range(1, 18))
    assert numbers(path, kinds=("fill", "closing")) == [7, 14, 15]
    assert numbers(path, kinds=("fill",), after=7) == [14]
    assert numbers(path, leg="") == [1, 17]
    assert numbers(path, leg="LONG") == []
    assert numbers(path, since_ns=START_NS + 12 * SECOND_NS) == [11, 12, 13, 14, 15, 16, 17]
    assert numbers(path, until_ns=START_NS + 2 * SECOND_NS) == [1, 2, 3, 4, 5, 6]


def test_one_entry_is_read_by_its_number(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", a_session())
    entry = read_entry(path, 15)
    assert entry is not None
    assert (entry.kind, entry.leg, entry.body["realised"]) == ("closing", "BOTH", "-12.060000")
    assert read_entry(path, 18) is None


def test_a_reader_goes_on_with_what_was_written_while_it_read(tmp_path: Path) -> None:
    path = tmp_path / "bot?# of mine.journal"
    ticks = [RefusalRecord(START_NS + n, "BOTH", "buy", "why") for n in range(BATCH_ROWS)]
    with Journal.create_or_continue(path) as journal:
        journal.append((a_run(), *ticks))
        reading = read_entries(path)
        seen = [next(reading).seq]
        journal.append((an_end(),))
        seen += [entry.seq for entry in reading]
    assert seen == list(range(1, BATCH_ROWS + 3))


def test_a_journal_at_rest_is_one_plain_file_that_reading_leaves_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", a_session())
    before = path.read_bytes()
    numbers(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["bot.journal"]
