"""`perpfsm run --compare-fills`: the run again under each fill model that the feed supports, and each latency."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import localcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from rich.console import Console

from perpfsm.cli.comparison_options import Comparison, ComparisonFormat
from perpfsm.cli.feeds import feed_of
from perpfsm.cli.price_source import with_price_source
from perpfsm.config.strategy import load_strategy
from perpfsm.console.comparison import comparison_section, to_csv, to_markdown
from perpfsm.console.look import look_of, section
from perpfsm.console.progress import RunProgress
from perpfsm.errors import FeedError
from perpfsm.feeds import Feed
from perpfsm.market.arithmetic import EXACT
from perpfsm.market.instrument import Instrument
from perpfsm.runtime.assembly import open_messages
from perpfsm.runtime.clock import RealClock
from perpfsm.runtime.comparison import Compared, Variant, compared, fill_model_of, own_latency_ms, run_variant, variants
from perpfsm.runtime.stopping import StopRequest


@dataclass(frozen=True, slots=True)
class Comparing:
    """A run that is to be compared, as its command line says; see `RunOptions`."""

    strategy: Path
    changes: Mapping[str, str]
    feed: str | None
    seed: int | None
    skip_bad_lines: bool
    duration_ns: int | None

    def rows(self, comparison: Comparison) -> Iterator[Compared]:
        """Run every variant and yield what came of each; a stop ends it early, with those that are whole.

        Args:
            comparison: What is wanted.

        Raises:
            PerpfsmError: When the strategy or the feed cannot be used.
        """
        strategy = load_strategy(self.strategy, overrides=self.changes)
        offers = feed_of(strategy, self.feed, seed=self.seed, skip_bad_lines=self.skip_bad_lines, depth=False).offers
        used = fill_model_of(strategy.paper.fill_model, offers)
        own = {None, own_latency_ms(strategy.paper.latency)}
        with StopRequest() as stop:
            for variant in variants(offers, comparison.latencies_ms):
                is_used = variant.fill_model.value == used and variant.latency_ms in own
                row = self._run(variant, stop, is_used=is_used)
                if stop.is_made:
                    return
                yield row

    def _run(self, variant: Variant, stop: StopRequest, *, is_used: bool) -> Compared:
        strategy = load_strategy(self.strategy, overrides={**self.changes, **variant.overrides})
        feed = feed_of(strategy, self.feed, seed=self.seed, skip_bad_lines=self.skip_bad_lines, depth=True)
        opened = open_messages(feed, strategy.parameters.market)
        sourced = with_price_source(strategy, opened, is_paced=False, skip_bad_lines=self.skip_bad_lines)
        latency = "" if variant.latency_ms is None else f", {variant.latency_ms:f} ms"
        what = f"{variant.fill_model.value}{latency}"
        with (
            localcontext(EXACT),
            TemporaryDirectory() as folder,
            RunProgress(Console(stderr=True), what, RealClock().now_s) as progress,
        ):
            summary = run_variant(
                strategy,
                sourced.opened,
                Path(folder),
                stop,
                settings=variant.overrides | sourced.settings,
                duration_ns=self.duration_ns,
                look=lambda messages, transitions: progress.update(feed.progress, messages, transitions),
            )
        return compared(variant, summary, is_used=is_used)


def check_latencies(comparison: Comparison, feed: Feed) -> None:
    """Make sure that latencies can be told on a feed, where some are asked for.

    Raises:
        FeedError: When it holds no moments.
    """
    if comparison.latencies_ms and feed.assumes_path:
        what = "Bars hold no moments, so no latency can be told."
        raise FeedError(what, where=feed.name, remedy="Leave out --latencies, or give a feed of quotes.")


def print_alone(comparing: Comparing, comparison: Comparison, instrument: Instrument) -> None:
    """Print a comparison as markdown or CSV, and nothing else."""
    rows = list(comparing.rows(comparison))
    text = to_csv(rows) if comparison.format is ComparisonFormat.CSV else to_markdown(rows, instrument)
    typer.echo(text, nl=False)


def print_below(rows: list[Compared], instrument: Instrument) -> None:
    """Print a comparison of which at least the first run is whole, below a summary."""
    console = Console()
    look = look_of(console)
    console.print(section("Compared", comparison_section(rows, instrument, look), look))
