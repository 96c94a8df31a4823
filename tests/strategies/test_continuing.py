"""A second run on the same journal goes on where the first one stopped (B15; DESIGN 5)."""

import json

import pytest

from tests.strategies.desk import HEDGE, TRAILING, Desk, Value, bid_at, command, long_from, mid_at

pytestmark = pytest.mark.traced


def runs(desk: Desk) -> list[dict[str, object]]:
    """Return the headers of all runs, whole, with their epochs."""
    export = command("audit", "export", desk.journal, "--kind", "run").stdout
    return [json.loads(line)["body"] for line in export.splitlines()]


def client_ids(desk: Desk) -> list[str]:
    """Return the ids of all orders of all runs."""
    export = command("audit", "export", desk.journal, "--kind", "command").stdout
    bodies = [json.loads(line)["body"] for line in export.splitlines()]
    return [body["client_id"] for body in bodies if body["type"] == "place"]


def test_a_second_run_has_the_next_number_and_another_epoch(desk: Desk) -> None:
    """DESIGN 5: each start appends a run header with a new epoch, also on the same strategy and feed."""
    rows = [mid_at(0, 100), mid_at(5, 100)]
    desk.run(rows)
    feed = desk.quotes(rows)
    desk.go("--feed", feed)
    desk.go("--feed", feed)

    headers = runs(desk)

    assert [header["run"] for header in headers] == [1, 2, 3]
    assert len({str(header["epoch"]) for header in headers}) == 3


def test_client_ids_never_repeat(desk: Desk) -> None:
    """DESIGN 1: client order ids never repeat."""
    rows = [*long_from(100), bid_at(2, 97), mid_at(100, 97)]
    desk.run(rows)
    desk.run(rows)

    ids = client_ids(desk)

    assert len(ids) == len(set(ids)) > 4
    assert all(client_id.startswith("pf-") and len(client_id) <= 36 for client_id in ids)


@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
def test_a_take_profit_that_was_left_resting_fills_in_the_next_run(desk: Desk, mode: dict[str, Value]) -> None:
    """B15: a position found at start is adopted, with the orders that work for it."""
    desk.run([*long_from(100), bid_at(2, 100.4)], mode)

    story = desk.run([bid_at(50, 100.5), bid_at(51, 101)], mode)

    assert [text.replace("LONG ", "") for text in story.fills] == ["51 sell 1 @ 101 maker take_profit"]
    assert [text.replace("LONG ", "") for text in story.closings] == ["51 take_profit"]
    assert (story.working, story.position) == ([], {})


def test_a_position_without_an_order_gets_its_take_profit_in_the_next_run(desk: Desk) -> None:
    """B15, B9: what the first run had no chance to place, the second one places."""
    desk.run(long_from(100))

    story = desk.run([bid_at(50, 100.5)])

    assert story.placed == ["50 sell 1 @ 101 take_profit"]


def test_a_trail_goes_on_from_its_peak(desk: Desk) -> None:
    """B10, B15: the peak is a fact of the leg and survives the restart."""
    desk.run([*long_from(100), bid_at(2, 120)], TRAILING)

    story = desk.run([bid_at(50, 115), bid_at(51, 114)], TRAILING)

    assert (story.fills, story.closings) == (["51 sell 1 @ 114 taker close"], ["51 trailing_stop"])


def test_both_hedge_legs_are_recovered(desk: Desk) -> None:
    """B7, B15: one LONG and one SHORT at once, each with its own order."""
    patient: dict[str, Value] = {
        "long_profit_taking_spread": 60,
        "short_profit_taking_spread": 60,
        "stop_loss_spread": 90,
    }
    desk.run([*long_from(100), bid_at(2, 156.25), bid_at(3, 150)], HEDGE, patient)

    story = desk.run([bid_at(50, 150), bid_at(51, 160)], HEDGE, patient)

    assert story.closings == ["51 LONG take_profit"]
    assert (story.working, list(story.position)) == (["buy 1 @ 62.5 take_profit"], ["SHORT"])


def test_what_is_left_of_a_take_profit_goes_on_working(desk: Desk) -> None:
    """B8, B15: an order is recovered with the size that is left of it."""
    desk.run([*long_from(100), bid_at(2, 100.4), (3, 101, 101.01, 0.3, 9)])

    story = desk.run([bid_at(50, 100.5), bid_at(51, 101)])

    assert story.fills == ["51 sell 0.7 @ 101 maker take_profit"]
    assert (story.placed, story.closings) == ([], ["51 take_profit"])


