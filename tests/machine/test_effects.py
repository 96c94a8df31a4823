"""Actions do what they declare, neither more nor less, so that machines can be checked without running them."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.decisions.proposals import Cancel, LeftOut, Place
from perpfsm.machine.guards import compile_guard
from perpfsm.machine.leg import Leg
from perpfsm.machine.library import Effects, ExitType, Proposals, Reach
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import Reading, View
from perpfsm.market.order import OrderType, PlaceOrder, Role
from perpfsm.market.working import OrderStatus, WorkingOrder
from tests.machine.worlds import THOROUGHLY, legs, views

pytestmark = pytest.mark.untraced

ACTIONS = shipped_library().actions
ANY_LEG = st.one_of(legs(["open", "trailing", "closing"]), legs(["idle"], ["open"]))


def effects_of(action: str, of: Leg, seen: View) -> Effects:
    """Run `action` on a copy of a leg and return what it did."""
    twin, out = of.copy(), Proposals()
    ACTIONS[action].run(Reading(twin, seen), out)
    placed: set[Role] = set()
    cancelled: dict[str, Role] = {}
    cancellable = {
        order.order.client_id: order.order.role for order in seen.orders if order.status is not OrderStatus.CANCELING
    }
    for proposal in out.proposals:
        match proposal:
            case Place(role=role):
                placed.add(role)
            case Cancel(client_id):
                assert client_id not in cancelled, "an order is cancelled once"
                cancelled[client_id] = cancellable[client_id]
            case LeftOut():
                pass
    changed = {fact for fact in Leg.__slots__ if getattr(twin, fact) != getattr(of, fact)}
    return Effects(frozenset(changed), frozenset(placed), frozenset(cancelled.values()))


def joined(done: list[Effects]) -> Effects:
    nothing: frozenset[Role] = frozenset()
    return Effects(
        frozenset().union(*(effects.sets for effects in done)),
        nothing.union(*(effects.places for effects in done)),
        nothing.union(*(effects.cancels for effects in done)),
    )


def test_every_action_has_the_effects_that_it_declares_and_no_others() -> None:
    done: dict[str, list[Effects]] = defaultdict(list)

    @THOROUGHLY
    @given(of=ANY_LEG, seen=views())
    def run_each(of: Leg, seen: View) -> None:
        for action in ACTIONS:
            done[action].append(effects_of(action, of, seen))

    run_each()
    assert {action: joined(found) for action, found in done.items()} == {
        action: Effects(spec.effects.sets, spec.effects.places, spec.effects.cancels)
        for action, spec in ACTIONS.items()
    }


@given(of=ANY_LEG, seen=views())
def test_closing_orders_never_add_to_a_position_or_exceed_it(of: Leg, seen: View) -> None:
    for action in ("place_take_profit", "cut_take_profit", "close_position", "close_at_market"):
        out = Proposals()
        ACTIONS[action].run(Reading(of.copy(), seen), out)
        exits = [proposal for proposal in out.proposals if isinstance(proposal, Place)]
        assert all(order.role.is_exit and order.side is of.position.exit_side for order in exits)
        assert sum(order.size for order in exits) in {0, abs(of.position.size)}


def after(action: str, of: Leg, seen: View) -> tuple[Leg, View]:
    """Return the leg and what it sees once `action` has run and its commands have left, in the same moment."""
    twin, out = of.copy(), Proposals()
    ACTIONS[action].run(Reading(twin, seen), out)
    orders = {working.order.client_id: working for working in seen.orders}
    for number, proposal in enumerate(out.proposals):
        match proposal:
            case Cancel(client_id):
                orders[client_id] = replace(orders[client_id], status=OrderStatus.CANCELING)
            case Place(role, side, type_, price, size, reason):
                order = PlaceOrder(f"new{number}", of.name, role, side, type_, price, size, reason=reason)
                orders[order.client_id] = WorkingOrder(order, OrderStatus.PENDING, size, seen.now_ns)
            case LeftOut():
                pass
    return twin, replace(seen, orders=tuple(orders.values()))


@THOROUGHLY
@given(of=ANY_LEG, seen=views(), action=st.sampled_from(sorted(ACTIONS)))
def test_an_action_settles_what_it_says_that_it_settles(of: Leg, seen: View, action: str) -> None:
    if seen.quote is None:
        return  # nothing that rests on a price is done without one
    if of.position.is_flat and ACTIONS[action].effects.exit_type is not None:
        return  # without a position there is nothing to close
    if action == "cut_take_profit" and not any(o.order.role is Role.TAKE_PROFIT for o in seen.orders):
        return  # nothing to cut
    twin, later = after(action, of, seen)
    reading = Reading(twin, later)
    if action in {"place_take_profit", "place_quotes"} and any(not is_leaving(o) for o in seen.orders):
        return  # what is there already stays
    for comparison in ACTIONS[action].effects.settles:
        value = shipped_library().metrics[str(comparison.metric)].read(reading)
        check = compile_guard(comparison, {}, shipped_library())
        assert value is None or check.holds(reading), (comparison, value)


def is_leaving(working: WorkingOrder) -> bool:
    return working.status is OrderStatus.CANCELING


@given(of=ANY_LEG, seen=views(), action=st.sampled_from(sorted(ACTIONS)))
def test_an_action_reaches_the_orders_that_it_says_that_it_reaches(of: Leg, seen: View, action: str) -> None:
    effects = ACTIONS[action].effects
    _, later = after(action, of, seen)
    chosen = [order for order in seen.orders if order.order.role in effects.cancels and not is_leaving(order)]
    if effects.reach is Reach.OPPOSITE:
        chosen = [order for order in chosen if order.order.side is of.position.exit_side]
    if effects.reach is not Reach.SOME:
        left = {order.order.client_id for order in later.orders if is_leaving(order)}
        assert {order.order.client_id for order in chosen} <= left


@given(of=ANY_LEG, seen=views(), action=st.sampled_from(sorted(ACTIONS)))
def test_an_exit_has_the_type_that_its_action_declares(of: Leg, seen: View, action: str) -> None:
    _, later = after(action, of, seen)
    placed = {
        order.order.type for order in later.orders if order.order.role.is_exit and order.order.client_id[:3] == "new"
    }
    usable = seen.data in {"good", "jump"} and seen.quote is not None
    as_configured = seen.parameters.close_position_order_type if usable else OrderType.MARKET
    wanted = {
        None: None,
        ExitType.LIMIT: OrderType.LIMIT,
        ExitType.MARKET: OrderType.MARKET,
        ExitType.AS_CONFIGURED: OrderType(as_configured),
    }[ACTIONS[action].effects.exit_type]
    assert placed <= {wanted}
    if wanted is not None and not of.position.is_flat and action != "cut_take_profit":
        assert placed == {wanted}


FACTS_READ = {
    "position": ("position",),
    "quotes": (),
    "exits": (),
    **{name: (name,) for name in Leg.__slots__},
}
METRICS = shipped_library().metrics


@given(of=ANY_LEG, other=ANY_LEG, seen=views(), metric=st.sampled_from(sorted(METRICS)))
def test_a_metric_reads_nothing_of_the_leg_that_it_does_not_declare(
    of: Leg, other: Leg, seen: View, metric: str
) -> None:
    reads = METRICS[metric].reads
    assert reads is not None
    known = {fact for name in reads for fact in FACTS_READ.get(name, ())}
    twin = other.copy()
    for fact in (*known, "name"):
        setattr(twin, fact, getattr(of, fact))

    assert METRICS[metric].read(Reading(twin, seen)) == METRICS[metric].read(Reading(of, seen))


@given(of=ANY_LEG, seen=views(), metric=st.sampled_from(sorted(METRICS)))
def test_a_metric_reads_no_orders_that_it_does_not_declare(of: Leg, seen: View, metric: str) -> None:
    reads = METRICS[metric].reads or frozenset()
    kept = tuple(
        order
        for order in seen.orders
        if ("exits" in reads and order.order.role.is_exit) or ("quotes" in reads and not order.order.role.is_exit)
    )
    fewer = replace(seen, orders=kept)

    assert METRICS[metric].read(Reading(of, fewer)) == METRICS[metric].read(Reading(of, seen))
