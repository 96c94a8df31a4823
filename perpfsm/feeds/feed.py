"""What every source of market data offers."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from perpfsm.market.incident import FeedMessage
from perpfsm.market.offer import Offer


class Feed(Protocol):
    """One market's messages in the order in which they were received."""

    @property
    def name(self) -> str:
        """The file's name without folders, or `synthetic`."""
        ...

    @property
    def hash(self) -> str:
        """SHA-256, hex, of the file as stored, or of the settings."""
        ...

    @property
    def symbol(self) -> str | None:
        """The market that the present pass carries, in the venue's spelling (BTCUSDT).

        Known from the first message on; None before it, and where the format does not say.
        """
        ...

    @property
    def offers(self) -> frozenset[Offer]:
        """What the feed carries beside quotes, known before the first pass.

        Of a recording it is what the first 4 MiB of its text hold, of a CSV what its header names.
        """
        ...

    @property
    def assumes_path(self) -> bool:
        """Whether the path between its prices is assumed, as that of bars is, so that no latency can be told."""
        ...

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results should know of the present pass, a sentence each; empty for most feeds."""
        ...

    @property
    def progress(self) -> float:
        """The share that the present pass has read, 0 to 1."""
        ...

    @property
    def bad_lines(self) -> int:
        """How many lines the present pass left out because they could not be read."""
        ...

    @property
    def skipped(self) -> Mapping[str, int]:
        """What the present pass read well and has no message for: kind of event to number of lines."""
        ...

    def messages(self) -> Iterator[FeedMessage]:
        """Start a pass from the beginning; times never go backwards.

        Raises:
            FeedError: While iterating, when a line cannot be read.
        """
        ...
