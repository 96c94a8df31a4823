"""Where the driver's records go, as it sees it: a journal, or a memory in tests."""

from collections.abc import Sequence
from typing import Protocol

from perpfsm.engine.records import Record


class Writer(Protocol):
    """What the driver needs of a journal."""

    def write(self, records: Sequence[Record]) -> None:
        """Write without waiting for the disk."""

    def commit(self) -> None:
        """Wait until what was written is kept."""
