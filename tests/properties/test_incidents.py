"""What holds of every session when things go wrong at the venue: money, protection, and the same records without bands.

Deleveraging, trades of another hand, orders that expire or are refused, answers that are lost, silence and halts stand
among the happenings of random worlds.
"""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.engine.records import FillRecord, FundingRecord, OrderRecord, PositionRecord, RunRecord
from perpfsm.market.incident import parse_incidents
from tests.builders import NOW, SECOND
from tests.properties import claims
from tests.properties.plays import Play
from tests.properties.test_slow_venue import few, slow_worlds
from tests.properties.worlds import Happening, World, is_found, worlds

ANYWHERE = (
    "expire exits",
    "expire quotes",
    "expire all",
    "reject 1",
    "reject 4",
    "unknown 1",
    "unknown 3",
    "unknown 1; reject 1",
    "silent 0.4",
    "silent 3",
    "halt 0.5",
    "halt 4",
)
ON_A_LEG = (
    "adl {leg} 1",
    "adl {leg} 9",
    "trade {leg} buy 1 99.9",
    "trade {leg} sell 2 100.1",
    "trade {leg} sell 9 100",
)


@st.composite
def troubled_worlds(draw: st.DrawFn) -> World:
    """Draw a world, near or far, in which up to a dozen incidents happen, each at the time of the message before."""
    world = draw(worlds() | slow_worlds())
    legs = world.parameters.position_mode.legs
    texts = st.sampled_from([*ANYWHERE, *(text.format(leg=leg) for text in ON_A_LEG for leg in legs)])
    found = list(world.happenings)
    for place, text in draw(st.lists(st.tuples(st.integers(0, 60), texts), min_size=3, max_size=12)):
        at = min(place, len(found))
        times = [each.time_ns for each in found[:at] if not isinstance(each, str)]
        found[at:at] = parse_incidents(text, times[-1] if times else NOW)
    return replace(world, happenings=tuple(found))


def to_the_end(play: Play, happenings: tuple[Happening, ...]) -> Play:
    """Play everything, and let what is still on its way be received."""
    play.go(happenings)
    play.driver.advance(play.driver.now_ns + 60 * SECOND)
    return play


@few
@given(troubled_worlds())
def test_cash_is_what_fills_and_other_hands_say_and_both_sides_agree_in_the_end(world: World) -> None:
    play = to_the_end(Play(world), world.happenings)
    state, account = play.driver.session.state, play.driver.exchange.account()
    header = play.records[0]
    assert isinstance(header, RunRecord)
    booked = [each for each in play.records if isinstance(each, FillRecord | PositionRecord)]
    fees = sum((Fraction(each.fill.fee) for each in booked if isinstance(each, FillRecord)), Fraction(0))
    funding = sum((Fraction(each.paid) for each in play.records if isinstance(each, FundingRecord)), Fraction(0))
    cash = Fraction(header.balance) + sum((Fraction(each.realised) for each in booked), Fraction(0)) - fees - funding
    assert (Fraction(state.books.wallet), Fraction(account.wallet)) == (cash, cash)
    assert {name: leg.position for name, leg in state.legs.items()} == account.positions
    assert {each.order.client_id for each in state.table.live()} >= {each.order.client_id for each in account.orders}


@few
@given(troubled_worlds())
def test_losses_are_being_closed_and_states_fit_whatever_the_venue_does(world: World) -> None:
    assert claims.always(claims.legs_are_safe, world, Play(world)) == []


@few
@given(troubled_worlds())
def test_no_order_stays_unknown(world: World) -> None:
    play = to_the_end(Play(world), world.happenings)
    assert [each for each in play.driver.session.state.table.live() if each.status == "unknown"] == []


@few
@given(troubled_worlds())
def test_the_records_are_the_same_without_bands_whatever_the_venue_does(world: World) -> None:
    assert Play(world).go(world.happenings).records == Play(world, bands=False).go(world.happenings).records


@pytest.mark.parametrize("status", ["unknown", "expired", "cancel_rejected"])
def test_the_drawn_troubles_reach_orders(status: str) -> None:
    def happens(world: World) -> bool:
        records = Play(world).go(world.happenings).records
        return any(isinstance(record, OrderRecord) and record.status == status for record in records)

    assert is_found(happens, among=troubled_worlds)
