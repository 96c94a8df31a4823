"""What the paper exchange is told of a strategy and its feed, and what the run's header keeps of it."""

import hashlib
from decimal import Decimal

from perpfsm.config.strategy import Strategy
from perpfsm.exchange.latency import NO_LATENCY
from perpfsm.exchange.queue import QueueCancels
from perpfsm.exchange.settings import ExchangeSettings, FillModel, RateLimits, fill_model
from perpfsm.feeds import Feed
from perpfsm.market.brackets import BRACKETS
from perpfsm.market.offer import Offer

PERCENT = Decimal(100)
HOUR_NS = 3600 * 10**9


def exchange_settings(strategy: Strategy, feed: Feed) -> ExchangeSettings:
    """Return what the paper exchange is told once.

    Args:
        strategy: Checked.
        feed: Says what it carries beside quotes. Where its path is assumed there is no latency: the worst prices of
            a bar last no longer than it takes to be judged by them, and whoever came later would find better ones.
    """
    paper, offers = strategy.paper, feed.offers
    return ExchangeSettings(
        paper.instrument,
        strategy.parameters.position_mode,
        strategy.parameters.leverage,
        paper.maker_fee / PERCENT,
        paper.taker_fee / PERCENT,
        fill_model(paper.fill_model, offers),
        paper.price_band_pct,
        RateLimits(paper.orders_per_10s, paper.orders_per_minute),
        margin_mode=strategy.parameters.margin_mode,
        brackets=paper.brackets,
        liquidation_rate=paper.liquidation_fee / PERCENT,
        funding_rate=Decimal(0) if Offer.FUNDING in offers else paper.funding_rate / PERCENT,
        funding_interval_ns=paper.funding_interval_h * HOUR_NS,
        queue_cancels=QueueCancels(paper.queue_cancels),
        latency=NO_LATENCY if feed.assumes_path else paper.latency,
    )


def venue_words(venue: ExchangeSettings) -> dict[str, str]:
    """Return what the run's header keeps of the exchange's settings."""
    words = {"fill_model": venue.fill_model.value}
    if venue.fill_model is FillModel.QUEUE:
        words["queue_cancels"] = venue.queue_cancels.value
    if not venue.latency.is_none:
        words["latency"] = venue.latency.in_words()
    if venue.brackets != BRACKETS:  # they may stand in another file than the strategy
        words["brackets"] = hashlib.sha256(repr(venue.brackets).encode()).hexdigest()
    return words
