"""Quoting while flat: refresh, tolerance, minimum spread, price band, the delay after a fill (B3, B5, B6, B13)."""

import pytest

from tests.strategies.desk import HEDGE, Desk, Value, ask_at, bid_at, long_from, mid_at

TIGHT: dict[str, Value] = {"bid_spread": 1, "ask_spread": 1, "order_refresh_time": 10}
KEPT = (
    "Not canceling active orders since the difference between the new order prices and current order prices is "
    "within order_refresh_tolerance_pct"
)


def test_quotes_that_are_not_filled_are_replaced_after_order_refresh_time(desk: Desk) -> None:
    """Reference: orders that reach order_refresh_time are cancelled and a new set is created (B5)."""
    story = desk.run([mid_at(0, 100), mid_at(9, 100.5), mid_at(12, 100.5)], TIGHT)

    assert story.at(10) == [
        "refresh: opening",
        "cancel buy 1 @ 99 quote",
        "cancel sell 1 @ 101 quote",
        "place buy 1 @ 99.49 quote",
        "place sell 1 @ 101.51 quote",
    ]


def test_quotes_within_the_tolerance_stay_and_the_log_says_so(desk: Desk) -> None:
    """Reference: orders within the tolerable change are not cancelled, and a log message says why (B5)."""
    story = desk.run([mid_at(0, 100), mid_at(9, 100.5), mid_at(25, 100.5)], TIGHT, {"order_refresh_tolerance_pct": 0.6})

    assert story.rows == ["0 start_quoting", "10 keep_quotes", "20 keep_quotes", "25 stand_down"]
    assert story.notes == [f"10 {KEPT}", f"20 {KEPT}"]


def test_quotes_beyond_the_tolerance_are_replaced(desk: Desk) -> None:
    """Reference: only a change within order_refresh_tolerance_pct keeps the orders (B5)."""
    story = desk.run([mid_at(0, 100), mid_at(9, 100.5), mid_at(12, 100.5)], TIGHT, {"order_refresh_tolerance_pct": 0.4})

    assert (story.rows, story.notes) == (["0 start_quoting", "10 refresh", "12 stand_down"], [])


def test_a_default_tolerance_keeps_equal_quotes_and_a_negative_one_is_off(desk: Desk) -> None:
    """BEHAVIOUR, Parameters: 0 keeps when equal, negative is off."""
    rows = [mid_at(0, 100), mid_at(12, 100)]

    kept = desk.run(rows, TIGHT)
    replaced = Desk(desk.folder / "off").run(rows, TIGHT, {"order_refresh_tolerance_pct": -1})

    assert (kept.notes, kept.canceled) == ([f"10 {KEPT}"], ["12 buy 1 @ 99 quote", "12 sell 1 @ 101 quote"])
    assert replaced.rows == ["0 start_quoting", "10 refresh", "12 stand_down"]


def test_a_quote_nearer_than_minimum_spread_is_cancelled_at_once(desk: Desk) -> None:
    """B6: it is cancelled at once, and that side is quoted again at the next refresh."""
    rows = [mid_at(0, 100), mid_at(3, 100.6), mid_at(12, 100.6)]

    story = desk.run(rows, TIGHT, {"minimum_spread": 0.5})

    assert story.at(3) == ["pull_close_quotes: opening", "cancel sell 1 @ 101 quote"]
    assert sorted(story.at(10)[2:]) == ["place buy 1 @ 99.59 quote", "place sell 1 @ 101.61 quote"]


def test_at_or_above_the_ceiling_only_sell_orders_are_placed(desk: Desk) -> None:
    """Reference, price_ceiling: above it only sell orders will be placed (B3: at or above)."""
    story = desk.run([mid_at(0, 100)], TIGHT, {"price_ceiling": 100})

    assert story.placed == ["0 sell 1 @ 101 quote"]
    assert story.refusals == ["0 buy quote, level 0: reference 100.00 is at or above price_ceiling 100"]


