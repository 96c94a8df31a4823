"""Real processes: one writer at a time, a kill at any moment, a disk that takes no more, readers beside a writer."""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from perpfsm.audit.verify import parse_anchor, verify
from perpfsm.errors import JournalError
from perpfsm.journal.lock import WriterLock
from perpfsm.journal.reader import read_entries
from perpfsm.journal.store import Journal
from tests.journal.examples import a_run, an_end

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from perpfsm.journal.store import Journal
from tests.journal.examples import a_run, an_order, a_transition
journal = Journal.create_or_continue(Path(sys.argv[1]))
journal.append((a_run(),))
number = 0
while True:
    print(journal.head, flush=True)
    number += 1
    journal.append((a_transition(), an_order(number), an_order(number, "canceled")))
"""
LIMITED = """
import resource, sys
from pathlib import Path
from perpfsm.errors import JournalError
from perpfsm.journal.store import Journal
from tests.journal.examples import a_run, an_end, an_order
journal = Journal.create_or_continue(Path(sys.argv[1]))
journal.append((a_run(),))
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
while True:
    head = journal.head
    try:
        journal.append([an_order(detail="x" * 500)] * 10)
    except JournalError as error:
        assert journal.head == head, "the head must be what it was"
        print(error)
        break
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
journal.append((an_end(),))
print(journal.head.seq - head.seq)
journal.close()
"""


@contextmanager
def a_process(script: str, path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def lines_of(process: "subprocess.Popen[str]", number: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(number)]


def test_a_second_writer_is_refused_at_once_and_welcome_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "bot.journal"
    with a_process(WRITER, path) as process:
        lines_of(process, 1)
        with pytest.raises(JournalError, match=rf"Another bot \(process {process.pid}\) is writing this journal"):
            Journal.create_or_continue(path)
    with Journal.create_or_continue(path) as journal:
        assert journal.runs == 1
    assert not path.with_name("bot.journal.lock").exists()


@pytest.mark.parametrize("steps", [1, 7, 150])
def test_a_killed_writer_leaves_every_step_that_it_had_committed(tmp_path: Path, steps: int) -> None:
    path = tmp_path / "bot.journal"
    with a_process(WRITER, path) as process:
        anchor = parse_anchor(lines_of(process, steps)[-1])
    verdict = verify(path, anchor)
    assert verdict.broken is None
    assert not verdict.has_ended
    assert (verdict.entries - 1) % 3 == 0, "a step is whole or not there"
    with Journal.create_or_continue(path) as journal:
        assert journal.head == verdict.head
        journal.append((a_run(2, epoch="second"), an_end()))
    after = verify(path, verdict.head)
    assert (after.broken, after.runs, after.has_ended) == (None, 2, True)


def test_readers_see_whole_steps_while_a_writer_is_at_work(tmp_path: Path) -> None:
    path = tmp_path / "bot.journal"
    with a_process(WRITER, path) as process:
        for _ in range(5):
            (line,) = lines_of(process, 1)
            verdict = verify(path, parse_anchor(line))
            assert verdict.broken is None
            assert (verdict.entries - 1) % 3 == 0
            assert len(list(read_entries(path))) >= verdict.entries


def test_a_disk_that_takes_no_more_is_told_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bot.journal"
    command = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told, added = done.stdout.splitlines()
    assert told.startswith(f"{path}: The journal cannot be written or read: the disk failed or met a limit")
    assert (added, done.returncode, done.stderr) == ("1", 0, "")
    assert verify(path).broken is None


def test_a_lock_file_that_vanishes_before_it_is_locked_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = tmp_path / "bot.journal", fcntl.flock
    ways = iter(("gone", "another", "as it should"))

    def flock(descriptor: int, operation: int) -> None:
        real(descriptor, operation)
        way = next(ways)
        if way != "as it should":
            path.with_name("bot.journal.lock").unlink()
        if way == "another":
            path.with_name("bot.journal.lock").touch()

    monkeypatch.setattr(fcntl, "flock", flock)
    WriterLock.acquire(path).release()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_file_that_keeps_vanishing_counts_as_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bot.journal"
    monkeypatch.setattr(fcntl, "flock", lambda *_: path.with_name("bot.journal.lock").unlink())
    with pytest.raises(JournalError, match="Another bot is writing this journal"):
        WriterLock.acquire(path)
