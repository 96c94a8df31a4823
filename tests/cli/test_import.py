"""`perpfsm import` as an operator runs it: what it writes, what it prints, and how it exits."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from perpfsm.cli.import_ import _write, import_
from perpfsm.cli.main import COMMANDS, build_app
from perpfsm.errors import PerpfsmError

SAME = """\
template_version: 6
strategy: perpetual_market_making
derivative: paper
market: BTC-USDT
leverage: 10
bid_spread: 0.05
ask_spread: 0.05
order_refresh_time: 15.0
order_amount: 0.01
long_profit_taking_spread: 0.1
short_profit_taking_spread: 0.1
stop_loss_spread: 0.3
price_source_market:
"""
CONF = "conf_perpetual_market_making_1.yml"
STOP = "stop_loss_spread is 0: there, a position is given up as soon as it is not in profit."
WRITTEN = "conf_perpetual_market_making_1.perpfsm.yaml"


def perpfsm(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "perpfsm", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / CONF).write_text(SAME, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(file: str, output: str | None = None, *, force: bool = False, as_json: bool = False) -> int:
    """Run the command in this process, and return its exit code."""
    with pytest.raises(typer.Exit) as ended:
        import_(Path(file), output=None if output is None else Path(output), force=force, as_json=as_json)
    return ended.value.exit_code


def test_what_means_the_same_is_written_beside_the_file_validates_runs_and_exits_with_0(folder: Path) -> None:
    done = perpfsm("import", CONF, folder=folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{WRITTEN}: written; it means the same",
        f"Next: perpfsm validate {WRITTEN}",
    ]
    assert perpfsm("validate", "--strict", WRITTEN, folder=folder).returncode == 0
    assert perpfsm("run", WRITTEN, "--duration", "60", folder=folder).returncode == 0


def test_a_changed_meaning_is_listed_where_it_stands_written_all_the_same_and_exits_with_1(folder: Path) -> None:
    text = SAME.replace("derivative: paper", "derivative: dydx_perpetual").replace("spread: 0.3", "spread: 0")
    (folder / CONF).write_text(text, encoding="utf-8")

    done = perpfsm("import", CONF, "--output", "mine.yaml", folder=folder)

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        f"{CONF}:3:13: warning[not-offered]: dydx_perpetual is known from the documents, but not offered.",
        "  3 | derivative: dydx_perpetual",
        "    |             ^",
        "  It is written as paper: orders go to the exchange inside perpfsm, and no real money moves.",
        f"{CONF}:12:19: warning[no-stop]: {STOP}",
        "  12 | stop_loss_spread: 0",
        "     |                   ^",
        "  Here 0 is no stop at all, and nothing limits the loss. Set the loss, in percent, at which to give up.",
        "mine.yaml: written; it would trade otherwise in 2 places, marked CHANGED in it",
        "Next: perpfsm validate mine.yaml",
    ]
    assert (folder / "mine.yaml").read_text(encoding="utf-8").count("# CHANGED: ") == 2
    assert perpfsm("validate", "mine.yaml", folder=folder).returncode == 0


def test_a_configuration_with_errors_writes_nothing_and_exits_with_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / CONF).write_text(SAME.replace("leverage: 10", "leverage: many"), encoding="utf-8")

    assert call(CONF) == 1
    assert capsys.readouterr().out.splitlines()[-1] == f"{CONF}: not imported, nothing was written"
    assert [path.name for path in folder.iterdir()] == [CONF]


def test_a_file_that_is_there_is_never_overwritten_silently(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.yaml").write_text("precious", encoding="utf-8")

    assert call(CONF, "mine.yaml") == 1
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == "precious"
    assert capsys.readouterr().err == (
        "error: mine.yaml: This is there already, and nothing was written. "
        "Name another file with --output, or add --force.\n"
    )
    assert call(CONF, "mine.yaml", force=True) == 0
    assert (folder / "mine.yaml").read_text(encoding="utf-8").startswith("# yaml-language-server")


def test_the_configuration_itself_is_never_the_target(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(CONF, f"./{CONF}", force=True) == 1
    assert "This is the configuration itself" in capsys.readouterr().err
    assert (folder / CONF).read_text(encoding="utf-8") == SAME


def test_a_dangling_link_and_a_folder_are_no_targets(folder: Path) -> None:
    (folder / "link.yaml").symlink_to("nowhere")
    (folder / "dir").mkdir()

    assert call(CONF, "link.yaml", force=True) == 1
    assert call(CONF, "dir", force=True) == 1
    assert (folder / "link.yaml").is_symlink()


@pytest.mark.usefixtures("folder")
def test_a_folder_that_is_missing_is_said_calmly(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(CONF, "none/mine.yaml") == 1
    assert capsys.readouterr().err == (
        "error: none/mine.yaml: The strategy file cannot be written: No such file or directory. "
        "Name another file with --output.\n"
    )


def test_a_file_that_comes_meanwhile_stays_and_nothing_is_left_behind(folder: Path) -> None:
    (folder / "mine.yaml").write_text("precious", encoding="utf-8")

    with pytest.raises(PerpfsmError, match="File exists"):
        _write(folder / "mine.yaml", "new", force=False)

    assert sorted(path.name for path in folder.iterdir()) == [CONF, "mine.yaml"]
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == "precious"


def test_a_program_is_told_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / CONF).write_text(f"{SAME}ping_pong_enabled: true\n", encoding="utf-8")

    assert call(CONF, as_json=True) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["written"] == WRITTEN
    assert [(finding["code"], finding["line"]) for finding in said["findings"]] == [("no-counterpart", 14)]
    assert said["notes"] == []

    (folder / CONF).write_text("derivative: [", encoding="utf-8")
    assert call(CONF, "other.yaml", as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["written"] is None


def test_one_change_is_counted_in_the_singular_and_notes_are_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / CONF).write_text(f"{SAME}ping_pong_enabled: true\n".replace("BTC-USDT", "btc-usdt"), encoding="utf-8")

    assert call(CONF) == 1
    assert capsys.readouterr().out.splitlines()[-3:-1] == [
        "note: market btc-usdt is written as BTC-USDT.",
        f"{WRITTEN}: written; it would trade otherwise in 1 place, marked CHANGED in it",
    ]
    assert "One line would mean something else here" in (folder / WRITTEN).read_text(encoding="utf-8")


def test_a_file_that_is_not_there_is_said_and_an_argument_that_is_missing_is_a_mistake_of_usage(folder: Path) -> None:
    gone = perpfsm("import", "gone.yml", folder=folder)

    assert gone.returncode == 1
    assert gone.stdout.splitlines()[0] == "gone.yml: error[missing-file]: There is no such file."
    assert perpfsm("import", folder=folder).returncode == 2
    assert "import" in COMMANDS
    assert build_app("import").registered_commands[0].name == "import"


@pytest.mark.parametrize("name", [".", "..", "/"])
def test_a_directory_is_no_configuration(folder: Path, name: str) -> None:
    refused = perpfsm("import", name, folder=folder)

    assert (refused.returncode, refused.stderr) == (1, "")
    assert refused.stdout.splitlines()[0] == f"{name}: error[not-a-file]: This is a directory."
