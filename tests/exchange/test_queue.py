"""The queue: where an order joins, what brings it forward, and what fills it; nothing is used twice."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.queue import QueueCancels
from perpfsm.exchange.settings import FillModel
from perpfsm.market.account import OpenOrder
from perpfsm.market.band import NOWHERE, Band
from perpfsm.market.messages import MarketMessage, Quote
from perpfsm.market.order import PlaceOrder
from perpfsm.market.side import Side
from tests.exchange.helpers import (
    BOTH,
    BUY,
    NOW,
    SELL,
    TAKER,
    Number,
    change,
    depth,
    exchange,
    execution,
    executions,
    limit,
    market,
    place,
    position,
    quote,
    settings,
    show,
    trade,
    working,
)

QUEUE = settings(model=FillModel.QUEUE)
PROPORTIONAL = replace(QUEUE, queue_cancels=QueueCancels.PROPORTIONAL)
BEST = quote(100, 101, shown=5)


def queued(*orders: PlaceOrder, of: object = QUEUE, seen: tuple[MarketMessage, ...] = (BEST,)) -> PaperExchange:
    """Return an exchange that follows queues, has seen a market and holds the orders."""
    assert isinstance(of, type(QUEUE))
    venue = exchange(of, wallet=1_000_000)
    show(venue, *seen)
    place(venue, *(orders or (limit("a", BUY, 100, 2),)))
    return venue


def ahead(venue: PaperExchange, client_id: str = "a") -> Decimal | None:
    """Return what stands ahead of an order."""
    return venue._floor.orders.by_id[client_id].place.ahead  # what no event tells


def at(venue_ns: int, bid: Number, ask: Number, *, shown: Number = 5) -> Quote:
    """Return a quote of a venue's time."""
    return replace(quote(bid, ask, shown=shown), exchange_ns=venue_ns)


class TestJoining:
    """On coming to rest an order joins behind what is shown at its price."""

    @pytest.mark.parametrize(("side", "price"), [(BUY, 100), (SELL, 101)])
    def test_at_the_best_price_it_joins_behind_the_size_of_the_best(self, side: Side, price: int) -> None:
        assert ahead(queued(limit("a", side, price))) == 5

    @pytest.mark.parametrize(("side", "price"), [(BUY, "100.1"), (SELL, "100.9")])
    def test_in_front_of_the_best_price_it_is_the_first(self, side: Side, price: str) -> None:
        assert ahead(queued(limit("a", side, price))) == 0

    @pytest.mark.parametrize(("side", "price"), [(BUY, 99), (SELL, 102)])
    def test_behind_the_best_price_without_depth_it_joins_behind_the_size_of_the_best(
        self, side: Side, price: int
    ) -> None:
        assert ahead(queued(limit("a", side, price))) == 5

    @pytest.mark.parametrize(
        ("price", "size"), [(99, 7), (98, 0), (97, 9), (96, 5)], ids=["shown", "a gap", "the last level", "beyond it"]
    )
    def test_depth_says_what_stands_behind_the_best_as_far_as_it_reaches(self, price: int, size: int) -> None:
        book = depth(bids=[(100, 3), (99, 7), (97, 9)], asks=[(101, 3)])
        assert ahead(queued(limit("a", BUY, price), seen=(BEST, book))) == size

    def test_the_rest_of_an_order_that_took_is_the_first_of_its_price(self) -> None:
        venue = queued(limit("a", BUY, 101, 9))
        assert working(venue) == {"a": 4}
        assert ahead(venue) == 0

    def test_an_order_from_before_the_first_quote_joins_when_it_comes(self) -> None:
        found = OpenOrder(limit("a", BUY, 100, 2), Decimal(2))
        venue = exchange(QUEUE, orders=(found,))
        assert (ahead(venue), venue.band()) == (None, NOWHERE)
        assert show(venue, trade(100, 9)) == ()
        show(venue, BEST)
        assert ahead(venue) == 5

    def test_a_trade_through_an_order_fills_it_also_before_the_first_quote(self) -> None:
        venue = exchange(QUEUE, orders=(OpenOrder(limit("a", BUY, 100, 2), Decimal(2)),))
        assert executions(show(venue, trade("99.9", 1))) == [execution("a", 100, 1)]


