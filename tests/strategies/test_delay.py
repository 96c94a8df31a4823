"""The delay after a fill: what it holds back, and what it never does (B13)."""

from tests.strategies.desk import HEDGE, Desk, Row, Value, ask_at, bid_at, mid_at

TIGHT: dict[str, Value] = {
    "bid_spread": 1,
    "ask_spread": 1,
    "order_refresh_time": 15,
    "filled_order_delay": 60,
    "order_refresh_tolerance_pct": -1,
}
# a long from 99 in second 10, whose take-profit at 99.99 fills in second 20
THERE_AND_BACK: list[Row] = [mid_at(0, 100), ask_at(10, 99), bid_at(15, 99.5), bid_at(20, 99.99), mid_at(100, 100)]


def test_one_way_quotes_neither_side_until_the_delay_after_the_last_fill_is_over(desk: Desk) -> None:
    """B7, B13: an entry in second 10 and its take-profit in 20: nothing from 10 to 80, both sides at 80."""
    story = desk.run(THERE_AND_BACK, TIGHT)

    assert story.fills == ["10 buy 1 @ 99 maker quote", "20 sell 1 @ 99.99 maker take_profit"]
    quotes = [line for line in story.placed if line.endswith("quote")]
    assert [line.split()[:2] for line in quotes[:4]] == [["0", "buy"], ["0", "sell"], ["80", "buy"], ["80", "sell"]]


def test_in_hedge_only_the_leg_that_filled_pauses(desk: Desk) -> None:
    """B13: the short leg goes on refreshing while the long one waits until 80."""
    story = desk.run(THERE_AND_BACK, TIGHT, HEDGE)

    quotes = [line.split()[:2] for line in story.placed if line.endswith("quote")]
    longs = [int(second) for second, leg in quotes if leg == "LONG"]
    shorts = [int(second) for second, leg in quotes if leg == "SHORT"]
    assert longs == [0, 80, 95]
    assert shorts == [0, 15, 30, 45, 60, 75, 90]


def test_exits_are_never_delayed(desk: Desk) -> None:
    """B11, B13: a stop leaves in the step in which it is due, whatever the delay."""
    story = desk.run([mid_at(0, 100), ask_at(10, 99), bid_at(11, 96)], TIGHT, {"filled_order_delay": 100_000})

    assert story.placed[2:] == ["11 sell 1 @ 95.52 close"]
    assert story.closings == ["11 stop_loss"]
