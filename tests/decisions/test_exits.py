"""Prices and sizes of closing orders: take-profit (B9), trailing stop (B10), closing prices (B12), splitting (B18)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.decisions.exits import (
    closing_price,
    drawdown_pct,
    exit_estimate,
    exit_price,
    is_dust,
    limit_left_behind_pct,
    pnl_pct,
    price_at_pnl,
    split_at_maximum,
    take_profit_price,
)
from perpfsm.decisions.parameters import CloseType
from perpfsm.market.messages import Quote
from perpfsm.market.position import Position
from perpfsm.market.ratio import Ratio
from tests.builders import BUY, INSTRUMENT, SELL, parameters, position, quote

TICK = Decimal("0.1")
EXAMPLE = parameters(long_profit_taking_spread=5, short_profit_taking_spread=1)
LONG_10K, SHORT_10K = position(1, 10_000), position(-1, 10_000)


def number(ratio: Ratio) -> Decimal:
    return ratio.numerator / ratio.denominator


def test_a_long_is_closed_at_the_best_bid_and_a_short_at_the_best_ask() -> None:
    assert exit_price(position(1), quote(99, 101)) == 99
    assert exit_price(position(-1), quote(99, 101)) == 101


def test_pnl_is_percent_of_the_entry_before_leverage() -> None:
    assert number(pnl_pct(LONG_10K, Decimal(11_000))) == 10
    assert number(pnl_pct(SHORT_10K, Decimal(11_000))) == -10


def test_the_price_at_a_pnl_lies_above_the_entry_of_a_long_and_below_that_of_a_short() -> None:
    assert number(price_at_pnl(LONG_10K, Decimal(-2))) == 9_800
    assert number(price_at_pnl(SHORT_10K, Decimal(-2))) == 10_200


def test_a_long_from_10000_with_5_percent_takes_profit_at_10500_b9() -> None:
    assert take_profit_price(LONG_10K, EXAMPLE, tick=TICK) == 10_500


def test_a_short_from_10000_with_1_percent_takes_profit_at_9900_b9() -> None:
    assert take_profit_price(SHORT_10K, EXAMPLE, tick=TICK) == 9_900


def test_a_take_profit_rounds_in_the_traders_favour_b9() -> None:
    entry = "100.01"  # 5 % above is 105.0105, 1 % below 99.0099
    assert take_profit_price(position(1, entry), EXAMPLE, tick=TICK) == Decimal("105.1")
    assert take_profit_price(position(-1, entry), EXAMPLE, tick=TICK) == Decimal("99.0")


def test_the_take_profit_of_averaged_fills_starts_from_cost_divided_by_size_b7() -> None:
    held, _ = position(1, 100).after_fill(BUY, Decimal(103), Decimal(2))
    assert take_profit_price(held, EXAMPLE, tick=TICK) == Decimal("107.1")  # 102 times 1.05


def test_a_short_never_takes_profit_below_one_tick() -> None:
    assert take_profit_price(position(-1, "0.1"), parameters(short_profit_taking_spread=99), tick=TICK) == TICK


def test_a_trailing_stop_closes_at_the_peak_less_the_callback_b10() -> None:
    assert exit_estimate(LONG_10K, Decimal(12_000), Decimal(5)) == 11_400
    assert exit_estimate(LONG_10K, Decimal(11_000), Decimal(5)) == 10_450
    assert exit_estimate(SHORT_10K, Decimal(8_000), Decimal(5)) == 8_400


def test_drawdown_is_how_far_the_price_has_come_back_from_the_peak_b10() -> None:
    assert number(drawdown_pct(LONG_10K, Decimal(12_000), Decimal(11_400))) == 5
    assert number(drawdown_pct(SHORT_10K, Decimal(8_000), Decimal(8_400))) == 5
    assert number(drawdown_pct(LONG_10K, Decimal(12_000), Decimal(12_060))) == Decimal("-0.5")


BUFFERED = parameters(stop_loss_slippage_buffer="0.5")


@pytest.mark.parametrize(
    ("held", "limit"),
    [(position(1), "99.4"), (position(-1), "100.7")],  # 99.9 less 0.4995 is 99.4005; 100.1 plus 0.5005 is 100.6005
)
@pytest.mark.parametrize("reason", ["stop_loss", "flatten", "risk"])
def test_a_closing_limit_is_made_marketable_and_rounds_towards_the_market_b12(
    reason: str, held: Position, limit: str
) -> None:
    assert closing_price(reason, held, quote(), BUFFERED, INSTRUMENT) == Decimal(limit)


@pytest.mark.parametrize(("held", "limit"), [(position(1), "99.9"), (position(-1), "100.1")])
def test_a_trailing_limit_is_the_exit_price_b12(held: Position, limit: str) -> None:
    assert closing_price("trailing_stop", held, quote(), BUFFERED, INSTRUMENT) == Decimal(limit)


@pytest.mark.parametrize(("held", "limit"), [(position(1), "99.9"), (position(-1), "100.2")])
def test_a_trailing_limit_off_the_grid_rounds_towards_the_market_b12(held: Position, limit: str) -> None:
    between = quote("99.95", "100.13")
    assert closing_price("trailing_stop", held, between, BUFFERED, INSTRUMENT) == Decimal(limit)


def test_a_closing_limit_never_falls_below_one_tick() -> None:
    penny = quote("0.1", "0.2")
    assert closing_price("stop_loss", position(1), penny, BUFFERED, INSTRUMENT) == TICK


@pytest.mark.parametrize("reason", ["stop_loss", "trailing_stop"])
def test_an_exit_of_type_market_has_no_price_b12(reason: str) -> None:
    assert closing_price(reason, position(1), quote(), parameters(close=CloseType.MARKET), INSTRUMENT) is None


@pytest.mark.parametrize("reason", ["stop_loss", "trailing_stop"])
def test_an_exit_due_without_a_usable_price_goes_at_market_b17(reason: str) -> None:
    assert closing_price(reason, position(1), None, BUFFERED, INSTRUMENT) is None


def test_a_closing_limit_is_left_behind_when_the_market_moves_away_from_it_b12() -> None:
    seen = quote("99.0", "101.0")
    assert number(limit_left_behind_pct(SELL, Decimal(100), seen)) == 1
    assert number(limit_left_behind_pct(BUY, Decimal(100), seen)) == 1
    assert number(limit_left_behind_pct(SELL, Decimal(99), seen)) == 0
    assert number(limit_left_behind_pct(BUY, Decimal(102), seen)) < 0


@pytest.mark.parametrize(
    ("size", "most", "parts"),
    [("5", None, ["5"]), ("5", "5", ["5"]), ("5", "2", ["2", "2", "1"]), ("4", "2", ["2", "2"]), ("0", None, [])],
)
def test_exits_are_split_at_the_venues_maximum_b18(size: str, most: str | None, parts: list[str]) -> None:
    limited = replace(INSTRUMENT, size_max=None if most is None else Decimal(most))
    assert list(split_at_maximum(Decimal(size), limited)) == [Decimal(part) for part in parts]


@pytest.mark.parametrize(
    ("size", "most", "parts"),
    [
        ("0.0217", None, ["0.021"]),
        ("0.0217", "0.0105", ["0.010", "0.010", "0.001"]),
        ("0.0007", None, ["0.0007"]),
        ("0.02", "0.0005", ["0.02"]),
    ],
)
def test_exits_lie_on_the_step_grid_whatever_is_open_b18(size: str, most: str | None, parts: list[str]) -> None:
    limited = replace(INSTRUMENT, size_max=None if most is None else Decimal(most))
    assert list(split_at_maximum(Decimal(size), limited)) == [Decimal(part) for part in parts]


STRICT = replace(INSTRUMENT, reduce_only_exempt=False, size_min=Decimal("0.01"))


@pytest.mark.parametrize(
    ("held", "seen", "expected"),
    [
        (position(), quote(), False),
        (position("0.009", 10_000), quote(9_999, 10_001), True),
        (position("-0.009", 10_000), quote(9_999, 10_001), True),
        (position("0.01", 100), quote(), True),  # worth 1, the venue wants 5
        (position("0.05", 100), quote("99.9", "100.1"), True),  # at the bid it is worth 4.995
        (position("-0.05", 100), quote("99.9", "100.1"), False),  # at the ask it is worth 5.005
        (position("0.01", 100), None, False),
        (position("1", 100), quote(), False),
    ],
)
def test_a_remainder_below_the_venues_minimum_is_dust_b12(held: Position, seen: Quote | None, expected: bool) -> None:
    assert is_dust(held, seen, STRICT) is expected


def test_nothing_is_dust_where_reduce_only_orders_are_exempt_b12() -> None:
    assert is_dust(position("0.001"), quote(), INSTRUMENT) is False


def test_less_than_a_step_is_dust_everywhere_b12() -> None:
    assert is_dust(position("0.0009"), quote(), INSTRUMENT) is True


HELD = st.builds(
    lambda size, short, ticks: position(-size if short else size, ticks),
    st.integers(1, 5_000).map(lambda steps: Decimal(steps) / 1000),
    st.booleans(),
    st.integers(100, 20_000_000).map(lambda thousandths: Decimal(thousandths) / 1000),
)


@given(held=HELD, spread=st.decimals("0", "50", places=4))
def test_a_take_profit_is_never_nearer_than_asked_and_within_a_tick_of_it_b9(held: Position, spread: Decimal) -> None:
    of = parameters(long_profit_taking_spread=spread, short_profit_taking_spread=spread)
    price = take_profit_price(held, of, tick=TICK)
    asked = Fraction(held.cost) / Fraction(held.size) * (1 + held.sign * Fraction(spread) / 100)
    assert price % TICK == 0
    assert price == TICK or 0 <= (Fraction(price) - asked) * held.sign < Fraction(TICK)


@given(
    held=HELD, bid=st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100), buffer=st.decimals(0, 5, places=3)
)
def test_a_closing_limit_always_crosses_the_market_b12(held: Position, bid: Decimal, buffer: Decimal) -> None:
    seen = quote(bid, bid + Decimal("0.07"))
    for reason in ("stop_loss", "trailing_stop"):
        price = closing_price(reason, held, seen, parameters(stop_loss_slippage_buffer=buffer), INSTRUMENT)
        assert price is not None
        assert price % TICK == 0
        assert price == TICK or number(limit_left_behind_pct(held.exit_side, price, seen)) <= 0


@given(size=st.integers(0, 10_000).map(lambda steps: Decimal(steps) / 1000), most=st.integers(1, 30))
def test_the_parts_of_an_exit_are_the_whole_position_b18(size: Decimal, most: int) -> None:
    parts = list(split_at_maximum(size, replace(INSTRUMENT, size_max=Decimal(most) / 8)))
    assert sum(parts) == size
    assert all(0 < part <= Decimal(most) / 8 for part in parts)
