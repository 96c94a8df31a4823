"""Watching the strategy file: a save is judged once it has come to rest, and what is wrong with it is said once."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.to_thread
from watchfiles import Change, awatch

from perpfsm.config.source import read_bytes
from perpfsm.errors import ConfigError, Finding, PerpfsmError

DEBOUNCE_MS = 100
STEP_MS = 25
QUIET_S = 0.2  # a file that did not change for so long is not being written any more
LOOKS_MAX = 25  # a file that goes on changing is left alone until it is saved again


async def watch_file(
    path: Path,
    known: bytes,
    take: Callable[[bytes], Awaitable[None]],
    refuse: Callable[[PerpfsmError], Awaitable[None]],
    *,
    stop: anyio.Event,
) -> None:
    """Give `take` what `path` holds after each save that changes it, until `stop` is set.

    Args:
        path: The strategy file; it may be written in place, replaced, or missing for a moment.
        known: What it held when it was last read.
        take: What it raises is given to `refuse`.
        refuse: Told why a file was not taken, once for each content.
        stop: Ends the watching within a moment.

    Raises:
        OSError: When the system does not let it be watched.
    """
    places = await anyio.to_thread.run_sync(_places, path)
    names = {place.name for place in places}

    def concerns(_: Change, changed: str) -> bool:
        return Path(changed).name in names

    judged: bytes | Finding = known
    async for _ in awatch(
        *{place.parent for place in places},
        watch_filter=concerns,
        debounce=DEBOUNCE_MS,
        step=STEP_MS,
        stop_event=stop,
        recursive=False,
    ):
        content = await _at_rest(path)
        if content is None or content == judged:
            continue
        judged = content
        try:
            if isinstance(content, Finding):
                raise ConfigError((content,))
            await take(content)
        except PerpfsmError as error:
            await refuse(error)


def _places(path: Path) -> set[Path]:
    """Return where the file is, and where it is linked to."""
    return {path.absolute(), path.resolve()}


async def _at_rest(path: Path) -> bytes | Finding | None:
    """Return what the file holds once it has been the same for a while; None when it does not come to rest."""
    content = await anyio.to_thread.run_sync(read_bytes, path)
    for _ in range(LOOKS_MAX):
        await anyio.sleep(QUIET_S)
        before, content = content, await anyio.to_thread.run_sync(read_bytes, path)
        if content == before:
            return content
    return None
