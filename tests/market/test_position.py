from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.market.position import Position, split_fill
from perpfsm.market.side import Side

FLAT = Position()
SIZES = st.integers(1, 5_000).map(lambda steps: Decimal(steps) / 1000)
PRICES = st.integers(1, 1_000_000).map(lambda ticks: Decimal(ticks) / 10)
FILLS = st.lists(st.tuples(st.sampled_from(Side), PRICES, SIZES), max_size=30)


def long(size: int, entry: int) -> Position:
    return Position(Decimal(size), Decimal(size) * Decimal(entry))


def short(size: int, entry: int) -> Position:
    return Position(-Decimal(size), -Decimal(size) * Decimal(entry))


def book(position: Position, side: Side, price: Decimal, size: Decimal) -> tuple[Position, Decimal]:
    """Book a fill as a venue does, in two parts when it flips; return the position and what it realised."""
    realised = Decimal(0)
    for part in split_fill(position, side, size):
        position, gained = position.after_fill(side, price, part)
        realised += gained
    return position, realised


def test_a_flat_position_has_no_sign_and_is_closed_by_nothing() -> None:
    assert FLAT.is_flat
    assert FLAT.sign == 0
    assert FLAT.exit_side is Side.BUY


def test_a_long_exits_by_selling_and_a_short_by_buying() -> None:
    assert (long(1, 100).sign, long(1, 100).exit_side) == (1, Side.SELL)
    assert (short(1, 100).sign, short(1, 100).exit_side) == (-1, Side.BUY)
    assert not long(1, 100).is_flat


def test_the_entry_is_cost_divided_by_size() -> None:
    position, realised = long(1, 100).after_fill(Side.BUY, Decimal(103), Decimal(2))
    assert (position, realised) == (Position(Decimal(3), Decimal(306)), Decimal(0))
    assert position.entry == 102
    assert short(2, 100).entry == 100


def test_open_pnl_of_a_long_rises_and_that_of_a_short_falls_with_the_price() -> None:
    assert long(2, 100).open_pnl(Decimal(101)) == 2
    assert short(2, 100).open_pnl(Decimal(101)) == -2


@pytest.mark.parametrize(("side", "size"), [(Side.BUY, "3"), (Side.SELL, "-3")])
def test_the_first_fill_opens(side: Side, size: str) -> None:
    assert FLAT.after_fill(side, Decimal(100), Decimal(3)) == (
        Position(Decimal(size), Decimal(size) * 100),
        Decimal(0),
    )


def test_a_partial_close_keeps_the_entry_and_realises_its_share() -> None:
    position, realised = long(5, 10_000).after_fill(Side.SELL, Decimal(10_500), Decimal(2))
    assert (position, realised) == (long(3, 10_000), Decimal(1_000))
    position, realised = short(5, 10_000).after_fill(Side.BUY, Decimal(9_900), Decimal(2))
    assert (position, realised) == (short(3, 10_000), Decimal(200))


def test_a_full_close_realises_everything_and_leaves_nothing() -> None:
    assert long(5, 10_000).after_fill(Side.SELL, Decimal(10_500), Decimal(5)) == (FLAT, Decimal(2_500))
    assert short(1, 10_000).after_fill(Side.BUY, Decimal(9_900), Decimal(1)) == (FLAT, Decimal(100))


def test_what_rounding_leaves_of_a_partial_close_stays_in_the_cost() -> None:
    position, realised = Position(Decimal(3), Decimal(100)).after_fill(Side.SELL, Decimal(40), Decimal(1))
    assert realised == Decimal("6.66666667")
    assert position == Position(Decimal(2), Decimal("66.66666667"))


def test_a_fill_that_flips_must_be_split() -> None:
    with pytest.raises(ValueError, match="two fills"):
        long(1, 100).after_fill(Side.SELL, Decimal(100), Decimal(2))


def test_a_fill_beyond_the_position_is_split_in_closing_and_opening() -> None:
    assert split_fill(long(1, 100), Side.SELL, Decimal(3)) == (Decimal(1), Decimal(2))
    assert split_fill(short(1, 100), Side.BUY, Decimal(3)) == (Decimal(1), Decimal(2))


@pytest.mark.parametrize(
    ("position", "side"),
    [(FLAT, Side.BUY), (long(1, 100), Side.BUY), (short(1, 100), Side.SELL), (long(3, 100), Side.SELL)],
)
def test_any_other_fill_is_booked_as_one(position: Position, side: Side) -> None:
    assert split_fill(position, side, Decimal(3)) == (Decimal(3),)


@given(fills=FILLS, price=PRICES)
def test_realised_plus_open_pnl_equals_the_change_in_cash_exactly(
    fills: list[tuple[Side, Decimal, Decimal]], price: Decimal
) -> None:
    position, realised, cash = FLAT, Decimal(0), Fraction(0)
    for side, fill_price, size in fills:
        position, gained = book(position, side, fill_price, size)
        realised += gained
        cash -= Fraction(fill_price) * Fraction(size) * side.sign
    worth = cash + Fraction(position.size) * Fraction(price)
    assert Fraction(realised) + Fraction(position.open_pnl(price)) == worth


@given(fills=FILLS)
def test_a_flat_position_costs_nothing(fills: list[tuple[Side, Decimal, Decimal]]) -> None:
    position = FLAT
    for side, fill_price, size in fills:
        position, _ = book(position, side, fill_price, size)
        assert not position.is_flat or position == FLAT
