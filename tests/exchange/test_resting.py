"""How resting orders execute: fill models, sizes shown, priority, and what is no market."""

from decimal import Decimal

import pytest

from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import FillModel
from perpfsm.market.band import NEVER
from perpfsm.market.fill import Fill
from perpfsm.market.messages import BadQuote, MarketMessage, MarkPrice, Quote, Trade
from perpfsm.market.order import OrderAccepted, OrderCanceled, OrderExpired, OrderFilled, PlaceOrder
from tests.exchange.helpers import (
    BOTH,
    BUY,
    MAKER,
    NOW,
    SELL,
    Execution,
    cancel,
    exchange,
    execution,
    executions,
    fills,
    limit,
    place,
    position,
    quote,
    settings,
    show,
    working,
)

TOUCH, THROUGH = FillModel.TOUCH, FillModel.THROUGH
WIDE = quote(100, 102)


def resting(model: FillModel = TOUCH, *orders: PlaceOrder, maker: str = "0.0002") -> PaperExchange:
    """Return an exchange that has seen a wide market and holds the orders."""
    venue = exchange(settings(model=model, maker=maker))
    show(venue, WIDE)
    place(venue, *(orders or (limit("a", BUY, 100), limit("b", SELL, 102))))
    return venue


def test_an_order_is_accepted_then_filled() -> None:
    venue = exchange()
    show(venue, WIDE)
    assert place(venue, limit("a", BUY, 100), now_ns=NOW + 7) == (OrderAccepted("a", NOW + 7),)
    fill = Fill(1, "a", BOTH, BUY, Decimal(100), Decimal(1), Decimal("0.02"), MAKER, NOW + 9)
    assert show(venue, quote(99, 100, time_ns=NOW + 9)) == (OrderFilled(NOW + 9, fill),)
    assert venue.account().positions == {BOTH: position(1)}
    assert venue.account().wallet == Decimal("9999.98")
    assert working(venue) == {}


@pytest.mark.parametrize(("seen", "who"), [(quote(99, 100), "a"), (quote(102, 103), "b")])
def test_touch_fills_when_the_opposite_best_reaches_the_price(seen: Quote, who: str) -> None:
    assert [fill.client_id for fill in fills(show(resting(TOUCH), seen))] == [who]


@pytest.mark.parametrize("seen", [quote(99, 100), quote(102, 103)])
def test_through_does_not_fill_when_the_opposite_best_only_reaches_the_price(seen: Quote) -> None:
    assert show(resting(THROUGH), seen) == ()


@pytest.mark.parametrize(
    ("seen", "filled"),
    [
        (quote(99, "99.9"), execution("a", 100, 1)),
        (quote("102.1", 103), execution("b", 102, 1)),
    ],
)
@pytest.mark.parametrize("model", FillModel)
def test_beyond_its_price_an_order_fills_in_both_models_at_its_own_limit_as_maker(
    model: FillModel, seen: Quote, filled: Execution
) -> None:
    assert executions(show(resting(model), seen)) == [filled]


def test_a_rebate_is_a_negative_fee_and_adds_to_the_wallet() -> None:
    venue = resting(TOUCH, limit("a", BUY, 100, 2), maker="-0.0001")
    (fill,) = fills(show(venue, quote(99, 100)))
    assert fill.fee == Decimal("-0.02")
    assert venue.account().wallet == Decimal("10000.02")


def test_a_fill_is_limited_by_the_size_shown_and_the_rest_keeps_working() -> None:
    venue = resting(TOUCH, limit("a", BUY, 100, 5))
    assert executions(show(venue, quote(99, 100, shown=3))) == [execution("a", 100, 3)]
    assert working(venue) == {"a": 2}


def test_the_same_size_shown_again_gives_nothing_and_a_larger_one_the_increase() -> None:
    venue = resting(TOUCH, limit("a", BUY, 100, 20))
    sizes = [3, 3, 2, 3, 7, 7, 1, 2]
    got = [sum(fill.size for fill in fills(show(venue, quote(99, 100, shown=size)))) for size in sizes]
    assert got == [3, 0, 0, 1, 4, 0, 0, 1]


def test_the_size_used_on_the_bid_is_remembered_too() -> None:
    venue = resting(TOUCH, limit("b", SELL, 102, 20))
    sizes = [3, 3, 2, 3, 7]
    got = [sum(fill.size for fill in fills(show(venue, quote(102, 103, shown=size)))) for size in sizes]
    assert got == [3, 0, 0, 1, 4]


