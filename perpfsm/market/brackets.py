"""Margin brackets: what leverage a venue offers for a notional, and how much margin a position must keep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.market.position import ZERO, Position


@dataclass(frozen=True, slots=True)
class Bracket:
    """One row of a venue's table.

    Attributes:
        notional_floor: Where it begins, quote currency, not included.
        notional_cap: Where it ends, quote currency, included.
        leverage_max: The highest leverage that the venue offers here, at least 1.
        maintenance_rate: The fraction of the notional that a position must keep as margin, below 1.
        maintenance_amount: What is taken off it, quote currency, so that maintenance does not jump at the floor.
    """

    notional_floor: Decimal
    notional_cap: Decimal
    leverage_max: int
    maintenance_rate: Decimal
    maintenance_amount: Decimal = ZERO


Brackets = tuple[Bracket, ...]
"""A whole table, as `flaws` wants it: adjoining, with rising rates, falling leverage and no jump."""


def bracket_of(notional: Decimal, brackets: Brackets) -> Bracket:
    """Return the bracket that `notional` (quote currency, not negative) falls into; the last one beyond its end."""
    return next((bracket for bracket in brackets if notional <= bracket.notional_cap), brackets[-1])


def maintenance_margin(position: Position, mark: Decimal, brackets: Brackets) -> Decimal:
    """Return the margin that `position` must keep at `mark`, quote currency.

    Source: notional * maintenance rate - maintenance amount, as USDⓈ-M venues define it.
    """
    notional = abs(position.size) * mark
    bracket = bracket_of(notional, brackets)
    return notional * bracket.maintenance_rate - bracket.maintenance_amount


def leverage_max(notional: Decimal, brackets: Brackets) -> int:
    """Return the highest leverage that is offered for `notional`, quote currency; 0 beyond the table's end."""
    return bracket_of(notional, brackets).leverage_max if notional <= brackets[-1].notional_cap else 0


def notional_max(leverage: int, brackets: Brackets) -> Decimal:
    """Return the largest notional that may be opened with `leverage`, quote currency; 0 where it is not offered."""
    return max((bracket.notional_cap for bracket in brackets if bracket.leverage_max >= leverage), default=ZERO)


def flaws(brackets: Sequence[Bracket]) -> Iterator[tuple[int, str, str]]:
    """Yield what is wrong with a table, as row (from 0), field and the value that fits or what is asked of it.

    With rates that rise and no jump between brackets, maintenance is the largest of all rows' `notional * rate -
    amount`. The liquidation price in closed form rests on that.
    """
    before: Bracket | None = None
    for number, bracket in enumerate(brackets):
        floor = before.notional_cap if before else ZERO
        if bracket.notional_floor != floor:
            yield number, "notional_floor", f"{floor:f}"
        if bracket.notional_cap <= bracket.notional_floor:
            yield number, "notional_cap", f"more than {bracket.notional_floor:f}"
        if before and bracket.leverage_max >= before.leverage_max:
            yield number, "leverage_max", f"less than {before.leverage_max}"
        if before and bracket.maintenance_rate <= before.maintenance_rate:
            yield number, "maintenance_rate", f"more than {before.maintenance_rate:f}"
        amount = _amount_without_jump(before, bracket)
        if bracket.maintenance_amount != amount:
            yield number, "maintenance_amount", f"{amount:f}"
        before = bracket


def _amount_without_jump(before: Bracket | None, bracket: Bracket) -> Decimal:
    if before is None:
        return ZERO
    step = bracket.maintenance_rate - before.maintenance_rate
    return before.maintenance_amount + bracket.notional_floor * step


def _row(floor: int, cap: int, leverage: int, rate: str, amount: int) -> Bracket:
    return Bracket(Decimal(floor), Decimal(cap), leverage, Decimal(rate), Decimal(amount))


# A contract like BTC-USDT.
BRACKETS: Brackets = (
    _row(0, 50_000, 125, "0.004", 0),
    _row(50_000, 600_000, 100, "0.005", 50),
    _row(600_000, 3_000_000, 75, "0.0065", 950),
    _row(3_000_000, 12_000_000, 50, "0.01", 11_450),
    _row(12_000_000, 70_000_000, 25, "0.02", 131_450),
    _row(70_000_000, 100_000_000, 20, "0.025", 481_450),
    _row(100_000_000, 230_000_000, 10, "0.05", 2_981_450),
    _row(230_000_000, 480_000_000, 5, "0.1", 14_481_450),
    _row(480_000_000, 600_000_000, 4, "0.125", 26_481_450),
    _row(600_000_000, 800_000_000, 3, "0.15", 41_481_450),
    _row(800_000_000, 1_200_000_000, 2, "0.25", 121_481_450),
    _row(1_200_000_000, 1_800_000_000, 1, "0.5", 421_481_450),
)
