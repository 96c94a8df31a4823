"""The inbox of a paced run: what comes from outside enters between two messages, one at a time, at event time."""

from collections.abc import Callable
from dataclasses import dataclass, field

import anyio

Act = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An act that waits for its turn."""

    act: Act
    is_done: anyio.Event = field(default_factory=anyio.Event)


class Inbox:
    """Holds at most one act; whoever comes meanwhile waits outside."""

    def __init__(self) -> None:
        """Start empty."""
        self._turn = anyio.Lock()
        self._waiting: _Waiting | None = None

    async def enter(self, act: Act) -> None:
        """Have `act` called with the event time, by the run itself, and wait until that is done."""
        async with self._turn:
            self._waiting = waiting = _Waiting(act)
            try:
                await waiting.is_done.wait()
            finally:
                self._waiting = None

    def attend(self, now_ns: int) -> None:
        """Do what waits, if anything does.

        Args:
            now_ns: Event time, nanoseconds since the epoch; never before anything that the engine has seen.
        """
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.act(now_ns)
            waiting.is_done.set()
