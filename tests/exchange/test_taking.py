"""What crosses the market: price improvement, taker fees, and the rest of an order that found too little."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.exchange.book import BEYOND_TICKS_MAX
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import FillModel
from perpfsm.market.fill import Fill
from perpfsm.market.messages import BadQuote, Quote
from perpfsm.market.order import OrderAccepted, OrderExpired, OrderFilled, PlaceOrder
from perpfsm.market.side import Side
from tests.exchange.helpers import (
    BOTH,
    BUY,
    INSTRUMENT,
    LONG,
    NOW,
    SELL,
    SHORT,
    TAKER,
    change,
    depth,
    exchange,
    execution,
    executions,
    filled,
    fills,
    hedge,
    kinds,
    limit,
    market,
    place,
    position,
    quote,
    settings,
    show,
    working,
)


def seen(*quotes: Quote, model: FillModel = FillModel.TOUCH) -> PaperExchange:
    venue = exchange(settings(model=model))
    show(venue, *quotes)
    return venue


def test_a_limit_that_crosses_takes_at_the_better_price_shown_and_pays_the_taker_fee() -> None:
    venue = seen(quote(100, 101))
    fill = Fill(1, "a", BOTH, BUY, Decimal(101), Decimal(1), Decimal("0.0505"), TAKER, NOW + 7)
    assert place(venue, limit("a", BUY, 105), now_ns=NOW + 7) == (
        OrderAccepted("a", NOW + 7),
        OrderFilled(NOW + 7, fill),
    )
    assert venue.account().wallet == Decimal(10_000) - Decimal("0.0505")


@pytest.mark.parametrize("model", FillModel)
@pytest.mark.parametrize(
    ("order", "price"),
    [
        (limit("a", BUY, 101), 101),
        (limit("a", SELL, 100), 100),
        (limit("a", SELL, 90), 100),
        (market("a", BUY), 101),
        (market("a", SELL), 100),
    ],
)
def test_what_reaches_the_opposite_best_executes_on_arrival_in_every_model(
    model: FillModel, order: PlaceOrder, price: int
) -> None:
    venue = seen(quote(100, 101), model=model)
    assert executions(place(venue, order)) == [execution("a", price, 1, TAKER)]


@pytest.mark.parametrize(("model", "later"), [(FillModel.TOUCH, "101"), (FillModel.THROUGH, "100.9")])
def test_the_rest_of_a_crossing_limit_is_a_maker_like_any_other(model: FillModel, later: str) -> None:
    venue = seen(quote(100, 101, shown=2), model=model)
    assert executions(place(venue, limit("a", BUY, 101, 9))) == [execution("a", 101, 2, TAKER)]
    assert show(venue, quote(100, 101, shown=2)) == ()
    assert show(venue, quote(100, 102)) == ()
    assert executions(show(venue, quote(100, later, shown=1))) == [execution("a", 101, 1)]


def test_the_rest_of_a_crossing_sell_rests() -> None:
    venue = seen(quote(100, 101, shown=2))
    assert executions(place(venue, limit("a", SELL, 100, 9))) == [execution("a", 100, 2, TAKER)]
    assert executions(show(venue, quote(99, 101), quote("100.5", 101, shown=1))) == [execution("a", 100, 1)]


class TestTheWalk:
    """An order that takes walks the book: the best, the depth behind it, then what the slippage model invents."""

    def test_behind_the_best_every_tick_is_taken_to_show_as_much(self) -> None:
        venue = seen(quote(100, 101, shown=2))
        assert executions(place(venue, market("a", SELL, 5))) == [
            execution("a", 100, 2, TAKER),
            execution("a", "99.9", 2, TAKER),
            execution("a", "99.8", 1, TAKER),
        ]
        assert (venue.counters.taken, venue.counters.taken_beyond_the_book) == (3, 2)

    def test_a_limit_walks_no_further_than_its_limit_and_its_rest_rests(self) -> None:
        venue = seen(quote(100, 101, shown=2))
        assert executions(place(venue, limit("a", BUY, "101.1", 9))) == [
            execution("a", 101, 2, TAKER),
            execution("a", "101.1", 2, TAKER),
        ]
        assert working(venue) == {"a": 5}

    def test_depth_is_walked_level_by_level_and_the_last_one_is_taken_to_go_on(self) -> None:
        venue = seen(quote(100, 101, shown=2))
        venue.on_market(depth(asks=[(101, 7), ("101.4", 3), (103, 1)]))
        assert executions(place(venue, market("a", BUY, 8))) == [
            execution("a", 101, 2, TAKER),
            execution("a", "101.4", 3, TAKER),
            execution("a", 103, 1, TAKER),
            execution("a", "103.1", 1, TAKER),
            execution("a", "103.2", 1, TAKER),
        ]

    def test_what_was_taken_of_a_level_is_gone_for_the_next_order_until_the_feed_shows_more(self) -> None:
        venue = seen(quote(100, 101, shown=2))
        venue.on_market(depth(asks=[("101.4", 3), ("101.5", 9)]))
        place(venue, market("a", BUY, 4))
        assert executions(place(venue, market("b", BUY, 2))) == [
            execution("b", "101.4", 1, TAKER),
            execution("b", "101.5", 1, TAKER),
        ]
        venue.on_market(change(asks=[("101.4", 4)]))
        show(venue, quote(100, 101, shown=2))
        assert executions(place(venue, market("c", BUY, 2))) == [
            execution("c", "101.4", 1, TAKER),
            execution("c", "101.5", 1, TAKER),
        ]

    def test_a_broken_chain_of_depth_is_no_depth(self) -> None:
        venue = seen(quote(100, 101, shown=2))
        venue.on_market(depth(asks=[("101.4", 3)]))
        venue.on_market(change(asks=[("101.4", 4)], previous=77))
        assert executions(place(venue, market("a", BUY, 3))) == [
            execution("a", 101, 2, TAKER),
            execution("a", "101.1", 1, TAKER),
        ]

    def test_it_ends_after_so_many_ticks_and_the_rest_of_a_market_order_expires(self) -> None:
        venue = exchange(wallet="1e9")
        show(venue, quote(1000, 1001, shown="0.1"))
        events = place(venue, market("a", BUY, 1000))
        assert fills(events)[-1].price == 1001 + BEYOND_TICKS_MAX * INSTRUMENT.tick
        assert events[-1] == OrderExpired("a", NOW, "No more of the market order could be executed.")
        assert working(venue) == {}

    def test_no_price_is_ever_zero(self) -> None:
        venue = exchange(wallet="1e9")
        show(venue, quote("0.3", "0.4", shown=20))
        assert [fill.price for fill in fills(place(venue, market("a", SELL, 100)))] == [
            Decimal("0.3"),
            Decimal("0.2"),
            Decimal("0.1"),
        ]

    @pytest.mark.parametrize(("side", "worst"), [(BUY, "101.4"), (SELL, "99.6")])
    def test_a_market_order_never_goes_beyond_the_price_band(self, side: Side, worst: str) -> None:
        venue = exchange(replace(settings(), price_band_pct=Decimal(1)))
        show(venue, replace(quote(100, 101, shown=1), mark=Decimal("100.4") if side is BUY else Decimal("100.6")))
        events = place(venue, market("a", side, 9))
        assert (fills(events)[-1].price, len(fills(events))) == (Decimal(worst), 5)
        assert isinstance(events[-1], OrderExpired)

    def test_a_closing_order_takes_what_is_open_and_the_rest_of_it_expires(self) -> None:
        venue = exchange(positions={BOTH: position(3)})
        show(venue, quote(100, 101, shown=2))
        assert place(venue, market("a", SELL, 9, reduce_only=True))[1:] == (
            *filled("a", SELL, (100, 2), ("99.9", 1)),
            OrderExpired("a", NOW, "The position that it would reduce is closed."),
        )


class TestSelfTradePrevention:
    """Own resting orders that an order would meet expire before it executes or rests."""

    def test_a_market_order_expires_what_stands_within_its_reach_and_nothing_behind(self) -> None:
        venue = seen(quote(100, 101, shown=2))
        place(venue, limit("near", SELL, "101.1"), limit("far", SELL, "101.2"))
        assert kinds(place(venue, market("a", BUY, 4))) == ["accepted a", "expired near", "filled a", "filled a"]
        assert working(venue) == {"far": 1}

    def test_a_market_order_that_takes_all_there_is_expires_everything_up_to_the_last_price(self) -> None:
        venue = exchange(wallet="1e9")
        show(venue, quote(100, 101, shown="0.5"))
        place(venue, limit("within", SELL, 201), limit("beyond", SELL, "201.1"))
        assert kinds(place(venue, market("a", BUY, 1000)))[:2] == ["accepted a", "expired within"]
        assert working(venue) == {"beyond": 1}

    def test_a_crossing_limit_that_is_filled_before_it_gets_there_leaves_them_alone(self) -> None:
        venue = seen(quote(100, 101, shown=2))
        place(venue, limit("own", SELL, "101.5"))
        assert kinds(place(venue, limit("a", BUY, 102, 1))) == ["accepted a", "filled a"]
        assert working(venue) == {"own": 1}

    def test_a_crossing_limit_of_which_something_will_rest_expires_everything_up_to_its_limit(self) -> None:
        venue = seen(quote(100, 101, shown=2))
        place(venue, limit("own", SELL, "101.1"), limit("at", SELL, "101.1"), limit("far", SELL, "101.2"))
        events = kinds(place(venue, limit("a", BUY, "101.1", 5)))
        assert events == ["accepted a", "expired own", "expired at", "filled a", "filled a"]
        assert working(venue) == {"far": 1, "a": 1}

    def test_the_legs_of_hedge_mode_are_one_account(self) -> None:
        venue = exchange(hedge())
        show(venue, quote(100, 102))
        place(venue, limit("long", BUY, 101, leg=LONG))
        assert kinds(place(venue, limit("short", SELL, 101, leg=SHORT))) == ["accepted short", "expired long"]

    def test_before_the_first_quote_a_limit_expires_what_it_would_rest_through(self) -> None:
        venue = exchange()
        place(venue, limit("a", BUY, 101), limit("b", BUY, 99))
        assert kinds(place(venue, limit("c", SELL, 100))) == ["accepted c", "expired a"]

    def test_a_market_order_that_can_reach_nothing_leaves_them_alone(self) -> None:
        venue = exchange(replace(settings(), price_band_pct=Decimal("0.1")))
        show(venue, replace(quote(100, 101), mark=Decimal(90)))
        place(venue, limit("own", SELL, 90))
        assert kinds(place(venue, market("a", BUY))) == ["accepted a", "expired a"]


@pytest.mark.parametrize("unusable", [BadQuote(NOW, "bid_price is missing"), quote(103, 102)])
def test_nothing_is_taken_from_a_book_of_before_a_quote_that_is_no_market(unusable: BadQuote | Quote) -> None:
    venue = exchange(positions={BOTH: position(3)})
    show(venue, quote(100, 101), unusable)
    assert kinds(place(venue, market("a", SELL, reduce_only=True))) == ["accepted a", "expired a"]
    assert kinds(place(venue, limit("b", SELL, 95, reduce_only=True))) == ["accepted b"]
    assert executions(show(venue, quote(96, 97))) == [execution("b", 95, 1)]
    assert executions(place(venue, market("c", SELL, reduce_only=True))) == [execution("c", 96, 1, TAKER)]


def test_executions_lie_on_the_step_grid_whatever_the_market_shows() -> None:
    venue = exchange(settings(model=FillModel.TOUCH))
    show(venue, quote(100, 101, shown="2.0005"))
    assert executions(place(venue, market("a", BUY, "4"))) == [
        execution("a", 101, 2, TAKER),
        execution("a", "101.1", 2, TAKER),
    ]
    place(venue, limit("b", BUY, 99, 3), limit("c", SELL, "101.3"))
    assert executions(show(venue, quote(98, 99, shown="0.0009"))) == []
    assert executions(show(venue, quote(98, 99, shown="0.0125"))) == [execution("b", 99, "0.012")]
    assert executions(show(venue, quote(98, 99, shown="9.0005"))) == [execution("b", 99, "2.988")]


def test_the_last_step_is_taken_behind_a_level_that_lacks_less_than_one_and_an_own_order_there_goes_first() -> None:
    venue = exchange(positions={BOTH: position(1)})
    show(venue, quote(100, 101, shown="0.1005"))
    place(venue, limit("a", SELL, "101.1", reduce_only=True))
    events = place(venue, market("b", BUY, "0.101"))
    assert kinds(events) == ["accepted b", "expired a", "filled b", "filled b"]
    assert executions(events) == [execution("b", 101, "0.1", TAKER), execution("b", "101.1", "0.001", TAKER)]
