"""Errors as a user sees them: exit code 1 or 2, one calm paragraph with the remedy, never a traceback."""

from pathlib import Path

import pytest

from tests.strategies.desk import Desk, Value, command, mid_at

pytestmark = pytest.mark.traced


def said(desk: Desk, *words: object, code: int = 1) -> str:
    """Return what a command that fails says on stderr: nothing on stdout, no traceback, nothing journaled."""
    done = command(*words)
    assert (done.exit_code, done.stdout) == (code, "")
    assert "Traceback" not in done.stderr
    assert isinstance(done.exception, SystemExit)
    assert not desk.journal.exists() or "no entries yet" in command("audit", "verify", desk.journal).stdout
    return str(done.stderr)


def run(desk: Desk, *options: object, code: int = 1) -> str:
    return said(desk, "run", desk.write(), "--journal", desk.journal, *options, code=code)


def test_a_strategy_file_that_is_not_there(desk: Desk) -> None:
    error = said(desk, "run", desk.folder / "none.yaml", "--journal", desk.journal)

    assert error.startswith("error: ") or "error" in error
    assert "none.yaml" in error


def test_a_folder_instead_of_a_strategy_file(desk: Desk) -> None:
    assert str(desk.folder) in said(desk, "run", desk.folder, "--journal", desk.journal)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("scenario: calm\nphases: [{for_s: 60}]\n", "scenario", "paper.feed.scenario"),
        ("states: [idle]\ntransitions: []\n", "machine", "machine"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_kind(desk: Desk, text: str, kind: str, name: str) -> None:
    desk.strategy.write_text(text)

    assert said(desk, "run", desk.strategy, "--journal", desk.journal) == (
        f"{desk.strategy}:1:1: error[not-a-strategy]: This is a {kind} file, but a strategy file is wanted here.\n"
        f"  Give a strategy file, and name this one there as {name}.\n"
    )


def test_a_strategy_with_a_stray_word_of_another_kind_is_judged_as_a_strategy(desk: Desk) -> None:
    desk.strategy.write_text("phases: []\nmarket: BTC-USDT\n")

    assert "phases is not a parameter" in said(desk, "run", desk.strategy, "--journal", desk.journal)


def test_yaml_that_cannot_be_read_is_named_by_line_and_column(desk: Desk) -> None:
    desk.strategy.write_text("market: [BTC-USDT\nleverage: 10\n")

    error = said(desk, "run", desk.strategy, "--journal", desk.journal)

    assert f"{desk.strategy}:2:" in error


def test_every_finding_of_a_strategy_file_is_told_at_once(desk: Desk) -> None:
    desk.strategy.write_text("derivative: paper\nmarket: BTC-USDT\nleverage: 0\nbid_spred: 1\n")

    error = said(desk, "run", desk.strategy, "--journal", desk.journal)

    for part in (f"{desk.strategy}:3:11", "bid_spred", "Did you mean bid_spread?", "ask_spread", "order_amount"):
        assert part in error


def test_a_parameter_that_is_not_built_yet_is_refused(desk: Desk) -> None:
    assert "binance_perpetual" in run(desk, "--set", "derivative=binance_perpetual")


def test_a_feed_that_is_not_there(desk: Desk) -> None:
    error = run(desk, "--feed", desk.folder / "none.csv")

    assert error.startswith("error: none.csv: ")
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("when,what\n1,2\n", "format"),
        ("timestamp,bid_price,ask_price\n", "bid_size"),
        ("timestamp,bid_price,bid_size,ask_price,ask_size\n", "No line is a quote"),
    ],
    ids=["empty", "unknown", "without sizes", "without a row"],
)
def test_a_feed_that_holds_no_market(desk: Desk, text: str, problem: str) -> None:
    feed = desk.folder / "feed.csv"
    feed.write_text(text)

    error = run(desk, "--feed", feed)

    assert error.startswith("error: feed.csv")
    assert problem in error


def test_a_first_line_that_cannot_be_read_is_named_by_its_number(desk: Desk) -> None:
    feed = desk.quotes([mid_at(0, 100)])
    feed.write_text(feed.read_text().replace("100.01", "a hundred"))

    assert run(desk, "--feed", feed).startswith("error: quotes1.csv:2: ")


