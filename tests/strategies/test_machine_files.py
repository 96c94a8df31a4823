"""The lifecycle is what the machine file says: a user edits a copy, and the bot does otherwise, without Python."""

import re

import pytest

from perpfsm.cli.proving import HINT, UNPROVED
from perpfsm.config.resources import machine_path
from tests.strategies.desk import HEDGE, TRAILING, Desk, Row, Value, bid_at, command, long_from, mid_at
from tests.strategies.story import Story

MINE: dict[str, Value] = {"machine": "./mine_machine.yaml"}
OLD = "  too_old:            {metric: position_age_s, at_least: 300}\n"
FLATTEN_OLD = (
    "  - {name: flatten_old, trigger: market, source: [open, closing], dest: closing, reason: flatten,\n"
    "     conditions: [too_old, may_be_overruled], unless: [market_exit_works, is_dust],\n"
    "     after: [cancel_orders, close_at_market]}\n"
)
QUOTING = "  # quoting ("


def shipped(name: str) -> str:
    path = machine_path(name)
    assert path is not None
    return path.read_text(encoding="utf-8")


def without_row(text: str, name: str) -> str:
    shorter, removed = re.subn(rf"  - \{{name: {name},.*?\}}\n", "", text, flags=re.DOTALL)
    assert removed == 1
    return shorter


def written(desk: Desk, text: str, *, is_proved: bool = True) -> None:
    """Keep `text` as the desk's machine file, which `validate` accepts, or refuses as long as it is to be proved."""
    (desk.folder / "mine_machine.yaml").write_text(text)
    desk.write(MINE)
    files = (desk.strategy, desk.folder / "mine_machine.yaml")
    checked = command("validate", *files)
    assert (checked.exit_code, checked.stderr) == (int(not is_proved), "")
    assert command("validate", *files, "--no-prove").exit_code == 0


def unproved(desk: Desk, rows: list[Row], *changes: dict[str, Value]) -> Story:
    """Run a lifecycle that is refuted: not as it is, but with --no-prove."""
    desk.write(*changes)
    words = ("run", desk.strategy, "--feed", desk.quotes(rows), "--journal", desk.journal)
    refused, done = command(*words), command(*words, "--no-prove")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "error[stop-first]" in refused.stderr
    assert refused.stderr.endswith(f"{HINT}\n")
    assert (done.exit_code, done.stderr) == (0, f"{UNPROVED}\n")
    return desk.story()


@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
@pytest.mark.parametrize(("machine", "style"), [("profit_taking", {}), ("trailing_stop", TRAILING)])
def test_a_copy_without_the_stop_loss_row_leaves_a_bot_without_a_stop(
    desk: Desk, machine: str, style: dict[str, Value], mode: dict[str, Value]
) -> None:
    """DESIGN 4: deleting the stop-loss row from a copy leaves a bot without a stop."""
    rows = [*long_from(100), bid_at(2, 79), bid_at(3, 1)]
    stop: dict[str, Value] = {"stop_loss_spread": 20}
    with_stop = Desk(desk.folder / "shipped").run(rows, style, mode, stop)
    written(desk, without_row(shipped(machine), "stop_loss"), is_proved=False)

    story = unproved(desk, rows, style, mode, stop, MINE)

    assert [text.split()[-1] for text in with_stop.closings] == ["stop_loss"]
    assert (story.closings, len(story.fills)) == ([], 1)


def test_a_copy_without_the_take_profit_row_never_takes_profit(desk: Desk) -> None:
    """DESIGN 4: the lifecycles are nothing but files."""
    written(desk, without_row(shipped("profit_taking"), "take_profit"))

    story = desk.run([*long_from(100), bid_at(2, 101), bid_at(3, 150)], MINE)

    assert (story.rows[:2], story.position) == (["0 start_quoting", "1 entry"], {"BOTH": ("1", "100")})


def test_an_added_row_flattens_a_position_that_grew_old(desk: Desk) -> None:
    """DESIGN 4: adding a row of shipped guards and actions changes behaviour; a deadline fires at its own time."""
    text = shipped("profit_taking").replace("guards:\n", f"guards:\n{OLD}")
    written(desk, text.replace(QUOTING, f"{FLATTEN_OLD}\n{QUOTING}"))

    story = desk.run([*long_from(100), bid_at(2, 100.4), mid_at(400, 100.4)], MINE)

    assert story.at(301) == [
        "flatten_old: closing (flatten)",
        "cancel sell 1 @ 101 take_profit",
        "place sell 1 at market close",
        "fill sell 1 @ 100.4 taker close",
        "flat: closing > idle",
        "closed flatten",
    ]


def test_a_row_placed_before_the_stop_wins_over_it(desk: Desk) -> None:
    """DESIGN 4: the first row whose guards hold fires."""
    text = shipped("profit_taking").replace("guards:\n", "guards:\n  losing: {metric: pnl_pct, below: -1}\n")
    row = FLATTEN_OLD.replace("flatten_old", "out_early").replace("too_old", "losing")
    written(desk, text.replace("transitions:\n", f"transitions:\n{row}"), is_proved=False)

    story = unproved(desk, [*long_from(100), bid_at(2, 97)], MINE)

    assert story.closings == ["2 flatten"]


def test_the_journal_names_the_rows_of_the_file_that_ran(desk: Desk) -> None:
    """DESIGN 5: the run header holds the text of the machine, the transitions its row names."""
    text = shipped("profit_taking").replace("name: stop_loss, trigger", "name: my_stop, trigger")
    written(desk, text)

    story = desk.run([*long_from(100), bid_at(2, 97)], MINE)

    assert story.rows[2] == "2 my_stop"
    assert story.entries[0]["body"]["machine"] == text
