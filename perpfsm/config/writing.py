"""A file written whole or not at all: beside its place first, then moved there in one step."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perpfsm.errors import ConfigError, Finding, Place, Severity


def refusal_to_write(path: Path) -> str:
    """Return why no file can come to be at `path`, in one sentence; empty when one can, or a file is there."""
    if not str(path).isprintable():
        return "The name holds characters that cannot be printed."
    try:
        if path.exists() and not path.is_file():
            return "This is not a file, and cannot become one."
        folder = path.resolve().parent
        if not folder.is_dir():
            return f"There is no directory {folder}; make it first."
    except (OSError, RuntimeError) as error:  # a name too long, a directory that is closed, links in a circle
        return f"The path cannot be used: {getattr(error, 'strerror', None) or error}."
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"The directory {folder} cannot be written to."
    return ""


@contextmanager
def whole_file(path: Path, text: str, *, overwrite: bool) -> Iterator[Path]:
    """Write `text` beside `path`, let the caller look at it there, and move it to `path` unless that raises.

    Args:
        path: Where the file shall be; through a symbolic link, what that leads to.
        text: The whole content.
        overwrite: Whether what is there may be replaced; without it a file that appears meanwhile stays.

    Yields:
        The path of the temporary file, which never outlives this.

    Raises:
        ConfigError: When the file cannot be written, or is there already.
    """
    target = path.resolve() if overwrite else path
    scratch = target.with_name(f".{target.name[:200]}.{os.getpid()}.tmp")
    try:
        with scratch.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield scratch
        if overwrite:
            if target.exists():
                shutil.copymode(target, scratch)
            scratch.replace(target)
        else:
            _place(scratch, path)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        scratch.unlink(missing_ok=True)


def _place(scratch: Path, path: Path) -> None:
    """Give `scratch` the name `path` unless something has it; a rename would replace what is there."""
    try:
        os.link(scratch, path)
    except FileExistsError:
        raise
    except OSError:  # not every file system has hard links
        path.open("x").close()
        scratch.replace(path)


def _unwritten(path: Path, error: OSError) -> ConfigError:
    if isinstance(error, FileExistsError):
        what, remedy = "The file is there already, and stays as it is.", "Name another, or use --force."
    else:
        what, remedy = f"The file cannot be written: {error.strerror}.", "Check the path and its permissions."
    return ConfigError((Finding("unwritable-file", Severity.ERROR, Place(str(path)), what, remedy),))
