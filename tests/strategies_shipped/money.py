"""The money of a run, worked out anew in exact fractions from nothing but its exported fills (B20)."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tests.strategies_shipped.command import Said

QUANTUM = Fraction(1, 10**8)


@dataclass
class Money:
    """What a run earned, quote currency.

    Attributes:
        wallet: Cash at the end.
        realised: Before fees.
        fees: Paid less rebates.
        positions: What is left open: leg to signed size and cost.
        closings: Realised PnL and fees of each position that was closed, in order.
    """

    wallet: Fraction
    realised: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)
    positions: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    closings: list[tuple[Fraction, Fraction]] = field(default_factory=list)


@dataclass
class _Open:
    size: Fraction = Fraction(0)
    cost: Fraction = Fraction(0)
    realised: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)


def stated(said: Said) -> Money:
    """Return what the footer and the closings of a journal say."""
    (end,) = said.of("end")
    held = end["positions"]
    assert isinstance(held, dict)
    return Money(
        _number(end["wallet"]),
        _number(end["realised"]),
        _number(end["fees"]),
        {leg: (_number(size), _number(cost)) for leg, (size, cost) in held.items()},
        [(_number(closing["realised"]), _number(closing["fees"])) for closing in said.of("closing")],
    )


def recomputed(said: Said, *, maker_fee: Decimal, taker_fee: Decimal) -> Money:
    """Return what follows from side, price and size of every fill.

    Args:
        said: The journal.
        maker_fee: Percent of the notional of a resting fill.
        taker_fee: Percent of the notional of a crossing one.
    """
    (run,) = said.of("run")
    money = Money(_number(run["balance"]))
    legs: dict[str, _Open] = {}
    for body in said.of("fill"):
        fill = body["fill"]
        assert isinstance(fill, dict)
        size = Fraction(fill["size"]) * (1 if fill["side"] == "buy" else -1)
        fee = abs(size) * Fraction(fill["price"]) * Fraction(maker_fee if fill["liquidity"] == "maker" else taker_fee)
        leg = legs.setdefault(str(body["leg"]), _Open())
        realised = _book(leg, size, Fraction(fill["price"]))
        leg.realised += realised
        leg.fees += fee / 100
        money.realised += realised
        money.fees += fee / 100
        money.wallet += realised - fee / 100
        if not leg.size:
            money.closings.append((leg.realised, leg.fees))
            legs[str(body["leg"])] = _Open()
    money.positions = {name: (leg.size, leg.cost) for name, leg in legs.items() if leg.size}
    return money


def _book(leg: _Open, size: Fraction, price: Fraction) -> Fraction:
    """Book a fill of signed `size` and return what it realises; a part is rounded, the rest stays in the cost."""
    if leg.size * size >= 0:
        leg.size += size
        leg.cost += size * price
        return Fraction(0)
    realised = -size * price + leg.cost * size / leg.size
    leg.size += size
    if leg.size:
        realised = round(realised / QUANTUM) * QUANTUM
    leg.cost += size * price + realised
    return realised


def _number(value: object) -> Fraction:
    return Fraction(str(value))
