"""What the plain values of the field say of themselves."""

from dataclasses import replace
from decimal import Decimal

from perpfsm.market.account import Account, OpenOrder
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.messages import Quote
from perpfsm.market.order import OrderType, PlaceOrder, Role
from perpfsm.market.position import Position
from perpfsm.market.side import LegName, Side
from perpfsm.market.synthetic import SyntheticSettings


def test_the_mid_price_is_exactly_between_bid_and_ask() -> None:
    assert Quote(0, Decimal("0.1"), Decimal(1), Decimal("0.2"), Decimal(1)).mid == Decimal("0.15")


def test_equal_quotes_are_one_value_without_room_for_more() -> None:
    quote = Quote(5, Decimal(1), Decimal(1), Decimal(2), Decimal(1))
    assert {quote, replace(quote)} == {quote}
    assert quote != replace(quote, ask=Decimal(3))
    assert not hasattr(quote, "__dict__")


def test_a_quote_takes_over_what_one_that_was_passed_over_carried() -> None:
    plain = Quote(5, Decimal(1), Decimal(1), Decimal(2), Decimal(1))
    told = replace(plain, time_ns=4, mark=Decimal(7), last=Decimal(8))
    newer = replace(plain, mark=Decimal(9))
    assert plain.after(None) is plain
    assert plain.after(replace(plain, time_ns=4)) is plain
    assert plain.after(told) == replace(plain, mark=Decimal(7), last=Decimal(8))
    assert newer.after(told) == replace(newer, last=Decimal(8))


def test_take_profits_and_closes_are_exits_and_quotes_are_not() -> None:
    assert {role: role.is_exit for role in Role} == {Role.QUOTE: False, Role.TAKE_PROFIT: True, Role.CLOSE: True}


def test_an_order_is_a_plain_quote_unless_it_says_otherwise() -> None:
    order = PlaceOrder("pf-1-1", LegName.BOTH, Role.QUOTE, Side.BUY, OrderType.LIMIT, Decimal(100), Decimal(1))
    assert (order.post_only, order.reduce_only, order.reason, order.level) == (False, False, "none", 0)
    assert Account(Decimal(5), {LegName.BOTH: Position()}).orders == ()
    assert OpenOrder(order, Decimal(1)) == OpenOrder(order=order, remaining=Decimal("1.000"))


def test_a_fill_is_a_value() -> None:
    fill = Fill(1, "a", LegName.BOTH, Side.BUY, Decimal(1), Decimal(1), Decimal(0), Liquidity.MAKER, 5)
    assert fill == Fill(1, "a", LegName.BOTH, Side.BUY, Decimal("1.0"), Decimal(1), Decimal(0), Liquidity("maker"), 5)


def test_the_synthetic_market_has_a_seed_of_its_own() -> None:
    assert SyntheticSettings() == SyntheticSettings(seed=7)
