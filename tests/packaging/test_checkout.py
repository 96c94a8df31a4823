"""In a checkout, which `make` installs editably, the shipped files are those at its top level."""

import json
import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import perpfsm
from perpfsm.config import resources

ROOT = Path(__file__).resolve().parents[2]


def test_an_editable_install_runs_the_checkout() -> None:
    origin = json.loads(metadata.distribution("perpfsm").read_text("direct_url.json") or "{}")
    assert origin["dir_info"] == {"editable": True}
    assert Path(perpfsm.__file__) == ROOT / "perpfsm" / "__init__.py"


def test_a_checkout_finds_its_own_schemas_strategies_and_lifecycles() -> None:
    assert resources.schema_path("strategy") == ROOT / "schemas" / "strategy.schema.json"
    assert resources.strategies_dir() == ROOT / "strategies"
    assert resources.machine_path("profit_taking") == ROOT / "strategies" / "machines" / "profit_taking.yaml"
    assert set(resources.machine_names()) >= {"profit_taking", "trailing_stop"}


def test_only_a_name_finds_a_lifecycle() -> None:
    assert resources.machine_path("no_such_lifecycle") is None
    assert resources.machine_path("../one_way_profit_taking") is None


def test_the_lock_meets_every_requirement_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    locked = dict(re.findall(r"^(\S+)==(\S+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    unmet = [
        text
        for text in wanted
        if locked.get(canonicalize_name((need := Requirement(text)).name), "") not in need.specifier
    ]
    assert unmet == []


def test_the_lock_names_no_host() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text("utf-8")
