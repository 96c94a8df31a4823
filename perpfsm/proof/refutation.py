"""A refutation: where a claim breaks, and the move that shows it."""

from dataclasses import dataclass

from perpfsm.proof.explore import Move


@dataclass(frozen=True, slots=True)
class Refutation:
    """A claim that does not hold.

    Attributes:
        claim: Its name.
        path: Where in the machine file.
        at: The number of the situation in which the last move begins.
        last: The move that shows it; None where the situation itself does.
        what: What is wrong.
        remedy: What to add.
    """

    claim: str
    path: tuple[str | int, ...]
    at: int
    last: Move | None
    what: str
    remedy: str
