"""Order optimisation, from the strategy file and a recording with depth to the journal (B3, B4)."""

import pytest

from tests.strategies.desk import Desk, Row, Value, command, mid_at
from tests.strategies.recording import best, snapshot, update, write
from tests.strategies.story import Story

OPTIMISED: dict[str, Value] = {
    "bid_spread": 0.1,
    "ask_spread": 0.1,
    "order_refresh_time": 10,
    "filled_order_delay": 0,
    "order_optimization_enabled": "true",
}
BIDS = {"99.50": 1, "99.40": 2, "99.00": 5}
ASKS = {"100.50": 1, "100.70": 4, "101.00": 5}
WIDE = [best(0, "99.50", "100.50"), snapshot(0, 7, BIDS, ASKS), best(1, "99.50", "100.50")]
FAR_AND_WIDE: list[Row] = [(0, "99.50", "100.50", 2, 2)]


def run(desk: Desk, lines: list[str], *changes: dict[str, Value], options: tuple[object, ...] = ()) -> Story:
    """Run the strategy on a recording of `lines`."""
    desk.write(OPTIMISED, *changes)
    return desk.go("--feed", write(desk.folder / "rec", lines), *options)


def at_second(lines: list[str], second: int) -> list[str]:
    """Return the orders that left in a second, without it."""
    return [line.partition(" ")[2] for line in lines if line.startswith(f"{second} ")]


def test_without_optimisation_the_spread_alone_decides(desk: Desk) -> None:
    story = run(desk, WIDE, {"order_optimization_enabled": "false"})
    assert story.placed == ["0 buy 1 @ 99.9 quote", "0 sell 1 @ 100.1 quote"]


def test_quotes_stand_one_tick_ahead_of_the_best_b4(desk: Desk) -> None:
    assert run(desk, WIDE).placed == ["0 buy 1 @ 99.51 quote", "0 sell 1 @ 100.49 quote"]


def test_the_best_of_a_quotes_csv_is_its_book_b4(desk: Desk) -> None:
    story = desk.run(FAR_AND_WIDE, OPTIMISED)
    assert story.placed == ["0 buy 1 @ 99.51 quote", "0 sell 1 @ 100.49 quote"]


def test_a_book_of_the_best_alone_that_is_thinner_than_the_depth_leaves_the_quote_b4(desk: Desk) -> None:
    depths: dict[str, Value] = {"bid_order_optimization_depth": 2, "ask_order_optimization_depth": 1.9}
    story = desk.run(FAR_AND_WIDE, OPTIMISED, depths)
    assert story.placed == ["0 buy 1 @ 99.9 quote", "0 sell 1 @ 100.49 quote"]


@pytest.mark.parametrize(
    ("bid_depth", "ask_depth", "bid", "ask"),
    [(0.5, 0.5, "99.51", "100.49"), (1, 1, "99.41", "100.69"), (3, 4.9, "99.01", "100.69"), (8, 99, "99.9", "100.1")],
    ids=["inside the best", "the best", "two levels", "more than there is"],
)
def test_each_depth_skips_its_side_of_the_recorded_book_b4(
    desk: Desk, bid_depth: float, ask_depth: float, bid: str, ask: str
) -> None:
    depths: dict[str, Value] = {"bid_order_optimization_depth": bid_depth, "ask_order_optimization_depth": ask_depth}
    story = run(desk, [snapshot(0, 7, BIDS, ASKS), *WIDE[:1]], depths)
    assert story.placed == [f"0 buy 1 @ {bid} quote", f"0 sell 1 @ {ask} quote"]


def test_updates_move_what_the_next_refresh_sees_b4(desk: Desk) -> None:
    depths: dict[str, Value] = {"bid_order_optimization_depth": 1, "ask_order_optimization_depth": 1}
    lines = [
        snapshot(0, 7, BIDS, ASKS),
        best(0, "99.50", "100.50"),
        update(1, (6, 8, 5), {"99.40": 0}, {"100.60": "0.1"}),
        update(2, (9, 9, 8), {"99.30": 3}, {}),
        best(12, "99.50", "100.50"),
    ]
    story = run(desk, lines, depths)
    assert at_second(story.placed, 0) == ["buy 1 @ 99.41 quote", "sell 1 @ 100.69 quote"]
    assert at_second(story.placed, 10) == ["buy 1 @ 99.31 quote", "sell 1 @ 100.59 quote"]


def test_a_chain_that_breaks_falls_back_to_the_best_until_the_next_snapshot(desk: Desk) -> None:
    depths: dict[str, Value] = {"bid_order_optimization_depth": 1, "ask_order_optimization_depth": 1}
    lines = [
        snapshot(0, 7, BIDS, ASKS),
        best(0, "99.50", "100.50"),
        update(1, (6, 8, 5), {}, {}),
        update(2, (20, 21, 19), {}, {}),
        best(11, "99.50", "100.50"),
        snapshot(12, 21, BIDS, ASKS),
        best(22, "99.50", "100.50"),
    ]
    story = run(desk, lines, depths)
    assert at_second(story.placed, 0) == ["buy 1 @ 99.41 quote", "sell 1 @ 100.69 quote"]
    assert at_second(story.placed, 10) == ["buy 1 @ 99.9 quote", "sell 1 @ 100.1 quote"]
    assert at_second(story.placed, 20) == ["buy 1 @ 99.41 quote", "sell 1 @ 100.69 quote"]


def test_a_quote_is_never_better_than_its_spread_allows_b4(desk: Desk) -> None:
    story = run(desk, WIDE, {"bid_spread": 1, "ask_spread": 1})
    assert story.placed == ["0 buy 1 @ 99 quote", "0 sell 1 @ 101 quote"]


