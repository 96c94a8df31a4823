"""Stopping: the first signal asks the run to stop in good order, the second one ends the process at once (B19)."""

import signal
from types import FrameType, TracebackType
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequest:
    """A context in which signals are counted instead of interrupting whatever is being done.

    Attributes:
        is_made: Whether the run was asked to stop.
    """

    def __init__(self) -> None:
        """Start without a request."""
        self.is_made = False
        self._before: dict[int, signal.Handlers | int | None] = {}

    def __enter__(self) -> Self:
        """Take over the signals."""
        self._before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}  # type: ignore[misc]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  # the shape of a handler
        if self.is_made:
            raise KeyboardInterrupt
        self.is_made = True
