"""What crosses the market: price improvement, taker fees, and the rest of an order that found too little."""

from decimal import Decimal

import pytest

from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import FillModel
from perpfsm.market.band import NOWHERE
from perpfsm.market.fill import Fill
from perpfsm.market.messages import Quote
from perpfsm.market.order import OrderAccepted, OrderFilled, PlaceOrder
from tests.exchange.helpers import (
    BOTH,
    BUY,
    NOW,
    SELL,
    TAKER,
    cancel,
    exchange,
    execution,
    executions,
    limit,
    market,
    place,
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
    fill = Fill(1, "a", BOTH, BUY, Decimal(101), Decimal(1), Decimal("0.0505"), TAKER, 7)
    assert place(venue, limit("a", BUY, 105), now_ns=7) == (OrderAccepted("a", 7), OrderFilled(7, fill))
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
def test_what_reaches_the_opposite_best_executes_on_arrival_in_both_models(
    model: FillModel, order: PlaceOrder, price: int
) -> None:
    venue = seen(quote(100, 101), model=model)
    assert executions(place(venue, order)) == [execution("a", price, 1, TAKER)]


def test_the_rest_of_a_crossing_limit_goes_on_taking_while_the_market_stays_at_or_through_its_limit() -> None:
    venue = seen(quote(100, 101, shown=2))
    assert executions(place(venue, limit("a", BUY, 102, 9))) == [execution("a", 101, 2, TAKER)]
    assert show(venue, quote(100, 101, shown=2)) == ()
    assert executions(show(venue, quote(100, 101, shown=3))) == [execution("a", 101, 1, TAKER)]
    assert executions(show(venue, quote(100, 102, shown=3))) == [execution("a", 102, 3, TAKER)]
    assert working(venue) == {"a": 3}


@pytest.mark.parametrize(("model", "later"), [(FillModel.TOUCH, "101"), (FillModel.THROUGH, "100.9")])
def test_once_left_behind_the_rest_of_a_crossing_limit_is_a_maker_like_any_other(model: FillModel, later: str) -> None:
    venue = seen(quote(100, 101, shown=2), model=model)
    place(venue, limit("a", BUY, 101, 9))
    assert show(venue, quote(100, 102)) == ()
    assert executions(show(venue, quote(100, later, shown=1))) == [execution("a", 101, 1)]


def test_the_rest_of_a_crossing_sell_rests_once_left_behind() -> None:
    venue = seen(quote(100, 101, shown=2))
    assert executions(place(venue, limit("a", SELL, 100, 9))) == [execution("a", 100, 2, TAKER)]
    assert executions(show(venue, quote(99, 101), quote("100.5", 101, shown=1))) == [execution("a", 100, 1)]


def test_the_rest_of_a_market_order_takes_at_the_best_of_the_following_quotes() -> None:
    venue = seen(quote(100, 101, shown=2))
    assert executions(place(venue, market("a", SELL, 6))) == [execution("a", 100, 2, TAKER)]
    assert executions(show(venue, quote(100, 101, shown=3), quote(95, 96, shown=9))) == [
        execution("a", 100, 1, TAKER),
        execution("a", 95, 3, TAKER),
    ]
    assert working(venue) == {}


def test_an_order_that_crosses_a_level_that_is_used_up_waits_for_new_size() -> None:
    venue = seen(quote(100, 101, shown=1))
    place(venue, limit("a", BUY, 101, 1))
    assert place(venue, limit("b", BUY, 101, 1), market("c", BUY, 1)) == (
        OrderAccepted("b", NOW),
        OrderAccepted("c", NOW),
    )
    assert executions(show(venue, quote(100, 101, shown=3))) == [
        execution("c", 101, 1, TAKER),
        execution("b", 101, 1, TAKER),
    ]


def test_a_market_order_goes_before_every_limit() -> None:
    venue = seen(quote(100, 101, shown=1))
    place(venue, limit("a", SELL, 100, 9), market("m", SELL, 2))
    assert executions(show(venue, quote(99, 101, shown=5))) == [execution("m", 99, 2, TAKER)]


def test_an_order_that_takes_can_be_canceled() -> None:
    venue = seen(quote(100, 101, shown=1))
    place(venue, market("a", BUY, 2))
    assert venue.band() is NOWHERE
    assert len(cancel(venue, "a")) == 1
    assert show(venue, quote(100, 102)) == ()
    assert venue.band().holds(quote(100, 103))
