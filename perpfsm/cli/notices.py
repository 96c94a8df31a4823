"""Notices of a run that goes on: on standard error at once, or after the live view has given the terminal back."""

from contextlib import suppress

import typer


class Notices:
    """Says things now, or keeps the last of them for later."""

    KEPT_MAX = 100

    def __init__(self) -> None:
        """Say things now."""
        self._is_held = False
        self._kept: list[str] = []

    def say(self, text: str) -> None:
        """Say `text`, or keep it while something else has the terminal."""
        if self._is_held:
            self._kept = [*self._kept, text][-self.KEPT_MAX :]
        else:
            with suppress(OSError):  # nobody reads any more, which is no reason to end a run
                typer.echo(text, err=True)

    def hold(self, *, is_held: bool) -> None:
        """Keep what is said from now on, or do not."""
        self._is_held = is_held

    def release(self) -> None:
        """Say what was kept, and what comes at once."""
        self._is_held = False
        kept, self._kept = self._kept, []
        for text in kept:
            self.say(text)
