"""The table of lifecycle scenarios: each is a short event script that says which rows it fires, from where, on what."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.builders import shipped_definition
from tests.floor import Floor
from tests.journaled import Combination
from tests.situations import TAKERS, TRAILERS

EVERY_MACHINE = (*TAKERS, *TRAILERS)
Script = Callable[[str], Floor]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One event script on one shipped machine.

    Attributes:
        name: What happens, as a sentence.
        machine: The lifecycle's name.
        script: Plays it on a new floor, which it returns.
        claims: Row, source and trigger of everything that it fires on purpose.
    """

    name: str
    machine: str
    script: Script
    claims: frozenset[Combination]

    def play(self) -> Floor:
        """Play the script and return the floor as it is at the end."""
        return self.script(self.machine)


class Table:
    """Scenarios in the order in which they were written."""

    def __init__(self) -> None:
        """Start empty."""
        self.scenarios: list[Scenario] = []

    def fires(self, *claims: str, on: Iterable[str] = EVERY_MACHINE) -> Callable[[Script], Script]:
        """Return a decorator that adds a script under its own name.

        Args:
            claims: Such as `stop_loss: open, market`.
            on: The machines on which it is played.
        """

        def add(script: Script) -> Script:
            self.add(script.__name__.replace("_", " "), script, *claims, on=on)
            return script

        return add

    def add(self, name: str, script: Script, *claims: str, on: Iterable[str] = EVERY_MACHINE) -> None:
        """Add a script under a name."""
        claimed = frozenset(_combination(claim) for claim in claims)
        self.scenarios.extend(Scenario(name, machine, script, claimed) for machine in on)


def every_combination(machine: str) -> set[Combination]:
    """Return every row of a shipped machine file with each of its sources and triggers."""
    return {
        (row.name, source, trigger.value)
        for row in shipped_definition(machine).rows
        for source in row.sources
        for trigger in row.triggers
    }


def _combination(claim: str) -> Combination:
    row, rest = claim.split(": ")
    source, trigger = rest.split(", ")
    return row, source, trigger
