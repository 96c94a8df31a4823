"""What counts as a number in a file: what JSON's grammar calls one, and what to write instead of a near miss."""

import re
from collections.abc import Callable
from decimal import Decimal

LENGTH_MAX = 40
EXPONENT_MAX = 20

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?:[eE](?P<exponent>[+-]?[0-9]+))?")


def is_number(text: str) -> bool:
    """Return whether `text` is a number of any length."""
    return _NUMBER.fullmatch(text) is not None


def is_too_long(text: str) -> bool:
    """Return whether the number `text` has more digits, or a larger exponent, than any quantity needs."""
    number = _NUMBER.fullmatch(text)
    if len(text) > LENGTH_MAX or number is None:
        return True
    return abs(int(number["exponent"] or 0)) > EXPONENT_MAX


def read_number(text: str) -> int | Decimal:
    """Return the exact value of `text`, which `is_number` and not `is_too_long`."""
    number = _NUMBER.fullmatch(text)
    if number is not None and number["fraction"] is None and number["exponent"] is None:
        return int(text)
    return Decimal(text)


def _minutes(match: re.Match[str]) -> str:
    total = 0
    for part in match[0].split(":"):
        total = total * 60 + int(part)
    return f"Write {total}; a colon makes no number."


_NEAR_MISSES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"-?[0-9][0-9.]*_[0-9_.]*"), lambda m: f"Write {m[0].replace('_', '')}, without underscores."),
    (re.compile(r"0x[0-9a-fA-F]{1,12}|0o[0-7]{1,12}"), lambda m: f"Write {int(m[0], 0)}, in decimal digits."),
    (re.compile(r"(-?)0+([0-9]+(?:\.[0-9]+)?)"), lambda m: f"Write {m[1]}{m[2]}, without leading zeros."),
    (re.compile(r"[0-9]{1,4}(:[0-9]{1,2}){1,2}"), _minutes),
    (re.compile(r"(?i)[+-]?\.?(nan|inf|infinity)"), lambda _: "Write a finite number."),
    (re.compile(r"\+([0-9.]+)"), lambda m: f"Write {m[1]}, without a plus."),
    (re.compile(r"(-?)(\.[0-9]+)"), lambda m: f"Write {m[1]}0{m[2]}."),
    (re.compile(r"(-?[0-9]+)\."), lambda m: f"Write {m[1]}."),
    (re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+"), lambda m: f"Write {m[0].replace(',', '')}, without commas."),
    (re.compile(r"(-?[0-9]+),([0-9]+)"), lambda m: f"Write {m[1]}.{m[2]}, with a point."),
    (re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) *[%a-zA-Z]+"), lambda m: f"Write {m[1]}, without a unit."),
)


def remedy_for(text: str) -> str:
    """Return what to write instead of `text` where a number belongs; empty when it resembles none."""
    for pattern, remedy in _NEAR_MISSES:
        match = pattern.fullmatch(text.strip())
        if match is not None:
            return remedy(match)
    return ""
