"""A person at a real terminal: a process of its own session behind a pseudo-terminal, typed at and read from."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT_S = 30
PATIENCE_S = 5
PRESSES_MAX = 5
INTERRUPT = "\x03"
END_OF_INPUT = "\x04"

# The terminal becomes the process's own, so that Ctrl-C arrives as a signal.
_START = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, sys.argv[1:])"
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(slots=True)
class Terminal:
    """A terminal and the process in it.

    Attributes:
        process: The process.
        side: Our end.
        shown: All that was shown so far, with its colours.
    """

    process: subprocess.Popen[bytes]
    side: int
    shown: bytes = b""
    _read: int = field(default=0)

    def text(self) -> str:
        """Return all that was shown so far, without colours."""
        return _STYLE.sub("", self.shown.decode("utf-8")).replace("\r\n", "\n")

    def wait_for(self, text: str) -> None:
        """Read until `text` is shown behind what was waited for last.

        Raises:
            AssertionError: When it does not come in time.
        """
        deadline = time.monotonic() + TIMEOUT_S
        while text not in self.text()[self._read :]:
            assert time.monotonic() < deadline, f"{text!r} was not shown: {self.text()[self._read :]!r}"
            assert self._take(), f"ended before {text!r} was shown: {self.text()[self._read :]!r}"
        self._read = self.text().index(text, self._read) + len(text)

    def type(self, text: str) -> None:
        """Type `text` as it is."""
        os.write(self.side, text.encode())

    def enter(self, text: str, *, at: str) -> None:
        """Wait for the question `at` and its cursor, and answer it."""
        self.wait_for(at)
        self.wait_for("> ")
        self.type(f"{text}\n")

    def interrupt(self) -> int:
        """Press Ctrl-C, again as long as nothing comes of it, and return how the process ends.

        An interpreter that has shown its prompt and does not read yet takes the signal, and then waits for a line.
        """
        for _ in range(PRESSES_MAX):
            self.type(INTERRUPT)
            if select.select([self.side], [], [], PATIENCE_S)[0]:
                # the terminal echoes the key at once; what follows comes from the process, or it ends
                self._take()
            if select.select([self.side], [], [], PATIENCE_S)[0]:
                break
        return self.status()

    def status(self) -> int:
        """Return how the process ends, having read what it shows until then."""
        while self._take():
            pass
        return self.process.wait(TIMEOUT_S)

    def _take(self) -> bool:
        """Read what is there, waiting a while for it; return whether there can be more."""
        if not select.select([self.side], [], [], TIMEOUT_S)[0]:
            return False
        try:
            part = os.read(self.side, 65536)
        except OSError:  # the other end is closed, on Linux
            return False
        self.shown += part
        return bool(part)


@contextmanager
def terminal(*arguments: str, folder: Path) -> Iterator[Terminal]:
    """Start `perpfsm` with these arguments in `folder`, at a terminal; it is ended when the block is left."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-c", _START, sys.executable, "-m", "perpfsm", *arguments],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=environment | {"TERM": "xterm-256color", "COLUMNS": "120", "PYTHONUTF8": "1"},
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
