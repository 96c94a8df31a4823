"""Every reason for which an order or a cancel is refused, with the venue's code."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.market.order import CancelRejected, OrderAccepted, OrderRejected, PlaceOrder
from perpfsm.market.position import Position
from perpfsm.market.side import LegName
from tests.exchange.helpers import (
    BOTH,
    BUY,
    INSTRUMENT,
    LONG,
    NOW,
    SELL,
    SHORT,
    Number,
    cancel,
    exchange,
    hedge,
    limit,
    market,
    place,
    position,
    quote,
    reject_code,
    settings,
    show,
    working,
)

WIDE = quote(99, 101)


def seen(
    of: ExchangeSettings | None = None, *, wallet: Number = 10_000, positions: dict[LegName, Position] | None = None
) -> PaperExchange:
    venue = exchange(of, wallet=wallet, positions=positions)
    show(venue, WIDE)
    return venue


def test_a_rejection_says_code_and_reason_and_nothing_works() -> None:
    venue = seen()
    assert place(venue, limit("a", BUY, "100.05"), now_ns=6) == (
        OrderRejected("a", 6, -1111, "Price 100.05 is more precise than the tick 0.1."),
    )
    assert working(venue) == {}


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (replace(limit("a", BUY, 100), price=None), -1102),
        (replace(market("a", BUY), price=Decimal(100)), -1106),
        (replace(market("a", BUY), post_only=True), -1106),
        (limit("a", BUY, 0), -4001),
        (limit("a", BUY, 100, 0), -4003),
        (limit("a", BUY, 100, -1), -4003),
        (limit("a", BUY, "100.05"), -1111),
        (limit("a", BUY, 100, "1.0001"), -1111),
        (limit("a", BUY, 100, "0.001"), -4004),
        (limit("a", BUY, 100, "1000.001"), -4005),
        (limit("a", BUY, 100, "0.049"), -4164),
        (market("a", BUY, "0.049"), -4164),
        (limit("a", BUY, 101, post_only=True), -5022),
        (limit("a", SELL, 99, post_only=True), -5022),
        (limit("a", BUY, 100, leg=LONG), -4061),
    ],
)
def test_an_order_is_refused_with_the_code_of_the_venue(order: PlaceOrder, code: int) -> None:
    assert reject_code(place(seen(), order)) == code


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (limit("a", BUY, "100.3"), -4014),
        (limit("a", BUY, "100.25"), -1111),
        (limit("a", BUY, 100, "1.3"), -4023),
        (limit("a", BUY, 100, "1.25"), -1111),
        (limit("a", BUY, "100.5000", "1.5000"), None),
    ],
)
def test_off_the_grid_and_more_precise_than_the_grid_are_told_apart(order: PlaceOrder, code: int | None) -> None:
    coarse = replace(INSTRUMENT, tick=Decimal("0.5"), step=Decimal("0.5"))
    events = place(seen(settings(instrument=coarse)), order)
    if code is None:
        assert events == (OrderAccepted("a", NOW),)
    else:
        assert reject_code(events) == code


def test_a_price_off_a_grid_of_tens_is_off_the_grid_not_too_precise() -> None:
    tens = replace(INSTRUMENT, tick=Decimal(10))
    assert reject_code(place(seen(settings(instrument=tens)), limit("a", BUY, 95))) == -4014


@pytest.mark.parametrize(
    "order", [limit("a", BUY, 100, "0.05"), limit("a", BUY, "99.9", 1000), limit("a", SELL, 2500, "0.002")]
)
def test_an_order_at_a_bound_is_accepted(order: PlaceOrder) -> None:
    assert place(seen(wallet=1_000_000), order) == (OrderAccepted("a", NOW),)


def test_a_venue_without_a_maximum_takes_any_size() -> None:
    unbounded = replace(INSTRUMENT, size_max=None)
    venue = seen(settings(instrument=unbounded), wallet="1e9")
    assert place(venue, limit("a", BUY, 90, 100_000)) == (OrderAccepted("a", NOW),)


def test_hedge_mode_wants_a_position_side() -> None:
    assert reject_code(place(seen(hedge()), limit("a", BUY, 100, leg=BOTH))) == -4061


def test_hedge_mode_forbids_reduce_only() -> None:
    venue = seen(hedge(), positions={LONG: position(1)})
    assert reject_code(place(venue, limit("a", SELL, 110, leg=LONG, reduce_only=True))) == -4061


def test_a_duplicate_client_id_is_refused_also_after_the_first_order_has_ended() -> None:
    venue = seen()
    place(venue, limit("a", BUY, 90))
    assert reject_code(place(venue, limit("a", BUY, 91))) == -4116
    assert working(venue) == {"a": 1}
    cancel(venue, "a")
    assert reject_code(place(venue, limit("a", BUY, 91))) == -4116


def test_the_id_of_a_refused_order_may_be_used_again() -> None:
    venue = seen()
    place(venue, limit("a", BUY, 100, 0))
    assert place(venue, limit("a", BUY, 100)) == (OrderAccepted("a", NOW),)


@pytest.mark.parametrize("ended", [False, True])
def test_a_cancel_of_an_unknown_or_ended_order_is_refused(ended: bool) -> None:
    venue = seen()
    if ended:
        place(venue, market("a", BUY))
    assert cancel(venue, "a", now_ns=NOW + 4) == (CancelRejected("a", NOW + 4, -2011, "Unknown order sent."),)


def test_a_market_order_without_market_data_is_refused() -> None:
    assert place(exchange(), market("a", BUY)) == (OrderRejected("a", NOW, -2020, "Unable to fill: no market data."),)


def test_closing_orders_are_exempt_from_the_minima() -> None:
    venue = seen(positions={BOTH: position("0.001")})
    assert place(venue, limit("a", SELL, 110, "0.001", reduce_only=True)) == (OrderAccepted("a", NOW),)
    venue = seen(hedge(), positions={SHORT: position("-0.001")})
    assert place(venue, limit("a", BUY, 90, "0.001", leg=SHORT)) == (OrderAccepted("a", NOW),)


@pytest.mark.parametrize(("size", "code"), [("0.001", -4004), ("0.002", -4164)])
def test_where_the_venue_does_not_exempt_them_closing_orders_need_the_minima(size: str, code: int) -> None:
    strict = replace(INSTRUMENT, reduce_only_exempt=False)
    venue = seen(settings(instrument=strict), positions={BOTH: position(1)})
    assert reject_code(place(venue, limit("a", SELL, 110, size, reduce_only=True))) == code


def test_closing_orders_need_the_grid_and_the_maximum() -> None:
    venue = seen(positions={BOTH: position(2000)}, wallet="1e6")
    assert reject_code(place(venue, market("a", SELL, "1000.001", reduce_only=True))) == -4005
    assert reject_code(place(venue, market("a", SELL, "0.0001", reduce_only=True))) == -1111


class TestMargin:
    """A wallet of 100 at leverage 10: an opening order of 10 at 99.5 needs 99.5 and its fee."""

    def test_an_order_needs_its_margin_and_the_taker_fee(self) -> None:
        assert place(seen(wallet="99.9975"), limit("a", BUY, "99.5", 10)) == (OrderAccepted("a", NOW),)
        assert place(seen(wallet="99.9974"), limit("a", BUY, "99.5", 10)) == (
            OrderRejected("a", NOW, -2019, "Margin is insufficient: 99.99750000 is needed, 99.99740000 is free."),
        )

    def test_a_post_only_order_is_counted_at_the_maker_fee(self) -> None:
        order = limit("a", BUY, "99.5", 10, post_only=True)
        assert place(seen(wallet="99.6990"), order) == (OrderAccepted("a", NOW),)
        assert reject_code(place(seen(wallet="99.6989"), order)) == -2019

    def test_margin_is_refused_before_post_only_as_the_matching_engine_comes_last(self) -> None:
        assert reject_code(place(seen(wallet=1), limit("a", BUY, 101, 10, post_only=True))) == -2019

    def test_a_market_order_is_counted_at_the_opposite_best(self) -> None:
        assert len(place(seen(wallet="101.505"), market("a", BUY, 10))) == 2
        assert reject_code(place(seen(wallet="101.504"), market("a", BUY, 10))) == -2019

    def test_working_orders_reserve_their_margin_until_they_end(self) -> None:
        venue = seen(wallet=110)
        place(venue, limit("a", BUY, "99.5", 10))
        assert reject_code(place(venue, limit("b", SELL, "100.5", 10))) == -2019
        cancel(venue, "a")
        assert place(venue, limit("c", SELL, "100.5", 10)) == (OrderAccepted("c", NOW),)

    def test_a_partly_filled_order_reserves_for_its_rest_and_the_position_for_its_cost(self) -> None:
        venue = seen(settings(maker="0", taker="0"), wallet=100)
        place(venue, limit("a", BUY, 99, 10))
        show(venue, quote(98, 99, shown=4), quote(99, 101))
        assert reject_code(place(venue, limit("b", BUY, 10, "1.001"))) == -2019
        assert place(venue, limit("c", BUY, 10, 1)) == (OrderAccepted("c", NOW),)

    def test_an_open_loss_is_not_free(self) -> None:
        venue = seen(settings(taker="0"), wallet=100, positions={BOTH: position(1, 110)})
        assert reject_code(place(venue, limit("a", BUY, 10, "78.001"))) == -2019
        assert place(venue, limit("a", BUY, 10, 78)) == (OrderAccepted("a", NOW),)

    def test_closing_orders_need_and_reserve_none(self) -> None:
        venue = seen(wallet=5, positions={BOTH: position(1)})
        assert place(venue, limit("a", SELL, 110, reduce_only=True)) == (OrderAccepted("a", NOW),)

    def test_an_order_that_would_reduce_without_being_reduce_only_is_counted_in_full(self) -> None:
        assert reject_code(place(seen(wallet=10, positions={BOTH: position(1)}), limit("a", SELL, 110))) == -2019

    def test_before_the_first_quote_the_limit_price_counts(self) -> None:
        assert reject_code(place(exchange(wallet=99), limit("a", BUY, "99.5", 10))) == -2019
