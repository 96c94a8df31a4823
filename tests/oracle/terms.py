"""What the oracle is told of a market and an account: plain numbers as fractions."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from perpfsm.market.side import PositionMode

Told = tuple[object, ...]
"""One event in the common language: a word for what happened, then its values."""


@dataclass(frozen=True)
class Tier:
    """One row of the table of brackets; notional in quote currency, the rate a fraction."""

    floor: Fraction
    cap: Fraction
    leverage_max: int
    rate: Fraction
    amount: Fraction


@dataclass(frozen=True)
class Delays:
    """The four paths of E1, each asked for its next delay in ns."""

    order: Callable[[], int]
    cancel: Callable[[], int]
    ack: Callable[[], int]
    market_data: Callable[[], int]


@dataclass(frozen=True)
class Terms:
    """A contract, an account's settings and the venue's parameters; rates are fractions, sizes base units."""

    tick: Fraction
    step: Fraction
    tick_digits: int
    step_digits: int
    size_min: Fraction
    size_max: Fraction | None
    notional_min: Fraction
    exempt: bool
    mode: PositionMode
    leverage: int
    maker: Fraction
    taker: Fraction
    model: str
    beyond_ticks: int
    delays: Delays
    queue_cancels: str = "risk_averse"
    isolated: bool = False
    tiers: tuple[Tier, ...] = ()
    liquidation_fee: Fraction = Fraction(0)
    funding_rate: Fraction = Fraction(0)
    funding_interval_ns: int = 0
    band: Fraction | None = None
    per_10s: int | None = None
    per_minute: int | None = None


def half_even(value: Fraction, digits: int = 8) -> Fraction:
    """Return `value` rounded half to even; `round` of a fraction does just that."""
    return Fraction(round(value * 10**digits), 10**digits)
