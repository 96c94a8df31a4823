"""A scenario goes through its phases: drift, jumps, one side, a halt; and each shipped one is the same anywhere."""

import hashlib
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from perpfsm.config.resources import scenario_names
from perpfsm.config.scenario_file import load_scenario
from perpfsm.feeds import synthetic_feed
from perpfsm.feeds.synthetic import START_NS
from perpfsm.market.incident import FeedMessage, Halt
from perpfsm.market.messages import BadQuote, Quote, Trade
from perpfsm.market.side import Side
from perpfsm.market.synthetic import Phase, Scenario

S = 1_000_000_000
STILL = Phase(Decimal(10), volatility_bps=Decimal(0))
DIGESTS = {
    "calm": "6db3cfec6ad24b4d",
    "flash_crash": "2fbe9ad3e60e3e4e",
    "gap": "fe14884609f11d71",
    "halt": "03c46436aa78426e",
    "one_sided_book": "4bd862603dde3c7b",
    "trend": "db8d6001898fd05c",
}


def played(*phases: Phase, step_ms: int = 1000) -> list[FeedMessage]:
    return list(synthetic_feed(Scenario("test", phases, start_price=Decimal(1000), step_ms=step_ms)).messages())


def quotes(*phases: Phase, step_ms: int = 1000) -> list[Quote]:
    return [message for message in played(*phases, step_ms=step_ms) if isinstance(message, Quote)]


@pytest.mark.parametrize("name", scenario_names())
def test_a_shipped_scenario_is_the_same_on_any_machine(name: str) -> None:
    messages = synthetic_feed(load_scenario(name)).messages()
    assert hashlib.sha256("\n".join(map(repr, messages)).encode()).hexdigest()[:16] == DIGESTS[name]


def test_the_feed_is_called_after_the_scenario_and_hashed_by_all_of_it() -> None:
    scenario = load_scenario("gap")
    feed = synthetic_feed(scenario)
    assert (feed.name, feed.progress) == ("synthetic:gap", 0)
    steeper = replace(scenario, phases=(replace(scenario.phases[0], size=Decimal(2)), *scenario.phases[1:]))
    hashes = {synthetic_feed(each).hash for each in (scenario, replace(scenario, seed=8), steeper)}
    assert len(hashes) == 3
    longer = replace(scenario, phases=(replace(scenario.phases[0], for_s=Decimal("900.00")), *scenario.phases[1:]))
    assert synthetic_feed(longer).hash == feed.hash
    assert len(list(feed.messages())) > 0
    assert feed.progress == 1


def test_another_seed_is_another_market() -> None:
    scenario = load_scenario("calm")
    one, two = (next(iter(synthetic_feed(replace(scenario, seed=seed)).messages())) for seed in (7, 8))
    assert one != two


def test_a_market_without_volatility_stands_still_until_it_jumps_or_drifts() -> None:
    falling = replace(STILL, drift_bps_per_s=Decimal(-10), jump_bps=Decimal(-100))
    mids = [quote.mid for quote in quotes(STILL, falling)]
    assert mids[:10] == [mids[0]] * 10
    assert [round(mid) for mid in mids[10:13]] == [990, 989, 988]
    assert all(before > after for before, after in pairwise(mids[9:]))


def test_drift_is_per_second_whatever_the_step_is() -> None:
    rising = replace(STILL, drift_bps_per_s=Decimal(5))
    ends = {step_ms: quotes(rising, STILL, step_ms=step_ms)[-1].mid for step_ms in (100, 1000)}
    assert [round(mid, 0) for mid in ends.values()] == [1005, 1005]


def test_trades_go_the_way_of_the_drift() -> None:
    falling = Phase(Decimal(1000), volatility_bps=Decimal(0), drift_bps_per_s=Decimal(-1))
    trades = [message for message in played(falling) if isinstance(message, Trade)]
    assert len(trades) > 100
    assert {trade.aggressor for trade in trades} == {Side.SELL}


@pytest.mark.parametrize(
    ("shown", "reason", "aggressor"),
    [(Side.BUY, "the ask is missing", Side.SELL), (Side.SELL, "the bid is missing", Side.BUY)],
)
def test_a_book_of_one_side_gives_no_quote_and_trades_on_that_side(shown: Side, reason: str, aggressor: Side) -> None:
    messages = played(replace(STILL, for_s=Decimal(100), one_sided=shown))
    assert messages[0] == BadQuote(START_NS, reason)
    assert {type(message) for message in messages} == {BadQuote, Trade}
    assert {message.aggressor for message in messages if isinstance(message, Trade)} == {aggressor}


def test_a_halt_is_told_to_the_venue_and_nothing_else_is_heard_until_it_is_over() -> None:
    messages = played(STILL, Phase(Decimal("5.5"), is_halted=True), replace(STILL, jump_bps=Decimal(200)))
    halt = Halt(START_NS + 10 * S, Decimal("5.5"))
    assert [message for message in messages if not isinstance(message, Quote | Trade)] == [halt]
    after = messages[messages.index(halt) + 1]
    assert isinstance(after, Quote)
    assert (after.time_ns, round(after.mid)) == (START_NS + 15 * S, 1020)


def test_phases_that_end_between_two_steps_lose_no_time() -> None:
    times = [quote.time_ns for quote in quotes(*[replace(STILL, for_s=Decimal("1.5"))] * 4)]
    assert times == [START_NS + second * S for second in range(6)]


def test_spread_and_size_are_those_of_the_phase() -> None:
    wide = replace(STILL, spread_ticks=7, size=Decimal("0.002"))
    last = quotes(STILL, wide)[-1]
    assert last.ask - last.bid == Decimal("0.7")
    assert {quote.bid_size for quote in quotes(wide)} <= {Decimal("0.001"), Decimal("0.002"), Decimal("0.003")}
