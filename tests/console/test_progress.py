"""The progress bar of a run at full speed."""

import pytest

from perpfsm.console.progress import RunProgress, progress_figures
from tests.console.values import Gone, ManualClock, pipe, terminal, until, written


@pytest.mark.parametrize(
    ("fraction", "elapsed_s", "figures"),
    [
        (0.25, 2.0, "25 %, 500 messages/s, 7 transitions, 6.0 s left"),
        (1.0, 2.0, "100 %, 500 messages/s, 7 transitions"),
        (0.0, 0.0, "0 %, 7 transitions"),
        (None, 2.0, "500 messages/s, 7 transitions"),
    ],
)
def test_figures_leave_out_what_is_not_known(fraction: float | None, elapsed_s: float, figures: str) -> None:
    assert progress_figures(fraction, 1000, 7, elapsed_s) == figures


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_bar_is_drawn_on_update_and_taken_away(encoding: str) -> None:
    console, clock = terminal(100, encoding=encoding), ManualClock()
    with RunProgress(console, "[synthetic]", clock) as progress:
        clock.now_s += 2
        until(lambda: progress.is_due)
        progress.update(0.25, 1000, 7)
        progress.update(0.26, 1001, 7)
        clock.now_s += 2
        until(lambda: progress.is_due)
        progress.update(None, 2000, 8)
    shown = written(console)
    assert "[synthetic]" in shown
    assert "25 %, 500 messages/s, 7 transitions, 6.0 s left" in shown
    assert "26 %" not in shown
    assert "500 messages/s, 8 transitions" in shown
    assert shown.endswith("\x1b[2K")


def test_a_terminal_that_goes_away_is_drawn_on_no_more() -> None:
    console, clock = terminal(100), ManualClock()
    with RunProgress(console, "synthetic", clock) as progress:
        until(lambda: progress.is_due)
        console.file = Gone()
        progress.update(0.5, 1000, 7)
        console.file = written_to = Gone()
        clock.now_s += 1
        progress.update(0.6, 1000, 7)
    assert written_to.getvalue() == ""


def test_a_pipe_and_an_unopened_bar_stay_silent() -> None:
    silent, unopened = pipe(), terminal()
    with RunProgress(silent, "synthetic", ManualClock()) as progress:
        progress.update(0.5, 1, 1)
    RunProgress(unopened, "synthetic", ManualClock()).update(0.5, 1, 1)
    assert written(silent) == written(unopened) == ""
