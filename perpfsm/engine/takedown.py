"""Taking down: what the engine does by itself while its machine is at fault: cancel, and close at market."""

from collections.abc import Iterator

from perpfsm.decisions.exits import is_dust, split_at_maximum
from perpfsm.decisions.proposals import Cancel, Place, Proposal
from perpfsm.engine.state import RISK, State
from perpfsm.machine.leg import Leg
from perpfsm.machine.readings import exit_backoff_left_s, exit_backoff_moment
from perpfsm.machine.view import Reading
from perpfsm.market.order import OrderType, Role
from perpfsm.market.position import ZERO
from perpfsm.market.working import OrderStatus, WorkingOrder


def take_down(state: State) -> bool:
    """Cancel whatever works, close whatever is open, and return whether anything was left to do.

    A MARKET exit in flight or unknown is neither cancelled nor repeated; one that was lost waits as any lost exit.
    """
    has_acted = False
    for name, leg in tuple(state.legs.items()):
        proposals: list[Proposal] = [
            Cancel(working.order.client_id)
            for working in state.table.of_leg(name)
            if working.status is not OrderStatus.CANCELING and not _closes_at_market(working)
        ]
        proposals.extend(_closings(state, leg))
        if proposals:
            has_acted = True
            state.bands.clear()
            state.desk.carry_out(leg, proposals, quote=state.quote, now_ns=state.now_ns)
    return has_acted


def next_try_ns(state: State) -> int:
    """Return when a lost exit is tried again, nanoseconds since the epoch; a moment that is past when none waits."""
    return max(exit_backoff_moment(Reading(leg, state.view(leg)), ZERO) for leg in state.legs.values())


def _closings(state: State, leg: Leg) -> Iterator[Place]:
    """Yield the MARKET orders that close `leg`, unless one is out already or the last one was lost just now."""
    setup, position = state.setup, leg.position
    if any(map(_closes_at_market, state.table.of_leg(leg.name))) or is_dust(position, state.quote, setup.instrument):
        return
    if exit_backoff_left_s(Reading(leg, state.view(leg))).numerator:
        return
    for size in split_at_maximum(abs(position.size), setup.instrument):
        yield Place(Role.CLOSE, position.exit_side, OrderType.MARKET, None, size, RISK)


def _closes_at_market(working: WorkingOrder) -> bool:
    return working.order.role.is_exit and working.order.type is OrderType.MARKET
