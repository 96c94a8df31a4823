"""What the benchmarks share: a bot on a shipped strategy, wired as `perpfsm run` wires it."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from pathlib import Path

import pytest

from perpfsm.config.strategy import load_strategy
from perpfsm.feeds import synthetic_feed
from perpfsm.journal.store import Journal
from perpfsm.market.arithmetic import EXACT
from perpfsm.market.messages import Quote
from perpfsm.runtime.assembly import Assembled, assemble, open_messages

ROOT = Path(__file__).resolve().parents[1]
STRATEGY = ROOT / "strategies" / "one_way_profit_taking.yaml"
CALM = {"bid_spread": "0.5", "ask_spread": "0.5", "order_refresh_tolerance_pct": "-1"}


@pytest.fixture
def assembled(tmp_path: Path) -> Iterator[Assembled]:
    """Return a bot whose quotes are too far away to fill and are replaced at every refresh."""
    strategy = load_strategy(STRATEGY, overrides=CALM)
    paper = strategy.paper
    feed = synthetic_feed(paper.synthetic, tick=paper.instrument.tick, step=paper.instrument.step)
    opened = open_messages(feed, strategy.parameters.market)
    with localcontext(EXACT), Journal.create_or_continue(tmp_path / "bench.journal") as journal:
        yield assemble(strategy, opened, journal, settings={}, observe=lambda _: None)


def quote(time_ns: int, *, bid: str = "60000.0", ask: str = "60000.1") -> Quote:
    """Return a quote of one unit on each side."""
    return Quote(time_ns, Decimal(bid), Decimal(1), Decimal(ask), Decimal(1))
