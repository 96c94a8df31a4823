"""Which quotes are placed: levels and rounding (B2), then the filters in their order (B3)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.decisions.parameters import OverrideOrder, Parameters
from perpfsm.decisions.proposals import LeftOut
from perpfsm.decisions.quotes import QuoteLevel, QuotePlan, plan_quotes
from perpfsm.market.instrument import Instrument
from perpfsm.market.messages import Quote
from perpfsm.market.side import Side
from tests.builders import BUY, INSTRUMENT, SELL, Number, parameters, quote

SIDES = (BUY, SELL)
UNFORGIVING = replace(INSTRUMENT, notional_min=Decimal(0))


def plan(
    of: Parameters,
    seen: Quote | None = None,
    *,
    sides: tuple[Side, ...] = SIDES,
    free: Number = 1_000_000,
    instrument: Instrument = INSTRUMENT,
    fee_rate: Number = "0.0002",
    reference: Number | None = None,
) -> QuotePlan:
    seen = seen or quote()
    return plan_quotes(
        of,
        instrument,
        sides=sides,
        quote=seen,
        reference=seen.mid if reference is None else Decimal(reference),
        free_margin=Decimal(free),
        fee_rate=Decimal(fee_rate),
    )


def level(side: Side, number: int, price: Number, size: Number) -> QuoteLevel:
    return QuoteLevel(side, number, Decimal(price), Decimal(size))


def ladder(*, levels: int = 3, amount: Number = 1, amount_step: Number = 0, price_ceiling: Number = -1) -> Parameters:
    return parameters(
        order_levels=levels,
        order_level_spread="0.5",
        order_amount=amount,
        order_level_amount=amount_step,
        price_ceiling=price_ceiling,
    )


def test_levels_lie_farther_and_farther_and_grow_b2() -> None:
    assert plan(ladder(amount_step="0.25")) == QuotePlan(
        (
            level(BUY, 0, "99.0", "1"),
            level(SELL, 0, "101.0", "1"),
            level(BUY, 1, "98.5", "1.25"),
            level(SELL, 1, "101.5", "1.25"),
            level(BUY, 2, "98.0", "1.5"),
            level(SELL, 2, "102.0", "1.5"),
        )
    )


def test_the_planned_prices_of_a_side_are_sorted() -> None:
    planned = plan(ladder())
    assert planned.prices(BUY) == [Decimal("98.0"), Decimal("98.5"), Decimal("99.0")]
    assert planned.prices(SELL) == [Decimal("101.0"), Decimal("101.5"), Decimal("102.0")]


def test_a_bid_rounds_down_and_an_ask_up_b2() -> None:
    seen = quote("100.0", "100.1")  # 1 % beside 100.05 is 99.0495 and 101.0505
    assert plan(parameters(), seen).quotes == (level(BUY, 0, "99.0", 1), level(SELL, 0, "101.1", 1))


def test_a_size_rounds_down_b2() -> None:
    assert plan(parameters(order_amount="1.2349")).quotes == (
        level(BUY, 0, "99.0", "1.234"),
        level(SELL, 0, "101.0", "1.234"),
    )


def test_each_side_has_its_own_spread() -> None:
    assert plan(parameters(bid_spread="0.5", ask_spread=2)).quotes == (
        level(BUY, 0, "99.5", 1),
        level(SELL, 0, "102.0", 1),
    )


def test_named_orders_take_the_place_of_levels_and_go_by_their_spread_b2() -> None:
    named = (
        OverrideOrder("far bid", BUY, Decimal(2), Decimal(3)),
        OverrideOrder("ask", SELL, Decimal("0.5"), Decimal(1)),
        OverrideOrder("near bid", BUY, Decimal("0.5"), Decimal(2)),
    )
    assert plan(replace(ladder(), order_override=named)).quotes == (
        level(BUY, 0, "99.5", 2),
        level(SELL, 0, "100.5", 1),
        level(BUY, 1, "98.0", 3),
    )


def test_a_leg_quotes_the_sides_that_it_opens_on() -> None:
    assert plan(parameters(), sides=(SELL,)) == QuotePlan((level(SELL, 0, "101.0", 1),))


def test_a_level_below_the_smallest_size_is_left_out_with_its_reason_b2() -> None:
    shrinking = ladder(levels=2, amount="0.2", amount_step="-0.1995")
    assert plan(shrinking, sides=(BUY,)) == QuotePlan(
        (level(BUY, 0, "99.0", "0.2"),),
        (LeftOut("buy quote, level 1", "size 0.000 is below the minimum of 0.001"),),
    )


def test_a_level_that_shrinks_below_nothing_is_left_out_where_the_venue_has_no_minimum() -> None:
    lenient = replace(UNFORGIVING, size_min=Decimal(0))
    shrinking = ladder(levels=2, amount_step=-2)
    assert plan(shrinking, sides=(BUY,), instrument=lenient).left_out == (
        LeftOut("buy quote, level 1", "size -1 is below the minimum of 0"),
    )


def test_a_level_below_the_smallest_notional_is_left_out_with_its_reason_b2() -> None:
    assert plan(parameters(order_amount="0.05"), sides=(BUY,)) == QuotePlan(
        (), (LeftOut("buy quote, level 0", "notional 4.950 is below the minimum of 5"),)
    )


def test_a_level_above_the_largest_size_is_left_out_with_its_reason() -> None:
    assert plan(parameters(), sides=(BUY,), instrument=replace(INSTRUMENT, size_max=Decimal("0.5"))) == QuotePlan(
        (), (LeftOut("buy quote, level 0", "size 1 is above the maximum of 0.5"),)
    )
    assert plan(parameters(), sides=(BUY,), instrument=replace(INSTRUMENT, size_max=Decimal(1))).left_out == ()


def test_a_level_below_one_tick_is_left_out_with_its_reason_b2() -> None:
    coarse = replace(UNFORGIVING, tick=Decimal(60))
    assert plan(parameters(bid_spread=50), quote(95, 125), sides=(BUY,), instrument=coarse) == QuotePlan(
        (), (LeftOut("buy quote, level 0", "price 0 is below one tick (60)"),)
    )
    assert plan(parameters(bid_spread=45), quote(95, 125), sides=(BUY,), instrument=coarse).left_out == ()


@pytest.mark.parametrize(
    ("ceiling", "sides"), [("100.1", [BUY, SELL]), ("100", [SELL]), ("99", [SELL]), ("-1", [BUY, SELL])]
)
def test_at_or_above_the_ceiling_there_are_no_bids_b3(ceiling: str, sides: list[Side]) -> None:
    assert [quoted.side for quoted in plan(parameters(price_ceiling=ceiling)).quotes] == sides


@pytest.mark.parametrize(
    ("floor", "sides"), [("99.9", [BUY, SELL]), ("100", [BUY]), ("101", [BUY]), ("-1", [BUY, SELL])]
)
def test_at_or_below_the_floor_there_are_no_asks_b3(floor: str, sides: list[Side]) -> None:
    assert [quoted.side for quoted in plan(parameters(price_floor=floor)).quotes] == sides


def test_what_the_price_band_forbids_is_left_out_with_its_reason_b3() -> None:
    assert plan(parameters(price_ceiling=100)).left_out == (
        LeftOut("buy quote, level 0", "reference 100.0 is at or above price_ceiling 100"),
    )
    assert plan(parameters(price_floor="100.5")).left_out == (
        LeftOut("sell quote, level 0", "reference 100.0 is at or below price_floor 100.5"),
    )


def test_quotes_inside_the_spread_or_beside_a_locked_market_take_nothing_b3() -> None:
    inside = quote(98, 102)
    assert plan(parameters(), inside).left_out == ()
    locked = quote("99.0", "99.0")
    assert plan(parameters(bid_spread="0.05", ask_spread="0.05"), locked).quotes == (
        level(BUY, 0, "98.9", 1),
        level(SELL, 0, "99.1", 1),
    )


def test_what_would_take_is_left_out_with_its_reason_b3() -> None:
    locked = quote(100, 100)
    inside = parameters(bid_spread="-0.5", ask_spread="-0.5")  # as an override could ask for
    assert plan(inside, locked) == QuotePlan(
        (),
        (
            LeftOut("buy quote, level 0", "price 100.5 would take the ask 100"),
            LeftOut("sell quote, level 0", "price 99.5 would take the bid 100"),
        ),
    )


def test_a_bid_exactly_at_the_ask_and_an_ask_exactly_at_the_bid_take_b3() -> None:
    touching = parameters(bid_spread="-0.1", ask_spread="-0.1")
    assert plan(touching, quote("99.9", "100.1")).left_out == (
        LeftOut("buy quote, level 0", "price 100.1 would take the ask 100.1"),
        LeftOut("sell quote, level 0", "price 99.9 would take the bid 99.9"),
    )


def test_the_price_band_is_asked_before_the_taker_filter_b3() -> None:
    both = parameters(bid_spread="-0.5", price_ceiling=100)
    assert plan(both, quote(100, 100), sides=(BUY,)).left_out == (
        LeftOut("buy quote, level 0", "reference 100 is at or above price_ceiling 100"),
    )


def test_the_budget_admits_bid_and_ask_in_turn_nearest_first_b3() -> None:
    # Each level ties up about 10: the margin of 1 unit at 10 times leverage, and its fee.
    assert plan(ladder(), free=35) == QuotePlan(
        (level(BUY, 0, "99.0", 1), level(SELL, 0, "101.0", 1), level(BUY, 1, "98.5", 1)),
        (
            LeftOut("sell quote, level 1", "needs margin 10.17030, 5.09030 is free"),
            LeftOut("buy quote, level 2", "needs margin 9.81960, 5.09030 is free"),
            LeftOut("sell quote, level 2", "needs margin 10.22040, 5.09030 is free"),
        ),
    )


def test_the_budget_counts_the_margin_and_the_fee_of_both_sides_b3() -> None:
    needed = Decimal(99 + 101) / 10 + Decimal(99 + 101) * Decimal("0.0002")
    assert len(plan(parameters(), free=needed).quotes) == 2
    assert len(plan(parameters(), free=needed - Decimal("1e-9")).quotes) == 1


def test_a_rebate_ties_up_nothing_and_frees_nothing_b3() -> None:
    assert len(plan(parameters(), free=20, fee_rate="-0.01").quotes) == 2
    assert len(plan(parameters(), free="19.999", fee_rate="-0.01").quotes) == 1


def test_what_a_filter_left_out_costs_no_budget_b3() -> None:
    only_asks = ladder(price_ceiling=100)
    assert [quoted.level for quoted in plan(only_asks, free=31).quotes] == [0, 1, 2]


PERCENTS = st.decimals("0.001", "20", places=3)
PRICES = st.integers(500, 2_000).map(lambda ticks: Decimal(ticks) / 10)


@given(
    market=st.tuples(PRICES, st.decimals("0", "5", places=4)),
    spreads=st.tuples(PERCENTS, PERCENTS),
    step=PERCENTS,
    amount=st.decimals("0.0005", "3", places=5),
    free=st.integers(0, 200),
)
def test_rounding_never_makes_a_quote_more_aggressive_or_larger_b2(
    market: tuple[Decimal, Decimal], spreads: tuple[Decimal, Decimal], step: Decimal, amount: Decimal, free: int
) -> None:
    of = parameters(
        bid_spread=spreads[0], ask_spread=spreads[1], order_level_spread=step, order_amount=amount, order_levels=3
    )
    seen = quote(market[0], sum(market))
    reference = (Fraction(seen.bid) + Fraction(seen.ask)) / 2
    tied_up = Fraction(0)
    for quoted in plan(of, seen, free=free).quotes:
        distance = Fraction(spreads[0] if quoted.side is BUY else spreads[1]) + quoted.level * Fraction(step)
        asked = reference * (1 - quoted.side.sign * distance / 100)
        given_away = (asked - Fraction(quoted.price)) * quoted.side.sign
        assert 0 <= given_away < Fraction(INSTRUMENT.tick)
        assert 0 <= Fraction(amount) - Fraction(quoted.size) < Fraction(INSTRUMENT.step)
        assert quoted.price % INSTRUMENT.tick == 0
        assert quoted.size % INSTRUMENT.step == 0
        tied_up += Fraction(quoted.price) * Fraction(quoted.size) * (Fraction(1, 10) + Fraction("0.0002"))
    assert tied_up <= free
