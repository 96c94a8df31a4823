"""A painter: draws the newest moment in a thread of its own, so that a terminal that takes nothing holds nothing up."""

from contextlib import suppress
from decimal import localcontext
from queue import SimpleQueue
from threading import Event, Thread

from rich.console import Console, RenderableType
from rich.live import Live

from perpfsm.market.arithmetic import EXACT


class Painter:
    """Paints on the whole terminal, one moment at a time.

    Whoever asks before the last moment is on the terminal is told that it is not ready; nothing waits but the end.
    """

    def __init__(self, console: Console) -> None:
        """Prepare to paint.

        Args:
            console: Of the terminal, which is the painter's alone until it has left.
        """
        # Nothing else writes meanwhile, and what does must not have to wait for the terminal.
        self._live = Live(
            console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._moments: SimpleQueue[RenderableType | None] = SimpleQueue()
        self._is_ready = Event()
        self._thread = Thread(target=self._work, name="painter", daemon=True)

    @property
    def is_here(self) -> bool:
        """Whether it paints; not before the start, and not after the terminal went away."""
        return self._thread.is_alive()

    @property
    def is_ready(self) -> bool:
        """Whether what it was given is on the terminal."""
        return self._is_ready.is_set() and self.is_here

    def start(self) -> None:
        """Take the terminal."""
        self._thread.start()

    def paint(self, moment: RenderableType) -> None:
        """Have a moment painted."""
        self._is_ready.clear()
        self._moments.put(moment)

    def leave(self, patience_s: float | None = None) -> None:
        """Give the terminal back.

        Args:
            patience_s: How long to wait for a terminal that takes nothing; None waits until it does.
        """
        self._moments.put(None)
        self._thread.join(patience_s)

    def _work(self) -> None:
        """Paint until told to leave, or until the terminal goes away."""
        with suppress(OSError), localcontext(EXACT), self._live:
            self._is_ready.set()
            while (moment := self._moments.get()) is not None:
                self._live.update(moment, refresh=True)
                self._is_ready.set()
