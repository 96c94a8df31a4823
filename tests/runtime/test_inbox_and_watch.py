"""The doors of a paced run: what comes in waits for its turn, and a file is judged when it has come to rest."""

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


async def test_a_file_that_never_rests_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOKS_MAX", 0)
    path = tmp_path / "mine.yaml"
    path.write_text("a: 1\n")
    taken: list[bytes] = []
    stop = anyio.Event()

    async def take(raw: bytes) -> None:
        taken.append(raw)

    async def refuse(error: PerpfsmError) -> None:
        raise AssertionError(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: watch_file(path, b"a: 1\n", take, refuse, stop=stop))
        await anyio.sleep(0.3)
        path.write_text("a: 2\n")
        await anyio.sleep(0.6)
        stop.set()
    assert taken == []


async def test_a_folder_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    async def never(_: object) -> None:
        raise AssertionError

    with pytest.raises(OSError, match="No such file"):
        await watch_file(tmp_path / "none" / "mine.yaml", b"", never, never, stop=anyio.Event())
