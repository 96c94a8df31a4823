from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.market.instrument import Instrument, round_price, round_price_to_market, round_size
from perpfsm.market.side import Side

PRICES = st.decimals(min_value="0.00001", max_value="10000000", places=None, allow_nan=False, allow_infinity=False)
GRIDS = st.sampled_from([Decimal(text) for text in ("0.01", "0.1", "0.5", "0.25", "1", "3", "0.3", "10", "0.0007")])


def test_a_bid_rounds_down_and_an_ask_up() -> None:
    tick = Decimal("0.1")
    assert str(round_price(Decimal("9999.98"), tick=tick, side=Side.BUY)) == "9999.9"
    assert str(round_price(Decimal("10000.01"), tick=tick, side=Side.SELL)) == "10000.1"


@pytest.mark.parametrize("side", Side)
def test_a_price_on_the_grid_stays(side: Side) -> None:
    assert round_price(Decimal("10000.5"), tick=Decimal("0.5"), side=side) == Decimal("10000.5")


def test_rounding_towards_the_market_lifts_a_bid_and_lowers_an_ask() -> None:
    tick = Decimal("0.1")
    assert round_price_to_market(Decimal("9999.91"), tick=tick, side=Side.BUY) == Decimal("10000.0")
    assert round_price_to_market(Decimal("10000.09"), tick=tick, side=Side.SELL) == Decimal("10000.0")


def test_a_size_rounds_down_possibly_to_nothing() -> None:
    step = Decimal("0.001")
    assert str(round_size(Decimal("0.0129"), step=step)) == "0.012"
    assert round_size(Decimal("0.0009"), step=step) == 0


@pytest.mark.parametrize(("side", "expected"), [(Side.BUY, Decimal("0.6")), (Side.SELL, Decimal("0.9"))])
def test_a_price_with_all_digits_of_the_context_is_not_carried_across_a_tick(side: Side, expected: Decimal) -> None:
    tick = Decimal("0.3")
    price = Decimal("0.8999999999999999999999999999") if side is Side.BUY else Decimal("0.6000000000000000000000000001")
    assert round_price(price, tick=tick, side=side) == expected


@given(price=PRICES, tick=GRIDS, side=st.sampled_from(Side))
def test_rounding_never_makes_a_price_more_aggressive_and_moves_it_less_than_a_tick(
    price: Decimal, tick: Decimal, side: Side
) -> None:
    rounded = round_price(price, tick=tick, side=side)
    moved = (Fraction(price) - Fraction(rounded)) * side.sign
    assert 0 <= moved < Fraction(tick)
    assert (Fraction(rounded) / Fraction(tick)).denominator == 1


@given(size=PRICES, step=GRIDS)
def test_rounding_never_enlarges_a_size(size: Decimal, step: Decimal) -> None:
    assert 0 <= Fraction(size) - Fraction(round_size(size, step=step)) < Fraction(step)


def test_an_instrument_without_a_venue_has_no_maximum_and_exempts_closing_orders() -> None:
    assert Instrument("BTC-USDT", Decimal("0.1"), Decimal("0.001"), Decimal("0.001")) == Instrument(
        symbol="BTC-USDT",
        tick=Decimal("0.1"),
        step=Decimal("0.001"),
        size_min=Decimal("0.001"),
        size_max=None,
        notional_min=Decimal(0),
        reduce_only_exempt=True,
    )
