"""`perpfsm validate` as an operator runs it: what it prints, and how it exits."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from perpfsm.cli.validate import Format, validate_files

GOOD = """\
derivative: paper
market: BTC-USDT
leverage: 10
bid_spread: 0.02
ask_spread: 0.02
order_refresh_time: 10
order_amount: 0.01
long_profit_taking_spread: 0.05
short_profit_taking_spread: 0.05
stop_loss_spread: 0.2
"""


def perpfsm(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "perpfsm", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(GOOD.replace("bid_spread", "bid_spred"), encoding="utf-8")
    (tmp_path / "warned.yaml").write_text(GOOD.replace("spread: 0.2\n", "spread: 0\n"), encoding="utf-8")
    (tmp_path / "m.yaml").write_text(
        "machine: m\ninitial: a\nstates: [{name: a}]\ntransitions: [{trigger: stop, source: a, dest: null}]\n",
        encoding="utf-8",
    )
    return tmp_path


def test_a_valid_file_exits_with_0_and_shows_its_parameters(folder: Path) -> None:
    done = perpfsm("validate", "good.yaml", folder=folder)

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "good.yaml: valid strategy file"
    assert "  bid_spread                     0.02 %         of 60,000 = 12.00" in lines


def test_a_wrong_file_exits_with_1_and_says_where_and_what_to_do(folder: Path) -> None:
    done = perpfsm("validate", "bad.yaml", folder=folder)

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "bad.yaml: error[missing-parameter]: bid_spread is missing.",
        "  Add bid_spread: a number, above 0 and below 100 (percent).",
        "bad.yaml:4:1: error[unknown-parameter]: bid_spred is not a parameter.",
        "  4 | bid_spred: 0.02",
        "    | ^",
        "  Did you mean bid_spread?",
        "bad.yaml: not valid, 2 errors",
    ]


def test_no_file_at_all_is_a_mistake_of_usage(folder: Path) -> None:
    done = perpfsm("validate", folder=folder)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_programs_and_reviews_get_their_formats_through_the_real_command(folder: Path) -> None:
    as_json = perpfsm("validate", "--format", "json", "good.yaml", "bad.yaml", "none.yaml", folder=folder)
    as_github = perpfsm("validate", "--format", "github", "bad.yaml", folder=folder)

    files = json.loads(as_json.stdout)["files"]
    assert [(file["path"], file["valid"], len(file["findings"])) for file in files] == [
        ("good.yaml", True, 0),
        ("bad.yaml", False, 2),
        ("none.yaml", False, 1),
    ]
    assert as_github.stdout.splitlines()[1] == (
        "::error file=bad.yaml,line=4,col=1,title=unknown-parameter::"
        "bid_spred is not a parameter. Did you mean bid_spread?"
    )
    assert (as_json.returncode, as_github.returncode) == (1, 1)


def test_a_warning_forbids_only_where_strict(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    files = [Path("warned.yaml"), Path("m.yaml")]

    assert validate_files(files, Format.TEXT, strict=False) == 0
    assert validate_files(files, Format.TEXT, strict=True) == 1
    out = capsys.readouterr().out
    assert "warned.yaml:10:19: warning[no-stop]: stop_loss_spread is 0, so there is no stop loss." in out
    assert "  m: 1 states, 0 guards, 1 rows" in out


def test_every_format_is_printed_here_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate_files([folder / "bad.yaml"], Format.JSON, strict=False) == 1
    assert validate_files([folder / "bad.yaml"], Format.GITHUB, strict=False) == 1
    out = capsys.readouterr().out
    assert out.startswith("{")
    assert out.count("::error ") == 2


def test_a_terminal_sees_colours_and_a_pipe_does_not(folder: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "perpfsm", "validate", "bad.yaml"]
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm-256color"}
    done = subprocess.run(command, cwd=folder, stdout=theirs, check=False, timeout=60, env=environment)
    shown = os.read(ours, 200)
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 1
    assert shown.startswith(b"\x1b[1;31mbad.yaml: error[missing-parameter]: bid_spread is missing.\x1b[0m")
    assert "\x1b" not in perpfsm("validate", "bad.yaml", folder=folder).stdout


def test_the_proof_is_a_part_of_the_report_unless_it_is_skipped(folder: Path) -> None:
    proved = perpfsm("validate", "good.yaml", folder=folder)
    skipped = perpfsm("validate", "good.yaml", "--no-prove", folder=folder)
    as_json = perpfsm("validate", "good.yaml", "--format", "json", folder=folder)

    lines = proved.stdout.splitlines()
    claims = json.loads(as_json.stdout)["files"][0]["proof"]["claims"]
    assert {claim["verdict"] for claim in claims} == {"proved"}
    assert lines[2].startswith(f"  proved {len(claims)} of {len(claims)} claims in ")
    assert [line.split()[:2] for line in lines[3 : 3 + len(claims)]] == [["proved", claim["name"]] for claim in claims]
    assert "proved" not in skipped.stdout


def test_how_long_it_took_is_told_in_a_terminal_alone(folder: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "perpfsm", "validate", "m.yaml", "--no-prove"]
    done = subprocess.run(command, cwd=folder, stdout=theirs, check=False, timeout=60)
    shown = os.read(ours, 4000).decode()
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 0
    assert re.search(r"took \d+\.\d\d s", shown)
    assert "took" not in perpfsm("validate", "m.yaml", "--no-prove", folder=folder).stdout
