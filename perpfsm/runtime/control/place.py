"""Where control sockets are: one folder per user, which nobody else can enter, and one short name per journal."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from perpfsm.runtime.control.protocol import ControlError

# The address of a socket is limited to 104 bytes (macOS) or 108 (Linux), its closing zero included.
ADDRESS_BYTES_MAX = 103
NAME_DIGITS = 16
SUFFIX = ".sock"


def folder() -> Path:
    """Return the folder of this user's control sockets: in the session's runtime folder, else in the temporary one."""
    session = os.environ.get("XDG_RUNTIME_DIR")
    near = [Path(session) / "perpfsm"] if session else []
    user = f"perpfsm-{os.geteuid()}"
    places = [*near, Path(tempfile.gettempdir()) / user, Path("/tmp") / user]  # noqa: S108  # made owner-only below
    fits = (place for place in places if len(os.fsencode(place)) + NAME_DIGITS + len(SUFFIX) < ADDRESS_BYTES_MAX)
    return next(place for place in fits if place.parent.is_dir())


def socket_of(journal: Path) -> Path:
    """Return the control socket of the bot that writes `journal`."""
    digest = hashlib.sha256(os.fsencode(journal.resolve())).hexdigest()
    return folder() / f"{digest[:NAME_DIGITS]}{SUFFIX}"


def sockets() -> list[Path]:
    """Return every control socket of this user, stale ones included."""
    place = folder()
    return sorted(place.glob(f"*{SUFFIX}")) if place.is_dir() and is_private(place) else []


def prepare() -> None:
    """Make the folder, for nobody but this user.

    Raises:
        ControlError: When it cannot be, or somebody else could enter it.
    """
    place = folder()
    try:
        place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ControlError(
            f"The folder of control sockets cannot be made: {error.strerror}.", where=str(place), remedy=_FREE
        ) from error
    if not is_private(place):
        raise ControlError("This folder is not this user's alone.", where=str(place), remedy=_FREE)


def is_private(place: Path) -> bool:
    """Return whether a folder is this user's, and nobody else can enter it."""
    status = place.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


_FREE = "Remove it, or point XDG_RUNTIME_DIR to a folder of your own."