def test_an_exit_that_a_thin_book_left_unfinished_is_finished_by_the_next_run(desk: Desk) -> None:
    """B12, B15: an exit once triggered is completed, not repeated."""
    desk.run([*long_from(100), (2, 97, 97.01, 0.01, 9)])  # 50 levels of 0.01 down to the limit of the stop

    story = desk.run([bid_at(50, 99)])

    assert (story.placed, story.fills) == ([], ["50 sell 0.5 @ 96.51 maker close"])
    assert story.closings == ["50 stop_loss"]


def test_the_wallet_goes_on_from_the_last_footer(desk: Desk) -> None:
    """B20: cash is not the file's balance again."""
    first = desk.run([*long_from(100), bid_at(2, 97)])

    second = desk.run([mid_at(50, 100)])

    assert second.entries[0]["body"]["balance"] == first.end["wallet"] == second.end["wallet"]


def test_the_header_of_the_next_run_says_what_was_found(desk: Desk) -> None:
    """DESIGN 5: run headers; leg to signed size and cost found at the start."""
    desk.run(long_from(100))

    story = desk.run([bid_at(50, 100.5)])

    assert story.entries[0]["body"]["positions"] == {"BOTH": ["1", "100.00"]}


def test_a_recording_may_be_run_again_on_the_same_journal(desk: Desk) -> None:
    """B13, B15: times of the first run that lie ahead hold the second one back by no more than the delay."""
    rows = [*long_from(100), bid_at(2, 100.4), bid_at(900, 97)]
    desk.run(rows)

    story = desk.run(rows)

    assert story.rows[0] == "60 start_quoting"


def test_changed_parameters_are_a_new_run_of_the_same_strategy(desk: Desk) -> None:
    """DESIGN 5: a run continues the journal of its own strategy, whose parameters may change."""
    desk.run([*long_from(100), bid_at(2, 100.4)])

    story = desk.run([bid_at(50, 100.5)], {"long_profit_taking_spread": 2})

    assert story.at(50)[2:5] == [
        "move_take_profit: closing (take_profit)",
        "cancel sell 1 @ 101 take_profit",
        "place sell 1 @ 102 take_profit",
    ]
    assert story.working == ["sell 1 @ 102 take_profit"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"market": "OTHER-USDT"}, "market is OTHER-USDT here and COIN-USDT there"),
        ({"position_mode": "Hedge"}, "position_mode is Hedge here and One-way there"),
    ],
)
def test_the_journal_of_another_strategy_is_refused(desk: Desk, change: dict[str, Value], said: str) -> None:
    """DESIGN 5: `run` refuses the journal of another strategy, and leaves it as it was."""
    desk.run([*long_from(100)])
    before = desk.story().entries

    refused = command("run", desk.write(change), "--journal", desk.journal, "--feed", desk.quotes(long_from(100)))

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"error: {desk.journal}: This is the journal of another strategy: {said}. "
        "Name another journal with --journal.\n"
    )
    assert desk.story().entries == before


def test_another_strategy_file_is_another_strategy(desk: Desk) -> None:
    """DESIGN 5: so does a file of another name."""
    desk.run(long_from(100))
    other = desk.write().rename(desk.folder / "other.yaml")

    refused = command("run", other, "--journal", desk.journal, "--feed", desk.quotes(long_from(100)))

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "strategy is other.yaml here and mine.yaml there" in refused.stderr


def test_the_same_run_twice_gives_the_same_journal(desk: Desk) -> None:
    """DESIGN 1, 5: same inputs, same bytes, also without bands."""
    rows = [*long_from(100), bid_at(2, 100.4), bid_at(3, 97), mid_at(100, 97), mid_at(2000, 97)]
    changes: dict[str, Value] = {"order_refresh_time": 7, "order_refresh_tolerance_pct": -1}
    folders = [Desk(desk.folder / name) for name in ("one", "two", "three")]
    for each, options in zip(folders, ((), (), ("--no-bands",)), strict=True):
        each.run(rows, changes, options=options)

    first, *others = [command("audit", "export", each.journal).stdout for each in folders]

    assert others == [first, first]
