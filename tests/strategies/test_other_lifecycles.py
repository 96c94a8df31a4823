"""A run that continues a journal with another lifecycle leaves no position stranded (B12, B15)."""

import pytest

from tests.strategies.desk import HEDGE, TRAILING, Desk, Value, bid_at, long_from, mid_at

PROFIT: dict[str, Value] = {"position_management": "Profit_taking", "stop_loss_spread": 20}
MODES = pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])


@MODES
def test_a_leg_that_was_trailing_is_adopted_by_profit_taking(desk: Desk, mode: dict[str, Value]) -> None:
    first = desk.run([*long_from(100), bid_at(2, 111)], TRAILING, mode)
    assert "start_trailing" in " ".join(first.rows)

    story = desk.run([bid_at(50, 102), bid_at(51, 103)], PROFIT, mode)

    assert [text.replace("LONG ", "").split()[-1] for text in story.closings] == ["take_profit"]
    assert story.position == {}


@MODES
def test_a_trailing_exit_that_was_under_way_is_completed_by_profit_taking(desk: Desk, mode: dict[str, Value]) -> None:
    thin = (3, "114", "114.01", "0.4", "1")
    desk.run([*long_from(100), bid_at(2, 120), thin], TRAILING, mode)
    assert desk.story().working != []

    story = desk.run([bid_at(50, 90), bid_at(52, 90), bid_at(60, 90)], PROFIT, mode)

    assert (story.position, story.working) == ({}, [])


@MODES
def test_a_resting_take_profit_gives_way_to_the_trail(desk: Desk, mode: dict[str, Value]) -> None:
    desk.run([*long_from(100), bid_at(2, 100.5)], mode)
    assert len(desk.story().working) == 1

    story = desk.run([bid_at(50, 100.6), bid_at(51, 120), bid_at(52, 114)], TRAILING, mode)

    assert [text.replace("LONG ", "").split()[-1] for text in story.closings] == ["trailing_stop"]


def test_a_trail_that_is_due_at_once_waits_for_its_first_price(desk: Desk) -> None:
    """B10: activation 0 starts at the fill; after a restart whose first quote is crossed, with the next good one."""
    desk.run([*long_from(100), bid_at(2, 101)], TRAILING)

    crossed = (50, "102", "101")
    rows = [crossed, bid_at(51, 120), bid_at(52, 113)]
    story = desk.run(rows, TRAILING, {"ts_activation_spread": 0})

    assert [text.split()[-1] for text in story.closings] == ["trailing_stop"]


def test_a_second_run_on_the_same_lifecycle_keeps_its_legs(desk: Desk) -> None:
    desk.run([*long_from(100), bid_at(2, 111)], TRAILING)

    story = desk.run([mid_at(50, 111), bid_at(51, 104)], TRAILING)

    assert [text.split()[-1] for text in story.closings] == ["trailing_stop"]
    assert "opened_elsewhere" not in " ".join(story.rows)
