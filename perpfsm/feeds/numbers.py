"""Numbers from the text of a feed: exact, cached, and sorted into usable, unusable and unreadable."""

import re
from collections.abc import Iterable
from decimal import Decimal

from perpfsm.feeds.bad_line import BadLine, quoted

CACHED_MAX = 1 << 15  # six minutes of a BTCUSDT book know 19,000 prices
MAGNITUDE_MAX = 30
DECIMALS_MAX = 40

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?", re.ASCII)
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)  # what feeds write; always within range
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.ASCII | re.IGNORECASE)


class Unusable(Exception):
    """A number that was read well and cannot be traded on: missing, not finite or not positive."""


def to_decimal(text: str | None) -> Decimal:
    """Return the exact value of `text`, which may have blanks around it.

    Raises:
        Unusable: When it is missing or not finite.
        BadLine: When it is no number, one beyond 1e±30, or one with more than 40 decimals.
    """
    if text and _PLAIN.fullmatch(text):
        return Decimal(text)
    word = (text or "").strip()
    if not word:
        raise Unusable("is missing")
    if _NOT_FINITE.fullmatch(word):
        raise Unusable(f"is not finite: {word}")
    number = _NUMBER.fullmatch(word)
    if not number:
        raise BadLine(f"{quoted(word)} is not a number.")
    value = Decimal(word)
    is_too_fine = number[1] and -int(value.as_tuple().exponent) > DECIMALS_MAX
    if is_too_fine or (value and abs(value.adjusted()) > MAGNITUDE_MAX):
        raise BadLine(f"{quoted(word)} is out of range.")
    return value


def to_text(value: Decimal) -> str:
    """Return the text of a number of a feed without an exponent; `to_decimal` gives it back digit for digit."""
    return f"{value:f}"


class PositiveNumbers(dict[str | None, Decimal]):
    """Text to its positive, finite value; prices and sizes repeat, so looking up beats converting.

    `numbers[text]` raises what `to_decimal` raises, and `Unusable` for a number that is not positive.
    """

    def __missing__(self, text: str | None) -> Decimal:
        """Convert, keep and return the value of `text`."""
        value = to_decimal(text)
        if value <= 0:
            raise Unusable(f"is not positive: {value}")
        if len(self) >= CACHED_MAX:
            self.clear()
        self[text] = value
        return value

    def problem(self, fields: Iterable[tuple[str, str | None]]) -> str:
        """Return what is wrong with the first unusable one of `fields` (name and text), empty when all are usable."""
        for name, text in fields:
            try:
                self[text]
            except Unusable as why:
                return f"{name} {why}"
        return ""
