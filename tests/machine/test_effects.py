"""Actions do what they declare, neither more nor less, so that machines can be checked without running them."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from perpfsm.decisions.proposals import Cancel, LeftOut, Place
from perpfsm.machine.leg import Leg
from perpfsm.machine.library import Effects, Proposals
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import Reading, View
from perpfsm.market.order import Role
from perpfsm.market.working import OrderStatus
from tests.machine.worlds import THOROUGHLY, legs, views

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
