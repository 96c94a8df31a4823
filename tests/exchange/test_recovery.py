"""An exchange that is opened where an earlier run left it."""

from decimal import Decimal

import pytest

from perpfsm.errors import PerpfsmError
from perpfsm.exchange.paper import PaperExchange
from perpfsm.market.account import Account, OpenOrder
from perpfsm.market.band import NOWHERE
from perpfsm.market.order import OrderCanceled, OrderExpired
from tests.exchange.helpers import (
    BOTH,
    BUY,
    LONG,
    NOW,
    SELL,
    TAKER,
    cancel,
    exchange,
    execution,
    executions,
    fills,
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


def test_an_account_survives_a_restart_unchanged() -> None:
    before = exchange(positions={BOTH: position(1)})
    show(before, quote(99, 101))
    place(before, limit("a", BUY, 98, 3), limit("b", SELL, 110, reduce_only=True))
    show(before, quote(97, 98, shown=1))
    account = before.account()
    after = PaperExchange(settings(), account, first_trade_id=2)
    assert after.account() == account
    events = show(after, quote(96, 97))
    assert executions(events) == [execution("a", 98, 2)]
    assert [fill.trade_id for fill in fills(events)] == [2]


def test_orders_found_keep_their_priority_reserve_margin_and_own_their_ids() -> None:
    orders = tuple(OpenOrder(limit(name, BUY, 98, 5), Decimal(5)) for name in ("a", "b"))
    venue = exchange(wallet=100, orders=orders)
    assert reject_code(place(venue, limit("a", BUY, 1, 5))) == -4116
    assert reject_code(place(venue, limit("c", BUY, 98, 1))) == -2019
    assert executions(show(venue, quote(97, 98, shown=6))) == [execution("a", 98, 5), execution("b", 98, 1)]


def test_a_market_order_found_takes_from_the_first_quote_and_what_is_left_expires() -> None:
    found = (OpenOrder(market("a", BUY, 3), Decimal(2)), OpenOrder(market("b", SELL, 5000), Decimal(5000)))
    venue = exchange(wallet="1e9", orders=found)
    assert venue.band() is NOWHERE
    show(venue, quote(101, 100))
    assert working(venue) == {"a": 2, "b": 5000}
    events = show(venue, quote(100, 101, shown=1))
    assert executions(events)[:2] == [execution("a", 101, 1, TAKER), execution("a", "101.1", 1, TAKER)]
    assert isinstance(events[-1], OrderExpired)
    assert working(venue) == {}


def test_a_market_order_found_may_be_canceled_before_there_is_a_quote() -> None:
    venue = exchange(orders=(OpenOrder(market("a", BUY, 3), Decimal(2)),))
    assert cancel(venue, "a") == (OrderCanceled("a", NOW),)
    assert show(venue, quote(100, 101)) == ()


def test_legs_without_an_entry_are_flat_and_flat_legs_of_the_other_mode_are_forgotten() -> None:
    venue = exchange(positions={LONG: position()})
    assert venue.account().positions == {BOTH: position()}


def test_a_position_of_the_other_mode_is_an_error_with_its_remedy() -> None:
    with pytest.raises(PerpfsmError) as caught:
        PaperExchange(settings(), Account(Decimal(1), {LONG: position(1)}))
    assert str(caught.value) == (
        "paper account: The account holds a position on leg LONG, which One-way mode does not have. "
        "Close it in the mode in which it was opened."
    )
