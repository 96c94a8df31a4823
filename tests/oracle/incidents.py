"""What another hand, or the venue itself, does to the oracle's account (E14)."""

from decimal import Decimal
from fractions import Fraction

from perpfsm.market.incident import (
    Deleverage,
    ExpireOrders,
    Expiring,
    Halt,
    Incident,
    LoseAnswers,
    ManualTrade,
    RejectPlacements,
    Silence,
)
from perpfsm.market.side import LegName, Side
from tests.oracle.matching import INJECTED, Matching

F = Fraction


def nanoseconds(seconds: Decimal) -> int:
    return int(F(seconds) * 10**9)


def befall(matching: Matching, incident: Incident) -> None:
    """Let an incident happen."""
    state = matching.state
    match incident:
        case Deleverage(leg=leg, size=size):
            deleverage(matching, leg, F(size))
        case ManualTrade(leg=leg, side=side, size=size, price=price):
            trade(matching, leg, side, F(size), F(price))
        case ExpireOrders(which=which):
            for each in list(state.orders):
                if which is Expiring.ALL or each.is_exit is (which is Expiring.EXITS):
                    matching.expire(each, INJECTED)
        case RejectPlacements(count=count):
            state.refusals += count
        case LoseAnswers(count=count):
            state.lost_answers += count
        case Silence(time_ns=time_ns, seconds=seconds):
            state.silent_until_ns = max(state.silent_until_ns, time_ns + nanoseconds(seconds))
        case Halt(time_ns=time_ns, seconds=seconds):
            state.halted_until_ns = max(state.halted_until_ns, time_ns + nanoseconds(seconds))


def deleverage(matching: Matching, leg: LegName, size: Fraction) -> None:
    """Close a part of a position at the mark price."""
    held, mark = matching.state.purse.legs.get(leg), matching.state.mark()
    if held is None or not held.size or mark is None:
        return
    realised = matching.state.purse.close(held, mark, min(size, abs(held.size)))
    matching.state.purse.gain(realised)
    changed(matching, leg, realised)


def trade(matching: Matching, leg: LegName, side: Side, size: Fraction, price: Fraction) -> None:
    """Book a trade of another hand; on a Hedge leg it closes at most what is open."""
    held = matching.state.purse.legs.get(leg)
    if held is None:
        return
    if leg is not LegName.BOTH and side not in leg.opening_sides:
        size = min(size, abs(held.size))
    closes = min(size, abs(held.size)) if held.size * side.sign < 0 else F(0)
    for part in (closes, size - closes):
        if part:
            before = matching.state.purse.realised
            matching.state.purse.book(leg, side, price, part)
            changed(matching, leg, matching.state.purse.realised - before)


def changed(matching: Matching, leg: LegName, realised: Fraction) -> None:
    held = matching.state.purse.legs[leg]
    matching.told.append(("position", leg, held.size, held.cost, realised))
    matching.end_closers()
    matching.check_margin()
