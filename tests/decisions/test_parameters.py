"""The hand-written values hold exactly what the schema describes: names, defaults and off values."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, replace
from decimal import Decimal

import pytest

from perpfsm.config.nodes import Value
from perpfsm.config.paper import PaperSettings
from perpfsm.config.schema import Schema, load_schema, matches, properties
from perpfsm.decisions.parameters import OverrideOrder, Parameters, RiskLimits
from perpfsm.exchange.latency import LatencySettings
from perpfsm.market.instrument import Instrument
from perpfsm.market.side import Side
from perpfsm.market.synthetic import SyntheticSettings

STRATEGY = properties(load_schema("strategy"))
PAPER = properties(STRATEGY["paper"])
FEED = properties(PAPER["feed"])

# What decisions do not see: whom to connect to, which file to load, and what refuses to be set.
ELSEWHERE = {"strategy", "derivative", "machine", "paper", "waive"}
ELSEWHERE |= {name for name in STRATEGY if name.startswith(("price_source_", "custom_api_"))}
NOT_BUILT = {name for name, schema in STRATEGY.items() if schema.get("x-built") is False}

REQUIRED = Parameters(
    market="BTC-USDT",
    leverage=1,
    bid_spread=Decimal(1),
    ask_spread=Decimal(1),
    order_refresh_time=Decimal(1),
    order_amount=Decimal(1),
)


def default(field: "Field[object]") -> object:
    """Return a field's default, or `absent`."""
    return "absent" if field.default is MISSING else field.default


def described(schemas: Mapping[str, Schema]) -> dict[str, Value]:
    """Return the schema's defaults, `absent` for a required parameter."""
    return {name: schema.get("default", "absent") for name, schema in schemas.items()}


def test_parameters_are_those_of_the_schema() -> None:
    known = {name: schema for name, schema in STRATEGY.items() if name not in ELSEWHERE | NOT_BUILT}
    known["price_source"] = STRATEGY["price_source"]
    known.pop("risk")

    assert {field.name: default(field) for field in fields(Parameters) if field.name != "risk"} == described(known)


def test_what_is_not_built_has_a_default_to_stay_at() -> None:
    assert all("default" in STRATEGY[name] for name in NOT_BUILT)


def test_required_parameters_are_required_and_no_other() -> None:
    required = {field.name for field in fields(Parameters) if default(field) == "absent"} - {"risk"}

    assert {*map(str, load_schema("strategy")["required"] or ())} == required | {"derivative"}  # type: ignore[arg-type]  # a list


def test_risk_limits_are_those_of_the_schema_and_off_until_set() -> None:
    limits = properties(STRATEGY["risk"])

    assert {field.name: default(field) for field in fields(RiskLimits)} == described(limits)
    assert all(matches(None, schema["x-off"]) for schema in limits.values() if isinstance(schema["x-off"], dict))
    assert REQUIRED.risk == RiskLimits()


def test_paper_settings_are_those_of_the_schema() -> None:
    scalars = {name: schema for name, schema in PAPER.items() if "properties" not in schema and name != "brackets"}
    for section, ours in (
        ("rate_limits", {"per_10s": "orders_per_10s", "per_minute": "orders_per_minute"}),
        ("funding", {"rate": "funding_rate", "interval_h": "funding_interval_h"}),
    ):
        scalars |= {ours[name]: schema for name, schema in properties(PAPER[section]).items()}
    elsewhere = {"instrument", "brackets", "scenario", "bars", "latency"}
    elsewhere |= {"feed_file", "synthetic", "source_file", "source_synthetic"}

    assert {field.name: default(field) for field in fields(PaperSettings) if field.name not in elsewhere} == described(
        scalars
    )


def test_a_synthetic_market_is_that_of_the_schema() -> None:
    assert {field.name: default(field) for field in fields(SyntheticSettings)} == described(
        properties(FEED["synthetic"])
    )


def test_another_markets_feed_is_described_as_the_traded_ones_but_plays_no_scenario() -> None:
    traded, other = properties(PAPER["feed"]), properties(PAPER["price_source_feed"])

    assert other == {name: schema for name, schema in traded.items() if name != "scenario"}
    assert {**PAPER["price_source_feed"], "properties": {}, "description": ""} == {
        **PAPER["feed"],
        "properties": {},
        "description": "",
    }


def test_latencies_are_those_of_the_schema() -> None:
    ours = {name.removesuffix("_ms"): schema for name, schema in properties(PAPER["latency"]).items()}

    assert {field.name: default(field) for field in fields(LatencySettings)} == described(ours)


def test_an_instrument_is_that_of_the_schema() -> None:
    ours = {"min_size": "size_min", "max_size": "size_max", "min_notional": "notional_min"}
    names = {ours.get(name, name) for name in properties(PAPER["instrument"])}

    assert {field.name for field in fields(Instrument)} == names | {"symbol", "reduce_only_exempt"}


@pytest.mark.parametrize(
    "name", [name for name, schema in STRATEGY.items() if "x-off" in schema and name not in NOT_BUILT | ELSEWHERE]
)
def test_a_parameter_is_set_unless_it_has_its_off_value(name: str) -> None:
    fragment = STRATEGY[name]["x-off"]
    assert isinstance(fragment, dict)
    for number in (-100, -50, -10, -1, Decimal("-0.5"), 0, Decimal("0.5"), 1, 50, 100):
        if matches(number, STRATEGY[name]):
            values = {field.name: getattr(REQUIRED, field.name) for field in fields(Parameters)}
            parameters = Parameters(**{**values, name: Decimal(number)})
            assert parameters.is_set(name) is not matches(number, fragment), number


def test_an_override_is_set_once_it_names_an_order() -> None:
    order = OverrideOrder("near", Side.BUY, Decimal(1), Decimal(1))
    assert not REQUIRED.is_set("order_override")
    assert replace(REQUIRED, order_override=(order,)).is_set("order_override")


def test_a_parameter_without_an_off_value_is_always_set() -> None:
    for name, schema in STRATEGY.items():
        if "x-off" not in schema and name in {field.name for field in fields(Parameters)}:
            assert REQUIRED.is_set(name), name
