"""Order optimisation on the BTCUSDT recording: a book that stays in sync and agrees with the best, equal journals."""

from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.feeds import open_feed
from perpfsm.market.depth import DepthBook
from perpfsm.market.messages import DepthSnapshot, DepthUpdate, Quote
from perpfsm.market.side import Side
from tests.strategies_shipped.command import ROOT, STRATEGIES, exported, perpfsm

RECORDING = ROOT.parent / "shared" / "data" / "binance-usdm-btcusdt-20240808.gz"
BEYOND, BENEATH = Decimal(10**9), Decimal(0)
AGREEMENT_MIN = 0.99  # 0.9945 when this was written; depth comes every 50 ms, the best with every change
LOOK_EVERY = 4  # messages; whoever looks has ten thousand levels sorted, which takes longer than all the rest
OPTIMISED = (
    "--set=order_optimization_enabled=true",
    "--set=bid_order_optimization_depth=5",
    "--set=ask_order_optimization_depth=5",
)

pytestmark = pytest.mark.skipif(
    not RECORDING.is_file(), reason="the BTCUSDT recording of 2024-08-08 is not at ../shared/data"
)


def test_the_book_stays_in_sync_is_never_crossed_and_agrees_with_the_best() -> None:
    book, best = DepthBook(), None
    messages = compared = agreed = 0
    for message in open_feed(RECORDING, depth=True).messages():
        if isinstance(message, Quote):
            best = message
        if not isinstance(message, DepthSnapshot | DepthUpdate):
            continue
        book.fold(message)
        messages += 1
        if messages % LOOK_EVERY == 0 and book.is_synced and best is not None:
            (bid, _), (ask, _) = next(book.side(Side.BUY).behind(BEYOND)), next(book.side(Side.SELL).behind(BENEATH))
            assert bid < ask
            compared += 1
            agreed += (bid, ask) == (best.bid, best.ask)
    assert (book.is_synced, book.breaks) == (True, 0)
    assert compared > 6500 // LOOK_EVERY
    assert agreed / compared >= AGREEMENT_MIN


def test_depth_adds_messages_and_changes_no_other() -> None:
    plain = list(open_feed(RECORDING).messages())
    deep = list(open_feed(RECORDING, depth=True).messages())
    assert len(deep) - len(plain) == 6551 + 1
    assert [message for message in deep if not isinstance(message, DepthSnapshot | DepthUpdate)] == plain


def test_an_optimised_strategy_runs_on_it_the_same_without_bands(tmp_path: Path) -> None:
    strategy = STRATEGIES / "btcusdt_recording_profit_taking.yaml"
    journals = []
    for name, options in (("plain", ()), ("deep", OPTIMISED), ("again", (*OPTIMISED, "--no-bands"))):
        (tmp_path / name).mkdir()
        journal = tmp_path / name / "mine.journal"
        perpfsm("run", strategy, "--feed", RECORDING, "--no-prove", "--journal", journal, *options, cwd=tmp_path)
        perpfsm("audit", "verify", journal, cwd=tmp_path)
        journals.append(journal)
    plain, deep, again = journals
    assert deep.read_bytes() == again.read_bytes()
    prices = [{order["price"] for order in exported(journal).of("command") if "price" in order} for journal in journals]
    assert prices[0] != prices[1]
    assert {order["status"] for order in exported(deep).of("order")} == {"working", "canceled"}
    assert plain.read_bytes() != deep.read_bytes()
