"""Markouts and inventory on the BTCUSDT recording, found again from its quotes and the exported journal alone."""

import json
from bisect import bisect_left, bisect_right
from fractions import Fraction
from pathlib import Path

import pytest

from perpfsm.feeds import open_feed
from perpfsm.market.messages import Quote
from tests.strategies_shipped.command import ROOT, STRATEGIES, Body, Said, exported, perpfsm

RECORDING = ROOT.parent / "shared" / "data" / "binance-usdm-btcusdt-20240808.gz"
STRATEGY = STRATEGIES / "btcusdt_recording_profit_taking.yaml"
HORIZONS_S = (0, 1, 5, 30)
NS = 10**9
# At the best prices, so that much is filled; the second one with orders and cancels that arrive late.
BUSY = (
    "--set=paper.fill_model=queue",
    "--set=bid_spread=0.0001",
    "--set=ask_spread=0.0001",
    "--set=order_refresh_time=1",
    "--set=filled_order_delay=0",
)
LATE = (*BUSY, "--set=paper.latency={order_ms: 40, cancel_ms: 40, ack_ms: 30, market_data_ms: 30}")

pytestmark = pytest.mark.skipif(
    not RECORDING.is_file(), reason="the BTCUSDT recording of 2024-08-08 is not at ../shared/data"
)


@pytest.fixture(scope="module")
def mids() -> tuple[list[int], list[Fraction]]:
    """Return when each uncrossed quote came, and its mid price."""
    quotes = [message for message in open_feed(RECORDING).messages() if isinstance(message, Quote)]
    good = [quote for quote in quotes if quote.bid <= quote.ask]
    return [quote.time_ns for quote in good], [Fraction(quote.bid + quote.ask) / 2 for quote in good]


def number(value: object) -> Fraction:
    return Fraction(str(value))


def recomputed(said: Said, liquidity: str, mids: tuple[list[int], list[Fraction]], end_ns: int) -> list[Fraction]:
    """Return what the fills of one liquidity were worth at once and after each horizon, quote currency."""
    times, prices = mids
    worth = [Fraction(0)] * len(HORIZONS_S)
    for record in said.of("fill"):
        fill = record["fill"]
        assert isinstance(fill, dict)
        if fill["liquidity"] != liquidity:
            continue
        at = int(str(fill["time_ns"]))
        known = bisect_left(times, at) if liquidity == "maker" else bisect_right(times, at)
        size = number(fill["size"]) * (1 if str(fill["side"]).lower() == "buy" else -1)
        for index, horizon_s in enumerate(HORIZONS_S):
            due = at + horizon_s * NS
            if due <= end_ns:
                mid = prices[(bisect_right(times, due) if horizon_s else known) - 1]
                worth[index] += size * (mid - number(fill["price"]))
    return worth


def inventory(said: Said, start_ns: int, end_ns: int) -> Fraction:
    """Return the absolute position of both legs, weighted by time."""
    held: dict[object, Fraction] = {}
    total, since = Fraction(0), start_ns
    for record in said.of("fill"):
        fill = record["fill"]
        assert isinstance(fill, dict)
        at = int(str(fill["time_ns"]))
        total += sum(map(abs, held.values())) * (at - since)
        held[record["leg"]], since = number(record["size_after"]), at
    return (total + sum(map(abs, held.values())) * (end_ns - since)) / (end_ns - start_ns)


@pytest.mark.parametrize("options", [BUSY, LATE], ids=["at once", "late"])
def test_the_summary_says_what_quotes_and_journal_say(
    tmp_path: Path, mids: tuple[list[int], list[Fraction]], options: tuple[str, ...]
) -> None:
    journal = tmp_path / "busy.journal"
    told: Body = json.loads(
        perpfsm("run", STRATEGY, "--feed", RECORDING, "--journal", journal, "--json", *options, cwd=tmp_path)
    )
    said = exported(journal)
    quality, start_ns, end_ns = told["quality"], int(str(told["start_ns"])), int(str(told["end_ns"]))
    assert isinstance(quality, dict)
    for liquidity in ("maker", "taker"):
        found = quality[liquidity]
        assert found["count"] > 5
        stated = [found["spread"], *(each["gained"] for each in found["markouts"])]
        assert [number(each) for each in stated] == recomputed(said, liquidity, mids, end_ns)
    mean = number(quality["inventory"]["mean_size"])
    assert abs(mean - inventory(said, start_ns, end_ns)) <= Fraction(1, 10**8)
