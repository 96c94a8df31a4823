"""A venue that takes its time, with queues and depth: bands change nothing, and money adds up once all has arrived."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from perpfsm.engine.records import OrderRecord
from perpfsm.exchange.bands import order_band
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.latency import Delay, LatencySettings, Sampled, Uniform
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.queue import QueueCancels
from perpfsm.exchange.settings import FillModel
from perpfsm.market.band import EVERYWHERE, NEVER, Band
from perpfsm.market.messages import Quote, Trade
from perpfsm.market.side import Side
from perpfsm.runtime.driver import Driver
from tests.builders import INSTRUMENT, NOW, SECOND, parameters
from tests.properties import claims
from tests.properties.plays import Play
from tests.properties.test_depth import deep_worlds
from tests.properties.worlds import Happening, World, is_found

DELAYS: st.SearchStrategy[Delay] = st.sampled_from(
    [0, 0, SECOND // 50, SECOND // 10, SECOND, Uniform(0, SECOND // 5), Sampled((0, SECOND // 4, 3 * SECOND))]
)
# A world is played twice here, and for longer than others.
few = settings(max_examples=settings().max_examples // 8)


@st.composite
def slow_worlds(draw: st.DrawFn) -> World:
    """Draw a world whose venue is some way off and follows queues, and whose feed tells when things happened there."""
    world = draw(deep_worlds())
    behind = draw(st.sampled_from([None, 0, SECOND // 10, -SECOND]))
    return replace(
        world,
        parameters=replace(world.parameters, order_optimization_enabled=draw(st.booleans())),
        model=draw(st.sampled_from([FillModel.QUEUE, FillModel.QUEUE, *FillModel])),
        happenings=tuple(_timed(each, behind) for each in world.happenings),
        queue_cancels=draw(st.sampled_from(QueueCancels)),
        latency=LatencySettings(draw(DELAYS), draw(DELAYS), draw(DELAYS), draw(DELAYS), seed=draw(st.integers(0, 9))),
    )


def queueing_world() -> World:
    """Return a world in which the level of our bid is the best one for a moment, and small, before it is traded at."""
    best = [("99.9", 9), ("99", 2), ("99.9", 9), ("99", 9)]
    quotes = [
        Quote(NOW + number * SECOND, Decimal(bid), Decimal(size), Decimal("100.1"), Decimal(9))
        for number, (bid, size) in enumerate(best)
    ]
    trade = Trade(NOW + 4 * SECOND, Decimal(99), Decimal(5), Side.SELL)
    of = parameters(order_refresh_time=1000)
    return World(of, INSTRUMENT, FillModel.QUEUE, Decimal("0.0002"), Decimal(1_000_000), (*quotes, trade))


def _timed(happening: Happening, behind_ns: int | None) -> Happening:
    if behind_ns is None or not isinstance(happening, Quote | Trade):
        return happening
    return replace(happening, exchange_ns=happening.time_ns - behind_ns)


def played(world: World, *, bands: bool = True, driver: type[Driver] = Driver) -> Play:
    """Play a world until nothing is on its way any more."""
    play = Play(world, bands=bands, driver=driver).go(world.happenings)
    play.driver.wait_for_venue(play.driver.now_ns + 600 * SECOND)
    return play


def differs_without_bands(world: World, driver: type[Driver] = Driver) -> bool:
    return played(world, driver=driver).records != played(world, bands=False).records


@few
@given(slow_worlds())
def test_the_records_are_the_same_without_bands(world: World) -> None:
    assert not differs_without_bands(world)


@few
@given(slow_worlds())
def test_cash_positions_and_sums_are_what_the_fills_say_once_everything_has_arrived(world: World) -> None:
    play = played(world)
    assume(play.driver.exchange.traffic_ns() == NEVER)  # what is lost for ever is tried for ever
    assert claims.cash_adds_up(play) == []
    assert claims.sums_add_up(play) == []


@few
@given(slow_worlds())
def test_no_record_is_earlier_than_the_one_before_and_no_id_repeats(world: World) -> None:
    play = played(world)
    times = [record.time_ns for record in play.records]
    assert times == sorted(times)
    assert claims.ids_never_repeat(play) == []


class TestPlantedBugs:
    """Each bug that is planted here breaks a claim of this file."""

    def test_the_world_in_which_a_queue_is_forgotten_is_sound_without_the_bug(self) -> None:
        assert not differs_without_bands(queueing_world())
        assert played(queueing_world()).driver.exchange.counters.filled_by_trade == 1

    def test_a_band_that_forgets_the_queue(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def careless(floor: Floor) -> Band:
            band = order_band(floor)
            return Band(bid_high=band.bid_high, ask_low=band.ask_low) if floor.orders.by_id else EVERYWHERE

        monkeypatch.setattr("perpfsm.exchange.paper.order_band", careless)
        assert differs_without_bands(queueing_world())

    def test_a_band_that_forgets_what_is_due(self, monkeypatch: pytest.MonkeyPatch) -> None:
        band = PaperExchange.band
        monkeypatch.setattr(PaperExchange, "band", lambda self: replace(band(self), due_ns=NEVER))
        assert is_found(differs_without_bands, among=slow_worlds)

    def test_a_quote_that_the_exchange_sees_only_after_a_command_has_arrived(self) -> None:
        assert is_found(lambda world: differs_without_bands(world, Late), among=slow_worlds)


class Late(Driver):
    """A driver that lets commands arrive at the exchange before it has shown it the newest quote."""

    def _show_unseen(self) -> None:
        """Show it too late."""
        if self._unseen is not None and self.exchange.due() == NEVER:
            super()._show_unseen()


def test_the_drawn_worlds_have_races_trades_that_fill_and_cancels_that_come_too_late() -> None:
    found: set[str] = set()

    def is_the_last_one(world: World) -> bool:
        play = played(world)
        counters = play.driver.exchange.counters
        had = {
            "a race": counters.races,
            "a fill by a trade": counters.filled_by_trade,
            "a fill by a book": counters.filled_by_book,
            "a cancel too late": any(
                isinstance(record, OrderRecord) and record.status == "cancel_rejected" for record in play.records
            ),
        }
        found.update(what for what, happened in had.items() if happened)
        return found == had.keys()

    assert is_found(is_the_last_one, among=slow_worlds), f"only {found}"
