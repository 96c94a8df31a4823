"""The schemas are valid, exact and complete, and say in trading words what they refuse."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from perpfsm.config.nodes import Value
from perpfsm.config.resources import schema_path
from perpfsm.config.schema import complaints, load_schema, matches, properties, unquoted
from perpfsm.config.settings import described_parameters
from perpfsm.config.translate import Violation, label, translate

LIVE = {"bid_spread", "ask_spread", "order_amount", "order_levels", "order_level_spread", "filled_order_delay"}
UNITS = {
    "percent",
    "seconds",
    "hours",
    "base",
    "quote",
    "price",
    "count",
    "times",
    "none",
    "milliseconds",
    "basis points",
    "ticks",
}


@pytest.mark.parametrize("name", ["strategy", "machine", "journal-entry"])
def test_a_schema_is_a_valid_schema(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(schema_path(name).read_text(encoding="utf-8")))


def test_every_parameter_is_described_with_unit_and_whether_it_is_asked_and_live() -> None:
    for name, schema in described_parameters().items():
        assert schema["x-unit"] in UNITS, name
        assert schema["description"], name
        assert isinstance(schema["x-prompt-on-new"], bool), name
        assert "x-prompt" in schema or not schema["x-prompt-on-new"], name
        assert schema["x-reconfigurable"] is (name in LIVE), name


def test_every_default_is_exact_and_satisfies_its_own_schema() -> None:
    for name, schema in described_parameters().items():
        if "default" in schema:
            assert matches(schema["default"], schema), name
            assert not isinstance(schema["default"], float), name


def test_a_bound_with_decimals_admits_itself() -> None:
    assert matches(Decimal("0.5"), properties(load_schema("strategy"))["custom_api_update_interval"])
    assert properties({"properties": None}) == {}


@pytest.mark.parametrize(
    ("value", "is_whole"), [(10, True), (Decimal("10.0"), True), (Decimal("2.5"), False), (True, False)]
)
def test_a_whole_number_is_one_however_it_is_written(value: Value, is_whole: bool) -> None:
    assert matches(value, {"type": "integer"}) is is_whole


def test_a_secret_is_found_wherever_it_stands() -> None:
    found = [complaint.path for complaint in complaints({"order_override": [{"password": "x"}]}, "strategy")]

    assert ("order_override", 0, "password") in found


def test_quoted_numbers_become_numbers_only_where_numbers_belong() -> None:
    value: Value = {"leverage": "10", "market": "1", "bid_spread": "1e99", "risk": {"max_loss": "2.50"}, "x": "1"}

    converted, warnings = unquoted(value, load_schema("strategy"))

    assert converted == {
        "leverage": 10,
        "market": "1",
        "bid_spread": "1e99",
        "risk": {"max_loss": Decimal("2.50")},
        "x": "1",
    }
    assert [warning.path for warning in warnings] == [("leverage",), ("risk", "max_loss")]


def test_a_path_is_called_as_people_count() -> None:
    assert (label(()), label(("risk", "max_loss")), label(("transitions", 0, "dest"))) == (
        "the file",
        "risk.max_loss",
        "transitions[1].dest",
    )


def test_a_keyword_that_no_schema_uses_yet_is_still_answered() -> None:
    violation = Violation(("a",), "format", "uri", "x", {"type": "string"})

    assert [complaint.what for complaint in translate(violation, "strategy")] == ["a is x, but must be text."]


@pytest.mark.parametrize(
    ("market", "remedy"),
    [
        ("BTC/USDT", "Write BTC-USDT."),
        ("btcusdc", "Write BTC-USDC."),
        ("BTC", ""),
        ("BTC-USDT-X", ""),
        ("BTC-US DT", ""),
    ],
)
def test_a_market_in_another_notation_is_answered_with_ours(market: str, remedy: str) -> None:
    found = [
        complaint.remedy for complaint in complaints({"market": market}, "strategy") if complaint.path == ("market",)
    ]

    assert found == [remedy]


@pytest.mark.parametrize("market", ["BTC-USD", "BTCUSD_PERP", "ethusd_perp", "BTCUSDT_240628", "BTC-USD_PERP"])
def test_inverse_and_dated_contracts_are_refused(market: str) -> None:
    found = [
        complaint.code for complaint in complaints({"market": market}, "strategy") if complaint.path == ("market",)
    ]

    assert found == ["inverse-contract"]


def test_the_schemas_name_nobody_but_the_standard() -> None:
    for name in ("strategy", "machine", "journal-entry"):
        text = Path(schema_path(name)).read_text(encoding="utf-8")
        hosts = set(re.findall(r"https?://([a-z0-9.-]+)", text))
        assert {host for host in hosts if not host.endswith(".example.org")} == {"json-schema.org"}
