"""One writer per journal: an advisory lock beside it, released by the system when its holder dies."""

import fcntl
import os
from pathlib import Path
from typing import Self

from perpfsm.errors import JournalError

ATTEMPTS_MAX = 10


class WriterLock:
    """The right to write one journal, held until `release`."""

    __slots__ = ("_descriptor", "_path")

    def __init__(self, path: Path, descriptor: int) -> None:
        """Keep what `acquire` opened.

        Args:
            path: The lock file.
            descriptor: Of it, locked.
        """
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, journal: Path) -> Self:
        """Return the lock of `journal`.

        Raises:
            JournalError: When another process holds it, or the folder cannot be written.
        """
        path = journal.with_name(f"{journal.name}.lock")
        for _ in range(ATTEMPTS_MAX):
            descriptor = _open(path, journal)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
                os.close(descriptor)
                raise _held(journal, holder) from None
            if _is_current(path, descriptor):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, str(os.getpid()).encode(), 0)
                return cls(path, descriptor)
            os.close(descriptor)  # released and removed by its holder between our opening and our locking
        raise _held(journal, "")

    def release(self) -> None:
        """Give the lock back; the file goes first, so that nobody locks one that is about to go."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def _open(path: Path, journal: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise JournalError(
            f"The journal's lock cannot be created: {error.strerror}.",
            where=str(journal),
            remedy="Make the folder writable or name a journal elsewhere with --journal.",
        ) from error


def _is_current(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _held(journal: Path, holder: str) -> JournalError:
    process = f" (process {holder})" if holder else ""
    return JournalError(
        f"Another bot{process} is writing this journal.",
        where=str(journal),
        remedy="Stop it first, or give this one a journal of its own with --journal.",
    )
