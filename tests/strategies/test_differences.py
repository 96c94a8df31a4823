"""Where perpfsm differs from the well-known implementation, on purpose: a test for each of BEHAVIOUR's statements."""

import pytest

from tests.strategies.desk import HEDGE, TRAILING, Desk, Row, Value, ask_at, bid_at, long_from, mid_at, short_from

TIGHT: dict[str, Value] = {"bid_spread": 1, "ask_spread": 1, "order_refresh_time": 10}
ALWAYS_REFRESH: dict[str, Value] = {"order_refresh_tolerance_pct": -1}
MARKET: dict[str, Value] = {"close_position_order_type": "MARKET"}


def test_a_stop_after_a_take_profit_is_neither_priced_from_it_nor_waits_for_it(desk: Desk) -> None:
    """There: a stop after a take-profit is priced from it and waits for it. Here: from the market, in the same step."""
    story = desk.run([*long_from(100), bid_at(2, 100.4), bid_at(3, 97)])

    assert story.at(3)[1:4] == [
        "cancel sell 1 @ 101 take_profit",
        "place sell 1 @ 96.51 close",
        "fill sell 1 @ 97 taker close",
    ]


def test_exits_are_not_throttled_by_filled_order_delay(desk: Desk) -> None:
    """There: exits are throttled by filled_order_delay. Here: it only holds new quotes."""
    story = desk.run([*long_from(100), bid_at(2, 100.4), bid_at(3, 97)], {"filled_order_delay": 3600})

    assert story.rows[2:5] == ["2 take_profit", "3 stop_loss", "3 flat"]


def test_a_hedge_leg_goes_on_quoting_while_the_other_is_open(desk: Desk) -> None:
    """There: a hedge leg stops quoting while the other is open. Here: it quotes, refreshes and fills."""
    rows = [mid_at(0, 100), ask_at(1, 99), mid_at(25, 98.5)]

    story = desk.run(rows, HEDGE, TIGHT, ALWAYS_REFRESH)

    assert [row for row in story.rows if row.endswith("SHORT refresh")] == ["10 SHORT refresh", "20 SHORT refresh"]


def test_the_second_hedge_position_trails_too(desk: Desk) -> None:
    """There: only the first hedge position trails. Here: each leg does."""
    rows = [*long_from(100), bid_at(2, 156.25), ask_at(3, 140)]

    story = desk.run(rows, HEDGE, TRAILING, {"stop_loss_spread": 50, "ts_callback_rate": 20})

    assert [row for row in story.rows if row.endswith("start_trailing")] == [
        "2 LONG start_trailing",
        "3 SHORT start_trailing",
    ]


def test_a_refresh_leaves_no_moment_without_quotes(desk: Desk) -> None:
    """There: a refresh leaves one empty tick. Here: cancel and replacement leave in the same step."""
    story = desk.run([mid_at(0, 100), mid_at(15, 100)], TIGHT, ALWAYS_REFRESH)

    assert story.at(10) == [
        "refresh: opening",
        "cancel buy 1 @ 99 quote",
        "cancel sell 1 @ 101 quote",
        "place buy 1 @ 99 quote",
        "place sell 1 @ 101 quote",
    ]


def test_the_budget_counts_what_cancelling_the_present_quotes_frees(desk: Desk) -> None:
    """There: the budget counts margin of quotes about to be cancelled. Here: a wallet for two quotes refreshes two."""
    story = desk.run(
        [mid_at(0, 100), mid_at(15, 100)], TIGHT, ALWAYS_REFRESH, {"leverage": 1, "paper": {"balance": 201}}
    )

    assert story.at(10)[-2:] == ["place buy 1 @ 99 quote", "place sell 1 @ 101 quote"]
    assert (story.refusals, story.of_kind("order")) == ([], [])


def test_a_limit_stop_left_behind_is_replaced_at_a_fresh_price_after_a_second(desk: Desk) -> None:
    """There: a limit stop is chased half a percent a minute. Here: a fresh price at once, at most once a second."""
    rows: list[Row] = [*long_from(100), (2, 97, 97.01, 0.01, 9), (2.5, 90, 90.01, 9, 9), (3.5, 89, 89.01, 9, 9)]

    story = desk.run(rows)

    assert [text for text in story.placed if text.endswith("close")] == [
        "2 sell 1 @ 96.51 close",
        "3 sell 0.5 @ 89.55 close",
    ]
    assert story.fills[-1] == "3 sell 0.5 @ 90 taker close"


