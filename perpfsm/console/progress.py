"""The progress bar of a run at full speed: fraction, messages per second, transitions and time left."""

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from perpfsm.console import words
from perpfsm.console.presenter import Presenter


@dataclass(frozen=True, slots=True)
class _Moment:
    """What the bar shows at a time: a fraction from 0 to 1, None where it is not known, and figures in words."""

    fraction: float | None
    figures: str


class RunProgress:
    """A context that draws one bar, at most ten times a second; on anything but a terminal it draws nothing.

    It keeps nobody waiting: while the terminal does not take the bar, there is no next one.
    """

    def __init__(self, console: Console, what: str, clock: Callable[[], float]) -> None:
        """Prepare the bar.

        Args:
            console: Of the standard error stream, so that results stay apart.
            what: Shown before the bar, such as the name of the feed.
            clock: Real time in seconds, such as `time.monotonic`.
        """
        self._is_wanted = console.is_terminal and not console.is_dumb_terminal
        self._clock = clock
        self._started_s = clock()
        bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[figures]}", style="dim", markup=False),
            console=console,
            auto_refresh=False,
            transient=True,
            get_time=clock,
        )
        task = bar.add_task(what, total=1.0, figures="")

        def show(moment: _Moment) -> None:
            total = None if moment.fraction is None else 1.0
            bar.update(task, total=total, completed=moment.fraction or 0.0, figures=moment.figures, refresh=True)

        self._presenter = Presenter(bar, show, clock)

    def __enter__(self) -> Self:
        """Start drawing."""
        self._started_s = self._clock()
        if self._is_wanted:
            self._presenter.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away, also after an error."""
        if self._is_wanted:
            self._presenter.__exit__(kind, error, trace)

    @property
    def is_due(self) -> bool:
        """Whether an update would draw now."""
        return self._presenter.is_due

    def update(self, fraction: float | None, messages: int, transitions: int) -> None:
        """Draw the bar anew, when it is due.

        Args:
            fraction: Of the feed that is read, 0 to 1; None where its length is not known.
            messages: Read so far.
            transitions: Fired so far.
        """
        if self.is_due:
            figures = progress_figures(fraction, messages, transitions, self._clock() - self._started_s)
            self._presenter.present(_Moment(fraction, figures))


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
