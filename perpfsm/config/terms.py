"""The terms that lint holds a strategy against, as its file and the venue that it names have them."""

from decimal import Decimal

from perpfsm.config.paper import PaperSettings
from perpfsm.config.settings import Settings
from perpfsm.config.strategy_checks import reference_price
from perpfsm.exchange.latency import NS_PER_MS, Delay, Sampled, Uniform
from perpfsm.proof.lint_terms import Terms


def terms_of(settings: Settings, paper: PaperSettings, *, is_fed_elsewhere: bool) -> Terms:
    """Return what the venue offers and charges.

    Args:
        settings: Of the strategy, without errors.
        paper: The paper exchange's settings.
        is_fed_elsewhere: Whether another market than the file's own is traded, at a price that is not known yet.
    """
    own_price = reference_price(settings) if paper.scenario is None else paper.scenario.start_price
    latency = paper.latency
    return Terms(
        instrument=paper.instrument,
        balance=paper.balance,
        maker_fee=paper.maker_fee,
        taker_fee=paper.taker_fee,
        brackets=paper.brackets,
        is_isolated=settings.text("margin_mode") == "isolated",
        price=None if is_fed_elsewhere else own_price,
        orders_per_10s=paper.orders_per_10s,
        orders_per_minute=paper.orders_per_minute,
        answer_ms=Decimal(_longest_ns(latency.order) + _longest_ns(latency.ack)) / NS_PER_MS,
        price_band_pct=paper.price_band_pct,
    )


def _longest_ns(delay: Delay) -> int:
    """Return the longest that a path may take."""
    match delay:
        case Uniform():
            return delay.high_ns
        case Sampled():
            return max(delay.values_ns)
        case _:
            return delay
