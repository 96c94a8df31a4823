"""A scenario file becomes a market in phases; names lead to shipped ones, paths to a person's own."""

from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.config.examine import examine
from perpfsm.config.resources import scenario_names, scenario_path
from perpfsm.config.scenario_file import load_scenario
from perpfsm.config.strategy import load_strategy
from perpfsm.errors import ConfigError, PerpfsmError
from perpfsm.market.side import Side
from perpfsm.market.synthetic import Phase, Scenario

STRATEGY = """\
derivative: paper
market: BTC-USDT
leverage: 10
bid_spread: 0.02
ask_spread: 0.02
order_refresh_time: 10
order_amount: 0.01
long_profit_taking_spread: 0.05
short_profit_taking_spread: 0.05
stop_loss_spread: 0.2
"""
WHOLE = """\
scenario: mine
seed: -3
start_price: 100.5
step_ms: 100
phases:
  - {for_s: 1.5}
  - {for_s: 2, volatility_bps: 3, drift_bps_per_s: -1.5, jump_bps: 20, spread_ticks: 4, size: 0.5, one_sided: asks}
  - {for_s: 3, halted: true}
"""


def test_a_file_becomes_the_scenario_that_it_describes(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(WHOLE)
    bare = Phase(Decimal("1.5"))
    wild = Phase(Decimal(2), Decimal(3), Decimal("-1.5"), Decimal(20), 4, Decimal("0.5"), Side.SELL)
    halted = Phase(Decimal(3), is_halted=True)
    expected = Scenario("mine", (bare, wild, halted), -3, Decimal("100.5"), 100)
    assert load_scenario(str(path)) == examine(path).scenario == expected


def test_what_a_file_leaves_out_is_what_the_value_has_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "bare.yaml"
    path.write_text("scenario: bare\nphases:\n  - {for_s: 1, one_sided: bids}\n")
    assert load_scenario(str(path)) == Scenario("bare", (Phase(Decimal(1), one_sided=Side.BUY),))


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_is_valid_without_a_warning_and_called_as_its_file(name: str) -> None:
    path = scenario_path(name)
    assert path is not None
    report = examine(path)
    assert (report.kind, report.findings) == ("scenario", ())
    assert load_scenario(name).name == name


def test_the_shipped_ones_are_these() -> None:
    assert scenario_names() == ("calm", "flash_crash", "gap", "halt", "one_sided_book", "trend")


def test_a_name_that_no_scenario_has_is_told_with_the_nearest_one() -> None:
    with pytest.raises(PerpfsmError) as caught:
        load_scenario("flash_cash")
    assert str(caught.value) == "--feed: flash_cash is not a shipped scenario. Did you mean flash_crash?"


def test_a_wrong_or_missing_file_is_told_with_its_findings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_scenario(str(tmp_path / "none.yaml"))
    assert [finding.code for finding in caught.value.findings] == ["missing-file"]


def test_a_strategy_names_a_shipped_scenario_or_a_file_beside_itself(tmp_path: Path) -> None:
    path = tmp_path / "strategy.yaml"
    path.write_text(f"{STRATEGY}paper: {{feed: {{scenario: halt}}}}\n")
    assert load_strategy(path).paper.scenario == load_scenario("halt")
    (tmp_path / "mine.yaml").write_text(WHOLE)
    path.write_text(f"{STRATEGY}paper: {{feed: {{scenario: mine.yaml}}}}\n")
    assert load_strategy(path).paper.scenario == load_scenario(str(tmp_path / "mine.yaml"))
    assert load_strategy(path, overrides={"paper.feed.scenario": "calm"}).paper.scenario == load_scenario("calm")
