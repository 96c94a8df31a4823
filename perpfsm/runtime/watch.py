"""Watching the strategy file: a save is judged once it has come to rest, and what is wrong with it is said once."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import anyio
import anyio.to_thread
from anyio.streams.memory import MemoryObjectSendStream
from watchfiles import Change, awatch

from perpfsm.config.source import read_bytes
from perpfsm.errors import ConfigError, Finding, PerpfsmError

DEBOUNCE_MS = 100
STEP_MS = 25
LOOK_S = 1.0  # a save that the system gave no notice of, as one from before the watch began, is found by looking
QUIET_S = 0.2  # a file that did not change for so long is not being written any more
LOOKS_MAX = 25  # a file that goes on changing is left alone for now


async def watch_file(
    path: Path,
    known: bytes,
    take: Callable[[bytes], Awaitable[None]],
    refuse: Callable[[PerpfsmError], Awaitable[None]],
) -> None:
    """Give `take` what `path` holds after each save that changes it, until cancelled.

    Args:
        path: The strategy file; it may be written in place, replaced, or missing for a moment.
        known: What it held when it was last read.
        take: What it raises is given to `refuse`.
        refuse: Told why a file was not taken, once for each content.
    """
    places = await anyio.to_thread.run_sync(_places, path)
    judged: bytes | Finding = known
    is_over = anyio.Event()
    send, notices = anyio.create_memory_object_stream[None](1)
    with send, notices:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_notice, places, send, is_over)
            try:
                while True:
                    with anyio.move_on_after(LOOK_S):
                        await notices.receive()
                    content = await _at_rest(path, judged)
                    if content is None or content == judged:
                        continue
                    judged = content
                    try:
                        if isinstance(content, Finding):
                            raise ConfigError((content,))
                        await take(content)
                    except PerpfsmError as error:
                        await refuse(error)
            finally:
                is_over.set()


async def _notice(places: set[Path], send: MemoryObjectSendStream[None], is_over: anyio.Event) -> None:
    """Say at once when the system reports a change; where it reports none, as for want of watches, it says nothing."""
    names = {place.name for place in places}

    def concerns(_: Change, changed: str) -> bool:
        return Path(changed).name in names

    with suppress(OSError, RuntimeError):
        async for _ in awatch(
            *{place.parent for place in places},
            watch_filter=concerns,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            stop_event=is_over,
            recursive=False,
        ):
            with suppress(anyio.WouldBlock):  # nobody has looked since the last one
                send.send_nowait(None)


def _places(path: Path) -> set[Path]:
    """Return where the file is, and where it is linked to."""
    return {path.absolute(), path.resolve()}


async def _at_rest(path: Path, judged: bytes | Finding) -> bytes | Finding | None:
    """Return what the file holds once that is `judged`, or the same for a while; None when it does not come to rest."""
    content = await anyio.to_thread.run_sync(read_bytes, path)
    if content == judged:
        return content
    for _ in range(LOOKS_MAX):
        await anyio.sleep(QUIET_S)
        before, content = content, await anyio.to_thread.run_sync(read_bytes, path)
        if content == before:
            return content
    return None
