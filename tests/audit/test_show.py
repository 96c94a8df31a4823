"""Showing: filters pick what was asked for, the limit keeps the newest."""

from pathlib import Path

import pytest

from perpfsm.audit.show import Line, Wanted, entries_wanted, line_of
from perpfsm.audit.words import moment_ns
from tests.journal.examples import a_session, written


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), list(range(1, 18))),
        (Wanted(limit=3), [15, 16, 17]),
        (Wanted(leg="BOTH", kinds=("order", "fill")), [5, 6, 7, 10, 13, 14]),
        (Wanted(leg="SHORT"), []),
        (Wanted(state="closing"), [11, 16]),
        (Wanted(state="opening"), [2, 8]),
        (Wanted(reason="stop_loss"), [11, 12, 14, 15]),
        (Wanted(reason="stop_loss", kinds=("closing",)), [15]),
        (Wanted(since_ns=moment_ns("2024-08-08T12:00:12Z"), limit=1), [17]),
        (Wanted(until_ns=moment_ns("2024-08-08T12:00:01Z"), kinds=("run", "transition")), [1, 2]),
    ],
)
def test_filters_pick_what_was_asked_for(tmp_path: Path, wanted: Wanted, numbers: list[int]) -> None:
    path = written(tmp_path / "bot.journal", a_session())
    assert [entry.seq for entry in entries_wanted(path, wanted)] == numbers


def test_an_entry_is_a_line_of_a_table(tmp_path: Path) -> None:
    (entry,) = entries_wanted(written(tmp_path / "bot.journal", a_session()), Wanted(kinds=("closing",)))
    assert line_of(entry) == Line(
        15,
        "2024-08-08",
        "12:00:12.123",
        "BOTH",
        "closing",
        "flat by stop_loss: realised -12.06, fees 0.4139705, held 10 s",
    )
