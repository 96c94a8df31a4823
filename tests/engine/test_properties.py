"""Whatever market, venue and operator do, in whatever order: money stays safe and the books stay exact."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.decisions import exits
from perpfsm.decisions.parameters import CloseType, RiskLimits
from perpfsm.engine.records import OperatorRecord
from perpfsm.engine.session import ENGINE
from perpfsm.market.arithmetic import EXACT
from perpfsm.market.order import OrderType, PlaceOrder
from perpfsm.market.side import PositionMode
from perpfsm.market.working import OrderStatus, WorkingOrder
from tests.builders import INSTRUMENT, MARKET, instrument_with
from tests.floor import Floor
from tests.situations import PROFIT, TRAILING

UNCONFIRMED = {OrderStatus.CANCELING, OrderStatus.UNKNOWN}
ACTS = ("quote", "quote", "quote", "fill", "fill", "fill", "part", "answer", "answer", "lose", "unknown", "refuse",
        "wait", "wait", "cross", "operate", "hand", "gap")  # fmt: skip
MOVES = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 99)), min_size=5, max_size=60)


class Guarded(Floor):
    """A floor that proves after every event what must hold, and watches every order that leaves."""

    def _take(self) -> None:
        before = len(self.sent)
        super()._take()
        for command in self.sent[before:]:
            if isinstance(command, PlaceOrder):
                self._prove_order(command)

    def _prove_order(self, order: PlaceOrder) -> None:
        state = self.session.state
        held = state.legs[order.leg].position
        if order.role.is_exit:
            assert order.side is held.exit_side
            assert order.size <= abs(held.size)
            return
        assert state.quoting_status() == "allowed"
        assert held.is_flat
        others = [o for o in state.table.of_leg(order.leg) if o.order.side is order.side and not o.order.role.is_exit]
        assert not [o for o in others if o.status in UNCONFIRMED]

    def _rest(self) -> None:
        super()._rest()
        state = self.session.state
        assert not [r for r in self.of(OperatorRecord) if r.who == ENGINE]
        assert state.books.wallet - 10_000 == state.books.realised - state.books.fees
        assert self.session.due_ns > state.now_ns
        ids = [order.client_id for order in self.placed]
        assert len(ids) == len(set(ids))
        for leg in state.legs.values():
            assert state.setup.lifecycle.is_exposed(leg.state) is (not leg.position.is_flat)
            if not leg.position.is_flat:
                self._prove_protection(state.table.of_leg(leg.name), leg.name)

    def _prove_protection(self, orders: tuple[WorkingOrder, ...], name: object) -> None:
        """Prove that an exit that is due works, waits for a moment that comes, or cannot be sent at all."""
        state = self.session.state
        leg = next(leg for leg in state.legs.values() if leg.name is name)
        if exits.is_dust(leg.position, state.quote, state.setup.instrument):
            return
        works = [o for o in orders if o.order.role.is_exit]
        if any(o.order.type is MARKET for o in works):
            return
        if leg.exit_reason not in {"none", "take_profit"}:
            assert works or self.session.due_ns <= self.now_ns + 5 * 10**9
        if state.quoting.is_halted:
            assert leg.exit_reason not in {"none", "take_profit"}
        if state.quote is not None:
            pnl = exits.pnl_pct(leg.position, exits.exit_price(leg.position, state.quote))
            if pnl.numerator <= -self.parameters.stop_loss_spread * pnl.denominator:
                assert leg.exit_reason in {"stop_loss", "flatten", "risk"}


def play(floor: Guarded, act: str, number: int, cash: list[Fraction]) -> None:
    """Let one thing happen, chosen by `act` and `number`."""
    live = [o for o in floor.session.state.table.live() if o.status is not OrderStatus.HELD]
    some = live[number % len(live)] if live else None
    match act:
        case "quote" | "gap":
            reach = 100 if act == "quote" else 1_000
            bid = Decimal(1_000 + (number * 37 % reach) - reach // 2) / 10
            floor.quote(bid, bid + Decimal("0.2"))
        case "cross":
            floor.quote(100, 99) if number % 2 else floor.bad_quote()
        case "wait":
            floor.wait(Decimal(number) / 10 if number % 3 else number)
        case "operate":
            floor.operate(("pause", "resume", "resume", "flatten", "halt", "resume")[number % 6])
        case "hand":
            if number % 4 == 0:
                for name in floor.session.state.legs:
                    sign = -1 if name.value == "SHORT" else 1
                    floor.another_hand(Decimal(number // 4 % 3) * sign, name=name)
        case _:
            if some is not None:
                venue(floor, act, some, cash)


def venue(floor: Guarded, act: str, some: WorkingOrder, cash: list[Fraction]) -> None:
    """Let the venue say something about one live order."""
    order = some.order
    match act:
        case "fill" | "part":
            size = some.remaining if act == "fill" else (some.remaining / 2).quantize(INSTRUMENT.step)
            if order.role.is_exit:  # reduce-only: a venue executes no more than is open, and nothing that adds
                held = floor.session.state.legs[order.leg].position
                size = min(size, abs(held.size)) if held.exit_side is order.side else Decimal(0)
            if size and (order.type is OrderType.LIMIT or floor.session.state.quote is not None):
                event = floor.execution(order, size)
                cash[0] -= Fraction(event.fill.fee)
                cash[1] += Fraction(event.fill.price) * Fraction(event.fill.size) * -order.side.sign
                floor.tell(event)
        case "answer" if some.status is OrderStatus.CANCELING:
            floor.cancel(order)
        case "answer":
            floor.accept(order)
        case "lose":
            (floor.reject if some.status is OrderStatus.PENDING else floor.expire)(order)
        case "unknown":
            floor.lose_answer(order)
        case "refuse" if some.status is OrderStatus.CANCELING:
            floor.refuse_cancel(order)


@pytest.mark.untraced
@pytest.mark.parametrize("mode", PositionMode)
@pytest.mark.parametrize("machine", [PROFIT, TRAILING])
@given(moves=MOVES, crosses=st.booleans(), splits=st.booleans(), is_exempt=st.booleans())
def test_no_story_strands_a_position_or_bends_the_books(
    machine: str, mode: PositionMode, *, moves: list[tuple[str, int]], crosses: bool, splits: bool, is_exempt: bool
) -> None:
    with localcontext(EXACT):
        floor = Guarded(
            machine,
            mode=mode,
            close=CloseType.MARKET if crosses else CloseType.LIMIT,
            risk=RiskLimits(max_stops_in_a_row=3, cooldown_after_stop=Decimal(20), stale_after=Decimal(15)),
            instrument=instrument_with(
                size_max="0.4" if splits else None, size_min="0.1", reduce_only_exempt=is_exempt
            ),
            order_amount="0.4",
            order_levels=2,
            order_level_spread="0.5",
            filled_order_delay=5,
        )
        cash = [Fraction(0), Fraction(0)]
        floor.quote("99.9", "100.1")
        for act, number in moves:
            play(floor, act, number, cash)
        assert Fraction(floor.session.state.books.fees) == -cash[0]
