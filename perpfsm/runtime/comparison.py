"""The same run under several fill models and latencies: a range in place of a number."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from perpfsm.config.strategy import Strategy
from perpfsm.engine.records import Record, TransitionRecord
from perpfsm.exchange.latency import NS_PER_MS, LatencySettings
from perpfsm.exchange.settings import FillModel, fill_model
from perpfsm.journal.store import Journal
from perpfsm.market.offer import Offer
from perpfsm.runtime.assembly import Opened, assemble
from perpfsm.runtime.quality import Executions, QuoteFills
from perpfsm.runtime.run import Stop, finish, run_at_full_speed
from perpfsm.runtime.summary import Summary
from perpfsm.runtime.tally import Tally

LATENCY = "paper.latency"
PATHS = ("order_ms", "cancel_ms", "ack_ms", "market_data_ms")
FROM_SOFT_TO_HARD = (FillModel.TOUCH, FillModel.THROUGH, FillModel.QUEUE)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to run a strategy.

    Attributes:
        fill_model: What fills a resting order.
        latency_ms: Of each of the four paths, milliseconds; None is the strategy's own.
    """

    fill_model: FillModel
    latency_ms: Decimal | None = None

    @property
    def overrides(self) -> dict[str, str]:
        """What it sets in the strategy file, by dotted name."""
        latency = {} if self.latency_ms is None else {f"{LATENCY}.{path}": f"{self.latency_ms:f}" for path in PATHS}
        return {"paper.fill_model": self.fill_model.value, **latency}


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of one variant.

    Attributes:
        fill_model: As run.
        latency_ms: As run; None is the strategy's own.
        is_used: Whether the run itself is like it.
        quotes: How many quotes left, and how many of them were filled.
        fills: Executions, maker and taker; a quote that is filled in parts has several.
        net: Realised plus open PnL less fees and funding, quote currency.
        fees: Quote currency, paid less rebates.
        maker: The quality of the fills of resting orders.
    """

    fill_model: str
    latency_ms: Decimal | None
    is_used: bool
    quotes: QuoteFills
    fills: int
    net: Decimal
    fees: Decimal
    maker: Executions


def variants(offers: Collection[Offer], latencies_ms: Sequence[Decimal]) -> tuple[Variant, ...]:
    """Return every fill model that a feed supports with every latency, the softest first.

    Args:
        offers: What the feed carries.
        latencies_ms: None of them is the strategy's own latency alone.
    """
    models = [model for model in FROM_SOFT_TO_HARD if model is not FillModel.QUEUE or Offer.TRADES in offers]
    return tuple(Variant(model, latency) for model in models for latency in latencies_ms or (None,))


def fill_model_of(named: str, offers: Collection[Offer]) -> str:
    """Return the fill model that a strategy means: at most the hardest that the feed supports."""
    return fill_model(named, offers).value


def own_latency_ms(latency: LatencySettings) -> Decimal | None:
    """Return the constant that all four paths of a strategy have, milliseconds; None when they differ or are drawn."""
    paths = {latency.order, latency.cancel, latency.ack, latency.market_data}
    first = paths.pop()
    return None if paths or not isinstance(first, int) else Decimal(first) / NS_PER_MS


def run_variant(
    strategy: Strategy,
    opened: Opened,
    folder: Path,
    stop: Stop,
    *,
    settings: dict[str, str],
    duration_ns: int | None,
    look: Callable[[int, int], None],
) -> Summary:
    """Run a strategy at full speed on a journal of its own, and return its summary.

    Args:
        strategy: With the variant's settings.
        opened: The feed, from its beginning.
        folder: Where the journal goes; nothing may be there yet.
        stop: As in `run_at_full_speed`.
        settings: Of the command line, for the run's header.
        duration_ns: As in `run_at_full_speed`.
        look: Called now and then with the number of messages and of transitions so far.
    """
    tally = Tally(strategy.machine, [leg.value for leg in strategy.parameters.position_mode.legs])
    transitions = 0

    def observe(record: Record) -> None:
        nonlocal transitions
        tally.add(record)
        transitions += isinstance(record, TransitionRecord)

    with Journal.create_or_continue(folder / "variant.journal") as journal:
        assembled = assemble(strategy, opened, journal, settings=settings, observe=observe)
        driver = assembled.driver
        ending = run_at_full_speed(
            assembled, stop, duration_ns=duration_ns, look=lambda _: look(driver.messages, transitions)
        )
        footer = finish(driver, ending)
    quality = driver.quality.at(footer.time_ns)
    return tally.summary(footer.time_ns, worst_drawdown=driver.meter.worst, quality=quality)


def compared(variant: Variant, summary: Summary, *, is_used: bool) -> Compared:
    """Return what a comparison says of one variant's run."""
    return Compared(
        variant.fill_model.value,
        variant.latency_ms,
        is_used,
        summary.quality.quotes,
        summary.maker.count + summary.taker.count,
        summary.pnl.net,
        summary.pnl.fees,
        summary.quality.maker,
    )
