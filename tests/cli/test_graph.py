"""`perpfsm graph` as it is typed: four forms, values filled in, errors with their remedy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from perpfsm.cli.main import build_app
from perpfsm.config.resources import machine_path, strategies_dir

STRATEGY = strategies_dir() / "one_way_profit_taking.yaml"
HAS_DOT = shutil.which("dot") is not None


def machine(name: str = "profit_taking") -> Path:
    path = machine_path(name)
    assert path is not None
    return path


def graph(*words: object) -> Result:
    return CliRunner().invoke(build_app("graph"), ["graph", *map(str, words)], prog_name="perpfsm")


def fake_dot(folder: Path, script: str) -> None:
    program = folder / "dot"
    program.write_text(f"#!{sys.executable}\n{script}")
    program.chmod(0o755)


def test_a_strategy_is_drawn_with_its_values_and_a_machine_file_with_names() -> None:
    assert "pnl_pct ≤ \N{MINUS SIGN}0.2," in graph(STRATEGY).stdout
    assert "pnl_pct ≤ \N{MINUS SIGN}stop_loss_spread (if set)" in graph(machine()).stdout


@pytest.mark.parametrize(
    ("form", "first"), [("text", "profit_taking: 4 states"), ("mermaid", "stateDiagram-v2"), ("dot", 'digraph "')]
)
def test_each_form_begins_as_it_must(form: str, first: str) -> None:
    done = graph(machine(), "--format", form)
    assert (done.exit_code, done.stdout.startswith(first), done.stderr) == (0, True, "")


def test_rows_leaves_the_guards_out() -> None:
    assert "exit_reason" not in graph(machine(), "--rows").stdout


@pytest.mark.parametrize(("name", "first"), [("a.mmd", "stateDiagram"), ("a.gv", "digraph"), ("a", "profit_taking:")])
def test_the_suffix_of_the_output_chooses_the_form(tmp_path: Path, name: str, first: str) -> None:
    (tmp_path / name).write_text("what was there")

    done = graph(machine(), "--output", tmp_path / name)

    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / name).read_text("utf-8").startswith(first)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    done = graph(machine(), "--output", tmp_path / "nowhere" / "a.dot")
    assert done.exit_code == 1
    assert "The file cannot be written: No such file or directory. Check the path" in done.stderr


def test_a_file_with_errors_is_answered_with_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("machine: mine\ninitial: nowhere\nstates: [{name: here}]\ntransitions: []\n")
    done = graph(tmp_path / "mine.yaml")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "nowhere is not a state" in done.stderr


def test_a_file_without_a_lifecycle_is_answered_with_what_may_be_named() -> None:
    scenario = strategies_dir() / "scenarios" / "calm.yaml"
    done = graph(scenario)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {scenario}: This is a scenario file, which has no lifecycle to draw. Name a strategy or a machine "
        "file.\n"
    )


def test_ascii_alone_may_be_asked_for() -> None:
    done = graph(machine(), "--ascii")
    assert done.stdout.isascii()
    assert "| idle |-->| opening @ |-->| open @ |" in done.stdout


def test_a_terminal_without_such_letters_gets_ascii() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "perpfsm", "graph", str(machine())],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.isascii()
    assert b"-->| opening @ |" in done.stdout


def test_without_graphviz_svg_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = graph(machine(), "--format", "svg")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "error: SVG is drawn by graphviz, and there is no program `dot` on the PATH. Install graphviz, or use "
        "--format dot, mermaid or text.\n"
    )


def test_svg_is_what_graphviz_makes_of_the_dot_form(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_dot(tmp_path, "import sys\nassert sys.argv[1:] == ['-Tsvg']\nprint('<svg>', len(sys.stdin.read()))\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    length = len(graph(machine(), "--format", "dot").stdout)
    assert graph(machine(), "--format", "svg").stdout == f"<svg> {length}\n"


def test_what_graphviz_complains_of_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_dot(tmp_path, "import sys\nsys.stdin.read()\nsys.exit('out of ink.')\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = graph(machine(), "--format", "svg")
    assert done.exit_code == 1
    assert done.stderr == (
        f"error: {tmp_path / 'dot'}: graphviz could not draw it: out of ink. Use --format dot, mermaid or text.\n"
    )


@pytest.mark.skipif(not HAS_DOT, reason="graphviz is not installed here")
@pytest.mark.parametrize("name", ["break_even", "trailing_stop"])
def test_graphviz_accepts_the_dot_form(name: str) -> None:
    done = graph(machine(name), "--format", "svg")
    assert (done.exit_code, "</svg>" in done.stdout, "closing" in done.stdout) == (0, True, True)


@pytest.mark.parametrize("name", ["mine.yaml", ".", "/"])
def test_a_picture_takes_the_place_of_no_strategy_and_no_folder(tmp_path: Path, name: str) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(machine().read_text("utf-8"), "utf-8")
    done = graph(mine, "--output", tmp_path / name)

    assert (done.exit_code, done.stderr.startswith(f"error: {tmp_path / name}: ")) == (1, True)
    assert mine.read_text("utf-8") == machine().read_text("utf-8")
