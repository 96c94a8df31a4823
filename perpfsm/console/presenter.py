"""A presenter: shows things in a thread of its own, so that a terminal that takes nothing holds nothing up."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from decimal import localcontext
from queue import SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

from perpfsm.market.arithmetic import EXACT

Shown = TypeVar("Shown")
REST_S = 0.1
PATIENCE_S = 1.0


class Presenter(Generic[Shown]):
    """A context that shows one thing after the other, until it is left or the terminal goes away."""

    def __init__(
        self, screen: AbstractContextManager[object], show: Callable[[Shown], object], clock: Callable[[], float]
    ) -> None:
        """Prepare.

        Args:
            screen: Entered before the first thing is shown, left after the last; the presenter's alone in between.
            show: Shows one thing; may take as long as the terminal does.
            clock: Real time in seconds, such as `time.monotonic`.
        """
        self._screen = screen
        self._show = show
        self._clock = clock
        self._given_s: float | None = None
        self._given: SimpleQueue[tuple[Shown] | None] = SimpleQueue()
        self._is_ready = Event()
        self._thread = Thread(target=self._work, name="presenter", daemon=True)

    @property
    def is_here(self) -> bool:
        """Whether it shows things: not before the start, and not after the terminal went away."""
        return self._thread.is_alive()

    @property
    def is_due(self) -> bool:
        """Whether all that it was given is shown and was given a tenth of a second ago: for what is shown anew."""
        is_rested = self._given_s is None or self._clock() - self._given_s >= REST_S
        return is_rested and self._is_ready.is_set() and self.is_here

    def __enter__(self) -> Self:
        """Take the terminal."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show what was given, and give the terminal back; an error does not wait long for one that takes nothing."""
        self._given.put(None)
        self._thread.join(None if kind is None else PATIENCE_S)

    def present(self, thing: Shown) -> None:
        """Have a thing shown, without waiting for it."""
        self._given_s = self._clock()
        self._is_ready.clear()
        self._given.put((thing,))

    def _work(self) -> None:
        with suppress(OSError), localcontext(EXACT), self._screen:
            self._is_ready.set()
            while (given := self._given.get()) is not None:
                self._show(*given)
                if self._given.empty():
                    self._is_ready.set()
