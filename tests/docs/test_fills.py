"""The page about fills shows what its file of numbers says: the table, the picture, and the command that made it."""

import importlib.util
import shlex
from types import ModuleType

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "guide" / "fills.md").read_text("utf-8")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Return the script that makes table and picture."""
    spec = importlib.util.spec_from_file_location("make_fills", ROOT / "docs" / "images" / "make_fills.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_model_and_latency_of_the_command_is_in_the_numbers(script: ModuleType) -> None:
    rows = script.read_rows(ROOT / script.CSV)
    assert [(row["fill_model"], row["latency_ms"]) for row in rows] == [
        (model, latency) for model in ("touch", "through", "queue") for latency in ("0", "10", "100")
    ]


def test_the_table_is_that_of_the_numbers(script: ModuleType) -> None:
    assert script.with_table(PAGE, script.read_rows(ROOT / script.CSV)) == PAGE


def test_the_picture_is_that_of_the_numbers(script: ModuleType) -> None:
    drawn = script.picture(script.read_rows(ROOT / script.CSV))
    assert (ROOT / script.PICTURE).read_text("utf-8") == drawn


def test_the_page_shows_the_command_that_is_run(script: ModuleType) -> None:
    shown = PAGE[PAGE.index("```text\n") + 8 :]
    command = shown[: shown.index("```")].replace("\\\n", " ")
    assert shlex.split(command) == shlex.split(script.COMMAND)