def test_a_new_best_price_is_new_liquidity() -> None:
    venue = resting(TOUCH, limit("a", BUY, 100, 20), limit("b", SELL, 200, 20))
    seen = [quote(98, 100, shown=1), quote(98, 99, shown=1), quote(98, 100, shown=1)]
    assert len(fills(show(venue, *seen))) == 3
    seen = [quote(200, 201, shown=1), quote(202, 203, shown=1), quote(200, 201, shown=1)]
    assert len(fills(show(venue, *seen))) == 3


def test_a_moving_bid_does_not_refresh_the_ask() -> None:
    venue = resting(TOUCH, limit("a", BUY, 100, 20))
    assert len(fills(show(venue, quote(98, 100, shown=1), quote(99, 100, shown=1), quote(97, 100, shown=1)))) == 1


def test_own_orders_share_the_size_shown_the_best_price_first() -> None:
    venue = resting(TOUCH, limit("low", BUY, "99.9"), limit("high", BUY, 100), limit("late", BUY, "99.9"))
    got = executions(show(venue, quote(98, 99, shown="2.5")))
    assert got == [execution("high", 100, 1), execution("low", "99.9", 1), execution("late", "99.9", "0.5")]


def test_own_sells_share_the_size_shown_the_lowest_price_first() -> None:
    venue = resting(TOUCH, limit("high", SELL, 103), limit("low", SELL, 102), limit("late", SELL, 102))
    got = executions(show(venue, quote(104, 105, shown="2.5")))
    assert got == [execution("low", 102, 1), execution("late", 102, 1), execution("high", 103, "0.5")]


def test_under_through_an_order_at_the_best_price_waits_while_one_beyond_fills() -> None:
    venue = resting(THROUGH, limit("at", BUY, "99.9"), limit("beyond", BUY, 100))
    assert executions(show(venue, quote(98, "99.9"))) == [execution("beyond", 100, 1)]


def test_own_orders_never_fill_each_other_as_the_older_one_expires() -> None:
    venue = resting(TOUCH, limit("far", BUY, "100.9"), limit("a", BUY, 101))
    assert place(venue, limit("b", SELL, 101)) == (
        OrderAccepted("b", NOW),
        OrderExpired("a", NOW, "self-trade prevention"),
    )
    assert show(venue, WIDE) == ()
    assert working(venue) == {"far": 1, "b": 1}
    assert venue.counters.self_trades_prevented == 1


def test_a_canceled_order_leaves_and_frees_its_place() -> None:
    venue = resting()
    assert cancel(venue, "a", now_ns=NOW + 8) == (OrderCanceled("a", NOW + 8),)
    assert show(venue, quote(98, 99)) == ()
    assert working(venue) == {"b": 1}


def test_a_crossed_quote_is_no_market() -> None:
    venue = resting()
    assert show(venue, quote(103, 99)) == ()
    (accepted,) = place(venue, limit("c", BUY, 101))
    assert accepted == OrderAccepted("c", NOW)


def test_a_locked_quote_is_a_market() -> None:
    assert executions(show(resting(), quote(100, 100))) == [execution("a", 100, 1)]


@pytest.mark.parametrize(
    "message",
    [BadQuote(NOW, "no ask"), Trade(NOW, Decimal(1), Decimal(9), SELL), MarkPrice(NOW, Decimal(1))],
)
def test_messages_other_than_quotes_fill_nothing(message: MarketMessage) -> None:
    venue = resting()
    venue.on_market(message)
    assert venue.take(NOW) == ()


def test_a_limit_order_before_the_first_quote_rests_and_fills_as_maker() -> None:
    venue = exchange()
    assert place(venue, limit("a", BUY, 100), limit("b", BUY, 99, post_only=True)) == (
        OrderAccepted("a", NOW),
        OrderAccepted("b", NOW),
    )
    assert executions(show(venue, quote(98, 99))) == [execution("a", 100, 1), execution("b", 99, 1)]


def test_events_are_handed_out_once() -> None:
    venue = resting()
    assert len(show(venue, quote(98, 99))) == 1
    assert venue.take(NOW) == ()


def test_nothing_happens_here_without_a_message() -> None:
    assert resting().due() == NEVER


def test_trade_ids_rise_from_the_first() -> None:
    venue = resting()
    events = show(venue, quote(99, 100), quote(102, 103))
    assert [fill.trade_id for fill in fills(events)] == [1, 2]
