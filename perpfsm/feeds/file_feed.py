"""A file as a feed: reads its lines through the parser of its format and keeps count."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from perpfsm.errors import FeedError
from perpfsm.feeds.bad_line import SKIP_REMEDY, BadLine
from perpfsm.feeds.reading import LineFile, unreadable
from perpfsm.market.incident import INCIDENTS, FeedMessage
from perpfsm.market.messages import DepthSnapshot, DepthUpdate
from perpfsm.market.offer import Offer

TIME_NS_MAX = 2**63 - 2


class LineParser(Protocol):
    """Reads the lines of one format, one after the other."""

    @property
    def symbol(self) -> str | None:
        """The market, in the venue's spelling; None before a line that says it, and where none does."""
        ...

    @property
    def skipped(self) -> Counter[str]:
        """Lines that were read well and have no message, by kind."""
        ...

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results should know of what was read so far, a sentence each."""
        ...

    def parse(self, line: bytes) -> FeedMessage | tuple[FeedMessage, ...] | None:
        """Return the message of a line, or its several in the order of their times, None when it has none.

        Raises:
            BadLine: When the line cannot be read.
        """
        ...


class FileFeed:
    """The messages of a file; each pass opens it again.

    Attributes:
        bad_lines: Lines that the present pass left out because they could not be read.
        offers: What it carries beside quotes.
        assumes_path: Whether the path between its prices is assumed.
    """

    def __init__(
        self,
        path: Path,
        make_parser: Callable[[], LineParser],
        *,
        offers: frozenset[Offer],
        skips_bad_lines: bool,
        assumes_path: bool = False,
    ) -> None:
        """Prepare a feed.

        Args:
            path: The file.
            make_parser: Gives a fresh parser of its format for each pass.
            offers: What it carries beside quotes.
            skips_bad_lines: Whether a line that cannot be read is counted rather than an error.
            assumes_path: Whether the path between its prices is assumed.
        """
        self.bad_lines = 0
        self.offers = offers
        self.assumes_path = assumes_path
        self._path = path
        self._make_parser = make_parser
        self._parser = make_parser()
        self._skips_bad_lines = skips_bad_lines
        self._lines = LineFile(path, forgives_cut=skips_bad_lines)
        self._hash = ""

    @property
    def name(self) -> str:
        """The file's name without folders."""
        return self._lines.name

    @property
    def hash(self) -> str:
        """SHA-256, hex, of the file as stored."""
        if not self._hash:
            try:
                with self._path.open("rb") as file:
                    self._hash = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise unreadable(self.name, error) from error
        return self._hash

    @property
    def symbol(self) -> str | None:
        """The market of the present pass in the venue's spelling, once a line that says it was read."""
        return self._parser.symbol

    @property
    def progress(self) -> float:
        """The share of the stored bytes that the present pass has read, 0 to 1."""
        return min(1.0, self._lines.bytes_read / max(1, self._lines.bytes_total))

    @property
    def skipped(self) -> Mapping[str, int]:
        """Lines without a message in the present pass: kind to number."""
        return self._parser.skipped

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results should know of the present pass, a sentence each."""
        return self._parser.remarks

    def messages(self) -> Iterator[FeedMessage]:
        """Yield the messages from the beginning; times never go backwards.

        Raises:
            FeedError: When a line or the file cannot be read, or nothing in it is a message.
        """
        self._parser = self._make_parser()
        self._lines = lines = LineFile(self._path, forgives_cut=self._skips_bad_lines)
        self.bad_lines = 0
        parse = self._parser.parse
        last_ns = 0
        is_silent = True
        for block in lines.blocks():
            for number, line in enumerate(block, lines.lines_read - len(block) + 1):
                try:
                    message = parse(line)
                except BadLine as problem:
                    if line.strip():  # an empty line is no loss
                        self._leave_out(number, problem)
                    continue
                if message is None:
                    continue
                first = message[0] if isinstance(message, tuple) else message
                if not last_ns <= first.time_ns <= TIME_NS_MAX:
                    self._leave_out(number, _wrong_time(first.time_ns, last_ns))
                    continue
                if is_silent:
                    is_silent = isinstance(first, (DepthSnapshot, DepthUpdate, *INCIDENTS))
                if isinstance(message, tuple):
                    last_ns = message[-1].time_ns
                    yield from message
                else:
                    last_ns = first.time_ns
                    yield message
        self.bad_lines += lines.was_cut
        if is_silent:
            raise self._silence()

    def _leave_out(self, number: int, problem: BadLine) -> None:
        if not (self._skips_bad_lines and problem.is_skippable):
            raise FeedError(problem.what, where=f"{self.name}:{number}", remedy=problem.remedy)
        self.bad_lines += 1

    def _silence(self) -> FeedError:
        read = ", ".join(f"{count} {kind}" for kind, count in self.skipped.items())
        bad = f"{self.bad_lines} unreadable" if self.bad_lines else ""
        found = "; ".join(part for part in (read, bad) if part) or "nothing"
        what = f"No line is a quote, a trade or a mark price (found: {found})."
        return FeedError(what, where=self.name, remedy="Record the bookTicker stream too, or name another file.")


def _wrong_time(time_ns: int, last_ns: int) -> BadLine:
    if time_ns > TIME_NS_MAX:
        return BadLine(f"The time {time_ns} ns is beyond the year 2262.")
    remedy = f"Sort the lines by time, or leave late ones out. {SKIP_REMEDY}"
    return BadLine(f"Time goes backwards, from {last_ns} to {time_ns} ns.", remedy=remedy)
