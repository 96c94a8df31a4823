"""The reference pages say what the schemas and the library say now, and leave nothing out."""

import re

import pytest

from perpfsm.config.schema import load_schema, properties
from perpfsm.config.settings import described_parameters
from perpfsm.machine.definition import REASONS, Operator, Trigger
from perpfsm.machine.shipped import shipped_library
from tests.docs.reference import FOLDER, PAGES, SECTIONS

ROW = re.compile(r"^\| `([a-z0-9_.]+)` \|", re.MULTILINE)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_reference_page_is_current(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name](), "`make reference` writes it anew"


def test_every_parameter_has_its_row_in_one_section() -> None:
    page = PAGES["parameters.md"]()

    assert sorted(ROW.findall(page)) == sorted(described_parameters())
    assert {name.partition(".")[0] for name in described_parameters() if "." in name} == {*SECTIONS} - {""}


def test_every_metric_action_trigger_reason_operator_and_key_has_its_row() -> None:
    library = shipped_library()
    names = {*library.metrics, *library.actions, *Trigger, *REASONS, *Operator, *properties(load_schema("machine"))}

    assert names <= {*ROW.findall(PAGES["machine.md"]())}


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("parameters.md", "`bid_spread`|number|above 0 and below 100|required|percent||yes|yes|yes"),
        (
            "parameters.md",
            "`ts_callback_rate`|number|at least 0 and at most 100|`0`|percent||yes, with `Trailing_stop`||yes",
        ),
        (
            "parameters.md",
            "`order_refresh_tolerance_pct`|number|at least -10 and at most 10|`0`|percent|below `0`|||yes",
        ),
        ("parameters.md", "`risk.max_loss`|number|above 0|none|quote|absent|||yes"),
        ("machine.md", "`pnl_pct`|percent||yes|prices|PnL at the exit price, percent of the cost, before leverage"),
        (
            "machine.md",
            "`replace_quotes`|`quote`|`quote`|`quotes_ns`, `quotes_outdated`|Cancel the quotes and place new ones",
        ),
    ],
)
def test_a_row_says_what_the_schema_and_the_library_say(name: str, cells: str) -> None:
    assert f"| {' | '.join(cells.split('|'))} |" in PAGES[name]().replace("||", "| |")
