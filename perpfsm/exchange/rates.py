"""How often an account places orders, and how often it may."""

from collections import deque
from collections.abc import Iterable

from perpfsm.exchange.settings import RateLimits

SECOND_NS = 1_000_000_000
TEN_SECONDS_NS = 10 * SECOND_NS
MINUTE_NS = 60 * SECOND_NS


class PlacementRate:
    """The moments of the newest opening orders that were taken, as far back as a limit looks."""

    __slots__ = ("_moments",)

    def __init__(self, moments: Iterable[int] = ()) -> None:
        """Start with `moments`, oldest first, nanoseconds since the epoch."""
        self._moments = deque(moments)

    def allows(self, limits: RateLimits, now_ns: int) -> bool:
        """Return whether one more order at `now_ns` stays within both limits."""
        moments = self._moments
        while moments and moments[0] <= now_ns - MINUTE_NS:
            moments.popleft()
        if len(moments) >= limits.per_minute:
            return False
        return len(moments) < limits.per_10s or moments[-limits.per_10s] <= now_ns - TEN_SECONDS_NS

    def count(self, now_ns: int) -> None:
        """Remember an order that was taken at `now_ns`."""
        self._moments.append(now_ns)

    def moments(self) -> tuple[int, ...]:
        """Return what has to be remembered, oldest first."""
        return tuple(self._moments)
