"""Margin: what an opening order needs in either mode, and the leverage that the size which would result is offered."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.market.brackets import Bracket
from perpfsm.market.margin import MarginMode
from perpfsm.market.messages import MarkPrice
from perpfsm.market.order import OrderAccepted, OrderRejected, PlaceOrder
from perpfsm.market.position import Position
from perpfsm.market.side import LegName
from tests.exchange.helpers import (
    BOTH,
    BUY,
    LONG,
    NOW,
    SELL,
    SHORT,
    Number,
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
)

TABLE = (
    Bracket(Decimal(0), Decimal(1_000), 20, Decimal("0.01")),
    Bracket(Decimal(1_000), Decimal(5_000), 10, Decimal("0.02"), Decimal(10)),
)
STEEP = replace(settings(leverage=20), brackets=TABLE)


def seen(of: ExchangeSettings, *, wallet: Number = 10_000, **legs: Position) -> PaperExchange:
    venue = exchange(of, wallet=wallet, positions={LegName(name): held for name, held in legs.items()})
    show(venue, quote(99, 101))
    return venue


def test_with_isolated_margin_an_open_loss_binds_nothing() -> None:
    of = replace(settings(taker="0"), margin_mode=MarginMode.ISOLATED)
    venue = seen(of, wallet=100, BOTH=position(1, 105))  # 10.5 is set aside, and 6 are lost
    assert reject_code(place(venue, limit("a", BUY, 10, "89.501"))) == -2019
    assert place(venue, limit("a", BUY, 10, "89.5")) == (OrderAccepted("a", NOW),)


@pytest.mark.parametrize(("size", "is_taken"), [(10, True), ("10.001", False)])
def test_the_leverage_must_be_offered_for_the_size_that_would_result(size: Number, is_taken: bool) -> None:
    (answer,) = place(seen(STEEP), limit("a", BUY, 100, size))
    beyond = "Exceeded the maximum allowable position at leverage 20: for this size at most 10 is offered."
    assert answer == (OrderAccepted("a", NOW) if is_taken else OrderRejected("a", NOW, -2027, beyond))


@pytest.mark.parametrize(
    ("held", "order", "is_taken"),
    [
        (position(4), limit("a", BUY, 100, 6), True),
        (position(4), limit("a", BUY, 100, "6.001"), False),
        (position(-4), limit("a", BUY, 100, 14), True),
        (position(-4), limit("a", BUY, 100, "14.001"), False),
        (position(-10), limit("a", BUY, 100, 1), True),
    ],
)
def test_the_position_counts_with_its_sign(held: Position, order: PlaceOrder, is_taken: bool) -> None:
    (answer,) = place(seen(STEEP, BOTH=held), order)
    assert isinstance(answer, OrderAccepted) is is_taken


def test_working_orders_of_the_same_side_count_and_others_do_not() -> None:
    venue = seen(replace(STEEP, mode=hedge().mode), SHORT=position(-9))
    place(venue, limit("a", BUY, 90, 5, leg=LONG), limit("b", SELL, 110, "0.9", leg=SHORT))
    assert reject_code(place(venue, limit("c", BUY, 90, "5.556", leg=LONG))) == -2027  # 5 * 100 + 5.556 * 90
    assert place(venue, limit("d", BUY, 90, "5.555", leg=LONG)) == (OrderAccepted("d", NOW),)


def test_position_and_working_orders_count_at_the_mark_price() -> None:
    venue = seen(STEEP, BOTH=position(4))
    venue.on_market(MarkPrice(NOW, Decimal(150)))
    assert reject_code(place(venue, limit("a", BUY, 100, "4.001"))) == -2027
    assert place(venue, limit("b", BUY, 100, 4)) == (OrderAccepted("b", NOW),)


def test_a_closing_order_is_never_refused_for_its_bracket() -> None:
    venue = seen(STEEP, BOTH=position(-40))
    accepted, *_ = place(venue, market("a", BUY, 40, reduce_only=True))
    assert accepted == OrderAccepted("a", NOW)


def test_beyond_the_end_of_the_table_no_leverage_is_offered() -> None:
    venue = seen(replace(STEEP, leverage=1))
    (answer,) = place(venue, limit("a", BUY, 100, "50.001"))
    assert answer == OrderRejected(
        "a", NOW, -2027, "Exceeded the maximum allowable position at leverage 1: for this size none is offered."
    )


def test_before_any_price_the_order_s_own_is_taken() -> None:
    venue = exchange(STEEP, positions={BOTH: position(4)})
    assert reject_code(place(venue, limit("a", BUY, 100, "6.001"))) == -2027
