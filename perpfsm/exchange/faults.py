"""What is wrong with the venue at the moment: placements that it will refuse, answers that will be lost, a halt."""

from dataclasses import dataclass


@dataclass(slots=True)
class Faults:
    """The incidents in force.

    Attributes:
        refusals: How many of the next placements are refused.
        lost_answers: To how many of the next placements the answer is lost.
        halted_until_ns: Before this moment nothing executes, on the feed's clock, nanoseconds since the epoch.
    """

    refusals: int = 0
    lost_answers: int = 0
    halted_until_ns: int = 0

    def is_halted(self, now_ns: int) -> bool:
        """Return whether nothing executes at `now_ns`."""
        return now_ns < self.halted_until_ns

    def refuses(self) -> bool:
        """Return whether the placement that has just arrived is refused; it is counted."""
        if not self.refusals:
            return False
        self.refusals -= 1
        return True

    def loses_answer(self) -> bool:
        """Return whether the answer to the placement that has just arrived is lost; it is counted."""
        if not self.lost_answers:
            return False
        self.lost_answers -= 1
        return True
