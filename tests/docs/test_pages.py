"""What the pages say is so: files are valid, commands print what is shown, options, tables and links exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from perpfsm.cli.main import build_app
from perpfsm.config.schema import Schema, load_schema
from perpfsm.config.settings import described_parameters
from perpfsm.config.wording import shown
from perpfsm.machine.shipped import shipped_library
from tests.docs.pages import ELISION, ROOT, blocks_of, carry_out, pages

PAGES = [page.relative_to(ROOT).as_posix() for page in pages()]
SESSIONS = [page for page in PAGES if "```console" in (ROOT / page).read_text("utf-8")]
GUIDE = ROOT / "docs" / "guide"
COMMAND = re.compile(r"(?<![\w/-])perpfsm ((?:validate|run|audit|config|create|import|graph|status|doctor)\b[^`\n|]*)")
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)(?:#([^)\s]+))?\)")
UNITS = {"none": "", "percent": "%", "seconds": "s", "milliseconds": "ms", "hours": "h"}
ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)


@pytest.mark.parametrize("page", SESSIONS)
def test_the_commands_of_a_page_print_what_it_shows(page: str, tmp_path: Path) -> None:
    said, found = [], []
    for _, exchanges in carry_out(ROOT / page, tmp_path):
        for exchange, printed in exchanges:
            said.append((exchange.command, exchange.lines))
            found.append((exchange.command, exchange.lines if exchange.agrees(printed) else printed))
    assert found == said, "`python -m tests.docs.pages` writes down what they print now"


@pytest.mark.parametrize("page", PAGES)
def test_an_excerpt_is_a_part_of_its_file(page: str) -> None:
    for block in blocks_of((ROOT / page).read_text("utf-8")):
        if "from" in block.options:
            rest = (ROOT / block.options["from"]).read_text("utf-8")
            for part in block.body.split(f"{ELISION}\n"):
                assert part in rest
                rest = rest.partition(part)[2]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_only_commands_and_options_that_exist(page: str) -> None:
    root = typer.main.get_command(build_app(None))
    for written in COMMAND.findall((ROOT / page).read_text("utf-8")):
        command, words = root, written.split()
        while isinstance(command, TyperGroup) and words and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        assert command is not root, written
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {"--help"}
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, written


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_somewhere(page: str) -> None:
    for target, anchor in LINK.findall((ROOT / page).read_text("utf-8")):
        there = ((ROOT / page).parent / target).resolve()
        assert there.exists(), target
        if anchor:
            assert anchor in {*_anchors(there)}, f"{target}#{anchor}"


def test_the_guide_has_every_parameter_with_its_unit_and_default() -> None:
    rows = {name: (unit.strip(), default.strip()) for name, unit, default in ROW.findall(_guide("strategy"))}
    required = load_schema("strategy")["required"]
    assert isinstance(required, list)
    expected = {}
    for name, schema in described_parameters().items():
        if schema.get("x-built") is False:
            continue
        default = "required" if name in required else _default(schema)
        expected[name] = (UNITS.get(str(schema["x-unit"]), str(schema["x-unit"])), default)
    assert expected | {"machine": ("", "by `position_management`")} == rows


def test_the_guide_has_every_metric_with_its_unit_and_every_action() -> None:
    library = shipped_library()
    rows = {name: (unit.strip(), undefined == "yes") for name, unit, undefined in ROW.findall(_guide("lifecycle"))}
    metrics = {
        name: ("one of" if spec.values else spec.unit, spec.may_be_undefined) for name, spec in library.metrics.items()
    }
    assert {name: row for name, row in rows.items() if name in metrics} == metrics
    assert set(library.actions) <= set(re.findall(r"`([a-z_]+)`", _guide("lifecycle")))


def _guide(name: str) -> str:
    return (GUIDE / f"{name}.md").read_text("utf-8")


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return "none" if default is None else shown(default)


def _anchors(page: Path) -> Iterator[str]:
    for heading in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
