"""A halt outlives the run that made it, until somebody resumes with a reason (B18)."""

import pytest

from tests.strategies.desk import Desk, Value, bid_at, command, long_from, mid_at

pytestmark = pytest.mark.traced

LIMIT: dict[str, Value] = {"risk": {"max_loss": 1}, "stop_loss_spread": 0}
CALM = [mid_at(100, 100), mid_at(200, 100)]


def halted(desk: Desk) -> Desk:
    """Return a desk whose first run ended halted and flat."""
    story = desk.run([*long_from(100), bid_at(2, 98), mid_at(3, 98)], LIMIT)
    assert story.closings == ["2 risk"]
    return desk


def test_a_run_after_a_halt_opens_nothing_and_says_so(desk: Desk) -> None:
    feed = halted(desk).quotes(CALM)
    done = command("run", desk.strategy, "--journal", desk.journal, "--feed", feed)

    assert (done.exit_code, "start it with --resume REASON" in done.stderr) == (0, True)
    assert "Run 2 of its journal" in done.stdout
    assert desk.story().placed == []


def test_a_run_that_resumes_with_a_reason_quotes_again_and_the_journal_says_why(desk: Desk) -> None:
    story = halted(desk).run(CALM, LIMIT, options=["--resume", "the feed was wrong"])

    assert len(story.placed) == 2
    shown = command("audit", "show", desk.journal, "--kind", "operator", "--json").stdout
    assert '"why":"the feed was wrong"' in shown


def test_a_resumed_bot_stays_resumed(desk: Desk) -> None:
    halted(desk).run(CALM, LIMIT, options=["--resume", "looked at it"])

    assert len(desk.run(CALM, LIMIT).placed) == 2


def test_a_reason_without_a_halt_changes_nothing_and_is_told_so(desk: Desk) -> None:
    line = ("run", desk.write(), "--journal", desk.journal, "--feed", desk.quotes(CALM))
    done = command(*line, "--resume", "in vain")

    assert (done.exit_code, done.stderr) == (0, "warning: Nothing was halted, so --resume changes nothing.\n")
    assert '"action":"resume"' not in command("audit", "export", desk.journal).stdout


def test_a_reason_says_something(desk: Desk) -> None:
    assert command("run", desk.write(), "--resume", " ").exit_code == 2
