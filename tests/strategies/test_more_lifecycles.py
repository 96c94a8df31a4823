"""A time limit, a stop that moves to entry, a profit that is let run: worked examples on the command line."""

import pytest

from tests.strategies.desk import (
    HEDGE,
    Desk,
    Value,
    ask_at,
    bid_at,
    command,
    long_from,
    mid_at,
    short_from,
)

BARRIERS: dict[str, Value] = {"machine": "triple_barrier", "time_limit": 300}
BREAK_EVEN: dict[str, Value] = {"machine": "break_even", "break_even_after": 0.5}
RUNNING: dict[str, Value] = {"machine": "profit_then_trail", "ts_callback_rate": 1}
THREE = pytest.mark.parametrize(
    "lifecycle", [BARRIERS, BREAK_EVEN, RUNNING], ids=lambda lifecycle: lifecycle["machine"]
)


def test_the_time_limit_closes_at_its_second_without_waiting_for_a_price(desk: Desk) -> None:
    story = desk.run([*long_from(100), bid_at(2, 100.4), mid_at(400, 100.4)], BARRIERS)

    assert story.at(301) == [
        "time_limit: closing (time_limit)",
        "cancel sell 1 @ 101 take_profit",
        "place sell 1 @ 99.89 close",
        "fill sell 1 @ 100.4 taker close",
        "flat: closing > idle",
        "closed time_limit",
    ]


@pytest.mark.parametrize("limit", [10, 60])
def test_time_limit_counts_from_the_entry(desk: Desk, limit: int) -> None:
    story = desk.run([*long_from(100), bid_at(2, 99.5), mid_at(400, 99.5)], BARRIERS, {"time_limit": limit})

    assert story.closings == [f"{1 + limit} time_limit"]


def test_a_market_exit_of_the_time_limit(desk: Desk) -> None:
    market: dict[str, Value] = {"close_position_order_type": "MARKET"}

    story = desk.run([*short_from(100), ask_at(2, 99.5), mid_at(400, 99.5)], BARRIERS, market)

    assert story.closings == ["301 time_limit"]
    assert "301 buy 1 at market close" in story.placed


@pytest.mark.parametrize("price", [101, 97.9], ids=["profit", "stop"])
def test_the_barrier_that_is_met_first_closes(desk: Desk, price: float) -> None:
    reason = "take_profit" if price > 100 else "stop_loss"

    story = desk.run([*long_from(100), bid_at(2, 100.2), bid_at(3, price), mid_at(400, price)], BARRIERS)

    assert story.closings == [f"3 {reason}"]


def test_a_time_limit_of_zero_is_no_limit(desk: Desk) -> None:
    story = desk.run([*long_from(100), bid_at(2, 100.4), mid_at(9000, 100.4)], BARRIERS, {"time_limit": 0})

    assert (story.closings, story.position) == ([], {"BOTH": ("1", "100")})


def test_a_stop_takes_over_an_exit_of_the_time_limit_that_is_left_behind(desk: Desk) -> None:
    """B11: the stop preempts every other exit that rests."""
    gone: dict[str, Value] = {"stop_loss_slippage_buffer": 0, "exit_retry_s": 1}
    thin = (200, "99.5", "99.51", "0.4", "1")

    story = desk.run([*long_from(100), thin, bid_at(301.5, 97)], BARRIERS, gone)

    assert story.rows[2:4] == ["301 time_limit", "301.5 stop_loss"]
    assert story.closings == ["301.5 stop_loss"]


def test_each_hedge_leg_has_a_time_limit_of_its_own(desk: Desk) -> None:
    rows = [mid_at(0, 100), bid_at(1, 125), mid_at(50, 124.5), ask_at(100, 80), mid_at(120, 80.2), mid_at(600, 80.2)]

    story = desk.run(rows, BARRIERS, HEDGE, {"stop_loss_spread": 0, "short_profit_taking_spread": 99})

    assert story.closings == ["301 SHORT time_limit", "400 LONG time_limit"]


def test_the_stop_moves_to_entry_after_the_gain(desk: Desk) -> None:
    rows = [*long_from(100), bid_at(2, 100.4), bid_at(3, 100.5), bid_at(4, 100.01), bid_at(5, 100), bid_at(6, 100)]

    story = desk.run(rows, BREAK_EVEN)

    assert story.at(3) == ["secure: closing > secured (take_profit)"]
    assert story.at(4) == []
    assert story.at(5) == [
        "break_even: secured > closing (break_even)",
        "cancel sell 1 @ 101 take_profit",
        "place sell 1 @ 99.5 close",
        "fill sell 1 @ 100 taker close",
        "flat: closing > idle",
        "closed break_even",
    ]


def test_without_the_gain_the_stop_stays_where_it_was(desk: Desk) -> None:
    story = desk.run([*long_from(100), bid_at(2, 100.49), bid_at(3, 99), bid_at(4, 98)], BREAK_EVEN)

    assert story.closings == ["4 stop_loss"]


@pytest.mark.parametrize("gain", [0.2, 0.8])
def test_break_even_after_is_the_gain_that_moves_the_stop(desk: Desk, gain: float) -> None:
    rows = [*long_from(100), bid_at(2, 100.2), bid_at(3, 100), bid_at(4, 100.8), bid_at(5, 100)]

    story = desk.run(rows, BREAK_EVEN, {"break_even_after": gain})

    assert story.closings == [f"{3 if gain == 0.2 else 5} break_even"]


