"""Closing orders: reduce-only in One-way, the closing side of a leg in Hedge."""

from decimal import Decimal

import pytest

from perpfsm.exchange.paper import PaperExchange
from perpfsm.market.order import OrderAccepted, OrderExpired, PlaceOrder
from perpfsm.market.side import LegName, Side
from tests.exchange.helpers import (
    BOTH,
    BUY,
    LONG,
    NOW,
    SELL,
    SHORT,
    TAKER,
    cancel,
    exchange,
    execution,
    executions,
    hedge,
    limit,
    market,
    place,
    position,
    quote,
    reject_code,
    show,
    working,
)

CLOSED = "The position that it would reduce is closed."
WIDE = quote(99, 101)


def one_way(size: int) -> PaperExchange:
    venue = exchange(positions={BOTH: position(size)})
    show(venue, WIDE)
    return venue


def hedged(long: int = 0, short: int = 0) -> PaperExchange:
    venue = exchange(hedge(), positions={LONG: position(long), SHORT: position(short)})
    show(venue, WIDE)
    return venue


@pytest.mark.parametrize(
    ("size", "order"),
    [
        (0, limit("a", SELL, 110, reduce_only=True)),
        (0, market("a", BUY, reduce_only=True)),
        (1, limit("a", BUY, 90, reduce_only=True)),
        (-1, limit("a", SELL, 110, reduce_only=True)),
    ],
)
def test_reduce_only_is_refused_when_it_would_not_reduce(size: int, order: PlaceOrder) -> None:
    assert reject_code(place(one_way(size), order)) == -2022


def test_a_reduce_only_order_executes_at_most_the_position_and_its_rest_expires() -> None:
    venue = one_way(2)
    place(venue, limit("a", SELL, 110, 5, reduce_only=True))
    events = show(venue, quote(110, 111, time_ns=NOW + 9))
    assert executions(events) == [execution("a", 110, 2)]
    assert events[1:] == (OrderExpired("a", NOW + 9, CLOSED),)
    assert venue.account().positions == {BOTH: position()}


def test_several_reduce_only_orders_together_execute_at_most_the_position() -> None:
    venue = one_way(-3)
    place(venue, *(limit(name, BUY, price, 2, reduce_only=True) for name, price in [("a", 89), ("b", 90), ("c", 90)]))
    events = show(venue, quote(87, 88))
    assert executions(events) == [execution("b", 90, 2), execution("c", 90, 1)]
    assert events[2:] == (OrderExpired("a", NOW, CLOSED), OrderExpired("c", NOW, CLOSED))
    assert working(venue) == {}


def test_a_reduce_only_market_order_closes_and_the_resting_exit_expires() -> None:
    venue = one_way(1)
    place(venue, limit("profit", SELL, 110, 1, reduce_only=True))
    events = place(venue, market("stop", SELL, 1, reduce_only=True), now_ns=NOW + 5)
    assert executions(events) == [execution("stop", 99, 1, TAKER)]
    assert events[0] == OrderAccepted("stop", NOW + 5)
    assert events[2:] == (OrderExpired("profit", NOW + 5, CLOSED),)


def test_reduce_only_orders_expire_when_an_opening_fill_flips_the_position() -> None:
    venue = one_way(1)
    place(venue, limit("exit", SELL, 110, reduce_only=True), limit("quote", SELL, 105, 3))
    events = show(venue, quote(105, 106))
    assert executions(events) == [execution("quote", 105, 3)]
    assert events[1:] == (OrderExpired("exit", NOW, CLOSED),)
    account = venue.account()
    assert account.positions == {BOTH: position(-2, 105)}
    assert account.wallet == Decimal(10_000) + 5 - Decimal("0.063")


def test_a_fill_that_adds_leaves_closing_orders_alone() -> None:
    venue = one_way(1)
    place(venue, limit("exit", SELL, 110, reduce_only=True), limit("quote", BUY, 98, 3))
    show(venue, quote(97, 98))
    assert working(venue) == {"exit": 1}


def test_opening_orders_survive_the_end_of_a_position() -> None:
    venue = one_way(1)
    place(venue, limit("exit", SELL, 110, reduce_only=True), limit("quote", BUY, 90))
    show(venue, quote(110, 111))
    assert working(venue) == {"quote": 1}


def test_hedge_holds_a_long_and_a_short_at_once() -> None:
    venue = hedged()
    place(venue, limit("a", BUY, 98, leg=LONG), limit("b", SELL, 102, leg=SHORT))
    show(venue, quote(97, 98), quote(102, 103))
    assert venue.account().positions == {LONG: position(1, 98), SHORT: position(-1, 102)}


@pytest.mark.parametrize(("leg", "side", "first", "second"), [(LONG, SELL, 110, 111), (SHORT, BUY, 90, 89)])
def test_closing_orders_of_a_hedge_leg_together_must_not_exceed_it(
    leg: LegName, side: Side, first: int, second: int
) -> None:
    venue = hedged(long=3, short=-3)
    place(venue, limit("a", side, first, 2, leg=leg))
    assert reject_code(place(venue, limit("b", side, second, 2, leg=leg))) == -2022
    assert place(venue, limit("c", side, second, 1, leg=leg)) == (OrderAccepted("c", NOW),)
    cancel(venue, "a")
    assert place(venue, limit("d", side, first, 2, leg=leg)) == (OrderAccepted("d", NOW),)


@pytest.mark.parametrize(("leg", "side"), [(LONG, SELL), (SHORT, BUY)])
def test_a_flat_hedge_leg_cannot_be_closed(leg: LegName, side: Side) -> None:
    venue = hedged(long=0 if leg is LONG else 1, short=0 if leg is SHORT else -1)
    assert reject_code(place(venue, market("a", side, leg=leg))) == -2022


def test_a_closing_order_of_one_leg_leaves_the_other_leg_alone() -> None:
    venue = hedged(long=1, short=-1)
    place(venue, limit("short exit", BUY, 90, leg=SHORT), market("long exit", SELL, leg=LONG))
    assert venue.account().positions == {LONG: position(), SHORT: position(-1)}
    assert working(venue) == {"short exit": 1}


def test_a_closing_order_found_at_a_recovery_is_clipped_and_expires_in_hedge_too() -> None:
    found = hedged(long=2)
    place(found, limit("a", SELL, 110, 2, leg=LONG))
    account = found.account()
    venue = exchange(hedge(), positions={LONG: position(1)}, orders=account.orders)
    events = show(venue, quote(110, 111))
    assert executions(events) == [execution("a", 110, 1)]
    assert events[1:] == (OrderExpired("a", NOW, CLOSED),)


def test_a_closing_order_found_without_its_position_never_executes() -> None:
    account = one_way(2)
    place(account, limit("a", SELL, 110, 2, reduce_only=True))
    venue = exchange(orders=account.account().orders)
    assert show(venue, quote(110, 111)) == ()
