"""Notices of a run that goes on: on standard error at once, or after the live view has given the terminal back."""

from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from types import TracebackType
from typing import Self

import typer

from perpfsm.console.presenter import Presenter

KEPT_MAX = 100


class Notices:
    """A context in which things are said, now or, the last of them, at the end; saying keeps nobody waiting."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Say things at once.

        Args:
            clock: Real time in seconds, such as `time.monotonic`.
        """
        self._is_held = False
        self._kept: deque[str] = deque(maxlen=KEPT_MAX)
        self._presenter = Presenter[str](nullcontext(), partial(typer.echo, err=True), clock)

    def __enter__(self) -> Self:
        """Begin."""
        self._presenter.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say what was kept."""
        for text in self._kept:
            self._presenter.present(text)
        self._presenter.__exit__(kind, error, trace)

    def say(self, text: str) -> None:
        """Say `text`, or keep it while something else has the terminal."""
        if self._is_held:
            self._kept.append(text)
        else:
            self._presenter.present(text)

    def hold(self, *, is_held: bool) -> None:
        """Keep what is said from now on, or do not."""
        self._is_held = is_held
