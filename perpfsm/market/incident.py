"""Incidents that a test, a scenario or a counterexample injects at the venue, as values and as text.

They travel among a feed's messages, at their own time, and reach the exchange only: the session learns of them by
what the venue says afterwards.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from perpfsm.errors import PerpfsmError
from perpfsm.market.messages import MarketMessage
from perpfsm.market.side import LegName, Side

COUNT_MAX = 1_000_000
SECONDS_MAX = 1_000_000_000
SEPARATOR = ";"


class Expiring(StrEnum):
    """Which of our working orders expire."""

    EXITS = "exits"
    QUOTES = "quotes"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Deleverage:
    """The venue reduces a position at the mark price (auto-deleveraging).

    Attributes:
        time_ns: When it happens, on the feed's clock, nanoseconds since the epoch.
        leg: Whose position.
        size: Base units, positive; at most what is open is taken.
    """

    time_ns: int
    leg: LegName
    size: Decimal


@dataclass(frozen=True, slots=True)
class ManualTrade:
    """Another hand trades on our account.

    Attributes:
        leg: Whose position it changes.
        side: Buy or sell.
        size: Base units, positive.
        price: Quote currency per base unit, positive.
    """

    time_ns: int
    leg: LegName
    side: Side
    size: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class ExpireOrders:
    """The venue takes working orders of ours off the book, though nobody asked."""

    time_ns: int
    which: Expiring


@dataclass(frozen=True, slots=True)
class RejectPlacements:
    """The next `count` placements that arrive are refused."""

    time_ns: int
    count: int


@dataclass(frozen=True, slots=True)
class LoseAnswers:
    """The next `count` placements are carried out, and the answer to each of them is lost."""

    time_ns: int
    count: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing of the venue's is received for `seconds`; then everything that happened meanwhile is, in order."""

    time_ns: int
    seconds: Decimal


@dataclass(frozen=True, slots=True)
class Halt:
    """The venue executes nothing for `seconds`."""

    time_ns: int
    seconds: Decimal


Incident = Deleverage | ManualTrade | ExpireOrders | RejectPlacements | LoseAnswers | Silence | Halt

INCIDENTS = (Deleverage, ManualTrade, ExpireOrders, RejectPlacements, LoseAnswers, Silence, Halt)
"""The same as classes, for `isinstance` with one look-up."""

FeedMessage = MarketMessage | Incident
"""What a feed may hold: messages for everybody, and incidents for the exchange."""

FORMS = (
    "adl LEG SIZE",
    "trade LEG buy|sell SIZE PRICE",
    "expire exits|quotes|all",
    "reject N",
    "unknown N",
    "silent SECONDS",
    "halt SECONDS",
)

_DECIMAL = re.compile(r"[0-9]{1,40}(?:\.[0-9]{1,40})?", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,7}", re.ASCII)


def parse_incidents(text: str, time_ns: int) -> tuple[Incident, ...]:
    """Return the incidents of `text`, one or several separated by `;`, none when it is blank.

    Args:
        text: Such as `adl LONG 0.5; silent 3`; words in any case.
        time_ns: When they happen, nanoseconds since the epoch.

    Raises:
        PerpfsmError: When a part of it is no incident.
    """
    return tuple(_parse(part.split(), time_ns) for part in text.split(SEPARATOR) if part.strip())


def incident_text(incident: Incident) -> str:
    """Return the text of an incident; `parse_incidents` gives it back."""
    match incident:
        case Deleverage(leg=leg, size=size):
            return f"adl {leg} {size:f}"
        case ManualTrade(leg=leg, side=side, size=size, price=price):
            return f"trade {leg} {side} {size:f} {price:f}"
        case ExpireOrders(which=which):
            return f"expire {which}"
        case RejectPlacements(count=count):
            return f"reject {count}"
        case LoseAnswers(count=count):
            return f"unknown {count}"
        case Silence(seconds=seconds):
            return f"silent {seconds:f}"
        case Halt(seconds=seconds):
            return f"halt {seconds:f}"


def _parse(words: list[str], time_ns: int) -> Incident:
    match [words[0].lower(), *words[1:]]:
        case ["adl", leg, size]:
            return Deleverage(time_ns, _leg(leg, words), _positive(size, words))
        case ["trade", leg, side, size, price]:
            return ManualTrade(
                time_ns, _leg(leg, words), _side(side, words), _positive(size, words), _positive(price, words)
            )
        case ["expire", which] if which.lower() in set(Expiring):
            return ExpireOrders(time_ns, Expiring(which.lower()))
        case ["reject", count]:
            return RejectPlacements(time_ns, _count(count, words))
        case ["unknown", count]:
            return LoseAnswers(time_ns, _count(count, words))
        case ["silent", seconds]:
            return Silence(time_ns, _seconds(seconds, words))
        case ["halt", seconds]:
            return Halt(time_ns, _seconds(seconds, words))
        case _:
            raise _wrong(words, "is no incident")


def _leg(word: str, words: list[str]) -> LegName:
    if word.upper() not in set(LegName):
        raise _wrong(words, f"names no leg: {word[:20]!r}")
    return LegName(word.upper())


def _side(word: str, words: list[str]) -> Side:
    if word.lower() not in set(Side):
        raise _wrong(words, f"names no side: {word[:20]!r}")
    return Side(word.lower())


def _positive(word: str, words: list[str]) -> Decimal:
    if not _DECIMAL.fullmatch(word) or not Decimal(word):
        raise _wrong(words, f"needs a number above 0, not {word[:20]!r}")
    return Decimal(word)


def _seconds(word: str, words: list[str]) -> Decimal:
    seconds = _positive(word, words)
    if seconds > SECONDS_MAX:
        raise _wrong(words, f"lasts longer than {SECONDS_MAX} s")
    return seconds


def _count(word: str, words: list[str]) -> int:
    if not _COUNT.fullmatch(word) or not 0 < int(word) <= COUNT_MAX:
        raise _wrong(words, f"needs a whole number from 1 to {COUNT_MAX}, not {word[:20]!r}")
    return int(word)


def _wrong(words: list[str], why: str) -> PerpfsmError:
    shown = " ".join(words)
    text = shown if len(shown) <= 40 else shown[:40] + "…"
    return PerpfsmError(f"The incident {text!r} {why}.", remedy=f"Write one of: {'; '.join(FORMS)}.")
