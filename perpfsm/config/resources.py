"""Where the files that ship with perpfsm are: in the installed package, else in the checkout around it."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def schema_path(name: str) -> Path:
    """Return the path of the JSON Schema called `name`, such as `strategy`, `machine` or `journal-entry`."""
    return _shipped("schemas") / f"{name}.schema.json"


def strategies_dir() -> Path:
    """Return the folder of the ready strategies."""
    return _shipped("strategies")


def machine_path(name: str) -> Path | None:
    """Return the path of the shipped lifecycle called `name`, or None when no lifecycle has that name."""
    return _machines_dir() / f"{name}.yaml" if name in machine_names() else None


def machine_names() -> tuple[str, ...]:
    """Return the names of the shipped lifecycles, in alphabetical order."""
    return tuple(sorted(path.stem for path in _machines_dir().glob("*.yaml")))


def scenario_path(name: str) -> Path | None:
    """Return the path of the shipped scenario called `name`, or None when no scenario has that name."""
    return _scenarios_dir() / f"{name}.yaml" if name in scenario_names() else None


def scenario_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios, in alphabetical order."""
    return tuple(sorted(path.stem for path in _scenarios_dir().glob("*.yaml")))


def _scenarios_dir() -> Path:
    return strategies_dir() / "scenarios"


def _machines_dir() -> Path:
    return strategies_dir() / "machines"


def _shipped(folder: str) -> Path:
    packaged = _PACKAGE / folder
    return packaged if packaged.is_dir() else _PACKAGE.parent / folder
