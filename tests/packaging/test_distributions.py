"""The wheel and the sdist carry the schemas and strategies, and an installed wheel finds them."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = {
    path.relative_to(ROOT).as_posix()
    for folder, pattern in (("schemas", "*.schema.json"), ("strategies", "*.yaml"))
    for path in (ROOT / folder).rglob(pattern)
}
# Without the coverage settings of this process: what runs here is a copy of the package that is measured.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "PYTHON"))}


def run(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Return what this Python prints when it is started with `arguments`."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=ENVIRONMENT | (env or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an sdist from the checkout and a wheel from that sdist, as a publisher would."""
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def site(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    (wheel,) = dist.glob("*.whl")
    run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", folder, wheel, cwd=folder)
    return folder


def test_the_wheel_carries_every_schema_and_strategy_inside_the_package(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"perpfsm/{name}" for name in SHIPPED} <= names
    assert "perpfsm/py.typed" in names


def test_the_wheel_carries_nothing_but_the_package(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"perpfsm", wheel.name.split("-py3-")[0] + ".dist-info"}


def test_the_sdist_carries_every_schema_and_strategy_where_the_checkout_has_them(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert SHIPPED | {"pyproject.toml", "requirements.lock", "Makefile"} <= names


def test_an_installed_wheel_finds_its_own_schemas_and_lifecycles(site: Path, tmp_path: Path) -> None:
    script = """
from perpfsm.config import resources
for name in ("strategy", "machine", "journal-entry"):
    print(resources.schema_path(name).resolve(strict=True))
for name in resources.machine_names():
    print(resources.machine_path(name))
"""
    found = run("-c", script, cwd=tmp_path, env={"PYTHONPATH": str(site)}).splitlines()
    package = site / "perpfsm"
    machines = sorted((ROOT / "strategies" / "machines").glob("*.yaml"))
    schemas = [package / "schemas" / f"{name}.schema.json" for name in ("strategy", "machine", "journal-entry")]
    assert found == [str(path) for path in schemas] + [str(package / path.relative_to(ROOT)) for path in machines]


def test_an_installed_wheel_shows_its_help(site: Path, tmp_path: Path) -> None:
    assert "validate" in run("-m", "perpfsm", "--help", cwd=tmp_path, env={"PYTHONPATH": str(site)})