def test_at_or_below_the_floor_only_buy_orders_are_placed(desk: Desk) -> None:
    """Reference, price_floor: below it only buy orders will be placed (B3: at or below)."""
    story = desk.run([mid_at(0, 100)], TIGHT, {"price_floor": 100})

    assert story.placed == ["0 buy 1 @ 99 quote"]
    assert story.refusals == ["0 sell quote, level 0: reference 100.00 is at or below price_floor 100"]


def test_between_floor_and_ceiling_both_sides_are_quoted(desk: Desk) -> None:
    """B3: the band forbids nothing inside it."""
    story = desk.run([mid_at(0, 100)], TIGHT, {"price_floor": 99, "price_ceiling": 101})

    assert story.placed == ["0 buy 1 @ 99 quote", "0 sell 1 @ 101 quote"]


def test_the_price_band_wins_over_the_tolerance(desk: Desk) -> None:
    """B5: a quote that the band forbids by now does not stay because it is within the tolerance."""
    rows = [mid_at(0, 100), mid_at(9, 100.5), mid_at(12, 100.5)]

    story = desk.run(rows, TIGHT, {"order_refresh_tolerance_pct": 5, "price_ceiling": 100.4})

    assert story.at(10)[0] == "refresh: opening"
    assert [text for text in story.at(10) if text.startswith("place")] == ["place sell 1 @ 101.51 quote"]


@pytest.mark.parametrize(("delay", "quotes_again"), [(0, 2), (7, 9), (60, 62)])
def test_new_quotes_wait_filled_order_delay_after_the_last_fill(desk: Desk, delay: int, quotes_again: int) -> None:
    """B13: new quotes leave filled_order_delay after the leg's last fill of any kind."""
    rows = [*long_from(100), bid_at(2, 97), mid_at(100, 97)]

    story = desk.run(rows, {"filled_order_delay": delay})

    assert story.rows[2:5] == ["2 stop_loss", "2 flat", f"{quotes_again} start_quoting"]


def test_the_delay_of_one_hedge_leg_is_not_that_of_the_other(desk: Desk) -> None:
    """B7, B13: each side is its own leg with its own lifecycle and its own last fill."""
    rows = [mid_at(0, 100), ask_at(5, 99), mid_at(35, 99)]

    story = desk.run(rows, HEDGE, TIGHT, {"order_refresh_tolerance_pct": -1, "long_profit_taking_spread": 50})

    assert [row for row in story.rows if "SHORT refresh" in row] == [
        "10 SHORT refresh",
        "20 SHORT refresh",
        "30 SHORT refresh",
    ]
    assert [row for row in story.rows if "LONG refresh" in row] == []


def test_a_level_below_the_minimum_is_left_out_and_the_journal_says_why(desk: Desk) -> None:
    """B2: what the venue would not take is left out, with its reason journaled."""
    story = desk.run([mid_at(0, 100)], TIGHT, {"order_amount": 0.04})

    assert story.placed == []
    assert story.refusals == [
        "0 buy quote, level 0: notional 3.9600 is below the minimum of 5",
        "0 sell quote, level 0: notional 4.0400 is below the minimum of 5",
    ]


def test_the_budget_admits_the_nearest_levels_bid_and_ask_in_turn(desk: Desk) -> None:
    """B3: level by level, the nearest first, bid and ask in turn, until the free margin is used up."""
    levels: dict[str, Value] = {"order_levels": 2, "order_level_spread": 1, "leverage": 1}

    story = desk.run([mid_at(0, 100)], TIGHT, levels, {"paper": {"balance": 300}})

    assert story.placed == ["0 buy 1 @ 99 quote", "0 sell 1 @ 101 quote", "0 buy 1 @ 98 quote"]
    assert len(story.refusals) == 1
    assert story.refusals[0].startswith("0 sell quote, level 1: needs margin 102.0")


def test_a_quote_that_would_take_is_left_out(desk: Desk) -> None:
    """B3, taker filter: no bid at or above the best ask, no ask at or below the best bid; here the spread is wider."""
    story = desk.run([mid_at(0, 100, half="1.50")], TIGHT)

    assert story.placed == ["0 buy 1 @ 99 quote", "0 sell 1 @ 101 quote"]
    assert story.fills == []
