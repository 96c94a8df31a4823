"""A crash anywhere: what the journal says is what the session knew, and a start from it goes on as safely."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from perpfsm.decisions.parameters import PriceSource, PriceType
from perpfsm.engine.orders import OrderTable
from perpfsm.journal.decode import record_of
from perpfsm.journal.reader import read_entries
from perpfsm.journal.store import Journal
from perpfsm.machine.leg import NO_REASON, Leg
from perpfsm.market.side import LegName
from perpfsm.market.working import OrderStatus
from perpfsm.runtime.recovery import Recovered, recover
from tests.builders import BUY, NOW, QUOTE, SELL, working
from tests.properties import claims
from tests.properties.plays import Play
from tests.properties.worlds import World, some, worlds

SHARES = st.integers(0, 100)


def journaled(play: Play) -> Recovered:
    """Return what a journal of `play` in a file says."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bot.journal"
        with Journal.create_or_continue(path) as journal:
            journal.append(play.records)
        initial = play.driver.session.state.setup.lifecycle.definition.initial
        return recover((record_of(entry) for entry in read_entries(path)), initial)


def remembered(play: Play) -> Recovered:
    """Return what the session of `play` knows, but for what only the event in hand knows and what has yet to leave."""
    state, of = play.driver.session.state, play.driver.session.state.parameters
    fills = [*claims.fills(play)]
    refers_to_own = of.price_source is PriceSource.CURRENT_MARKET and of.price_type is PriceType.LAST_OWN_TRADE_PRICE
    last_price = fills[-1].fill.price if fills else None
    return Recovered(
        state.books.wallet,
        {name: at_rest(leg) for name, leg in state.legs.items()},
        tuple(working for working in state.table.live() if working.status is not OrderStatus.HELD),
        max((record.fill.trade_id for record in fills), default=0),
        state.quoting.is_halted,
        state.reference.anchor if refers_to_own else last_price,
    )


def at_rest(leg: Leg) -> Leg:
    """Return `leg` without what only the event in hand knows."""
    twin = leg.copy()
    twin.fill_effect = NO_REASON
    twin.peak_is_new = False
    return twin


def with_untouched_legs(recovered: Recovered, play: Play) -> Recovered:
    """Return `recovered` with the legs that have not moved yet, of which the journal has nothing to say."""
    initial = play.driver.session.state.setup.lifecycle.definition.initial
    names: tuple[LegName, ...] = tuple(play.driver.session.state.legs)
    return replace(recovered, legs={name: recovered.legs.get(name) or Leg(name, initial) for name in names})


@some
@given(worlds(), SHARES)
def test_the_journal_knows_what_the_session_knew_wherever_it_is_cut(world: World, share: int) -> None:
    cut = len(world.happenings) * share // 100
    play = Play(world).go(world.happenings[:cut])
    assert with_untouched_legs(journaled(play), play) == remembered(play)


@some
@given(worlds(), SHARES)
def test_a_session_that_starts_from_a_journal_goes_on_safely(world: World, share: int) -> None:
    cut = len(world.happenings) * share // 100
    before = Play(world).go(world.happenings[:cut])
    again = Play(world, before=before, recovered=journaled(before))
    assert again.driver.exchange.account() == before.driver.exchange.account()
    assert claims.always(claims.legs_are_safe, replace(world, happenings=world.happenings[cut:]), again) == []
    assert claims.orders_are_right(again) == []
    assert claims.cash_adds_up(again) == []


def test_a_held_quote_takes_its_place_among_the_orders_when_it_leaves() -> None:
    held, sent = working("held", QUOTE, BUY, "99.9"), working("sent", QUOTE, SELL, "100.1")
    table = OrderTable()
    table.hold(held.order, frozenset({"earlier"}), now_ns=NOW, due_ns=None)
    table.sent(sent.order, NOW)
    table.sent(held.order, NOW)
    assert [each.order.client_id for each in table.live()] == ["sent", "held"]