def test_a_take_profit_rests_for_an_hour_without_a_command(desk: Desk) -> None:
    """There: a take-profit is cancelled and re-placed every minute. Here: it stays in its queue."""
    rows = [*long_from(100), *(bid_at(second, 100.4) for second in range(2, 3600, 60))]

    story = desk.run(rows)

    assert story.placed[2:] == ["2 sell 1 @ 101 take_profit"]
    assert story.working == ["sell 1 @ 101 take_profit"]


def test_a_limit_trailing_exit_left_behind_is_renewed(desk: Desk) -> None:
    """There: a limit trailing exit left behind is never renewed. Here: like a stop's, then MARKET (B12)."""
    rows: list[Row] = [*long_from(100), bid_at(2, 120), (3, 114, 114.01, 0.1, 9), (3.5, 112, 112.01, 9, 9)]

    story = desk.run([*rows, mid_at(10, 112)], TRAILING)

    assert [text for text in story.placed if text.endswith("close")] == [
        "3 sell 1 @ 114 close",
        "4 sell 0.9 @ 112 close",
    ]
    assert story.fills[-1] == "4 sell 0.9 @ 112 taker close"


@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
def test_a_market_exit_is_never_repeated_and_never_flips_the_position(desk: Desk, mode: dict[str, Value]) -> None:
    """There: a market trailing exit is repeated until it flips. Here: one order, whatever the market does (B12)."""
    slow: dict[str, Value] = {"paper": {"latency": {"order_ms": 3500}}}
    falling: list[Row] = [(second, 118 - second, 118.01 - second, 0.6, 9) for second in range(9, 19)]
    rows: list[Row] = [mid_at(0, 125), ask_at(4, 100), bid_at(8, 120), *falling, mid_at(30, 100)]

    story = desk.run(rows, TRAILING, MARKET, mode, slow)

    assert len([text for text in story.placed if text.endswith("close")]) == 1
    closed = [text.replace("LONG ", "") for text in story.fills if text.endswith("close")]
    assert closed == ["12.5 sell 0.6 @ 106 taker close", "12.5 sell 0.4 @ 105.99 taker close"]
    assert story.position == {}


def test_asks_and_long_take_profits_round_up_and_never_to_the_nearest_tick(desk: Desk) -> None:
    """There: both round to the nearest tick. Here: an ask rounds up, a long's take-profit in the trader's favour."""
    spreads: dict[str, Value] = {"ask_spread": 1.001, "long_profit_taking_spread": 1.001}

    story = desk.run([*long_from(100), bid_at(2, 100.4)], spreads)

    assert story.placed == [
        "0 buy 1 @ 100 quote",
        "0 sell 1 @ 126.26 quote",  # 126.25125
        "2 sell 1 @ 101.01 take_profit",  # 101.001
    ]


def test_a_one_sided_book_stops_quoting_only_while_it_is_one_sided(desk: Desk) -> None:
    """There: a thin or one-sided book stops quoting for good. Here: quotes come back with the other side (B17)."""
    rows: list[Row] = [mid_at(0, 100), (5, 99.99, "", 9, ""), mid_at(6, 100)]

    story = desk.run(rows, TIGHT)

    assert story.rows[:3] == ["0 start_quoting", "5 data_bad", "6 start_quoting"]


@pytest.mark.parametrize(
    ("rows", "placed", "fill"),
    [
        ([*long_from(100), bid_at(2, 97)], "2 sell 1 @ 96.51 close", "2 sell 1 @ 97 taker close"),
        ([*short_from(100), ask_at(2, 103)], "2 buy 1 @ 103.52 close", "2 buy 1 @ 103 taker close"),
        ([*long_from(100), bid_at(2, 105)], "2 sell 1 @ 101 take_profit", "2 sell 1 @ 105 taker take_profit"),
    ],
    ids=["long stop", "short stop", "take-profit"],
)
def test_a_crossing_order_fills_at_once_at_the_books_price(desk: Desk, rows: list[Row], placed: str, fill: str) -> None:
    """There: crossing orders fill a tick later at their own limit. Here: at once, at the better price of the book."""
    story = desk.run(rows)

    assert (story.placed[2:], story.fills[1:]) == ([placed], [fill])
