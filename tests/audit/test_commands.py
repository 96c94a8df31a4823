"""The audit commands as typed: tables at two widths, JSON lines, verdicts, exports, calm errors."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from perpfsm.audit.verify import verify
from perpfsm.cli.audit import app
from perpfsm.engine.records import RefusalRecord
from perpfsm.journal.reader import read_entries
from tests.audit.tampering import unguarded
from tests.journal.examples import START_NS, a_run, a_session, written

NARROW = """\
seq  UTC           kind        what happened
     2024-08-08
  7  12:00:02.123  fill        #1 bought 0.01 @ 60,000.10 as maker, fee 0.12:
                               opened, position 0.01
  8  12:00:02.123  transition  opening → open, by row 6 `filled` on fill
  9  12:00:02.123  command     cancel #2
 10  12:00:02.123  order       #2 canceled
 11  12:00:12.123  transition  open → closing (stop_loss), by row 1 `stop` on
                               market — The stop is 60 ticks away.
"""
WIDE = """\
seq  UTC           kind        what happened
     2024-08-08
  7  12:00:02.123  fill        #1 bought 0.01 @ 60,000.10 as maker, fee 0.12: opened, position 0.01
  8  12:00:02.123  transition  opening → open, by row 6 `filled` on fill
  9  12:00:02.123  command     cancel #2
 10  12:00:02.123  order       #2 canceled
 11  12:00:12.123  transition  open → closing (stop_loss), by row 1 `stop` on market — The stop is 60 ticks away.
