"""The example package of the documentation: installed as it stands, found by its entry point, used from YAML."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from perpfsm.config.resources import machine_path
from tests.docs.pages import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "thin_market"
TIMEOUT_S = 120


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which pip has installed the example, without a network."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, folder / "source")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--target", str(folder / "packages")]
    subprocess.run([*pip, *options, str(folder / "source")], check=True, timeout=TIMEOUT_S, capture_output=True)
    return folder


def perpfsm(folder: Path, *words: str, packages: str = "packages") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    path = os.pathsep.join((str(folder / packages), str(ROOT)))
    return subprocess.run(
        [sys.executable, "-m", "perpfsm", *words],
        cwd=folder / "source",
        env=environment | {"PYTHONPATH": path, "NO_COLOR": "1", "COLUMNS": "80", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        check=False,
    )


def test_the_files_of_the_example_are_valid_once_it_is_installed(installed: Path) -> None:
    done = perpfsm(installed, "validate", "--strict", "machine.yaml", "strategy.yaml")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_without_the_package_its_names_are_unknown(installed: Path) -> None:
    done = perpfsm(installed, "validate", "machine.yaml", packages="nowhere")
    assert done.returncode == 1
    assert "thinner_size is not a metric." in done.stdout
    assert "step_aside is not an action." in done.stdout


def test_the_picture_has_the_guard_and_the_action(installed: Path) -> None:
    done = perpfsm(installed, "graph", "strategy.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "step_aside        thinner_size < 0.02 / step_aside" in done.stdout


def test_a_run_steps_aside_and_its_header_names_the_package_and_its_version(installed: Path) -> None:
    done = perpfsm(installed, "run", "strategy.yaml", "--journal", "thin.journal")
    assert (done.returncode, done.stderr) == (0, "")
    assert perpfsm(installed, "audit", "verify", "thin.journal").returncode == 0
    exported = perpfsm(installed, "audit", "export", "thin.journal").stdout.splitlines()
    entries = [json.loads(line) for line in exported]

    assert entries[0]["body"]["settings"]["libraries"] == "perpfsm-thin-market 1.0"
    aside = [entry["body"] for entry in entries if entry["body"].get("name") == "step_aside"]
    assert aside
    assert all(float(body["saw"]["thinner_size"]) < 0.02 for body in aside)
    assert {body["notes"][0].partition(":")[0] for body in aside} == {"Stepping aside"}


def test_the_same_package_gives_the_same_journal(installed: Path) -> None:
    exports = []
    for name in ("one.journal", "two.journal"):
        perpfsm(installed, "run", "strategy.yaml", "--journal", name)
        exports.append(perpfsm(installed, "audit", "export", name, "--deterministic").stdout)
    assert exports[0] == exports[1] != ""


def test_the_lifecycle_is_profit_taking_with_what_the_readme_says() -> None:
    shipped = machine_path("profit_taking")
    assert shipped is not None
    before = shipped.read_text("utf-8").partition("transitions:")[2].splitlines()
    after = (EXAMPLE / "machine.yaml").read_text("utf-8").partition("transitions:")[2].splitlines()
    changed = [line for line in after if line not in before]
    assert [line.strip().partition(",")[0] for line in changed] == [
        "- {name: start_quoting",
        "unless: market_is_thin",
        "- {name: step_aside",
    ]