class TestTrades:
    """A trade consumes the queue of its price and then us; one beyond our price finds nobody ahead."""

    def test_it_consumes_what_is_ahead_first_then_us_at_our_price(self) -> None:
        venue = queued()
        assert show(venue, trade(100, 3)) == ()
        assert ahead(venue) == 2
        assert executions(show(venue, trade(100, 3))) == [execution("a", 100, 1)]
        assert executions(show(venue, trade(100, 3))) == [execution("a", 100, 1)]
        assert (working(venue), venue.counters.filled_by_trade) == ({}, 2)

    @pytest.mark.parametrize(("side", "price", "through"), [(BUY, 100, "99.9"), (SELL, 101, "101.1")])
    def test_one_through_the_price_fills_with_all_of_its_size(self, side: Side, price: int, through: str) -> None:
        venue = queued(limit("a", side, price, 2))
        assert executions(show(venue, trade(through, "1.5", side.opposite))) == [execution("a", price, "1.5")]
        assert ahead(venue) == 0

    @pytest.mark.parametrize(
        "message", [trade(100, 99, BUY), trade("100.1", 99, SELL)], ids=["our own side took", "a better price"]
    )
    def test_one_that_did_not_reach_our_queue_does_nothing(self, message: MarketMessage) -> None:
        venue = queued()
        assert show(venue, message) == ()
        assert ahead(venue) == 5

    def test_its_size_is_used_once_over_all_our_orders_the_best_price_first(self) -> None:
        venue = queued(limit("low", BUY, "99.8", 2), limit("high", BUY, 100, 2), limit("mid", BUY, "99.9", 2))
        assert executions(show(venue, trade("99.8", "4.5"))) == [execution("high", 100, 2), execution("mid", "99.9", 2)]
        assert ahead(venue, "low") == 4.5
        assert executions(show(venue, trade("99.8", 5))) == [execution("low", "99.8", "0.5")]

    def test_at_one_price_the_market_and_our_orders_are_consumed_in_the_order_of_the_queue(self) -> None:
        venue = queued(limit("first", BUY, 100, 1))
        show(venue, quote(100, 101, shown=8))
        place(venue, limit("second", BUY, 100, 1))
        assert [ahead(venue, "first"), ahead(venue, "second")] == [Decimal(5), Decimal(8)]
        assert executions(show(venue, trade(100, 7))) == [execution("first", 100, 1)]
        assert ahead(venue, "second") == 2
        assert executions(show(venue, trade(100, "2.5"))) == [execution("second", 100, "0.5")]

    def test_a_closing_order_takes_no_more_of_it_than_is_open(self) -> None:
        venue = exchange(QUEUE, positions={BOTH: position(1)})
        show(venue, BEST)
        place(venue, limit("a", SELL, 101, 9, reduce_only=True), limit("b", SELL, 102, 9))
        assert executions(show(venue, trade("102.1", 5, BUY))) == [execution("a", 101, 1), execution("b", 102, 4)]

    @pytest.mark.parametrize("model", [FillModel.TOUCH, FillModel.THROUGH])
    def test_under_the_other_models_it_fills_nothing(self, model: FillModel) -> None:
        venue = queued(of=settings(model=model))
        assert show(venue, trade(99, 99)) == ()


class TestTheBook:
    """The opposite best at our price empties the queue; beyond it, it fills."""

    @pytest.mark.parametrize(("side", "price"), [(BUY, 100), (SELL, 101)])
    def test_at_our_price_it_empties_the_queue_and_fills_nothing(self, side: Side, price: int) -> None:
        venue = queued(limit("a", side, price))
        assert show(venue, quote(99, 100) if side is BUY else quote(101, 102)) == ()
        assert ahead(venue) == 0

    def test_through_our_price_it_fills_at_most_what_it_shows(self) -> None:
        venue = queued()
        assert executions(show(venue, quote(99, "99.9", shown="1.5"))) == [execution("a", 100, "1.5")]
        assert show(venue, quote(99, "99.9", shown="1.5")) == ()
        assert (working(venue), venue.counters.filled_by_book) == ({"a": Decimal("0.5")}, 1)

    def test_what_it_shows_is_used_once_but_every_queue_that_it_passed_is_empty(self) -> None:
        venue = queued(limit("a", BUY, 100, 2), limit("b", BUY, "99.9", 2))
        assert executions(show(venue, quote(99, "99.8", shown=2))) == [execution("a", 100, 2)]
        assert ahead(venue, "b") == 0


