"""What a paper exchange is told once: the contract, the account's mode, its fees and when a resting order fills."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from perpfsm.exchange.latency import NO_LATENCY, LatencySettings
from perpfsm.exchange.queue import QueueCancels
from perpfsm.market.brackets import BRACKETS, Brackets
from perpfsm.market.instrument import Instrument
from perpfsm.market.margin import MarginMode
from perpfsm.market.offer import Offer
from perpfsm.market.side import PositionMode


class FillModel(StrEnum):
    """What fills a resting order.

    Under `touch` the opposite best that reaches its price, under `through` one that goes beyond, under `queue` that
    or a trade, once everything that stood before it in the queue of its price has gone.
    """

    QUEUE = "queue"
    THROUGH = "through"
    TOUCH = "touch"


HARDEST = "hardest"


def fill_model(asked: str, offers: Collection[Offer]) -> FillModel:
    """Return the fill model that is asked for, or where the feed does not support it the hardest that it does.

    Args:
        asked: A fill model, or `hardest`.
        offers: What the feed carries beside quotes; a queue needs trades.
    """
    model = FillModel.QUEUE if asked == HARDEST else FillModel(asked)
    return FillModel.THROUGH if model is FillModel.QUEUE and Offer.TRADES not in offers else model


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How many opening orders the venue takes from an account; closing orders and cancels are exempt.

    Attributes:
        per_10s: Within any ten seconds.
        per_minute: Within any minute.
    """

    per_10s: int = 300
    per_minute: int = 1200


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """One market of one account.

    Attributes:
        instrument: The contract.
        mode: One-way or Hedge.
        leverage: At least 1.
        maker_rate: Fee of a resting order as a fraction of its notional (0.0002 is 0.02 %); negative is a rebate.
        taker_rate: Fee of an order that takes, as a fraction.
        fill_model: What fills a resting order.
        price_band_pct: How far from the mark price a LIMIT may stand, and an order take, percent; None has no band.
        rate_limits: How often orders may be placed.
        queue_cancels: Who cancels in a queue, under `queue`.
        latency: How long commands and events take.
        margin_mode: Whether positions share the wallet.
        brackets: Leverage and maintenance by notional.
        liquidation_rate: What a liquidation costs, as a fraction of the notional.
        funding_rate: Of a feed that has none of its own, as a fraction of the notional; 0 is none.
        funding_interval_ns: From one such funding to the next, nanoseconds.
    """

    instrument: Instrument
    mode: PositionMode
    leverage: int
    maker_rate: Decimal
    taker_rate: Decimal
    fill_model: FillModel = FillModel.TOUCH
    price_band_pct: Decimal | None = None
    rate_limits: RateLimits = RateLimits()
    queue_cancels: QueueCancels = QueueCancels.RISK_AVERSE
    latency: LatencySettings = NO_LATENCY
    margin_mode: MarginMode = MarginMode.CROSS
    brackets: Brackets = BRACKETS
    liquidation_rate: Decimal = Decimal("0.0125")
    funding_rate: Decimal = Decimal(0)
    funding_interval_ns: int = 8 * 3600 * 10**9

    @property
    def isolated_leverage(self) -> int | None:
        """The leverage with isolated margin; None with cross margin."""
        return self.leverage if self.margin_mode is MarginMode.ISOLATED else None
