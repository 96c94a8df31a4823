"""Which feed a run has: what the command line names, else the strategy's own."""

from dataclasses import replace
from pathlib import Path

import pytest

from perpfsm.cli.feeds import feed_of
from perpfsm.config.resources import strategies_dir
from perpfsm.config.scenario_file import load_scenario
from perpfsm.config.strategy import Strategy, load_strategy
from perpfsm.errors import FeedError
from perpfsm.feeds import synthetic_feed
from perpfsm.market.bars import BarSettings


@pytest.fixture
def strategy() -> Strategy:
    return load_strategy(strategies_dir() / "one_way_profit_taking.yaml")


def hash_of(strategy: Strategy, named: str | None = None, *, seed: int | None = None) -> str:
    return feed_of(strategy, named, seed=seed, skip_bad_lines=False, depth=False).hash


def test_without_a_name_it_is_the_strategys_synthetic_market_or_its_scenario(strategy: Strategy) -> None:
    own = synthetic_feed(strategy.paper.synthetic).hash
    gap = load_scenario("gap")
    with_scenario = replace(strategy, paper=replace(strategy.paper, scenario=gap))
    assert hash_of(strategy) == hash_of(strategy, "synthetic") == own
    assert hash_of(with_scenario) == hash_of(strategy, "synthetic:gap") == synthetic_feed(gap).hash
    assert hash_of(with_scenario, "synthetic") == own


def test_a_seed_changes_a_synthetic_market_and_a_scenario(strategy: Strategy) -> None:
    assert hash_of(strategy, seed=99) == synthetic_feed(replace(strategy.paper.synthetic, seed=99)).hash
    assert hash_of(strategy, "synthetic:gap", seed=99) == synthetic_feed(replace(load_scenario("gap"), seed=99)).hash


def test_without_a_name_it_is_the_strategys_recording_where_there_is_one(strategy: Strategy, tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_text("timestamp,open,high,low,close,volume\n1700000000,100,100,100,100,8\n")
    paper = replace(strategy.paper, feed_file=path, bars=BarSettings(spread_ticks=5))
    feed = feed_of(replace(strategy, paper=paper), None, seed=None, skip_bad_lines=False, depth=True)
    assert feed.name == "bars.csv"
    assert [message.ask - message.bid for message in feed.messages()] == [5 * BarSettings().tick] * 4  # type: ignore[union-attr]  # bars are quotes


def test_a_yaml_file_is_no_market_data_and_how_a_scenario_is_named_is_said(strategy: Strategy, tmp_path: Path) -> None:
    path = tmp_path / "sunday.yaml"
    path.write_text("name: sunday\n")
    with pytest.raises(FeedError) as caught:
        feed_of(strategy, str(path), seed=None, skip_bad_lines=False, depth=False)
    assert str(caught.value) == (
        f"{path}: A YAML file is no market data; a scenario is named otherwise. "
        f"Use --feed synthetic:{path}, or paper.feed.scenario in the strategy file."
    )
