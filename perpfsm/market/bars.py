"""How bars become a market, as a value that configuration and feed share."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class VolumeUnit(StrEnum):
    """What the volume of a bar counts."""

    BASE = "base"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class BarSettings:
    """What a bar does not say.

    Attributes:
        tick: The price grid, quote currency.
        step: The size grid, base units.
        spread_ticks: Ticks between best bid and best ask, at least 1.
        volume: What the volume column counts.
    """

    tick: Decimal = Decimal("0.1")
    step: Decimal = Decimal("0.001")
    spread_ticks: int = 1
    volume: VolumeUnit = VolumeUnit.BASE
