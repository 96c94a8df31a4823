"""What a session remembers of depth: where optimisation asks for it, never as a reason to move (B4)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.decisions.optimisation import Tops
from perpfsm.engine.session import Session
from perpfsm.engine.setup import SessionSetup
from perpfsm.market.messages import DepthSnapshot, DepthUpdate
from perpfsm.market.working import WorkingOrder
from tests.builders import BUY, INSTRUMENT, NOW, QUOTE, parameters, quote, shipped, working
from tests.floor import Floor

SNAPSHOT = DepthSnapshot(NOW, 7, ((Decimal(98), Decimal(1)),), ((Decimal(102), Decimal(1)),))
NEXT = DepthUpdate(NOW, 8, 8, 7, ((Decimal(97), Decimal(1)), (Decimal(98), Decimal(0))), ())


def session_of(*orders: WorkingOrder, shows_own_orders: bool = False) -> Session:
    of = replace(parameters(), order_optimization_enabled=True)
    setup = SessionSetup(
        shipped("profit_taking"),
        of,
        INSTRUMENT,
        Decimal(0),
        "test",
        Decimal(10_000),
        orders=orders,
        shows_own_orders=shows_own_orders,
    )
    session = Session(setup)
    session.on_message(quote(99, 101, shown=1))
    return session


def test_depth_is_folded_and_moves_nothing() -> None:
    session = session_of()
    session.outbox.take()
    for message in (SNAPSHOT, NEXT):
        session.on_message(message)
    assert session.state.depth is not None
    assert [*session.state.depth.side(BUY).behind(Decimal(1000))] == [(Decimal(97), Decimal(1))]
    assert session.outbox.take() == ([], [])
    assert session.state.tops() == Tops(Decimal(99), Decimal(101))


def test_a_session_that_does_not_optimise_passes_depth_over() -> None:
    floor = Floor()
    floor.quote(99, 101)
    seen = len(floor.records)
    floor.say(SNAPSHOT)
    assert (floor.session.state.depth, len(floor.records)) == (None, seen)


@pytest.mark.parametrize(("shows", "bid"), [(True, 98), (False, 99)], ids=["a venue that shows them", "paper"])
def test_our_own_orders_are_taken_off_a_book_that_shows_them_only(*, shows: bool, bid: int) -> None:
    session = session_of(working("ours", QUOTE, BUY, 99), shows_own_orders=shows)
    session.on_message(SNAPSHOT)
    assert session.state.tops() == Tops(Decimal(bid), Decimal(101))