def test_time_that_goes_backwards_is_named_by_its_line(desk: Desk) -> None:
    feed = desk.quotes([mid_at(5, 100), mid_at(6, 100), mid_at(1, 100)])

    done = command("run", desk.write(), "--journal", desk.journal, "--feed", feed)

    assert done.exit_code == 1
    assert done.stderr.startswith("error: quotes1.csv:4: Time goes backwards")


def test_a_journal_that_is_none(desk: Desk) -> None:
    other = desk.folder / "diary.txt"
    other.write_text("Dear diary, today I lost money again. " * 200)

    error = said(desk, "run", desk.write(), "--journal", other, "--feed", desk.quotes([mid_at(0, 100)]))

    assert error.startswith(f"error: {other}: ")
    assert other.read_text().startswith("Dear diary")


@pytest.mark.parametrize("subcommand", ["show", "verify", "export"])
def test_an_audit_of_what_is_no_journal(desk: Desk, subcommand: str) -> None:
    other = desk.folder / "diary.txt"
    other.write_text("Dear diary, today I lost money again. " * 200)

    for path in (other, desk.folder / "none.journal", desk.folder):
        assert str(path) in said(desk, "audit", subcommand, path)


def test_a_journal_in_a_folder_that_is_not_there(desk: Desk) -> None:
    missing = desk.folder / "none" / "mine.journal"

    error = said(desk, "run", desk.write(), "--journal", missing, "--feed", desk.quotes([mid_at(0, 100)]))

    assert error.startswith(f"error: {missing.parent}: ")


@pytest.mark.parametrize(
    "options",
    [
        ("--speed", "banana"),
        ("--speed", "0"),
        ("--speed", "nan"),
        ("--speed", "1e308"),
        ("--duration", "0"),
        ("--duration", "nan"),
        ("--duration", "inf"),
        ("--duration", "1e300"),
        ("--set", "leverage"),
        ("--seed", "seven"),
        ("--nonsense",),
    ],
    ids=" ".join,
)
def test_a_wrong_option_is_a_matter_of_usage(desk: Desk, options: tuple[str, ...]) -> None:
    """DESIGN 6: exit 2 is usage."""
    assert options[0] in run(desk, *options, code=2)


@pytest.mark.parametrize(("change", "part"), [("leverage=many", "--set leverage"), ("risk.nonsense=1", "nonsense")])
def test_a_wrong_change_on_the_command_line_is_judged_like_the_file(desk: Desk, change: str, part: str) -> None:
    assert part in run(desk, "--set", change)


def test_a_recording_that_cannot_be_written(desk: Desk) -> None:
    target = desk.folder / "none" / "recorded.gz"

    feed = desk.quotes([mid_at(0, 100)])

    done = command("run", desk.write(), "--journal", desk.journal, "--feed", feed, "--record", target)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("error: recorded.gz: The recording cannot be written")


def test_what_was_recorded_runs_again(desk: Desk) -> None:
    """DESIGN 5: --record keeps what the engine was given, in that order."""
    recorded = Path(desk.folder / "recorded.gz")
    first = desk.run([mid_at(0, 125), mid_at(1, 99.99), mid_at(2, 97)], options=("--record", recorded))

    second = Desk(desk.folder / "again")
    second.write()

    assert second.go("--feed", recorded).lines == first.lines


def test_a_finding_that_is_waived_with_its_reason_is_told_calmly(desk: Desk) -> None:
    no_stop: dict[str, Value] = {"stop_loss_spread": 0}
    waived: dict[str, Value] = {"waive": {"no-stop": "hedged elsewhere"}}

    assert "warning[no-stop]" in command("validate", desk.write(no_stop)).stdout
    calm = command("validate", desk.write(no_stop, waived), "--strict")
    unused = command("validate", desk.write(waived))

    assert (calm.exit_code, "no-stop]" in calm.stdout) == (0, False)
    assert "\n  waived no-stop: hedged elsewhere\n" in calm.stdout
    assert "warning[unused-waiver]: no-stop is waived, but was not found." in unused.stdout
