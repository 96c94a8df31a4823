"""Counterexamples are kept as feeds, and the command that is told shows the fault."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from perpfsm.cli.main import build_app
from perpfsm.config.resources import machine_path

GOOD = """\
derivative: paper
market: BTC-USDT
leverage: 10
bid_spread: 0.05
ask_spread: 0.05
order_refresh_time: 10
order_amount: 0.01
long_profit_taking_spread: 0.1
short_profit_taking_spread: 0.1
stop_loss_spread: 0.2
machine: bare.yaml
"""


def perpfsm(*words: object) -> Result:
    arguments = [str(word) for word in words]
    return CliRunner().invoke(build_app(arguments[0]), arguments, prog_name="perpfsm")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shipped = machine_path("profit_taking")
    assert shipped is not None
    text = shipped.read_text(encoding="utf-8")
    bare, removed = re.subn(r"  - \{name: stop_loss,.*?\}\n", "", text, flags=re.DOTALL)
    assert removed == 1
    (tmp_path / "bare.yaml").write_text(bare, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_command_that_is_told_shows_a_loss_that_nothing_stops() -> None:
    told = perpfsm("validate", "mine.yaml", "--save-counterexamples", "out")

    assert told.exit_code == 1
    assert "  saved out/mine-stop-first.csv" in told.stdout.splitlines()
    command = next(line for line in told.stdout.splitlines() if line.startswith("    perpfsm run mine.yaml"))
    done = perpfsm(*shlex.split(command)[1:])
    assert done.exit_code == 0
    rows = perpfsm("audit", "show", "out/mine-stop-first.journal", "--kind", "transition").stdout
    assert "`entry`" in rows
    assert "stop_loss" not in rows
    assert perpfsm("audit", "show", "out/mine-stop-first.journal", "--kind", "closing").stdout.count("flat by") == 0


def test_several_of_one_claim_are_numbered_and_other_formats_keep_them_too(folder: Path) -> None:
    told = perpfsm("validate", "mine.yaml", "--format", "json", "--save-counterexamples", "out")

    assert "saved" not in told.stdout
    assert {path.name for path in (folder / "out").iterdir()} >= {"mine-stop-first.csv", "mine-stop-first-2.csv"}


def test_a_lifecycle_alone_cannot_run(folder: Path) -> None:
    told = perpfsm("validate", "bare.yaml", "--save-counterexamples", "out")

    assert "  no counterexample saved: only a strategy can run; name one that has this lifecycle" in told.stdout
    assert not (folder / "out").exists()


def test_a_proved_one_has_nothing_to_keep(folder: Path) -> None:
    (folder / "mine.yaml").write_text(GOOD.replace("machine: bare.yaml\n", ""), encoding="utf-8")

    told = perpfsm("validate", "mine.yaml", "--save-counterexamples", "out")

    assert (told.exit_code, (folder / "out").exists()) == (0, False)


def test_what_no_feed_shows_is_said(folder: Path) -> None:
    text = (folder / "bare.yaml").read_text(encoding="utf-8")
    text = text.replace(
        "  - {name: stop_adding, trigger: [pause, stop, halt, flatten]", "  - {name: stop_adding, trigger: [fill]"
    )
    (folder / "bare.yaml").write_text(text, encoding="utf-8")

    assert "    no feed shows " in perpfsm("validate", "mine.yaml", "--save-counterexamples", "out").stdout


def test_a_folder_that_cannot_be_made_is_a_calm_error(folder: Path) -> None:
    (folder / "out").write_text("", encoding="utf-8")

    told = perpfsm("validate", "mine.yaml", "--save-counterexamples", "out")

    assert told.exit_code == 1
    assert "The counterexample cannot be written" in told.stderr
    assert "Name another folder." in told.stderr
