"""What each shipped action does with exits and peaks."""

from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import CloseType
from perpfsm.decisions.proposals import Cancel
from perpfsm.machine.leg import Leg
from perpfsm.machine.view import View
from perpfsm.market.messages import Quote
from perpfsm.market.position import Position
from perpfsm.market.side import Side
from tests.builders import (
    BUY,
    CLOSE,
    SELL,
    TAKE_PROFIT,
    instrument_with,
    leg,
    parameters,
    position,
    quote,
    view,
    working,
)
from tests.machine.acting import AT_5, BID, STOP, act, place, proposed


def closing(held: Position, reason: str = "stop_loss", exits_placed: int = 0) -> Leg:
    return leg("closing", held, reason=reason, exits_placed=exits_placed)


@pytest.mark.parametrize(("held", "side", "price"), [(position(2), SELL, "105.0"), (position(-2), BUY, "95.0")])
def test_a_take_profit_is_a_limit_for_the_whole_position_b9(held: Position, side: Side, price: str) -> None:
    of = leg("closing", held, reason="take_profit")
    assert proposed("place_take_profit", of, view(quote(), AT_5)) == [
        place(TAKE_PROFIT, side, price, 2, reason="take_profit")
    ]


@pytest.mark.parametrize("action", ["place_take_profit", "close_position", "close_at_market"])
def test_nothing_is_closed_where_nothing_is_open(action: str) -> None:
    assert proposed(action, leg("closing"), view(quote(), AT_5)) == []


def test_exits_are_split_at_the_venues_maximum_b18() -> None:
    of = closing(position(5), reason="take_profit")
    assert proposed("place_take_profit", of, view(quote(), AT_5, instrument=instrument_with(size_max=2))) == [
        place(TAKE_PROFIT, SELL, "105.0", size, reason="take_profit") for size in (2, 2, 1)
    ]


def test_a_take_profit_is_cut_at_its_own_price_b9() -> None:
    of = closing(position("0.5"), reason="take_profit")
    resting = working("profit", TAKE_PROFIT, SELL, "109.0")
    assert proposed("cut_take_profit", of, view(quote(), AT_5, BID, resting)) == [
        Cancel("profit"),
        place(TAKE_PROFIT, SELL, "109.0", "0.5", reason="take_profit"),
    ]


def test_where_no_take_profit_works_none_is_cut() -> None:
    assert proposed("cut_take_profit", closing(position(1)), view(quote(), AT_5, STOP)) == [Cancel("stop")]


@pytest.mark.parametrize(
    ("held", "reason", "side", "price"),
    [
        (position(1), "stop_loss", SELL, "99.4"),
        (position(-1), "stop_loss", BUY, "100.7"),
        (position(1), "trailing_stop", SELL, "99.9"),
        (position(-1), "trailing_stop", BUY, "100.1"),
    ],
)
def test_close_position_is_a_limit_for_the_whole_position_b12(
    held: Position, reason: str, side: Side, price: str
) -> None:
    of = closing(held, reason, exits_placed=1)
    assert proposed("close_position", of, view(quote())) == [place(CLOSE, side, price, reason=reason)]
    assert of.exits_placed == 2


@pytest.mark.parametrize(
    "seen",
    [view(quote(), parameters(close=CloseType.MARKET)), view(None), view(quote(), data="stale")],
    ids=["of type MARKET", "without a price", "with a price that is not to be trusted"],
)
def test_close_position_goes_at_market_b12_b17(seen: View) -> None:
    of = closing(position(1))
    assert proposed("close_position", of, seen) == [place(CLOSE, SELL, None, reason="stop_loss")]
    assert of.exits_placed == 1


def test_close_at_market_is_market_whatever_the_type_b12() -> None:
    of = closing(position(-3), "flatten", exits_placed=3)
    assert proposed("close_at_market", of, view(quote())) == [place(CLOSE, BUY, None, 3, reason="flatten")]
    assert of.exits_placed == 4


TRAILING = parameters(ts_activation_spread=10, ts_callback_rate=5)


@pytest.mark.parametrize("action", ["start_trailing", "raise_peak"])
@pytest.mark.parametrize(
    ("held", "seen", "peak", "estimate"),
    [
        (position(1, 10_000), quote(11_000, 11_001), "11000", "10450"),
        (position(1, 10_000), quote(12_000, 12_001), "12000", "11400"),
        (position(1, 10_000), quote("10100.5", 10_101), "10100.5", "NILL"),
        (position(1, "10450"), quote(11_000, 11_001), "11000", "NILL"),  # at entry is not beyond it
        (position(-1, 10_000), quote(8_999, 9_000), "9000", "9450"),
        (position(-1, 10_000), quote(9_899, 9_900), "9900", "NILL"),
    ],
)
def test_a_new_peak_is_remembered_and_logged_with_its_estimate_b10(
    action: str, held: Position, seen: Quote, peak: str, estimate: str
) -> None:
    of = leg("trailing", held)
    assert act(action, of, view(seen, TRAILING)) == (
        [],
        [f"New peak price {peak}, estimated exit price is {estimate}"],
    )
    assert (of.peak, of.peak_is_new) == (Decimal(peak), True)


def test_without_a_price_there_is_no_peak() -> None:
    of = leg("trailing", position(1))
    assert act("raise_peak", of, view(None, TRAILING)) == ([], [])
    assert of == leg("trailing", position(1))


def test_a_fill_that_adds_forgets_the_peak_b10() -> None:
    of = leg("trailing", position(1), peak=110)
    assert proposed("forget_peak", of, view(quote())) == []
    assert of.peak is None
