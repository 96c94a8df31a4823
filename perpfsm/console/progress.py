"""The progress bar of a run at full speed: fraction, messages per second, transitions and time left."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from perpfsm.console import words


class RunProgress:
    """A context that draws one bar; on anything but a terminal it draws nothing.

    It has no thread and no clock of its own: the caller updates it, at most ten times a second.
    """

    def __init__(self, console: Console, what: str, clock: Callable[[], float]) -> None:
        """Prepare the bar.

        Args:
            console: Of the standard error stream, so that results stay apart.
            what: Shown before the bar, such as the name of the feed.
            clock: Real time in seconds, such as `time.monotonic`.
        """
        self._clock = clock
        self._started_s = clock()
        self._what = what
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[figures]}", style="dim", markup=False),
            console=console,
            auto_refresh=False,
            transient=True,
            get_time=clock,
            disable=not console.is_terminal or console.is_dumb_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Start drawing."""
        self._started_s = self._clock()
        self._task = self._progress.add_task(self._what, total=1.0, figures="")
        self._draw(self._progress.start)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away, also after an error."""
        self._draw(self._progress.stop)

    def update(self, fraction: float | None, messages: int, transitions: int) -> None:
        """Draw the bar anew.

        Args:
            fraction: Of the feed that is read, 0 to 1; None where its length is not known.
            messages: Read so far.
            transitions: Fired so far.
        """
        if self._task is None or self._progress.disable:
            return
        elapsed_s = self._clock() - self._started_s
        figures = progress_figures(fraction, messages, transitions, elapsed_s)
        total = None if fraction is None else 1.0
        self._progress.update(self._task, total=total, completed=fraction or 0.0, figures=figures)
        self._draw(self._progress.refresh)

    def _draw(self, draw: Callable[[], None]) -> None:
        """Draw, or stop drawing for good: a terminal that has gone away must not take the run with it."""
        if not self._progress.disable:
            try:
                draw()
            except OSError:
                self._progress.disable = True


def progress_figures(fraction: float | None, messages: int, transitions: int, elapsed_s: float) -> str:
    """Return percent, messages per second, transitions and time left in words; what is not known is left out."""
    parts = [] if fraction is None else [f"{fraction * 100:.0f} %"]
    if elapsed_s > 0:
        parts.append(f"{messages / elapsed_s:,.0f} messages/s")
    parts.append(words.counted(transitions, "transition"))
    if fraction and 0 < fraction < 1:
        left_s = elapsed_s * (1 - fraction) / fraction
        parts.append(f"{words.duration(int(left_s * words.SECOND_NS))} left")
    return ", ".join(parts)
