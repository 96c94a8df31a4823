"""A folder as a feed: every file in it, by time; such as a venue's quotes and trades, or one file a day."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from operator import attrgetter
from pathlib import Path

from perpfsm.errors import FeedError
from perpfsm.feeds.feed import Feed
from perpfsm.feeds.reading import unreadable
from perpfsm.market.incident import FeedMessage
from perpfsm.market.offer import Offer

FILES_MAX = 100  # each is open, with a block of it in memory


class MergedFeed:
    """The messages of several feeds of one market, by their times.

    At equal times a feed that has trades goes first, since a book changes after the trade that changed it; else the
    files go by their names.
    """

    def __init__(self, name: str, feeds: Sequence[Feed]) -> None:
        """Put feeds together.

        Args:
            name: The folder's name.
            feeds: At least one.
        """
        self.name = name
        self._feeds = sorted(feeds, key=lambda feed: Offer.TRADES not in feed.offers)

    @property
    def hash(self) -> str:
        """SHA-256, hex, of the files' names and hashes, in the order in which they are merged."""
        text = "\n".join(f"{feed.name} {feed.hash}" for feed in self._feeds)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def symbol(self) -> str | None:
        """The market of the present pass, as the first file that says it does."""
        return next((feed.symbol for feed in self._feeds if feed.symbol is not None), None)

    @property
    def offers(self) -> frozenset[Offer]:
        """What some file carries."""
        return frozenset[Offer]().union(*(feed.offers for feed in self._feeds))

    @property
    def assumes_path(self) -> bool:
        """Whether some file does."""
        return any(feed.assumes_path for feed in self._feeds)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What there is to know of some file, each sentence once."""
        return tuple(dict.fromkeys(remark for feed in self._feeds for remark in feed.remarks))

    @property
    def progress(self) -> float:
        """The mean share that the present pass has read of each file."""
        return sum(feed.progress for feed in self._feeds) / len(self._feeds)

    @property
    def bad_lines(self) -> int:
        """How many lines of all files the present pass left out."""
        return sum(feed.bad_lines for feed in self._feeds)

    @property
    def skipped(self) -> Mapping[str, int]:
        """Lines without a message in the present pass: kind to number."""
        return sum((Counter(feed.skipped) for feed in self._feeds), Counter[str]())

    def messages(self) -> Iterator[FeedMessage]:
        """Yield the messages of all files by time.

        Raises:
            FeedError: When a line cannot be read, or the files are of several markets.
        """
        messages = merge(*(feed.messages() for feed in self._feeds), key=attrgetter("time_ns"))
        for first in messages:  # every file has given its first one by now, and said of what market it is
            symbols = {feed.symbol for feed in self._feeds} - {None}
            if len(symbols) > 1:
                both = " and ".join(sorted(map(str, symbols)))
                raise FeedError(f"Its files are of {both}.", where=self.name, remedy="A feed holds one market.")
            yield first
            yield from messages


def files_of(folder: Path) -> list[Path]:
    """Return the files of a feed's folder by name, hidden ones left out.

    Raises:
        FeedError: When there is none, or too many.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise unreadable(folder.name or str(folder), error) from error
    if not 0 < len(files) <= FILES_MAX:
        what = f"The folder holds {len(files)} files." if files else "The folder holds no file."
        raise FeedError(what, where=folder.name or str(folder), remedy=f"A feed may have 1 to {FILES_MAX} files.")
    return files