class TestOneSweepOnce:
    """What a sweep has done to us by one of its prints, it does not do again by another."""

    def test_a_trade_older_than_what_was_seen_when_the_order_came_to_rest_does_nothing_to_it(self) -> None:
        venue = queued(seen=(at(50, 100, 101),))
        assert show(venue, trade("99.9", 9, at=49)) == ()
        assert ahead(venue) == 5
        assert executions(show(venue, trade("99.9", 1, at=50))) == [execution("a", 100, 1)]

    def test_a_trade_seen_before_counts_as_well_as_a_quote(self) -> None:
        venue = queued(seen=(at(50, 100, 101), trade(100, 1, at=60)))
        assert show(venue, trade("99.9", 9, at=59)) == ()

    def test_after_a_book_that_filled_us_the_trades_up_to_its_time_do_nothing_on_that_side(self) -> None:
        venue = queued(limit("a", BUY, 100, 2), limit("s", SELL, 102, 1), seen=(at(50, 100, 101),))
        assert executions(show(venue, at(60, 99, "99.9", shown=1))) == [execution("a", 100, 1)]
        assert show(venue, trade("99.9", 9, at=60), trade("99.9", 9, at=55)) == ()
        assert executions(show(venue, trade("102.1", 9, BUY, at=60))) == [execution("s", 102, 1)]
        assert executions(show(venue, trade("99.9", 9, at=61))) == [execution("a", 100, 1)]

    def test_an_older_book_does_not_open_the_way_again(self) -> None:
        venue = queued(limit("a", BUY, 100, 3), seen=(at(50, 100, 101),))
        show(venue, at(60, 99, "99.9", shown=1), at(55, 98, "99.8", shown=1))
        assert working(venue) == {"a": 1}
        assert show(venue, trade("99.9", 9, at=58)) == ()

    def test_without_times_of_the_venue_the_order_here_decides(self) -> None:
        venue = queued(limit("a", BUY, 100, 3))
        show(venue, quote(99, "99.9", shown=1))
        assert executions(show(venue, trade("99.9", 1))) == [execution("a", 100, 1)]

    def test_a_sweep_that_the_book_has_shown_does_not_fill_us_when_its_trades_come(self) -> None:
        venue = queued(seen=(at(10, 100, 101),))
        show(venue, at(20, 99, 101))
        assert ahead(venue) == 0
        assert executions(show(venue, trade(100, 3, at=20), trade(100, 2, at=20))) == []
        assert executions(show(venue, trade(100, 1, at=20))) == [execution("a", 100, 1)]

    def test_a_locked_book_shows_a_sweep_too(self) -> None:
        venue = queued(seen=(at(10, 100, 101),))
        show(venue, at(20, 100, 100))
        assert executions(show(venue, trade(100, 6, at=20))) == [execution("a", 100, 1)]

    def test_a_later_trade_is_no_part_of_what_the_book_has_shown(self) -> None:
        venue = queued(seen=(at(10, 100, 101),))
        show(venue, at(20, 100, 101, shown=3))
        assert ahead(venue) == 3
        show(venue, trade(100, 2, at=20))
        assert ahead(venue) == 3
        show(venue, trade(100, 1, at=21))
        assert ahead(venue) == 2
        show(venue, trade(100, 1, at=20))
        assert ahead(venue) == 1

    def test_a_trade_that_is_larger_than_what_the_book_has_shown_takes_the_rest_from_those_ahead(self) -> None:
        venue = queued(seen=(at(10, 100, 101),))
        show(venue, at(20, 100, 101, shown=4), trade(100, 3, at=20))
        assert ahead(venue) == 2


