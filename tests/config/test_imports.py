"""Configurations of the well-known bot become strategy files, and whatever would mean something else is said."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpfsm.config.imports import Imported, import_configuration
from perpfsm.config.imports_read import translate
from perpfsm.config.imports_table import GONE, MISSING, RENAMED, SAME
from perpfsm.config.imports_text import GROUPS, strategy_text
from perpfsm.config.nodes import Document, Value
from perpfsm.config.paper_grid import paper_grid
from perpfsm.config.schema import load_schema, properties
from perpfsm.config.source import Source
from perpfsm.config.strategy import read_strategy
from perpfsm.config.yaml_reader import read_yaml
from perpfsm.errors import Severity

SAMPLES = Path(__file__).parent / "imports"
BASE = """\
strategy: perpetual_market_making
derivative: paper
market: BTC-USDT
leverage: 10
bid_spread: 0.05
ask_spread: 0.05
order_refresh_time: 15
order_amount: 0.01
long_profit_taking_spread: 0.1
short_profit_taking_spread: 0.1
stop_loss_spread: 0.3
"""


def brought_in(path: Path) -> Imported:
    return import_configuration(path, target="mine.yaml", schema="file:///strategy.schema.json")


def imported(tmp_path: Path, text: str) -> Imported:
    path = tmp_path / "conf.yml"
    path.write_text(text, encoding="utf-8")
    return brought_in(path)


def values_of(tmp_path: Path, found: Imported) -> dict[str, Value]:
    """Return what the strategy file sets, which must be valid."""
    assert found.text is not None, found.findings
    path = tmp_path / "mine.yaml"
    path.write_text(found.text, encoding="utf-8")
    strategy, findings = read_strategy(path)
    assert strategy is not None, findings
    return dict(strategy.values)


def said(found: Imported) -> list[tuple[str, str]]:
    return [(finding.code, finding.what.split()[0]) for finding in found.findings]


def test_a_configuration_that_means_the_same_changes_nothing(tmp_path: Path) -> None:
    found = brought_in(SAMPLES / "conf_perpetual_market_making_template_6.yml")

    assert (found.findings, found.notes, found.changes_meaning) == ((), (), False)
    values = values_of(tmp_path, found)
    assert values["strategy"] == "perpetual_market_making"
    assert values["order_refresh_tolerance_pct"] == Decimal("0.005")
    assert values["stop_loss_slippage_buffer"] == Decimal("0.25")
    assert (values["order_levels"], values["order_level_amount"]) == (2, Decimal("0.01"))
    assert "price_source_market" not in values  # what is null there has the same default here


def test_a_trailing_stop_of_an_old_template_is_taken_over_with_every_change_listed(tmp_path: Path) -> None:
    found = brought_in(SAMPLES / "conf_perpetual_market_making_template_5.yml")

    values = values_of(tmp_path, found)
    assert values["derivative"] == "paper"
    assert values["market"] == "BTC-USDT"
    assert values["leverage"] == 20
    assert (values["bid_spread"], values["ask_spread"]) == (Decimal("0.05"), Decimal("0.05"))
    assert values["order_refresh_tolerance_pct"] == Decimal("0.01")
    assert (values["position_management"], values["ts_callback_rate"]) == ("Trailing_stop", Decimal("0.1"))
    assert values["close_position_order_type"] == "MARKET"
    assert values["order_optimization_enabled"] is False
    assert values["order_amount"] == Decimal("0.0025")
    assert values["paper.instrument.step"] == Decimal("0.0001")
    assert [what for _, what in said(found)] == [
        "derivative",
        "stop_loss_spread",
        "ping_pong_enabled",
        "add_transaction_costs",
    ]
    assert {finding.severity for finding in found.findings} == {Severity.WARNING}
    assert found.notes == (
        "derivative Binance_Perpetual is written as binance_perpetual.",
        "market btc-usdt is written as BTC-USDT.",
        "order_refresh_tolerance_pct 0.01% is read as 0.01 percent.",
        "ts_callback_rate 0.1 % is read as 0.1 percent.",
        "close_positon_order_type is written as close_position_order_type.",
        "take_if_crossed does nothing without price_source external_market; it is left out.",
        "The paper exchange is given the size step 0.0001, so that the amounts fit; use your contract's.",
    )


def test_an_inverse_contract_cannot_be_imported() -> None:
    found = brought_in(SAMPLES / "conf_perpetual_market_making_template_2.yml")

    assert found.text is None
    assert ("inverse-contract", "ETH-USD") in said(found)


def test_an_exchange_that_is_not_offered_becomes_the_paper_exchange(tmp_path: Path) -> None:
    for name in ("dydx_perpetual", "perpetual_finance", "bybit_perpetual", "binance"):
        found = imported(tmp_path, BASE.replace("paper", name))

        (finding,) = found.findings
        assert name in finding.what
        assert finding.remedy.startswith("It is written as paper")
        assert values_of(tmp_path, found)["derivative"] == "paper"


def test_a_parameter_that_is_not_built_yet_is_left_at_its_default_and_listed(tmp_path: Path) -> None:
    samples = {
        "price_type": "last_price",
        "order_override": "{one: [buy, 0.5, 1]}",
        "order_optimization_enabled": "true",
        "ask_order_optimization_depth": "3",
    }
    schema = properties(load_schema("strategy"))
    for name, value in samples.items():
        found = imported(tmp_path, f"{BASE}{name}: {value}\n")
        if schema[name].get("x-built", True) is not False:
            assert values_of(tmp_path, found)[name] is not None
            continue
        assert said(found) == [("not-built-yet", name)]
        assert found.findings[0].remedy.startswith("It is left out")
        assert name not in values_of(tmp_path, found)
        assert f"CHANGED: {name}" in str(found.text)


def test_another_markets_prices_are_left_out_because_its_market_data_is_not_there(tmp_path: Path) -> None:
    lines = "price_source: external_market\nprice_source_derivative: dydx_perpetual\nprice_source_market: ETH-USD\n"
    found = imported(tmp_path, BASE + lines)

    assert said(found) == [("price-source", "price_source")]
    assert (
        "own price, without price_source, price_source_derivative and price_source_market" in found.findings[0].remedy
    )
    assert [name for name in values_of(tmp_path, found) if name.startswith("price_source")] == []
    assert "CHANGED: price_source" in str(found.text)
    assert imported(tmp_path, f"{BASE}price_source: current_market\n").findings == ()


def test_a_server_that_gives_the_price_is_taken_over(tmp_path: Path) -> None:
    lines = "price_source: custom_api\nprice_type: custom\nprice_source_custom_api: https://prices.example.org/\n"
    found = imported(tmp_path, BASE + lines)

    assert found.findings == ()
    assert values_of(tmp_path, found)["price_source_custom_api"] == "https://prices.example.org/"


@pytest.mark.parametrize("line", ["stop_loss_spread: 0", "stop_loss_spread: '0'", "stop_loss_spread:", ""])
def test_a_stop_of_zero_is_a_change_of_meaning_however_it_is_written(line: str, tmp_path: Path) -> None:
    found = imported(tmp_path, BASE.replace("stop_loss_spread: 0.3", line))

    assert said(found) == [("no-stop", "stop_loss_spread")]
    assert "as soon as it is not in profit" in found.findings[0].what
    assert values_of(tmp_path, found)["stop_loss_spread"] == 0


@pytest.mark.parametrize("name", sorted(MISSING))
def test_a_switch_without_counterpart_matters_only_when_it_is_on(name: str, tmp_path: Path) -> None:
    for off in ("false", "False", "'No'", "null", "", "0"):
        assert imported(tmp_path, f"{BASE}{name}: {off}\n").findings == ()
    found = imported(tmp_path, f"{BASE}{name}: [1, 2]\n")
    assert found.text is not None
    found = imported(tmp_path, f"{BASE}{name}: True\n")
    if MISSING[name].only_with is None:
        assert said(found) == [("no-counterpart", name)]
        assert MISSING[name].instead in found.findings[0].remedy
    else:
        assert found.findings == ()
        both = imported(tmp_path, f"{BASE}price_source: external_market\n{name}: True\n")
        assert ("no-counterpart", name) in said(both)


def test_what_newer_versions_of_that_bot_no_longer_read_counts_again_and_is_listed(tmp_path: Path) -> None:
    lines = "position_management: Trailing_stop\nts_callback_rate: 0.1\nclose_positon_order_type: MARKET\n"
    new = imported(tmp_path, f"template_version: '6'\n{BASE}{lines}")
    old = imported(tmp_path, f"template_version: 5\n{BASE}{lines}")

    names = ("position_management", "ts_callback_rate", "close_position_order_type")
    assert said(new) == [("read-again", name) for name in names]
    assert new.findings[-1].place.line == 15
    assert old.findings == ()
    assert set(names) < set(GONE)


def test_a_limit_stop_of_an_older_template_says_what_it_is_given(tmp_path: Path) -> None:
    (note,) = imported(tmp_path, f"template_version: 4\n{BASE}").notes

    assert note.startswith("LIMIT stops have stop_loss_slippage_buffer 0.5 and time_between_stop_loss_orders 60")


@pytest.mark.parametrize("version", ["7", "6.1", "latest"])
def test_an_unknown_template_is_read_by_its_names(version: str, tmp_path: Path) -> None:
    found = imported(tmp_path, f"template_version: {version}\n{BASE}")

    assert found.notes[0].startswith(f"template_version {version} is not known here")
    assert found.text is not None


def test_an_unknown_key_is_left_out_and_listed_with_a_guess(tmp_path: Path) -> None:
    found = imported(tmp_path, f"{BASE}order_level_amont: 1\nnothing_at_all:\n")

    (finding,) = found.findings
    assert (finding.code, finding.place.line) == ("unknown-parameter", 12)
    assert "Did you mean order_level_amount?" in finding.what
    assert found.notes == ("nothing_at_all is not known and has no value; it is left out.",)
    assert "order_level_amont" not in values_of(tmp_path, found)


def test_the_misspelt_name_beside_the_right_one_is_listed_and_the_first_is_taken(tmp_path: Path) -> None:
    found = imported(tmp_path, f"{BASE}close_position_order_type: LIMIT\nclose_positon_order_type: MARKET\n")

    assert said(found) == [("duplicate-key", "close_positon_order_type")]
    assert values_of(tmp_path, found)["close_position_order_type"] == "LIMIT"


def test_a_price_type_that_only_says_custom_is_left_out(tmp_path: Path) -> None:
    found = imported(tmp_path, f"{BASE}price_type: custom\n")

    assert found.findings == ()
    assert found.notes == ("price_type custom is what a price_source custom_api always has.",)


@pytest.mark.parametrize("value", ["1 %", "0,5", "abc", "%", ".", "1e99", "''x"])
def test_a_value_that_bot_would_not_take_either_is_an_error(value: str, tmp_path: Path) -> None:
    found = imported(tmp_path, BASE.replace("order_amount: 0.01", f"order_amount: {value!r}"))

    assert found.text is None
    assert [(finding.code, finding.place.line) for finding in found.findings] == [("not-a-number", 8)]


@pytest.mark.parametrize(("value", "number"), [("+0.5", "0.5"), ("'.5'", "0.5"), ("'5.'", "5"), ("-1%", "-1")])
def test_numbers_in_that_bot_s_notations_are_read(value: str, number: str, tmp_path: Path) -> None:
    found = imported(tmp_path, f"{BASE}minimum_spread: {value}\n".replace("spread: 0.05", "spread: 50"))

    assert str(values_of(tmp_path, found)["minimum_spread"]) == number


def test_every_error_is_found_at_once_and_nothing_is_made_of_them(tmp_path: Path) -> None:
    text = BASE.replace("leverage: 10", "leverage: 0").replace("bid_spread: 0.05", "bid_spread:") + "leverage: 3\n"
    found = imported(tmp_path, f"{text}minimum_spread: 60\nprice_floor: 9\nprice_ceiling: 3\napi_key: abc\n")

    assert found.text is None
    codes = [finding.code for finding in found.findings]
    assert sorted(codes) == sorted(
        ["missing-parameter", "out-of-range", "minimum-spread", "duplicate-key", "floor-above-ceiling", "secret"]
    )
    assert "abc" not in "".join(map(str, found.findings))


def test_a_secret_is_an_error_and_never_repeated(tmp_path: Path) -> None:
    found = imported(tmp_path, f"{BASE}binance_api_secret: hunter2\n")

    assert said(found) == [("secret", "binance_api_secret")]
    assert "hunter2" not in f"{found}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("strategy: pure_market_making\nbid_spread: 1\n", "another-strategy"),
        ("strategy: [1]\n", "another-strategy"),
        (f"{BASE}paper: {{balance: 1}}\nrisk: {{}}\n", "not-a-configuration"),
        ("machine: m\nstates: []\n", "not-a-configuration"),
        ("- 1\n", "not-a-mapping"),
        ("a: [\n", "yaml-syntax"),
    ],
)
def test_another_file_is_refused_with_the_reason(text: str, code: str, tmp_path: Path) -> None:
    found = imported(tmp_path, text)

    assert found.text is None
    assert [finding.code for finding in found.findings] == [code]


def test_a_market_that_the_paper_exchange_is_not_made_for_is_noted(tmp_path: Path) -> None:
    (note,) = imported(tmp_path, BASE.replace("BTC", "DOGE")).notes

    assert "DOGE-USDT" in note


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ({"order_amount": Decimal("0.015")}, None),
        ({"order_amount": Decimal("0.0015")}, "0.0001"),
        ({"order_amount": 100}, None),
        ({"order_amount": Decimal("0.01"), "order_level_amount": Decimal("0.00025"), "order_levels": 2}, "0.00001"),
        ({"order_amount": Decimal("0.01"), "order_level_amount": Decimal("0.00025"), "order_levels": 1}, None),
        ({"order_amount": Decimal("0.003"), "order_level_amount": Decimal("-0.0025"), "order_levels": 2}, "0.0001"),
        ({"order_amount": True}, None),
        ({"order_amount": Decimal("0.0001"), "derivative": "elsewhere"}, None),
    ],
)
def test_the_paper_exchange_is_given_a_grid_that_the_amounts_fit(values: dict[str, Value], step: str | None) -> None:
    section, _ = paper_grid({"derivative": "paper", "market": "BTC-USDT", **values})

    expected = {} if step is None else {"paper": {"instrument": {"step": Decimal(step), "min_size": Decimal(step)}}}
    assert section == expected


def test_the_file_has_the_schema_line_and_says_what_each_value_means() -> None:
    text = str(brought_in(SAMPLES / "conf_perpetual_market_making_template_6.yml").text)

    lines = text.splitlines()
    assert lines[0] == "# yaml-language-server: $schema=file:///strategy.schema.json"
    assert "It means the same here." in lines[2]
    assert "#   perpfsm validate mine.yaml" in lines
    assert (
        "bid_spread: 0.04                      # How far below the reference price the first bid is placed; %" in lines
    )


def test_awkward_values_read_back_exactly() -> None:
    override: Value = {"a: b #": ["buy", Decimal("0.50"), 3], "null": ["sell", 1, None], "yes": [True, "", "\n\u2028"]}
    values: dict[str, Value] = {"order_override": override, "price_source_custom_api": "https://a.b/#c: {d}"}

    text = strategy_text(values, (), source="a\nb", target="c", schema="d")

    root, findings = read_yaml(Source("x", text))
    assert findings == ()
    assert root is not None
    assert root.value == {"strategy": "perpetual_market_making", **values}


def test_the_table_knows_every_name_that_the_text_can_write() -> None:
    written = [name for _, names in GROUPS for name in names]

    assert sorted(written) == sorted({*SAME, "paper"})
    assert set(SAME) < set(properties(load_schema("strategy")))
    assert {*RENAMED.values(), *GONE} < set(SAME)


def test_translating_judges_nothing() -> None:
    root, _ = read_yaml(Source("x", "bid_spread: -5\n"))
    assert root is not None

    draft = translate(Document(Source("x", ""), root))

    assert draft.members["bid_spread"].node.value == -5
    assert [change.name for change in draft.changes] == ["stop_loss_spread"]


AWKWARD = [
    "null",
    "0",
    "1",
    "-1",
    "0.05",
    "1e3",
    "'7'",
    "5%",
    "True",
    "'No'",
    "abc",
    "'a:b#'",
    "[1,2]",
    "{}",
    "{a:[buy,1,1]}",
    "LIMIT",
    "MARKET",
    "Hedge",
    "Trailing_stop",
    "custom",
    "external_market",
    "binance_perpetual",
    "2021-01-01",
    "1_000",
    "*x",
]


@settings(max_examples=20)
@given(
    lines=st.dictionaries(
        st.sampled_from([*SAME, *MISSING, *RENAMED, "template_version", "x y"]), st.sampled_from(AWKWARD), max_size=8
    )
)
def test_whatever_a_configuration_says_it_becomes_a_valid_file_or_none(
    lines: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = dict(line.split(": ") for line in BASE.splitlines())
    text = "".join(f"{name}: {value}\n" for name, value in (base | lines).items())

    found = imported(folder := tmp_path_factory.mktemp("any"), text)

    if found.text is None:
        assert any(finding.severity is Severity.ERROR for finding in found.findings)
    else:
        assert {finding.severity for finding in found.findings} <= {Severity.WARNING}
        assert values_of(folder, found)
