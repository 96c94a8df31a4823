"""What a row that fires makes of a situation: the move, then each action's declared effects, in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from perpfsm.machine.definition import Comparison
from perpfsm.machine.leg import NO_REASON
from perpfsm.machine.library import Effects, ExitType, Reach
from perpfsm.market.order import Role
from perpfsm.proof.choices import Outcome
from perpfsm.proof.situation import Situation

EXITS_BESIDE = "exits-fit"
OPENS_WHILE_EXPOSED = "no-opening-while-exposed"


@dataclass(slots=True)
class Result:
    """A situation after a row.

    Attributes:
        situation: After it.
        changed: Facts of the leg, and kinds of orders, that are not what they were.
        settled: What its actions settle, in order, each with what had changed by then.
        slips: Names of the claims that it breaks.
    """

    situation: Situation
    changed: set[str] = field(default_factory=set)
    settled: list[tuple[frozenset[str], tuple[Comparison, ...]]] = field(default_factory=list)
    slips: list[str] = field(default_factory=list)


def after_row(before: Situation, outcome: Outcome, *, close_at_market: bool, is_hedge: bool) -> Result:
    """Return what `outcome`, in which a row fires, makes of `before`.

    Args:
        before: The situation in which it fires.
        outcome: With its row.
        close_at_market: Whether an exit that is placed as configured is a MARKET order now.
        is_hedge: Whether the leg quotes on one side only.
    """
    row = outcome.row
    assert row is not None  # noqa: S101  # the caller asks about rows that fire
    result = Result(before if row.dest is None else _moved(before, row.dest, outcome.moved))
    if row.dest is not None:
        result.changed.update(outcome.moved, {"entered_ns"})
    for effects in outcome.effects:
        changed = set(effects.sets)
        if effects.cancels:
            result.situation = _cancel(result.situation, effects)
            changed |= _kinds(effects.cancels)
        if effects.places:
            _check(result, effects, is_hedge=is_hedge)
            result.situation = _place(result.situation, effects, close_at_market=close_at_market, is_hedge=is_hedge)
            changed |= _kinds(effects.places)
        result.situation = _remember(result.situation, effects)
        result.changed |= changed
        result.settled.append((frozenset(changed), effects.settles))
    return result


def _kinds(roles: frozenset[Role]) -> set[str]:
    return {"exits" if role.is_exit else "quotes" for role in roles}


def _moved(before: Situation, dest: str, moved: Mapping[str, object]) -> Situation:
    """Return the situation in another state, with the facts that a move sets."""
    after = before._replace(state=dest, reason=str(moved["exit_reason"]), placed=0)
    if "exit_losses" in moved:
        after = after._replace(lost=False)
    if "peak" in moved:
        after = after._replace(peak=NO_REASON)
    return after


def _cancel(before: Situation, effects: Effects) -> Situation:
    """Return the situation once cancels have been asked for; those that a price chooses may all be left."""
    roles = effects.cancels
    after = before
    if effects.reach is Reach.SOME:
        return after
    if Role.QUOTE in roles:
        after = after._replace(same=after.same and effects.reach is Reach.OPPOSITE, opposite=False)
    if effects.reach is Reach.OPPOSITE:
        return after
    if Role.TAKE_PROFIT in roles and after.profit:
        after = after._replace(profit=False, leaving=_joined(after.leaving, "limit"))
    if Role.CLOSE in roles and after.limit:
        after = after._replace(limit=False, leaving=_joined(after.leaving, "limit"))
    if Role.CLOSE in roles and after.market:
        after = after._replace(market=False, leaving="market", cut=True)
    return after


def _joined(leaving: str, type_: str) -> str:
    """Return the type of several leaving exits: market when one of them is."""
    return "market" if "market" in {leaving, type_} else type_


def _check(result: Result, effects: Effects, *, is_hedge: bool) -> None:
    """Note the claims that a placement breaks; a MARKET exit fills sooner than its cancel arrives."""
    situation = result.situation
    if Role.QUOTE in effects.places and situation.exposed and not is_hedge:
        result.slips.append(OPENS_WHILE_EXPOSED)
    places_exit = any(role.is_exit for role in effects.places)
    if places_exit and situation.exposed and (situation.has_working_exit or situation.cut):
        result.slips.append(EXITS_BESIDE)


def _place(before: Situation, effects: Effects, *, close_at_market: bool, is_hedge: bool) -> Situation:
    """Return the situation with new orders; without a position no exit is placed."""
    after = before
    if Role.QUOTE in effects.places:
        after = after._replace(quoted=True, same=True, opposite=after.opposite or not is_hedge)
    if not before.exposed:
        return after
    is_market = effects.exit_type is ExitType.MARKET or (
        effects.exit_type is ExitType.AS_CONFIGURED and close_at_market
    )
    if is_market and any(role.is_exit for role in effects.places):
        return after._replace(market=True)
    if Role.TAKE_PROFIT in effects.places:
        after = after._replace(profit=True)
    if Role.CLOSE in effects.places:
        after = after._replace(limit=True)
    return after


def _remember(before: Situation, effects: Effects) -> Situation:
    """Return the situation with the facts that the actions set."""
    after = before
    if "exits_placed" in effects.sets:
        after = after._replace(placed=min(before.placed + 1, 2))
    if "peak" in effects.sets:
        is_forgotten = any(each.metric == "peak" and each.operand == (NO_REASON,) for each in effects.settles)
        after = after._replace(peak=NO_REASON if is_forgotten else "new")
    return after
