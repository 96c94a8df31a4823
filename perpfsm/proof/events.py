"""What may happen to a leg in a situation: its orders' outcomes, the venue, an operator, another hand."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from perpfsm.machine.definition import Trigger
from perpfsm.machine.leg import NO_REASON
from perpfsm.proof.situation import Situation


class Kind(StrEnum):
    """The kinds of things that happen."""

    MARKET = "market"
    EXIT_FILLS = "an exit fills"
    EXIT_GOES = "an exit goes"
    QUOTE_FILLS = "a quote fills"
    QUOTE_GOES = "a quote goes"
    DATA = "data"
    OPERATOR = "operator"
    VENUE = "venue"


class Event(NamedTuple):
    """One thing that happens.

    Attributes:
        kind: For claims that leave some things out.
        says: In words, for a trace.
        after: The situation once the engine has taken it in, before the machine is asked.
        trigger: What the machine is told; None when it is only offered the market next.
        pins: Metrics that are known by what happens, and to which values.
    """

    kind: Kind
    says: str
    after: Situation
    trigger: Trigger | None
    pins: Mapping[str, tuple[str, ...]] = MappingProxyType({})


# The exits of a situation: which part of it tells that one is live, and its name.
EXITS = (("profit", "the take-profit"), ("limit", "the closing LIMIT"), ("market", "the MARKET exit"))
NOT_ALLOWED = ("data_bad", "no_reference", "paused", "stopping", "halted", "cooldown")
BAD_DATA = ("stale", "missing", "crossed", "jump", "invalid")
SWITCHES = {
    Trigger.PAUSE: ("paused", "stopping", "halted"),
    Trigger.STOP: ("stopping", "halted"),
    Trigger.HALT: ("halted",),
}


def events_in(situation: Situation, *, is_hedge: bool, has_limits: bool = True) -> Iterator[Event]:
    """Yield everything that may happen in `situation` beside the market.

    An acceptance, or an answer that is lost and later found, changes nothing that a guard can read. A quote that was
    cancelled may fill late in every situation, since no confirmation of its cancel is waited for here. Before the
    first quote nothing happens to positions: whatever does then, does later from an equal situation.

    Args:
        situation: Of the leg.
        is_hedge: Whether the leg is one of two.
        has_limits: Whether the lifecycle ever places an exit that may be a LIMIT.
    """
    if situation.quoted:
        yield from _fills_of_quotes(situation, is_hedge=is_hedge)
        yield from _losses(situation, has_limits=has_limits)
        if situation.exposed:
            yield from _fills_of_exits(situation, has_limits=has_limits)
        yield from _by_others(situation)
    pins = {"quoting": NOT_ALLOWED, "data": BAD_DATA}
    yield Event(Kind.DATA, "the market data turns bad", situation, Trigger.DATA_BAD, pins)
    for trigger in (Trigger.PAUSE, Trigger.STOP, Trigger.HALT, Trigger.FLATTEN):
        pins = {"quoting": SWITCHES[trigger]} if trigger in SWITCHES else {}
        who = "a limit halts trading" if trigger is Trigger.HALT else f"the operator says {trigger.value}"
        yield Event(Kind.OPERATOR, who, situation, trigger, pins)


def _fills_of_quotes(situation: Situation, *, is_hedge: bool) -> Iterator[Event]:
    """Yield fills of quotes, those on their way out included."""
    same, opposite = situation.same, situation.opposite
    if not situation.exposed:
        sides = {(same, opposite)} if is_hedge else {(same, opposite), (opposite, same)}
        for filled, other in sorted(sides, reverse=True):
            for rest in {filled, False}:
                after = situation._replace(exposed=True, same=rest, opposite=other, fill="opened")
                says = "a quote fills" if filled else "a quote that was being cancelled fills"
                yield Event(Kind.QUOTE_FILLS, f"{says}, in part" if rest else says, after, Trigger.FILL)
        return
    for rest in {same, False}:
        after = situation._replace(same=rest, fill="increased")
        yield Event(Kind.QUOTE_FILLS, "another quote of the position's side fills", after, Trigger.FILL)
    if is_hedge:
        return
    for rest in {opposite, False}:
        says = "a quote of the other side fills"
        after = situation._replace(opposite=rest, fill="reduced")
        yield Event(Kind.QUOTE_FILLS, f"{says} and reduces the position", after, Trigger.FILL)
        after = _flat(situation._replace(opposite=rest), "closed")
        yield Event(Kind.QUOTE_FILLS, f"{says} and nets the position", after, Trigger.FILL)


def _flat(situation: Situation, fill: str) -> Situation:
    """Return the situation without its position; while flat no side is the position's."""
    same, opposite = sorted((situation.same, situation.opposite), reverse=True)
    return situation._replace(exposed=False, same=same, opposite=opposite, fill=fill)


