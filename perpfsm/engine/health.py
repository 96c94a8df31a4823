"""Health of the market data: a pure fold over every message (B17)."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.decisions.quotes import PERCENT
from perpfsm.market.messages import BadQuote, Quote

GOOD = "good"
MISSING = "missing"
STALE = "stale"
CROSSED = "crossed"
JUMP = "jump"
INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Health:
    """What the data is worth now.

    Attributes:
        status: good, missing, stale, crossed, jump or invalid.
        detail: The numbers behind it.
    """

    status: str = MISSING
    detail: str = "no quote yet"

    @property
    def is_good(self) -> bool:
        """Whether new exposure may rest on it."""
        return self.status == GOOD


SILENT = Health(STALE, "no quote for too long")


def judge(message: Quote | BadQuote, *, before: Quote | None, max_jump_pct: Decimal | None) -> Health:
    """Return the health of the data once `message` is here.

    A jump makes the message that jumps bad, and the next one that stays near it good again.

    Args:
        message: As the feed gave it.
        before: The newest uncrossed quote before it.
        max_jump_pct: Percent between two consecutive mid prices; None is off.
    """
    if isinstance(message, BadQuote):
        return Health(INVALID, message.reason)
    if message.bid > message.ask:
        return Health(CROSSED, f"bid {message.bid:f} is above ask {message.ask:f}")
    if before is not None and jumps(before, message, max_jump_pct):
        return Health(JUMP, f"mid price went from {before.mid:f} to {message.mid:f}")
    return Health(GOOD, "")


def jumps(before: Quote | None, after: Quote, max_jump_pct: Decimal | None) -> bool:
    """Return whether the step between two mid prices is beyond `max_jump_pct` percent; None is off."""
    if before is None or max_jump_pct is None:
        return False
    was = before.bid + before.ask
    return abs(after.bid + after.ask - was) * PERCENT > max_jump_pct * was
