"""The feed of a run: what the command line names, else the strategy's own."""

from dataclasses import replace
from pathlib import Path

from perpfsm.config.scenario_file import load_scenario
from perpfsm.config.strategy import Strategy
from perpfsm.errors import FeedError
from perpfsm.feeds import Feed, open_feed, synthetic_feed
from perpfsm.market.synthetic import Scenario, SyntheticSettings

SYNTHETIC = "synthetic"
SCENARIO = f"{SYNTHETIC}:"


def feed_of(strategy: Strategy, named: str | None, *, seed: int | None, skip_bad_lines: bool, depth: bool) -> Feed:
    """Return the feed of a run.

    Args:
        strategy: Checked.
        named: What `--feed` says: a file, `synthetic`, or `synthetic:` and a scenario's name or file; None is the
            strategy's own.
        seed: Of the synthetic market; None is its own.
        skip_bad_lines: Count lines that cannot be read instead of failing at the first.
        depth: Read a recording's depth as well.

    Raises:
        ConfigError: When a scenario file is wrong, with every finding.
        FeedError: When it cannot be opened, or a seed is given for a file.
        PerpfsmError: When no scenario has that name.
    """
    paper = strategy.paper
    market = _synthetic_market(strategy, named)
    if market is not None:
        seeded = market if seed is None else replace(market, seed=seed)
        return synthetic_feed(seeded, tick=paper.instrument.tick, step=paper.instrument.step)
    path = Path(named) if named is not None else paper.feed_file
    assert path is not None  # noqa: S101  # what is not synthetic is a file
    if seed is not None:
        raise FeedError(
            "A seed belongs to the synthetic market.", where=str(path), remedy="Leave out --seed or --feed."
        )
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        raise FeedError(
            "A YAML file is no market data; a scenario is named otherwise.",
            where=str(path),
            remedy=f"Use --feed {SCENARIO}{path}, or paper.feed.scenario in the strategy file.",
        )
    return open_feed(path, skip_bad_lines=skip_bad_lines, depth=depth, bars=paper.bars)


def _synthetic_market(strategy: Strategy, named: str | None) -> SyntheticSettings | Scenario | None:
    """Return the synthetic market that is meant; None when a file is."""
    paper = strategy.paper
    if named is None:
        if paper.scenario is not None:
            return paper.scenario
        return paper.synthetic if paper.feed_file is None else None
    if named == SYNTHETIC:
        return paper.synthetic
    return load_scenario(named.removeprefix(SCENARIO)) if named.startswith(SCENARIO) else None
