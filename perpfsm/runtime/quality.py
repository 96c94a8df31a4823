"""How well a run traded, as values: what its fills captured, what the market did after them, what inventory it carried.

A fill's side is +1 for a buy and -1 for a sell; `mid` is half of the best bid plus the best ask.

- Spread captured: `side * (mid before the fill - price) * size`, what the half spread was worth at that moment. For a
  taker it is negative: the spread paid.
- Markout after h seconds: `side * (mid at h - price) * size`, what is left of it then.
- Adverse selection: spread captured less markout, `side * (mid before - mid at h) * size`: positive when the market
  went against the fill.

Basis points are of the notional of the same fills, and means weighted by it.

Source:
    Huang, Stoll, "Dealer versus auction markets" (1996): effective and realised spread, whose difference is the price
    impact. Markouts are the realised half spread at several horizons.
"""

from dataclasses import dataclass
from decimal import Decimal

HORIZONS_S = (1, 5, 30)
PERCENT = 100
BASIS_POINTS = 10_000
RATIO_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Markout:
    """What fills were worth some time after them.

    Attributes:
        horizon_s: Seconds after the fill.
        count: Executions whose horizon was reached.
        gained: Quote currency; negative is a loss.
        per_fill: The mean of an execution, quote currency; None without any.
        bps: Basis points of their notional; None without any.
        adverse_bps: Adverse selection, basis points; None without any.
    """

    horizon_s: int
    count: int = 0
    gained: Decimal = Decimal(0)
    per_fill: Decimal | None = None
    bps: Decimal | None = None
    adverse_bps: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Executions:
    """The quality of the executions of one liquidity.

    Attributes:
        count: Executions with a mid price before them.
        notional: Theirs, quote currency.
        spread: The spread captured, quote currency; negative is paid.
        spread_bps: The same in basis points; None without executions.
        markouts: After each of `HORIZONS_S`.
    """

    count: int = 0
    notional: Decimal = Decimal(0)
    spread: Decimal = Decimal(0)
    spread_bps: Decimal | None = None
    markouts: tuple[Markout, ...] = tuple(Markout(horizon_s) for horizon_s in HORIZONS_S)


@dataclass(frozen=True, slots=True)
class QuoteFills:
    """How much of what was quoted was filled.

    Attributes:
        placed: Quotes that left.
        filled: Those of them that were filled, in whole or in part.
        filled_pct: Their share; None when nothing was quoted.
        placed_size: Base units.
        filled_size: Base units.
        races: Orders that were filled, in whole or in part, after their cancel had left.
    """

    placed: int = 0
    filled: int = 0
    filled_pct: Decimal | None = None
    placed_size: Decimal = Decimal(0)
    filled_size: Decimal = Decimal(0)
    races: int = 0


@dataclass(frozen=True, slots=True)
class Inventory:
    """What was carried.

    Attributes:
        exposed_ns: How long some leg had a position.
        exposed_pct: Percent of the run.
        mean_size: The absolute position, both legs together, weighted by time over the whole run, base units.
    """

    exposed_ns: int = 0
    exposed_pct: Decimal = Decimal(0)
    mean_size: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class StopSlippage:
    """What stops of one reason lost on their way.

    Attributes:
        reason: `stop_loss`, `trailing_stop` or `break_even`.
        stops: How many were triggered and filled, in whole or in part.
        slippage: Against the exit price that triggered them, quote currency; positive is lost.
        slippage_bps: The same, basis points of what was closed.
        beyond: Of a stop loss against its own price, entry less the stop's spread, so that a gap counts, too; None for
            other stops.
        beyond_bps: The same, basis points.
    """

    reason: str
    stops: int
    slippage: Decimal
    slippage_bps: Decimal
    beyond: Decimal | None = None
    beyond_bps: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """A run in market-making terms."""

    maker: Executions = Executions()
    taker: Executions = Executions()
    quotes: QuoteFills = QuoteFills()
    inventory: Inventory = Inventory()
    stops: tuple[StopSlippage, ...] = ()


NOTHING_YET = Quality()


def ratio(part: Decimal | int, whole: Decimal, unit: int) -> Decimal:
    """Return `part` in `unit`-ths of `whole` (not zero), to four decimals."""
    return (part * unit / whole).quantize(RATIO_STEP)
