"""What the exchange counts of its own work, for those who judge a run."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """How often something happened since the exchange was opened.

    Attributes:
        filled_by_book: Fills of resting orders that the opposite best caused.
        filled_by_trade: Fills of resting orders that a public trade caused.
        taken: Fills of orders that took, one for each level.
        taken_beyond_the_book: Those among them at levels that the slippage model invented.
        races: Cancels that arrived after their order was filled.
        self_trades_prevented: Resting orders that expired because an own order would have met them.
    """

    filled_by_book: int = 0
    filled_by_trade: int = 0
    taken: int = 0
    taken_beyond_the_book: int = 0
    races: int = 0
    self_trades_prevented: int = 0