def test_a_secured_position_still_takes_its_profit(desk: Desk) -> None:
    story = desk.run([*short_from(100), ask_at(2, 99.5), ask_at(3, 99)], BREAK_EVEN)

    assert (story.closings, story.fills[-1]) == (["3 take_profit"], "3 buy 1 @ 99 maker take_profit")


def test_a_break_even_after_of_zero_never_moves_the_stop(desk: Desk) -> None:
    story = desk.run([*long_from(100), bid_at(2, 100.9), bid_at(3, 99)], BREAK_EVEN, {"break_even_after": 0})

    assert (story.closings, story.position) == ([], {"BOTH": ("1", "100")})


def test_a_gap_through_entry_and_stop_is_a_stop_loss(desk: Desk) -> None:
    """B11: the stop comes first in every exposed state."""
    story = desk.run([*long_from(100), bid_at(2, 100.6), bid_at(3, 97)], BREAK_EVEN)

    assert story.closings == ["3 stop_loss"]


def test_a_profit_that_is_reached_trails_instead_of_being_closed(desk: Desk) -> None:
    """B10: the peak is 104, so that it closes at or below 102.96."""
    rows = [*long_from(100), bid_at(2, 100.99), bid_at(3, 101), bid_at(4, 104), bid_at(5, 102.97), bid_at(6, 102.96)]

    story = desk.run(rows, RUNNING)

    assert story.rows == [
        "0 start_quoting",
        "1 entry",
        "3 let_profit_run",
        "4 new_peak",
        "6 trailing_exit",
        "6 flat",
    ]
    assert (story.closings, story.fills[-1]) == (["6 trailing_stop"], "6 sell 1 @ 102.96 taker close")


def test_each_side_is_let_run_from_its_own_take_profit(desk: Desk) -> None:
    spreads: dict[str, Value] = {"long_profit_taking_spread": 1, "short_profit_taking_spread": 3}
    rows = [*short_from(100), ask_at(2, 98), ask_at(3, 97.5), ask_at(4, 97), ask_at(5, 98)]

    story = desk.run(rows, RUNNING, spreads)

    assert story.rows[2:4] == ["4 let_profit_run", "5 trailing_exit"]


def test_without_the_profit_nothing_trails_and_the_stop_guards(desk: Desk) -> None:
    story = desk.run([*long_from(100), bid_at(2, 100.9), bid_at(3, 98)], RUNNING)

    assert story.closings == ["3 stop_loss"]


@pytest.mark.parametrize(
    ("lifecycle", "second"),
    [({**BARRIERS, "time_limit": 2}, 3), (BREAK_EVEN, 3), (RUNNING, 3)],
    ids=["time limit", "break even", "trail"],
)
def test_an_exit_that_was_under_way_is_completed_by_profit_taking(
    desk: Desk, lifecycle: dict[str, Value], second: int
) -> None:
    """B12, B15: an exit once triggered is completed, whatever lifecycle runs next."""
    rise = bid_at(2, 100.6 if lifecycle is BREAK_EVEN else 110 if lifecycle is RUNNING else 100.2)
    thin = (second, "108" if lifecycle is RUNNING else "100", "108.01", "0.4", "1")
    first = desk.run(
        [*long_from(100), rise, thin], lifecycle, {"long_profit_taking_spread": 5, "stop_loss_slippage_buffer": 0}
    )
    assert [first.fills[-1].split()[1:3], list(first.position.values())] == [["sell", "0.4"], [("0.6", "60")]]

    story = desk.run([bid_at(50, 95), bid_at(60, 95)], {"stop_loss_spread": 20})

    assert [text.split()[-1] for text in story.closings] == ["flatten"]
    assert (story.position, story.working) == ({}, [])


@pytest.mark.parametrize("lifecycle", [BARRIERS, BREAK_EVEN, RUNNING], ids=lambda lifecycle: lifecycle["machine"])
@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
def test_a_position_of_another_lifecycle_is_adopted_and_closed(
    desk: Desk, lifecycle: dict[str, Value], mode: dict[str, Value]
) -> None:
    trail: dict[str, Value] = {
        "position_management": "Trailing_stop",
        "ts_activation_spread": 0.3,
        "ts_callback_rate": 9,
        "long_profit_taking_spread": 0,
        "short_profit_taking_spread": 0,
    }
    assert desk.run([*long_from(100), bid_at(2, 100.4)], trail, mode).closings == []

    story = desk.run([bid_at(50, 100.2), bid_at(51, 97.9)], lifecycle, mode)

    assert [text.split()[-1] for text in story.closings] == ["stop_loss"]
    assert story.position == {}


@pytest.mark.parametrize(("name", "value"), [("time_limit", 60), ("break_even_after", 1)])
def test_a_parameter_that_the_lifecycle_does_not_read_is_warned_about(desk: Desk, name: str, value: int) -> None:
    desk.write({name: value})

    told = command("validate", desk.strategy)

    assert told.exit_code == 0
    assert f"warning[unused-parameter]: {name} is not used: no row of the lifecycle profit_taking reads it." in (
        told.stdout
    )


def test_a_continued_run_counts_the_time_from_the_entry_of_the_first(desk: Desk) -> None:
    desk.run([*long_from(100), bid_at(2, 99.5)], BARRIERS)

    story = desk.run([mid_at(100, 99.5), mid_at(400, 99.5)], BARRIERS)

    assert story.closings == ["301 time_limit"]
