"""What each shipped action does with quotes."""

import pytest

from perpfsm.decisions.proposals import Cancel, LeftOut
from perpfsm.market.working import OrderStatus, WorkingOrder
from tests.builders import (
    BUY,
    LONG,
    NOW,
    QUOTE,
    SELL,
    leg,
    parameters,
    position,
    quote,
    view,
    working,
)
from tests.machine.acting import ALL, ASK, BID, HELD, LEAVING, PROFIT, STOP, act, place, proposed

DOCUMENTED = (
    "Not canceling active orders since the difference between the new order prices and current order prices "
    "is within order_refresh_tolerance_pct"
)
NEW_QUOTES = [place(QUOTE, BUY, "99.0"), place(QUOTE, SELL, "101.0")]


def test_place_quotes_places_every_level_and_starts_its_age_b2() -> None:
    of = leg()
    assert proposed("place_quotes", of, view(quote())) == NEW_QUOTES
    assert of.quotes_ns == NOW


def test_place_quotes_says_what_it_left_out_first_b2() -> None:
    two = parameters(order_levels=2, price_ceiling=100)
    assert proposed("place_quotes", leg(), view(quote(), two)) == [
        LeftOut("buy quote, level 0", "reference 100.0 is at or above price_ceiling 100"),
        LeftOut("buy quote, level 1", "reference 100.0 is at or above price_ceiling 100"),
        place(QUOTE, SELL, "101.0"),
        place(QUOTE, SELL, "102.0", level=1),
    ]


def test_a_hedge_leg_quotes_its_own_side_b7() -> None:
    assert proposed("place_quotes", leg(name=LONG), view(quote())) == NEW_QUOTES[:1]


def test_without_a_price_no_quote_is_placed_and_the_cycle_still_counts_b1() -> None:
    of = leg()
    assert proposed("place_quotes", of, view(None)) == []
    assert of.quotes_ns == NOW


def test_replace_quotes_cancels_and_places_in_one_step_b5() -> None:
    of = leg("opening", quotes_ns=1)
    assert proposed("replace_quotes", of, view(quote(), None, *ALL)) == [
        Cancel("bid"),
        Cancel("ask"),
        Cancel("held"),
        *NEW_QUOTES,
    ]
    assert of.quotes_ns == NOW


def test_keep_quotes_restarts_their_age_and_says_so_in_the_documents_words_b5() -> None:
    of = leg("opening", quotes_ns=1)
    assert act("keep_quotes", of, view(quote(), None, BID)) == (
        [],
        [DOCUMENTED],
    )
    assert of.quotes_ns == NOW


@pytest.mark.parametrize("orders", [(), (LEAVING,), (STOP,)])
def test_where_no_quote_works_there_is_nothing_to_say_about_keeping_it(orders: tuple[WorkingOrder, ...]) -> None:
    of = leg("opening", quotes_ns=1)
    assert act("keep_quotes", of, view(quote(), None, *orders)) == ([], [])
    assert of.quotes_ns == NOW


def test_cancel_quotes_leaves_exits_alone() -> None:
    assert proposed("cancel_quotes", leg(), view(None, None, *ALL)) == [Cancel("bid"), Cancel("ask"), Cancel("held")]


def test_cancel_close_quotes_takes_those_nearer_than_the_minimum_spread_b6() -> None:
    near, beyond = working("near", QUOTE, BUY, "99.1"), working("beyond", QUOTE, SELL, "99.9")
    exactly = parameters(minimum_spread=1)  # 99.0 and 101.0 are 1 % from the mid price, 98.0 is 2 %
    assert proposed("cancel_close_quotes", leg(), view(quote(), exactly, *ALL, near, beyond)) == [
        Cancel("near"),
        Cancel("beyond"),
    ]


def test_without_a_price_no_quote_is_too_close() -> None:
    assert proposed("cancel_close_quotes", leg(), view(None, parameters(minimum_spread=1), BID)) == []


def test_an_entry_cancels_the_opposite_quotes_and_those_that_have_yet_to_leave_b7() -> None:
    held_ask = working("held_ask", QUOTE, SELL, "102.0", status=OrderStatus.HELD)
    orders = (BID, ASK, HELD, held_ask, PROFIT)
    assert proposed("cancel_opposite_quotes", leg("open", position(1)), view(None, None, *orders)) == [
        Cancel("ask"),
        Cancel("held"),
        Cancel("held_ask"),
    ]
    assert proposed("cancel_opposite_quotes", leg("open", position(-1)), view(None, None, *orders)) == [
        Cancel("bid"),
        Cancel("held"),
        Cancel("held_ask"),
    ]


def test_cancel_orders_cancels_everything_once_b11() -> None:
    assert proposed("cancel_orders", leg(), view(None, None, *ALL)) == [
        Cancel("bid"),
        Cancel("ask"),
        Cancel("held"),
        Cancel("profit"),
        Cancel("stop"),
    ]


def test_cancel_exits_leaves_quotes_alone() -> None:
    assert proposed("cancel_exits", leg(), view(None, None, *ALL)) == [Cancel("profit"), Cancel("stop")]
