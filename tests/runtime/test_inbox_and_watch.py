"""The doors of a paced run: what comes in waits for its turn, and a file is judged when it has come to rest."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from perpfsm.errors import PerpfsmError
from perpfsm.runtime import watch
from perpfsm.runtime.inbox import Inbox
from perpfsm.runtime.watch import watch_file

pytestmark = pytest.mark.anyio


async def test_one_act_at_a_time_enters_at_the_runs_own_moment() -> None:
    inbox, done = Inbox(), []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(inbox.enter, lambda now_ns: done.append(("first", now_ns)))
        tasks.start_soon(inbox.enter, lambda now_ns: done.append(("second", now_ns)))
        await anyio.wait_all_tasks_blocked()
        inbox.attend(5)
        inbox.attend(6)
        assert done == [("first", 5)]
        await anyio.wait_all_tasks_blocked()
        inbox.attend(7)
    assert done == [("first", 5), ("second", 7)]
    inbox.attend(8)
    assert len(done) == 2


async def test_whoever_gives_up_waiting_leaves_nothing_behind() -> None:
    inbox = Inbox()
    done: list[int] = []
    with anyio.move_on_after(0.01):
        await inbox.enter(done.append)
    inbox.attend(5)
    assert done == []


class Reader:
    """Watches a file until something was taken, refused, or a while has passed."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.refused: list[str] = []
        self._scope = anyio.CancelScope()

    async def watch(self, path: Path, known: bytes, *, seconds: float = 30) -> None:
        self._scope.deadline = anyio.current_time() + seconds
        with self._scope:
            await watch_file(path, known, self._take, self._refuse)

    async def _take(self, raw: bytes) -> None:
        self.taken.append(raw)
        self._scope.cancel()

    async def _refuse(self, error: PerpfsmError) -> None:
        self.refused.append(str(error))
        self._scope.cancel()


async def test_a_file_that_never_rests_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOKS_MAX", 0)
    path = tmp_path / "mine.yaml"
    path.write_text("a: 2\n")
    reader = Reader()
    await reader.watch(path, b"a: 1\n", seconds=2 * watch.LOOK_S)
    assert (reader.taken, reader.refused) == ([], [])


async def test_a_save_that_nothing_gave_notice_of_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one from before the watch began, or on a system that has no more watches to give."""
    reader = Reader()
    path = tmp_path / "mine.yaml"
    path.write_text("a: 2\n")
    monkeypatch.setattr(watch, "awatch", no_more_watches)
    await reader.watch(path, b"a: 1\n")
    assert (reader.taken, reader.refused) == ([b"a: 2\n"], [])


def no_more_watches(*_: Path, **__: object) -> AsyncIterator[None]:
    raise OSError(28, "No space left on device")


async def test_a_folder_that_is_gone_is_a_file_that_is_gone(tmp_path: Path) -> None:
    reader = Reader()
    await reader.watch(tmp_path / "none" / "mine.yaml", b"")
    assert reader.taken == []
    assert "There is no such file." in reader.refused[0]