def _without(situation: Situation, part: str) -> Situation:
    """Return the situation in which one kind of order does not work any more."""
    match part:
        case "same":
            return situation._replace(same=False)
        case "opposite":
            return situation._replace(opposite=False)
        case "profit":
            return situation._replace(profit=False)
        case "limit":
            return situation._replace(limit=False)
        case _:
            return situation._replace(market=False)


def _live_exits(situation: Situation, *, has_limits: bool) -> Iterator[tuple[str, Situation, bool]]:
    """Yield each live exit by name, the situation without it, and whether its cancel had been asked for.

    Where one of several leaving exits is MARKET the others may be LIMIT, if the lifecycle has such.
    """
    for part, name in EXITS:
        if getattr(situation, part):
            yield name, _without(situation, part), False
    if situation.leaving == "market":
        others = "limit" if has_limits else "market"
        yield "the MARKET exit that was being cancelled", situation._replace(leaving=others), True
    if situation.leaving != NO_REASON:
        type_ = "MARKET" if situation.leaving == "market" else "LIMIT"
        yield f"the {type_} exit that was being cancelled", situation._replace(leaving=NO_REASON), True


def _fills_of_exits(situation: Situation, *, has_limits: bool) -> Iterator[Event]:
    for name, without, _ in _live_exits(situation, has_limits=has_limits):
        after = without._replace(lost=False)
        yield Event(Kind.EXIT_FILLS, f"{name} fills", _flat(after, "closed"), Trigger.FILL)
        yield Event(
            Kind.EXIT_FILLS, f"{name} fills for less than the position", after._replace(fill="reduced"), Trigger.FILL
        )
        after = situation._replace(lost=False, fill="reduced")
        yield Event(Kind.EXIT_FILLS, f"{name} fills in part", after, Trigger.FILL)


def _losses(situation: Situation, *, has_limits: bool) -> Iterator[Event]:
    """Yield orders that are lost (rejected, expired), and cancels that are confirmed or came from another hand."""
    for name, without, was_asked in _live_exits(situation, has_limits=has_limits):
        is_counted = situation.exposed and not was_asked
        lost = without._replace(lost=situation.lost or is_counted)
        yield Event(Kind.EXIT_GOES, f"{name} is lost: rejected, or expired", lost, Trigger.ORDER_LOST)
        says = f"{name} is gone" if was_asked else f"{name} is cancelled by another hand"
        yield Event(Kind.EXIT_GOES, says, without, None)
    for part, name in (("same", "a quote"), ("opposite", "a quote of the other side")):
        if getattr(situation, part):
            without = _without(situation, part)
            if not situation.exposed:
                without = _flat(without, NO_REASON)
            yield Event(Kind.QUOTE_GOES, f"{name} is lost: rejected, or expired", without, Trigger.ORDER_LOST)


def _by_others(situation: Situation) -> Iterator[Event]:
    """Yield what the venue and another hand may do to the position."""
    if situation.exposed:
        flat = _flat(situation, NO_REASON)
        yield Event(Kind.VENUE, "the venue liquidates the position", flat, Trigger.LIQUIDATED)
        yield Event(Kind.VENUE, "another hand closes the position", flat, Trigger.POSITION_CHANGED)
        yield Event(Kind.VENUE, "another hand changes the position", situation, Trigger.POSITION_CHANGED)
        return
    opened = situation._replace(exposed=True)
    yield Event(Kind.VENUE, "another hand opens a position", opened, Trigger.POSITION_CHANGED)
    if situation.same and not situation.opposite:
        turned = opened._replace(same=False, opposite=True)
        yield Event(Kind.VENUE, "another hand opens a position against the quote", turned, Trigger.POSITION_CHANGED)
