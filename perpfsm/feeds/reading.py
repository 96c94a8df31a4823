"""Lines of a file, plain or gzip, read in blocks of bounded size, with the share that has been read."""

import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from perpfsm.errors import FeedError

READ_BYTES = 1 << 16
BLOCK_BYTES_MAX = 1 << 18
LINE_BYTES_MAX = 1 << 22
GZIP_MAGIC = b"\x1f\x8b"
GZIP_WBITS = 16 + zlib.MAX_WBITS


class LineFile:
    """One pass over the lines of a file.

    Attributes:
        name: The file's name without folders.
        bytes_total: Its size as stored.
        bytes_read: How much of that has been read.
        lines_read: How many lines have been handed out.
        was_cut: Whether the gzip data ended early and that was forgiven.
    """

    __slots__ = ("_forgives_cut", "_path", "bytes_read", "bytes_total", "lines_read", "name", "was_cut")

    def __init__(self, path: Path, *, forgives_cut: bool = False) -> None:
        """Look at the file without reading it.

        Args:
            path: The file.
            forgives_cut: Whether gzip data that end early are an end like any other.

        Raises:
            FeedError: When there is no such file, or it is not one.
        """
        self._path = path
        self._forgives_cut = forgives_cut
        self.name = path.name or str(path)
        self.bytes_read = self.lines_read = 0
        self.was_cut = False
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            raise unreadable(self.name, error) from error
        if not stat.S_ISREG(status.st_mode):
            kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise FeedError(f"It is {kind}.", where=self.name, remedy="Name a market-data file.")
        self.bytes_total = status.st_size

    def blocks(self) -> Iterator[list[bytes]]:
        """Yield the lines in blocks, without their line feeds; a last line needs none.

        Raises:
            FeedError: When the file cannot be read, its gzip data are damaged, or a line is longer than 4 MiB.
        """
        rest = b""
        for piece in self._pieces():
            lines = (rest + piece).split(b"\n")
            rest = lines.pop()
            self.lines_read += len(lines)
            if lines:
                yield lines
            if len(rest) > LINE_BYTES_MAX:
                raise self._error(f"The line is longer than {LINE_BYTES_MAX:,} bytes.", "Is it a market-data file?")
        if rest:
            self.lines_read += 1
            yield [rest]

    def _pieces(self) -> Iterator[bytes]:
        try:
            with self._path.open("rb") as file:
                is_gzip = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
                file.seek(0)
                yield from self._inflated(file) if is_gzip else self._chunks(file)
        except zlib.error as error:
            raise self._error(f"The gzip data are damaged ({error}).", "Fetch or record the file again.") from error
        except OSError as error:
            raise unreadable(self.name, error) from error

    def _chunks(self, file: BinaryIO) -> Iterator[bytes]:
        while chunk := file.read(READ_BYTES):
            self.bytes_read += len(chunk)
            yield chunk

    def _inflated(self, file: BinaryIO) -> Iterator[bytes]:
        """Yield the text of one or more gzip members, as `gzip -c a b` or an appending recorder writes them."""
        inflater = zlib.decompressobj(GZIP_WBITS)
        for chunk in self._chunks(file):
            left = chunk
            while left:
                yield inflater.decompress(left, BLOCK_BYTES_MAX)
                left = inflater.unconsumed_tail or inflater.unused_data.lstrip(b"\0")  # padding is allowed
                if left and inflater.eof:
                    inflater = zlib.decompressobj(GZIP_WBITS)
        yield inflater.flush()
        if inflater.eof:
            return
        if not self._forgives_cut:
            remedy = "Fetch it again, or use what is there with --skip-bad-lines."
            raise self._error("The gzip data end in the middle: the file was cut off.", remedy)
        self.was_cut = True

    def _error(self, what: str, remedy: str) -> FeedError:
        return FeedError(what, where=f"{self.name}:{self.lines_read + 1}", remedy=remedy)


def unreadable(name: str, error: OSError | ValueError) -> FeedError:
    """Return the error for a file that the operating system does not give us."""
    what = f"The file cannot be read: {system_reason(error)}."
    return FeedError(what, where=name, remedy="Check the path and its permissions.")


def system_reason(error: OSError | ValueError) -> str:
    """Return the operating system's words for what went wrong, without numbers and paths."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