def test_the_price_band_comes_before_optimisation_and_the_other_side_is_still_optimised_b3(desk: Desk) -> None:
    assert run(desk, WIDE, {"price_ceiling": 100}).placed == ["0 sell 1 @ 100.49 quote"]


def test_the_tolerance_compares_optimised_proposals_b5(desk: Desk) -> None:
    tolerance: dict[str, Value] = {"order_refresh_tolerance_pct": 0.05}
    moved = [*WIDE, best(5, "99.52", "100.48"), best(11, "99.52", "100.48"), best(15, "99.80", "100.20")]
    story = run(desk, [*moved, best(25, "99.80", "100.20")], tolerance)
    assert at_second(story.placed, 0) == ["buy 1 @ 99.51 quote", "sell 1 @ 100.49 quote"]
    assert at_second(story.placed, 10) == []
    assert at_second(story.placed, 20) == ["buy 1 @ 99.81 quote", "sell 1 @ 100.19 quote"]


def test_several_levels_are_not_optimised_and_validate_says_so_b4(desk: Desk) -> None:
    story = run(desk, WIDE, {"order_levels": 2, "order_level_spread": 1})
    assert story.placed[:2] == ["0 buy 1 @ 99.9 quote", "0 sell 1 @ 100.1 quote"]

    said = command("validate", desk.strategy)
    assert said.exit_code == 0
    assert "order_optimization_enabled does nothing with order_levels 2" in said.stdout + said.stderr


def test_named_orders_are_optimised_one_on_each_side_and_validate_says_so_of_more_b4(desk: Desk) -> None:
    single: dict[str, Value] = {"order_override": "{near: [buy, 0.1, 1], far: [sell, 0.1, 2]}"}
    assert run(desk, WIDE, single).placed == ["0 buy 1 @ 99.51 quote", "0 sell 2 @ 100.49 quote"]
    assert "does nothing" not in command("validate", desk.strategy).output

    desk.journal.unlink()
    several: dict[str, Value] = {"order_override": "{near: [buy, 0.1, 1], far: [buy, 0.2, 2]}"}
    assert run(desk, WIDE, several).placed == ["0 buy 1 @ 99.9 quote", "0 buy 2 @ 99.8 quote"]
    said = command("validate", desk.strategy)
    assert said.exit_code == 0
    assert "order_optimization_enabled does nothing with several orders of a side" in said.stdout + said.stderr


def test_a_depth_without_the_switch_is_warned_about(desk: Desk) -> None:
    desk.write({"bid_order_optimization_depth": 1})
    said = command("validate", desk.strategy)
    assert said.exit_code == 0
    assert "bid_order_optimization_depth is not used without order_optimization_enabled" in said.stdout + said.stderr


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("bid_order_optimization_depth", "-0.1", "bid_order_optimization_depth"),
        ("ask_order_optimization_depth", "-1", "ask_order_optimization_depth"),
        ("ask_order_optimization_depth", "deep", "ask_order_optimization_depth"),
        ("order_optimization_enabled", "1", "must be true or false"),
    ],
)
def test_values_out_of_range_are_refused(desk: Desk, name: str, value: str, problem: str) -> None:
    desk.write({name: value})
    said = command("run", desk.strategy, "--feed", desk.quotes([mid_at(0, 100)]), "--journal", desk.journal)
    assert said.exit_code == 1
    assert problem in said.stderr
    assert not desk.journal.exists()


def test_a_recording_of_another_market_is_refused_also_when_it_begins_with_a_snapshot(desk: Desk) -> None:
    desk.write(OPTIMISED, {"market": "OTHER-USDT"})
    feed = write(desk.folder / "rec", [snapshot(0, 7, BIDS, ASKS), *WIDE])
    said = command("run", desk.strategy, "--feed", feed, "--journal", desk.journal)
    assert said.exit_code == 1
    assert "This is a recording of COINUSDT, the strategy trades OTHER-USDT." in said.stderr


def test_a_broken_depth_line_is_an_error_with_its_number_and_can_be_left_out(desk: Desk) -> None:
    broken = update(2, (8, 9, 7), {"99.50": "-1"}, {})
    desk.write(OPTIMISED)
    feed = write(desk.folder / "rec", [*WIDE, broken, best(3, "99.50", "100.50")])
    said = command("run", desk.strategy, "--feed", feed, "--journal", desk.journal)
    assert said.exit_code == 1
    assert "rec:4: A level of the depth cannot be used: it is negative: -1." in said.stderr

    desk.journal.unlink()
    assert desk.go("--feed", feed, "--skip-bad-lines").placed[0] == "0 buy 1 @ 99.51 quote"


def test_a_run_with_depth_is_the_same_again_without_bands_and_from_its_own_recording(desk: Desk) -> None:
    depths: dict[str, Value] = {"bid_order_optimization_depth": 1, "ask_order_optimization_depth": 1}
    lines = [
        snapshot(0, 7, BIDS, ASKS),
        best(0, "99.50", "100.50"),
        update(5, (6, 8, 5), {"99.40": 0}, {}),
        *(best(second, "99.50", "100.50") for second in range(6, 30)),
        update(30, (9, 9, 8), {"99.45": 9}, {}),
        best(45, "99.50", "100.50"),
    ]
    recorded = desk.folder / "mine.rec"
    first = run(desk, lines, depths, options=("--record", recorded)).lines
    desk.journal.unlink()
    assert run(desk, lines, depths, options=("--no-bands",)).lines == first
    desk.journal.unlink()
    again = desk.go("--feed", recorded).lines
    assert [line for line in again if line.kind != "run"] == [line for line in first if line.kind != "run"]
