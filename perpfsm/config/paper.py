"""The settings of the paper exchange as one value; names, units and defaults are those of the schema."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from perpfsm.exchange.latency import NO_LATENCY, LatencySettings
from perpfsm.market.bars import BarSettings
from perpfsm.market.brackets import BRACKETS, Brackets
from perpfsm.market.instrument import Instrument
from perpfsm.market.synthetic import Scenario, SyntheticSettings


@dataclass(frozen=True, slots=True)
class PaperSettings:
    """The paper exchange.

    Attributes:
        instrument: The contract's grids and minima.
        balance: The wallet at the start, quote currency.
        maker_fee: Percent of the notional of a resting fill; negative is a rebate.
        taker_fee: Percent of the notional of a crossing fill; negative is a rebate.
        fill_model: `hardest`, `queue`, `through` or `touch`.
        queue_cancels: `risk_averse` or `proportional`.
        latency: How long commands, events and market data take.
        price_band_pct: How far from the mark price orders may stand, percent; None has no band.
        orders_per_10s: How many opening orders the venue takes within ten seconds.
        orders_per_minute: Within a minute.
        liquidation_fee: Percent of the notional that is closed by force.
        brackets: Leverage and maintenance by notional.
        funding_rate: Percent of the notional on a feed without funding of its own; 0 is none.
        funding_interval_h: From one such funding to the next, hours.
        feed_file: The recording; None for a synthetic market.
        synthetic: The synthetic market, when there is neither a recording nor a scenario.
        scenario: A synthetic market that goes through phases; None without.
        bars: What bars do not say, for a feed of bars.
        source_file: The recording of an external price source; None for a synthetic one.
        source_synthetic: The synthetic market of an external price source, when there is no recording.
    """

    instrument: Instrument
    balance: Decimal = Decimal(10000)
    maker_fee: Decimal = Decimal("0.02")
    taker_fee: Decimal = Decimal("0.05")
    fill_model: str = "hardest"
    queue_cancels: str = "risk_averse"
    latency: LatencySettings = NO_LATENCY
    price_band_pct: Decimal | None = None
    orders_per_10s: int = 300
    orders_per_minute: int = 1200
    liquidation_fee: Decimal = Decimal("1.25")
    brackets: Brackets = BRACKETS
    funding_rate: Decimal = Decimal(0)
    funding_interval_h: int = 8
    feed_file: Path | None = None
    synthetic: SyntheticSettings = field(default_factory=SyntheticSettings)
    scenario: Scenario | None = None
    bars: BarSettings = field(default_factory=BarSettings)
    source_file: Path | None = None
    source_synthetic: SyntheticSettings = field(default_factory=SyntheticSettings)
