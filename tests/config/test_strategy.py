"""A strategy file becomes a strategy, or every reason why not."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.config.paper import PaperSettings
from perpfsm.config.strategy import Strategy, load_strategy, read_strategy
from perpfsm.decisions.parameters import OnStop, Parameters, PositionManagement, RiskLimits
from perpfsm.errors import ConfigError, Finding, Place, Severity
from perpfsm.market.bars import BarSettings
from perpfsm.market.instrument import Instrument
from perpfsm.market.synthetic import SyntheticSettings

Write = Callable[..., Path]

PARAMETERS = Parameters(
    market="BTC-USDT",
    leverage=10,
    bid_spread=Decimal("0.02"),
    ask_spread=Decimal("0.02"),
    order_refresh_time=Decimal(10),
    order_amount=Decimal("0.01"),
    long_profit_taking_spread=Decimal("0.05"),
    short_profit_taking_spread=Decimal("0.05"),
    stop_loss_spread=Decimal("0.2"),
)
INSTRUMENT = Instrument(
    "BTC-USDT", Decimal("0.1"), Decimal("0.001"), Decimal("0.001"), size_max=None, notional_min=Decimal(5)
)


def codes(path: Path, **overrides: str) -> list[str]:
    return [finding.code for finding in read_strategy(path, overrides=overrides)[1]]


def test_a_strategy_is_its_parameters_its_exchange_and_its_lifecycle(write: Write, good: str) -> None:
    path = write()

    strategy = load_strategy(path)

    assert replace(strategy, values={}, reads=frozenset()) == Strategy(
        path=path,
        text=good,
        parameters=PARAMETERS,
        derivative="paper",
        paper=PaperSettings(INSTRUMENT),
        machine=strategy.machine,
        machine_text=strategy.machine_path.read_text(encoding="utf-8"),
        machine_path=strategy.machine_path,
        findings=(),
        values={},
        terms=strategy.terms,
    )
    assert strategy.terms.price == Decimal(60_000)
    assert load_strategy(path, is_fed_elsewhere=True).terms.price is None
    assert strategy.machine.name == "profit_taking"
    assert [*strategy.values] == [line.split(":")[0] for line in good.splitlines()]


def test_sections_reach_their_values(write: Write, good: str) -> None:
    path = write(
        good
        + "on_stop: flatten\n"
        + "risk: {max_position: 0.05, max_orders_per_minute: 30, max_loss: null}\n"
        + "paper: {balance: 500, fill_model: through, instrument: {tick: 0.5, max_size: 3},\n"
        + "        feed: {synthetic: {seed: 3}}}\n"
    )

    strategy = load_strategy(path)

    limits = RiskLimits(max_position=Decimal("0.05"), max_orders_per_minute=30)
    assert strategy.parameters == replace(PARAMETERS, on_stop=OnStop.FLATTEN, risk=limits)
    assert strategy.paper == PaperSettings(
        replace(INSTRUMENT, tick=Decimal("0.5"), size_max=Decimal(3)),
        balance=Decimal(500),
        fill_model="through",
        synthetic=SyntheticSettings(seed=3),
        bars=BarSettings(tick=Decimal("0.5")),
    )
    assert strategy.values["paper.feed.synthetic.seed"] == 3


def test_a_recording_is_looked_for_beside_the_strategy(write: Write, good: str) -> None:
    quotes = write("", name="data/quotes.csv")
    path = write(good + "paper: {feed: {file: data/quotes.csv}}\n")

    strategy = load_strategy(path)

    assert (strategy.paper.feed_file, strategy.findings) == (quotes, ())


def test_the_position_management_chooses_the_lifecycle(write: Write, good: str) -> None:
    trail = {"position_management": "Trailing_stop", "ts_activation_spread": "0.3", "ts_callback_rate": "0.1"}
    trailing = load_strategy(write(good), overrides=trail)

    assert trailing.parameters.position_management is PositionManagement.TRAILING_STOP
    assert trailing.machine.name == "trailing_stop"
    assert [finding.code for finding in trailing.findings] == ["unused-parameter", "unused-parameter"]


def test_a_lifecycle_is_named_or_is_a_file_beside_the_strategy(write: Write, good: str) -> None:
    text = load_strategy(write()).machine_text
    write(text.replace("machine: profit_taking", "machine: mine"), name="machines/mine.yaml")

    by_path = load_strategy(write(good + "machine: machines/mine.yaml\n"))
    by_name = load_strategy(write(good + "machine: trailing_stop\nposition_management: Trailing_stop\n"))

    assert (by_path.machine.name, by_name.machine.name) == ("mine", "trailing_stop")


def test_what_is_wrong_with_the_lifecycle_is_said_with_the_strategy(write: Write, good: str) -> None:
    machine = write("machine: mine\n", name="mine_machine.yaml")

    strategy, findings = read_strategy(write(good + "machine: mine_machine.yaml\n"))

    assert strategy is None
    assert {finding.place.path for finding in findings} == {str(machine)}


def test_an_unknown_lifecycle_that_resembles_none_is_answered_with_those_that_ship(write: Write, good: str) -> None:
    _, findings = read_strategy(write(good + "machine: zzz\n"))

    assert [(finding.code, finding.remedy) for finding in findings] == [
        ("unknown-machine", "Use break_even, profit_taking, profit_then_trail, trailing_stop or triple_barrier.")
    ]


def test_the_command_line_overrides_and_is_judged_with_the_file(write: Write) -> None:
    strategy = load_strategy(
        write(), overrides={"leverage": "3", "risk.max_loss": "200", "paper.feed.synthetic.seed": "9"}
    )

    assert strategy.parameters == replace(PARAMETERS, leverage=3, risk=RiskLimits(max_loss=Decimal(200)))
    assert strategy.paper.synthetic.seed == 9


def test_a_wrong_override_is_found_on_the_command_line(write: Write) -> None:
    overrides = {
        "leverage": "0",
        "bid_spred": "1",
        "minimum_spread": "5",
        "ask_spread": "",
        "risk.max_loss": "[",
        "market": "*x",
    }

    strategy, findings = read_strategy(write(), overrides=overrides)

    assert strategy is None
    assert [(finding.code, str(finding.place), finding.source) for finding in findings] == [
        ("empty-value", "--set ask_spread", ""),
        ("yaml-syntax", "--set risk.max_loss", ""),
        ("unknown-alias", "--set market", ""),
        ("out-of-range", "--set leverage", ""),
        ("unknown-parameter", "--set bid_spred", ""),
        ("minimum-spread", "--set minimum_spread", ""),
        ("minimum-spread", "--set minimum_spread", ""),
    ]


def test_an_error_carries_every_finding(write: Write) -> None:
    path = write("derivative: paper\nmarket: BTC-USDT\nleverage: 0\n")

    with pytest.raises(ConfigError) as raised:
        load_strategy(path)

    assert [finding.severity for finding in raised.value.findings].count(Severity.ERROR) == 5
    assert str(raised.value).startswith(f"{path}: bid_spread is missing.")


def test_a_finding_shows_its_line_and_never_a_secret(write: Write, good: str) -> None:
    path = write(good + "api_key: 0123456789\n")

    _, findings = read_strategy(path)

    assert [(finding.place, finding.source) for finding in findings] == [(Place(str(path), 11, 1), "api_key: ********")]


def test_a_strategy_without_a_file_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"

    assert read_strategy(path) == (
        None,
        (Finding("missing-file", Severity.ERROR, Place(str(path)), "There is no such file.", "Check the path."),),
    )


def test_checks_whose_parameters_were_refused_say_nothing(write: Write) -> None:
    text = (
        "leverage: x\nmarket: x\nbid_spread: x\nask_spread: x\norder_amount: x\norder_levels: x\nstop_loss_spread: x\n"
    )
    more = "order_level_amount: x\norder_level_spread: x\nprice_floor: x\nminimum_spread: x\nposition_management: x\n"

    assert set(codes(write(text + more + "machine: 3\n"))) == {
        "missing-parameter",
        "not-a-number",
        "wrong-form",
        "unknown-value",
        "wrong-type",
    }


def test_both_sample_configurations_of_the_documents_are_valid_with_warnings_at_most(write: Write, good: str) -> None:
    one_way = good.replace("bid_spread: 0.02", "bid_spread: 0.01").replace("ask_spread: 0.02", "ask_spread: 1.00")
    hedge = good.replace("bid_spread: 0.02", "bid_spread: 0.01").replace("ask_spread: 0.02", "ask_spread: 0.05")
    profit = "position_management: Profit_taking\n"
    trailing = "position_management: Trailing_stop\nts_activation_spread: 10\nts_callback_rate: 5\n"

    for text in (one_way + "position_mode: One-way\n", hedge + "position_mode: Hedge\n"):
        for management in (profit, trailing):
            assert load_strategy(write(text + management)).parameters.stop_loss_spread == Decimal("0.2")


def test_every_default_of_the_documents_is_valid_with_warnings_at_most(write: Write, good: str) -> None:
    required = "\n".join(good.splitlines()[:7]) + "\n"
    defaults = """\
position_mode: One-way
minimum_spread: -100
order_refresh_tolerance_pct: 0
position_management: Profit_taking
long_profit_taking_spread: 0
short_profit_taking_spread: 0
ts_activation_spread: 0
ts_callback_rate: 0
stop_loss_spread: 0
close_position_order_type: LIMIT
price_ceiling: -1
price_floor: -1
order_optimization_enabled: false
price_source: current_market
price_type: mid_price
custom_api_update_interval: 5
order_override: null
margin_mode: cross
on_start_position: adopt
"""

    assert codes(write(required)) == codes(write(required + defaults)) == ["no-gain", "no-gain", "no-stop"]
