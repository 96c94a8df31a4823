"""How findings speak of values and names: shown safely, listed, and with a guess at what was meant."""

import difflib
from collections.abc import Iterable
from decimal import Decimal

SHOWN_MAX = 60
LISTED_MAX = 14
# From this similarity on (0 … 1) a name is worth guessing.
SIMILARITY_MIN = 0.6
# The beginning of a name, from this length on, stands for it.
PREFIX_MIN = 3


def shown(value: object) -> str:
    """Return `value` as a reader of YAML would write it: one line, no control characters, not too long."""
    match value:
        case None:
            text = "null"
        case bool():
            text = "true" if value else "false"
        case Decimal():
            text = plain(value)
        case []:
            text = "an empty list"
        case list():
            text = "a list"
        case dict():
            text = "a mapping" if value else "an empty mapping"
        case _:
            text = str(value)
    printable = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
    if not printable.strip():
        return f'"{printable}"'
    return printable if len(printable) <= SHOWN_MAX else printable[: SHOWN_MAX - 1] + "…"


def plain(number: Decimal | int, *, grouped: bool = False) -> str:
    """Return `number` in plain notation without padding zeros, its thousands apart by commas when `grouped`."""
    text = f"{Decimal(number):,f}" if grouped else f"{Decimal(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def listed(names: Iterable[str], last: str = "or") -> str:
    """Return `a, b or c`."""
    *rest, final = names
    return f"{', '.join(rest)} {last} {final}" if rest else final


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the remedy for an unknown name: the nearest known one, else all of them if they are few."""
    names = list(dict.fromkeys(known))
    by_lower = {candidate.lower(): candidate for candidate in names}
    begun = (
        [candidate for candidate in by_lower if candidate.startswith(name.lower())] if len(name) >= PREFIX_MIN else []
    )
    near = difflib.get_close_matches(name.lower(), begun or by_lower, n=1, cutoff=0 if begun else SIMILARITY_MIN)
    if near:
        return f"Did you mean {by_lower[near[0]]}?"
    if 0 < len(names) <= LISTED_MAX:
        return f"Use {listed(names)}."
    return ""
