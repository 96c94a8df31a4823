"""The settings of a synthetic market, as a value that configuration and feed share."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SyntheticSettings:
    """A seeded random market on the tick grid.

    Attributes:
        seed: Any integer; the same settings and seed give the same market on any machine.
        start_price: Quote currency.
        duration_s: Length of the market in seconds.
        step_ms: Milliseconds between two quotes.
        volatility_bps: Standard deviation of the mid price over one second, basis points.
        spread_ticks: Ticks between best bid and best ask.
        size: Mean size shown at the best prices, base units.
        jump_every_s: Mean seconds between jumps; 0 is none.
        jump_bps: Standard deviation of one jump, basis points.
    """

    seed: int = 7
    start_price: Decimal = Decimal(60000)
    duration_s: Decimal = Decimal(3600)
    step_ms: int = 250
    volatility_bps: Decimal = Decimal("0.5")
    spread_ticks: int = 1
    size: Decimal = Decimal(1)
    jump_every_s: Decimal = Decimal(300)
    jump_bps: Decimal = Decimal(8)
