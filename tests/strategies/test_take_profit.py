"""Profit taking as the documents describe it: when the order goes out, where, and what becomes of it (B9)."""

import pytest

from tests.strategies.desk import HEDGE, Desk, Row, Value, ask_at, bid_at, long_from, mid_at, short_from

SAMPLE: dict[str, Value] = {
    "position_management": "Profit_taking",
    "long_profit_taking_spread": 5,
    "short_profit_taking_spread": 1,
}
LOSING_MINUTES = range(60, 481, 60)


def test_a_long_from_10000_takes_its_profit_at_10500(desk: Desk) -> None:
    """Reference, profit taking sample: long from 10,000 with 5 % → a sell order at 10,500."""
    story = desk.run([*long_from(10_000), bid_at(2, 10_001), bid_at(3, 10_499), bid_at(4, 10_500)], SAMPLE)

    assert story.at(2) == ["take_profit: open > closing (take_profit)", "place sell 1 @ 10500 take_profit"]
    assert (story.fills[1:], story.closings) == (["4 sell 1 @ 10500 maker take_profit"], ["4 take_profit"])


def test_a_short_from_10000_takes_its_profit_at_9900(desk: Desk) -> None:
    """Reference, profit taking sample: short from 10,000 with 1 % → a buy order at 9,900."""
    story = desk.run([*short_from(10_000), ask_at(2, 9_999), ask_at(3, 9_901), ask_at(4, 9_900)], SAMPLE)

    assert story.at(2) == ["take_profit: open > closing (take_profit)", "place buy 1 @ 9900 take_profit"]
    assert (story.fills[1:], story.closings) == (["4 buy 1 @ 9900 maker take_profit"], ["4 take_profit"])


def test_a_long_has_no_take_profit_through_eight_minutes_of_loss_and_one_when_pnl_turns_positive(desk: Desk) -> None:
    """Reference: a position at a loss has no profit taking order; after 8 minutes PnL turned positive, and it had."""
    rows = [
        *long_from(100),
        *(mid_at(second, 99.5) for second in LOSING_MINUTES),
        mid_at(481, 100),
        mid_at(482, 100.01),
    ]

    story = desk.run(rows)

    assert story.rows == ["0 start_quoting", "1 entry", "482 take_profit", "482 stop_adding"]
    assert story.placed[2:] == ["482 sell 1 @ 101 take_profit"]


def test_a_short_has_no_take_profit_through_eight_minutes_of_loss_and_one_when_pnl_turns_positive(desk: Desk) -> None:
    """Reference: the same rule for a short."""
    rows = [
        *short_from(100),
        *(mid_at(second, 100.5) for second in LOSING_MINUTES),
        mid_at(481, 100),
        mid_at(482, 99.99),
    ]

    story = desk.run(rows)

    assert story.rows == ["0 start_quoting", "1 entry", "482 take_profit", "482 stop_adding"]
    assert story.placed[2:] == ["482 buy 1 @ 99 take_profit"]


def test_pnl_for_the_take_profit_is_that_of_the_mark_price(desk: Desk) -> None:
    """B9: `mark_pnl_pct > 0` decides, at the venue's mark price where the feed has one."""
    rows = [*long_from(100), (2, 101, 101.01, 9, 9, 99.9), (3, 99.5, 99.51, 9, 9, 100.1)]

    story = desk.run(rows, {"long_profit_taking_spread": 5})

    assert story.placed[2:] == ["3 sell 1 @ 105 take_profit"]


def test_a_take_profit_stays_when_the_price_falls_back(desk: Desk) -> None:
    """B9: never placed at a loss; once placed it stays when the price falls back."""
    rows = [*long_from(100), bid_at(2, 100.2), bid_at(3, 99), bid_at(4, 98.5), bid_at(5, 101)]

    story = desk.run(rows)

    assert story.canceled == ["1 sell 1 @ 156.25 quote"]
    assert story.fills[1:] == ["5 sell 1 @ 101 maker take_profit"]


@pytest.mark.parametrize(
    ("rows", "fill"),
    [
        ([*long_from(100), bid_at(2, 102)], "2 sell 1 @ 102 taker take_profit"),
        ([*short_from(100), ask_at(2, 98)], "2 buy 1 @ 98 taker take_profit"),
    ],
    ids=["long", "short"],
)
def test_a_take_profit_beyond_the_market_takes_at_the_better_price(desk: Desk, rows: list[Row], fill: str) -> None:
    """B9: beyond the market already, it takes at the book's better price."""
    story = desk.run(rows)

    assert (story.fills[1:], story.closings) == ([fill], ["2 take_profit"])


def test_a_take_profit_is_replaced_for_the_whole_position_when_the_entry_grows(desk: Desk) -> None:
    """B9: replaced when its price or remaining size differs from what the rule would place."""
    rows = [mid_at(0, 125), (1, 99.99, 100, 9, 0.4), (2, 100.5, 100.6), (3, 99.5, 99.6), (4, 100.5, 100.6)]

    story = desk.run(rows)

    assert story.fills == ["1 buy 0.4 @ 100 maker quote", "3 buy 0.6 @ 100 maker quote"]
    assert story.placed[2:] == ["2 sell 0.4 @ 101 take_profit", "4 sell 1 @ 101 take_profit"]
    assert story.canceled == ["1 sell 1 @ 156.25 quote", "4 sell 0.4 @ 101 take_profit"]


def test_a_partly_filled_take_profit_keeps_its_rest_at_its_price(desk: Desk) -> None:
    """B8, B9: fills count from the first unit; the rest is what the rule would place, so it stays."""
    story = desk.run([*long_from(100), bid_at(2, 100.2), (3, 101, 101.01, 0.3, 9)])

    assert story.fills[1:] == ["3 sell 0.3 @ 101 maker take_profit"]
    assert (story.working, story.canceled[1:]) == (["sell 0.7 @ 101 take_profit"], [])


def test_each_hedge_leg_takes_its_own_profit(desk: Desk) -> None:
    """B7, B9: two positions at once, each with its own profit taking order and closing."""
    rows = [*long_from(100), bid_at(2, 156.25), ask_at(3, 154)]

    story = desk.run(rows, HEDGE, {"long_profit_taking_spread": 60, "stop_loss_spread": 90})

    assert story.placed[2:4] == ["2 LONG sell 1 @ 160 take_profit", "3 SHORT buy 1 @ 154.68 take_profit"]
    assert story.closings == ["3 SHORT take_profit"]
    assert story.working == ["sell 1 @ 160 take_profit"]


def test_a_take_profit_is_a_plain_reduce_only_limit(desk: Desk) -> None:
    """B9: a reduce-only plain LIMIT, never post-only."""
    story = desk.run([*long_from(100), bid_at(2, 100.2)])

    (order,) = (e["body"] for e in story.entries if e["kind"] == "command" and e["body"].get("role") == "take_profit")
    assert (order["order_type"], order["reduce_only"], order["post_only"]) == ("LIMIT", True, False)


def test_take_profits_round_in_the_traders_favour(desk: Desk) -> None:
    """B9: a long's take-profit rounds up to the tick, a short's down."""
    spreads: dict[str, Value] = {"long_profit_taking_spread": 1.001, "short_profit_taking_spread": 1.001}

    long = desk.run([*long_from(100), bid_at(2, 100.2)], spreads)
    short = Desk(desk.folder / "short").run([*short_from(100), ask_at(2, 99.8)], spreads)

    assert (long.working, short.working) == (["sell 1 @ 101.01 take_profit"], ["buy 1 @ 98.99 take_profit"])
