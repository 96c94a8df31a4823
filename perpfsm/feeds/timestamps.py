"""Timestamps from text: nanoseconds since the epoch, from any usual unit or ISO 8601."""

import re
from datetime import UTC, datetime

from perpfsm.feeds.bad_line import BadLine, quoted

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The first magnitude that is no longer seconds, milliseconds, microseconds, and each unit's power of ten below it.
UNITS = ((10**11, 9), (10**14, 6), (10**17, 3))
NS_DIGITS = 9
NS_PER_S = 1_000_000_000

_COUNT = re.compile(r"([0-9]{1,19})(?:\.([0-9]{1,30}))?", re.ASCII)
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]{1,30}))?"
    r"(?: ?(Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?))?",
    re.ASCII,
)


def to_ns(text: str) -> int:
    """Return a timestamp in nanoseconds since the epoch; what is finer than that is cut off.

    Args:
        text: Seconds (below 1e11), milliseconds (below 1e14), microseconds (below 1e17) or nanoseconds since the
            epoch, possibly with decimals, or ISO 8601 with seconds; without an offset it is UTC.

    Raises:
        BadLine: When it is neither, or before 1970.
    """
    word = text.strip()
    if count := _COUNT.fullmatch(word):
        whole = int(count[1])
        power = next((power for limit, power in UNITS if whole < limit), 0)
        return whole * int(10**power) + _fraction(count[2], power)
    if iso := _ISO.fullmatch(word):
        return _iso_to_ns(word, iso)
    raise BadLine(f"{quoted(word)} is not a timestamp (s, ms, µs or ns since 1970, or ISO 8601).")


def _iso_to_ns(word: str, iso: re.Match[str]) -> int:
    day, clock, fraction, zone = iso.groups()
    offset = "+00:00" if zone in (None, "UTC") else zone
    try:
        since = datetime.fromisoformat(f"{day}T{clock}{offset}") - EPOCH
    except ValueError as error:
        raise BadLine(f"{quoted(word)} is not a timestamp: {error}.") from error
    if since.days < 0:
        raise BadLine(f"{quoted(word)} is before 1970.")
    return (since.days * 86_400 + since.seconds) * NS_PER_S + _fraction(fraction, NS_DIGITS)


def _fraction(digits: str | None, power: int) -> int:
    """Return decimals as a whole number of the unit that is 10^-power of theirs, cut off."""
    return int((digits or "").ljust(power, "0")[:power] or "0")
