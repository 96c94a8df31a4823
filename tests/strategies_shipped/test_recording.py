"""The two strategies tuned to the BTCUSDT recording, on it: every state and exit, exact money, equal journals."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from perpfsm.feeds import open_feed
from perpfsm.market.messages import Quote
from tests.strategies_shipped.command import ROOT, STRATEGIES, Said, exported, perpfsm
from tests.strategies_shipped.money import recomputed, stated

RECORDING = ROOT.parent / "shared" / "data" / "binance-usdm-btcusdt-20240808.gz"
TUNED = ("btcusdt_recording_profit_taking", "btcusdt_recording_trailing_stop")
MAKER_FEE, TAKER_FEE = Decimal("0.02"), Decimal("0.05")
TRANSITIONS_MIN = 100

pytestmark = pytest.mark.skipif(
    not RECORDING.is_file(), reason="the BTCUSDT recording of 2024-08-08 is not at ../shared/data"
)


@dataclass(frozen=True)
class Run:
    """One strategy on the recording."""

    name: str
    journal: Path
    said: Said


def run(name: str, journal: Path, *options: str) -> Path:
    """Run a strategy on the recording at full speed, without proving it each time, and return its journal."""
    words = ("run", STRATEGIES / f"{name}.yaml", "--feed", RECORDING, "--speed", "max", "--no-prove")
    perpfsm(*words, "--journal", journal, *options, cwd=journal.parent)
    return journal


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Return one run of each."""
    folder = tmp_path_factory.mktemp("recording")
    journals = {name: run(name, folder / f"{name}.journal") for name in TUNED}
    return {name: Run(name, journal, exported(journal)) for name, journal in journals.items()}


@pytest.fixture(params=TUNED)
def tuned(request: pytest.FixtureRequest, runs: dict[str, Run]) -> Run:
    """Return the run of one of them."""
    return runs[request.param]


def test_together_they_show_every_state(runs: dict[str, Run]) -> None:
    states = {state for each in runs.values() for state in each.said.states}
    assert states == {"idle", "opening", "open", "trailing", "closing"}


def test_together_they_close_for_every_reason_of_the_strategy(runs: dict[str, Run]) -> None:
    reasons = {reason for each in runs.values() for reason in each.said.reasons}
    assert reasons == {"take_profit", "trailing_stop", "stop_loss"}


def test_each_makes_at_least_a_hundred_transitions(tuned: Run) -> None:
    assert len(tuned.said.of("transition")) >= TRANSITIONS_MIN


def test_the_venue_turns_no_order_down(tuned: Run) -> None:
    assert {order["status"] for order in tuned.said.of("order")} == {"working", "canceled"}


def test_the_money_recomputed_from_the_exported_fills_is_the_journals_exactly(tuned: Run) -> None:
    assert recomputed(tuned.said, maker_fee=MAKER_FEE, taker_fee=TAKER_FEE) == stated(tuned.said)


def test_the_open_pnl_of_the_footer_is_that_of_the_last_quote(tuned: Run) -> None:
    last = next(message for message in reversed(list(open_feed(RECORDING).messages())) if isinstance(message, Quote))
    money = stated(tuned.said)
    (end,) = tuned.said.of("end")
    worth = [size * Fraction(last.bid if size > 0 else last.ask) - cost for size, cost in money.positions.values()]
    assert Fraction(str(end["open_pnl"])) == sum(worth)


def test_the_journal_verifies(tuned: Run) -> None:
    perpfsm("audit", "verify", tuned.journal, cwd=tuned.journal.parent)


@pytest.mark.parametrize("options", [(), ("--no-bands",)], ids=["again", "without bands"])
def test_a_second_run_leaves_the_same_journal_to_the_byte(tuned: Run, tmp_path: Path, options: tuple[str, ...]) -> None:
    other = run(tuned.name, tmp_path / tuned.journal.name, *options)
    assert exported(other) == tuned.said
    assert other.read_bytes() == tuned.journal.read_bytes()


def test_it_trades_alike_when_a_quote_fills_only_as_the_market_goes_through(tuned: Run, tmp_path: Path) -> None:
    through = exported(run(tuned.name, tmp_path / "through.journal", "--set", "paper.fill_model=through"))
    assert through.reasons == tuned.said.reasons
    assert recomputed(through, maker_fee=MAKER_FEE, taker_fee=TAKER_FEE) == stated(through)
