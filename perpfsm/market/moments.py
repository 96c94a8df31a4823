"""Moments and ages: whole nanoseconds since the epoch, and exact seconds between them."""

from decimal import ROUND_CEILING, Decimal

from perpfsm.market.ratio import Ratio

SECOND_NS = Decimal(10**9)


def age_s(now_ns: int, moment_ns: int | None) -> Ratio | None:
    """Return the seconds since a moment; None when there was none."""
    return None if moment_ns is None else Ratio(Decimal(now_ns - moment_ns), SECOND_NS)


def later(moment_ns: int, seconds: Decimal) -> int:
    """Return the moment `seconds` later, rounded up to whole nanoseconds."""
    return moment_ns + int((seconds * SECOND_NS).to_integral_value(ROUND_CEILING))