"""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return written(tmp_path / "bot.journal", a_session())


def run(*arguments: object, columns: int = 120) -> Result:
    return CliRunner().invoke(app, [str(word) for word in arguments], env={"COLUMNS": str(columns)})


def unpadded(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@pytest.mark.parametrize(("columns", "table"), [(80, NARROW), (120, WIDE)])
def test_a_table_fits_the_terminal(journal: Path, columns: int, table: str) -> None:
    upto = ("--since", "2024-08-08T12:00:01Z", "--until", "2024-08-08T12:00:13Z", "--kind")
    kinds = "fill", "--kind", "transition", "--kind", "command", "--kind", "order"
    result = run("show", journal, *upto, *kinds, columns=columns)
    lines = unpadded(result.stdout).splitlines(keepends=True)
    shown = "".join(line for line in lines if not line[:3].strip().isdigit() or int(line[:3]) <= 11)
    assert result.exit_code == 0
    assert shown.startswith(table)


def test_a_hedge_journal_shows_its_legs(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", (a_run(), RefusalRecord(START_NS, "SHORT", "sell quote [level 1]", "why")))
    assert unpadded(run("show", path).stdout) == (
        "seq  UTC           leg    kind     what happened\n"
        "     2024-08-08\n"
        "  1  12:00:00.123         run      run 1: mine.yaml on quotes.csv, wallet 10,000\n"
        "  2  12:00:00.123  SHORT  refusal  not sent: sell quote [level 1]; why\n"
    )


def test_a_long_journal_shows_its_end_and_says_so(tmp_path: Path) -> None:
    many = (RefusalRecord(START_NS, "BOTH", "buy", str(number)) for number in range(150))
    path = written(tmp_path / "bot.journal", (a_run(), *many))
    shown = run("show", path).stdout
    assert "The last 100; --limit 0 shows all." in shown
    assert "buy; 149" in shown
    assert "buy; 49" not in shown
    assert "buy; 49" in run("show", path, "--limit", 0).stdout
    assert len(run("show", path, "--json").stdout.splitlines()) == 151
    assert len(run("show", path, "--json", "--limit", 2).stdout.splitlines()) == 2


def test_json_lines_hold_every_column(journal: Path) -> None:
    (line,) = run("show", journal, "--kind", "closing", "--leg", "both", "--json").stdout.splitlines()
    (entry,) = read_entries(journal, kinds=("closing",))
    assert json.loads(line) == json.loads(entry.json()) | {"hash": entry.hash}


def test_nothing_that_matches_is_said(journal: Path) -> None:
    assert "Nothing matches." in run("show", journal, "--state", "trailing").stdout


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (("--reason", "stop_los"), "Nothing matches. stop_los is no exit reason. Did you mean stop_loss?"),
        (("--leg", "lng"), "Nothing matches. LNG is no leg. Did you mean LONG?"),
        (("--reason", "break_even"), "Nothing matches."),
    ],
)
def test_a_filter_that_is_misspelt_is_told(journal: Path, filters: tuple[str, ...], said: str) -> None:
    assert " ".join(run("show", journal, *filters).stdout.split()).endswith(said)


def test_an_entry_is_explained(journal: Path) -> None:
    result = run("explain", journal, 11)
    assert result.exit_code == 0
    assert "open → closing (stop_loss), by row 1 `stop` on market." in result.stdout


def test_a_sound_journal_is_told_with_its_anchor(journal: Path) -> None:
    head = verify(journal).head
    assert run("verify", journal).stdout == (
        f"{journal}: sound. 17 entries, 1 run; the last one ended in an orderly way.\n"
        "Without an anchor from outside nobody can tell whether a tail was cut off. Keep this one elsewhere:\n"
        f"{head}\n"
    )
    held = run("verify", journal, "--anchor", head)
    assert held.exit_code == 0
    assert held.stdout.splitlines()[1] == "The anchor holds. Keep this one elsewhere:"


def test_an_interrupted_and_an_empty_journal_are_told(tmp_path: Path) -> None:
    interrupted = written(tmp_path / "one", (a_run(), a_run(2)))
    assert (
        "2 entries, 2 runs; the last one has no end: it runs still, or was interrupted."
        in run("verify", interrupted).stdout
    )
    assert run("verify", written(tmp_path / "two", ())).stdout == f"{tmp_path / 'two'}: no entries yet.\n"


def test_a_broken_entry_is_named_on_stderr_with_exit_1(journal: Path) -> None:
    with unguarded(journal) as connection:
        connection.execute("UPDATE entries SET time_ns = 1 WHERE seq = 5")
    result = run("verify", journal)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"{journal}: entry 5 is broken. Its content does not match its hash. The 4 before it are sound. "
        "Keep a copy before you do anything with it.\n"
    )
    assert json.loads(run("verify", journal, "--json").stdout)["broken"] == {
        "seq": 5,
        "what": "Its content does not match its hash.",
    }


def test_a_broken_file_is_named_on_stderr_with_exit_1(journal: Path) -> None:
    with closing(sqlite3.connect(journal)) as connection:
        connection.execute("DROP TRIGGER no_update")
    result = run("verify", journal)
    assert result.exit_code == 1
    assert result.stderr.startswith(
        f"{journal}: the file is broken. The journal's tables are not as they were created."
    )


def test_a_verdict_is_json_for_programs(journal: Path) -> None:
    result = run("verify", journal, "--json")
    assert json.loads(result.stdout) == {
        "entries": 17,
        "runs": 1,
        "head": str(verify(journal).head),
        "has_ended": True,
        "broken": None,
    }


def test_an_export_goes_to_standard_output_or_to_a_file(journal: Path, tmp_path: Path) -> None:
    output = tmp_path / "fills.csv"
    arguments = ("export", journal, "--format", "csv", "--deterministic", "--kind", "fill")
    printed = run(*arguments).stdout
    result = run(*arguments, "--output", output)
    assert (result.exit_code, result.stdout) == (0, "")
    assert output.read_text(encoding="utf-8") == printed
    assert [row["price"] for row in csv.DictReader(printed.splitlines())] == ["60000.10", "58794.10"]


def test_an_export_that_cannot_be_written_is_an_error(journal: Path, tmp_path: Path) -> None:
    before = journal.read_bytes()
    onto_itself = run("export", journal, "--output", journal)
    assert onto_itself.stderr == f"error: {journal}: This is the journal itself. Name another file with --output.\n"
    nowhere = run("export", journal, "--output", tmp_path / "none" / "x")
    assert "The export cannot be written: No such file or directory." in nowhere.stderr
    assert (onto_itself.exit_code, nowhere.exit_code) == (1, 1)
    assert journal.read_bytes() == before


@pytest.mark.parametrize("command", [("show",), ("explain", 1), ("verify",), ("export",)])
def test_a_journal_that_is_not_there_is_one_calm_paragraph(tmp_path: Path, command: tuple[object, ...]) -> None:
    path = tmp_path / "none"
    result = run(command[0], path, *command[1:])
    assert result.exit_code == 1
    assert result.stderr == f"error: {path}: There is no journal here. `perpfsm run` writes one.\n"


@pytest.mark.parametrize(
    "wrong",
    [
        ("show", "--since", "yesterday"),
        ("show", "--kind", "dream"),
        ("show", "--limit", "-1"),
        ("verify", "--anchor", "3:x"),
        ("explain", "0"),
        ("explain", str(2**63)),
        ("export", "--format", "xml"),
        ("dream",),
    ],
)
def test_wrong_usage_exits_2(journal: Path, wrong: tuple[str, ...]) -> None:
    result = run(wrong[0], journal, *wrong[1:])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["show", "explain", "verify", "export"])
def test_every_help_has_an_example(command: str) -> None:
    assert f"Example: perpfsm audit {command} bot.journal" in run(command, "--help").stdout
