"""The queue: where an order joins, what brings it forward, and what fills it; nothing is used twice."""

from decimal import Decimal

import pytest

from perpfsm.exchange.settings import FillModel
from perpfsm.market.account import OpenOrder
from perpfsm.market.band import NOWHERE
from perpfsm.market.messages import MarketMessage
from perpfsm.market.side import Side
from tests.exchange.helpers import (
    BOTH,
    BUY,
    SELL,
    depth,
    exchange,
    execution,
    executions,
    limit,
    place,
    position,
    quote,
    settings,
    show,
    trade,
    working,
)
from tests.exchange.queueing import BEST, QUEUE, ahead, queued


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

    @pytest.mark.parametrize("shown", [2, 5, 9])
    def test_a_level_that_is_seen_for_the_first_time_is_all_ahead(self, shown: int) -> None:
        venue = queued(limit("a", BUY, 99))
        show(venue, quote(99, 100, shown=shown))
        assert ahead(venue) == shown
        show(venue, quote(99, 100, shown=20))
        assert ahead(venue) == shown

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
