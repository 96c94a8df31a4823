"""What a session has journaled, as tests ask for it."""

from typing import TypeVar

from perpfsm.engine.records import (
    ClosingRecord,
    CommandRecord,
    FillRecord,
    OperatorRecord,
    Record,
    RefusalRecord,
    TransitionRecord,
)
from perpfsm.market.order import PlaceOrder

Combination = tuple[str, str, str]
Kind = TypeVar("Kind", bound=Record)


class Journaled:
    """Records, in order.

    Attributes:
        records: Everything that was journaled.
    """

    def __init__(self) -> None:
        """Start with nothing journaled."""
        self.records: list[Record] = []

    @property
    def placed(self) -> list[PlaceOrder]:
        """Every order that left, in order."""
        commands = [record.command for record in self.of(CommandRecord)]
        return [command for command in commands if isinstance(command, PlaceOrder)]

    @property
    def rows(self) -> list[str]:
        """The names of the rows that fired, in order."""
        return [record.name for record in self.of(TransitionRecord)]

    @property
    def fired(self) -> set[Combination]:
        """The rows that fired, each with the state and the trigger on which it did."""
        return {(record.name, record.source, record.trigger) for record in self.of(TransitionRecord)}

    @property
    def closings(self) -> list[str]:
        """The reasons of the closings so far."""
        return [record.reason for record in self.of(ClosingRecord)]

    @property
    def refusals(self) -> list[str]:
        """Why something did not leave, in order."""
        return [record.why for record in self.of(RefusalRecord)]

    @property
    def acts(self) -> list[tuple[str, str]]:
        """What operator, risk and engine did: the action and who."""
        return [(record.action, record.who) for record in self.of(OperatorRecord)]

    @property
    def fills(self) -> list[FillRecord]:
        """Every fill as booked."""
        return self.of(FillRecord)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the records of one kind."""
        return [record for record in self.records if isinstance(record, kind)]
