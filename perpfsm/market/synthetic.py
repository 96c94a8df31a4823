"""The settings of a synthetic market, as values that configuration and feed share."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.market.side import Side


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


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a scenario, in which the market keeps its character.

    Attributes:
        for_s: Its length in seconds, positive.
        volatility_bps: Standard deviation of the mid price over one second, basis points.
        drift_bps_per_s: What the mid price moves by in each second beside that, basis points, negative falls.
        jump_bps: What it moves by at once where the phase begins, basis points, negative falls.
        spread_ticks: Ticks between best bid and best ask.
        size: Mean size shown at the best prices, base units.
        one_sided: The side of the book that is still shown; None is both.
        is_halted: Whether the venue stands still: no quote, no trade, and nothing executes.
    """

    for_s: Decimal
    volatility_bps: Decimal = Decimal("0.5")
    drift_bps_per_s: Decimal = Decimal(0)
    jump_bps: Decimal = Decimal(0)
    spread_ticks: int = 1
    size: Decimal = Decimal(1)
    one_sided: Side | None = None
    is_halted: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A synthetic market that goes through phases.

    Attributes:
        name: What the file calls it.
        phases: In their order, at least one.
        seed: Any integer; the same scenario and seed give the same market on any machine.
        start_price: Quote currency.
        step_ms: Milliseconds between two quotes.
    """

    name: str
    phases: tuple[Phase, ...]
    seed: int = 7
    start_price: Decimal = Decimal(60000)
    step_ms: int = 250
