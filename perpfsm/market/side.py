"""Sides, legs and position modes: the directions of the field."""

from enum import StrEnum


class Side(StrEnum):
    """Buy or sell."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell: the sign of what it does to a position."""
        return 1 if self is Side.BUY else -1


class PositionMode(StrEnum):
    """How many positions a market can hold at once."""

    ONE_WAY = "One-way"
    HEDGE = "Hedge"

    @property
    def legs(self) -> tuple["LegName", ...]:
        """The legs of this mode, in the order in which they are offered events."""
        return (LegName.BOTH,) if self is PositionMode.ONE_WAY else (LegName.LONG, LegName.SHORT)


class LegName(StrEnum):
    """One position: the only one in One-way mode, the long or the short one in Hedge mode."""

    BOTH = "BOTH"
    LONG = "LONG"
    SHORT = "SHORT"

    @property
    def opening_sides(self) -> tuple[Side, ...]:
        """The sides on which this leg quotes."""
        match self:
            case LegName.BOTH:
                return (Side.BUY, Side.SELL)
            case LegName.LONG:
                return (Side.BUY,)
            case LegName.SHORT:
                return (Side.SELL,)
