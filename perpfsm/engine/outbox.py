"""The outbox: records and approved commands, in the order in which they have to be written and sent."""

from perpfsm.decisions.approval import Approved
from perpfsm.engine.records import Record


class Outbox:
    """What a session has produced since it was last emptied."""

    __slots__ = ("commands", "records")

    def __init__(self) -> None:
        """Start empty."""
        self.records: list[Record] = []
        self.commands: list[Approved] = []

    def take(self) -> tuple[list[Record], list[Approved]]:
        """Return what is there, records first, and start anew."""
        taken = self.records, self.commands
        self.records, self.commands = [], []
        return taken
