"""What the paper exchange is told of a strategy and its feed, and what the run's header keeps of it."""

import hashlib
from collections.abc import Collection
from decimal import Decimal

from perpfsm.config.strategy import Strategy
from perpfsm.exchange.queue import QueueCancels
from perpfsm.exchange.settings import ExchangeSettings, FillModel, RateLimits, fill_model
from perpfsm.market.brackets import BRACKETS
from perpfsm.market.offer import Offer

PERCENT = Decimal(100)
HOUR_NS = 3600 * 10**9


def exchange_settings(strategy: Strategy, offers: Collection[Offer]) -> ExchangeSettings:
    """Return what the paper exchange is told once.

    Args:
        strategy: Checked.
        offers: What the feed carries beside quotes.
    """
    paper = strategy.paper
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
        latency=paper.latency,
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
