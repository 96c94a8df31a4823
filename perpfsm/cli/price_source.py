"""The price source of a run: another market's feed merged in, or a server that is asked while the run goes on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from perpfsm.config.strategy import Strategy
from perpfsm.errors import FeedError
from perpfsm.feeds import Feed, open_feed, synthetic_feed
from perpfsm.market.moments import later
from perpfsm.market.price_source import CustomApi, ExternalMarket
from perpfsm.runtime.assembly import Opened, open_messages
from perpfsm.runtime.clock import RealClock
from perpfsm.runtime.merge import reference_prices
from perpfsm.runtime.polling import PolledPrice, beside, poll
from perpfsm.runtime.run import Ending

CUSTOM_API = "price_source custom_api"


@dataclass(frozen=True, slots=True)
class Sourced:
    """A feed with its price source.

    Attributes:
        opened: The traded market's messages, reference prices among them where the source is another market.
        settings: What the run's header keeps of the source.
        server: A server that has to be asked; None where there is none.
    """

    opened: Opened
    settings: dict[str, str]
    server: CustomApi | None = None


def with_price_source(strategy: Strategy, opened: Opened, *, is_paced: bool, skip_bad_lines: bool) -> Sourced:
    """Return the feed with the strategy's price source; a recording that brings reference prices has its own.

    Args:
        strategy: Checked.
        opened: The traded market's feed.
        is_paced: Whether the run follows a clock.
        skip_bad_lines: As for the traded market's feed.

    Raises:
        FeedError: When the other market's feed cannot be used, or a server would have to be asked at full speed.
    """
    source = strategy.price_source
    if source is None:
        return Sourced(opened, {})
    if opened.has_references:
        return Sourced(opened, {"price_source_feed": opened.feed.name})
    match source:
        case ExternalMarket():
            return _merged(strategy, source, opened, skip_bad_lines=skip_bad_lines)
        case CustomApi():
            if not is_paced:
                raise FeedError(
                    "A server is asked by the clock, and --speed max has none.",
                    where=CUSTOM_API,
                    remedy="Use --speed realtime, or replay what a run with --record kept.",
                )
            return Sourced(opened, {"price_source_feed": CUSTOM_API}, source)


async def run_asking(server: CustomApi, clock: RealClock, main: Callable[[PolledPrice], Awaitable[Ending]]) -> Ending:
    """Run `main` while the server is asked beside it.

    Args:
        server: Of which address, how often, within which bounds.
        clock: Real time.
        main: The run, given where the answers are.
    """
    from perpfsm.feeds.custom_api import PriceServer

    price = PolledPrice(band_pct=server.band_pct, age_s_max=float(server.age_s_max), now_s=clock.now_s)
    async with PriceServer(server, wall_ns=clock.wall_ns) as asked:
        return await beside(
            lambda: poll(asked.ask, price, clock.sleep, interval_s=server.interval_s), lambda: main(price)
        )


def _merged(strategy: Strategy, source: ExternalMarket, opened: Opened, *, skip_bad_lines: bool) -> Sourced:
    """Return the traded market's messages with the other one's prices among them."""
    feed = _other_feed(strategy, skip_bad_lines=skip_bad_lines)
    other = open_messages(feed, source.market)
    stale = strategy.parameters.risk.stale_after
    prices = reference_prices(
        other.messages, price_type=source.price_type, stale_ns=None if stale is None else later(0, stale)
    )
    told = {"price_source_feed": feed.name, "price_source_hash": feed.hash}
    return Sourced(opened.merged_with(prices), told)


def _other_feed(strategy: Strategy, *, skip_bad_lines: bool) -> Feed:
    paper = strategy.paper
    if paper.source_file is not None:
        return open_feed(paper.source_file, skip_bad_lines=skip_bad_lines, bars=paper.bars)
    return synthetic_feed(paper.source_synthetic, tick=paper.instrument.tick, step=paper.instrument.step)