class TestCancels:
    """What goes at our price without a trade was ahead of us, or was not."""

    def test_risk_averse_nobody_ahead_cancels_as_long_as_it_can_be_so(self) -> None:
        venue = queued(seen=(quote(100, 101, shown=9),))
        show(venue, quote(100, 101, shown=12), quote(100, 101, shown=9))
        assert ahead(venue) == 9
        show(venue, quote(100, 101, shown=4), quote(100, 101, shown=20))
        assert ahead(venue) == 4

    def test_proportional_cancels_are_spread_evenly_and_what_stays_is_rounded_up(self) -> None:
        venue = queued(of=PROPORTIONAL, seen=(quote(100, 101, shown=10),))
        show(venue, quote(100, 101, shown=30))
        assert ahead(venue) == 10
        show(venue, quote(100, 101, shown=20))
        assert ahead(venue) == Decimal("6.667")

    def test_what_trades_explain_of_a_fall_was_not_cancelled_whichever_comes_first(self) -> None:
        venue = queued(of=PROPORTIONAL, seen=(quote(100, 101, shown=10),))
        show(venue, quote(100, 101, shown=20), trade(100, 4))
        assert ahead(venue) == 6
        show(venue, quote(100, "101.1", shown=20))
        assert ahead(venue) == 6
        show(venue, quote(100, 101, shown=16))
        assert ahead(venue) == 6
        show(venue, quote(100, 101, shown=8))
        assert ahead(venue) == 3

    def test_no_more_can_be_ahead_than_is_shown(self) -> None:
        venue = queued(of=PROPORTIONAL, seen=(quote(100, 101, shown=10),))
        show(venue, trade(100, 2), quote(100, 101, shown=3))
        assert ahead(venue) == 3

    def test_depth_shortens_a_queue_behind_the_best(self) -> None:
        venue = queued(limit("a", BUY, 99), seen=(BEST, depth(bids=[(100, 5), (99, 7), (98, 1)])))
        show(venue, change(bids=[(99, 4)]))
        assert ahead(venue) == 4

    def test_depth_moves_no_queue_under_another_model(self) -> None:
        venue = queued(limit("a", BUY, 99), of=settings(), seen=(BEST, depth(bids=[(100, 5), (99, 7), (98, 1)])))
        show(venue, change(bids=[(99, 4)]))
        assert ahead(venue) == 7

    def test_a_better_bid_leaves_the_place_as_it_is_where_nothing_shows_it(self) -> None:
        venue = queued()
        show(venue, quote("100.1", 101, shown=1))
        assert ahead(venue) == 5
        show(venue, quote(100, 101, shown=3))
        assert ahead(venue) == 3

    def test_a_market_that_falls_behind_us_leaves_nobody_ahead(self) -> None:
        venue = queued()
        show(venue, quote(99, 101))
        assert ahead(venue) == 0


class TestBands:
    """Sizes matter while a price at which we wait is the best; behind it the band ends where it becomes the best."""

    @pytest.mark.parametrize(("side", "price"), [(BUY, 100), (SELL, 101)])
    def test_while_we_wait_at_the_best_price_nothing_is_inside(self, side: Side, price: int) -> None:
        assert queued(limit("a", side, price)).band() is NOWHERE

    def test_behind_the_best_price_the_band_ends_one_tick_before_it(self) -> None:
        venue = queued(limit("a", BUY, 99), limit("b", SELL, 102))
        inside = Band(bid_low=Decimal("99.1"), bid_high=Decimal(102), ask_low=Decimal(99), ask_high=Decimal("101.9"))
        assert venue.band() == inside

    def test_with_nobody_ahead_only_a_book_through_the_price_matters(self) -> None:
        venue = queued(limit("a", BUY, "100.1"), limit("b", SELL, "100.9"))
        assert venue.band() == Band(bid_high=Decimal("100.9"), ask_low=Decimal("100.1"))

    def test_it_opens_once_the_market_has_left_our_price(self) -> None:
        venue = queued()
        show(venue, quote("100.5", 101))
        assert venue.band() == Band(bid_low=Decimal("100.1"), ask_low=Decimal(100))

    def test_while_a_taken_level_is_the_best_nothing_is_inside_and_behind_it_what_is_left_of_it_counts(self) -> None:
        venue = queued(market("m", BUY, 2), seen=(BEST, depth(asks=[(101, 5), (102, 5)])))
        assert venue.band() is NOWHERE
        show(venue, quote(100, "100.5"))
        assert venue.band() == Band(ask_high=Decimal("100.9"))
        show(venue, quote(100, 101, shown=5))
        assert executions(place(venue, market("n", BUY, 4))) == [
            execution("n", 101, 3, TAKER),
            execution("n", 102, 1, TAKER),
        ]
        assert venue.take(NOW) == ()
