"""The oracle's money (E7 to E11): wallet, positions, isolated margins, maintenance, and the counterparties' side."""

from dataclasses import dataclass
from fractions import Fraction

from perpfsm.market.side import LegName, Side
from tests.oracle.terms import Terms, half_even

F = Fraction
ZERO = F(0)


@dataclass
class Holding:
    """One leg: signed size and cost, and the margin that is its own when isolated."""

    size: Fraction = ZERO
    cost: Fraction = ZERO
    margin: Fraction = ZERO

    def pnl(self, price: Fraction) -> Fraction:
        return self.size * price - self.cost


class Purse:
    """Cash (isolated margins included), holdings, and the running sums that conservation needs."""

    def __init__(self, terms: Terms, wallet: Fraction) -> None:
        self.terms, self.wallet = terms, wallet
        self.legs = {leg: Holding() for leg in terms.mode.legs}
        self.leverage = terms.leverage
        self.isolated = terms.isolated
        self.realised, self.fees, self.funding, self.forced = F(0), F(0), F(0), F(0)

    def book(self, leg: LegName, side: Side, price: Fraction, size: Fraction) -> None:
        """Change a position by an execution: what opposes it closes first, an excess opens anew (E8)."""
        held = self.legs[leg]
        closes = min(size, abs(held.size)) if held.size * side.sign < 0 else F(0)
        if closes:
            self.gain(self.close(held, price, closes))
        opens = size - closes
        held.size += side.sign * opens
        held.cost += side.sign * opens * price
        if self.isolated:
            held.margin += half_even(opens * price / self.leverage)

    def close(self, held: Holding, price: Fraction, size: Fraction) -> Fraction:
        """Take `size` out of a position and return what that realised."""
        signed = size if held.size > 0 else -size
        if size == abs(held.size):
            gained = held.pnl(price)
            held.size, held.cost, held.margin = F(0), F(0), F(0)
            return gained
        gained = half_even(signed * price - held.cost * signed / held.size)
        held.margin -= half_even(held.margin * signed / held.size)
        held.cost -= signed * price - gained
        held.size -= signed
        return gained

    def gain(self, amount: Fraction) -> None:
        self.wallet += amount
        self.realised += amount

    def pay_fee(self, fee: Fraction) -> None:
        self.wallet -= fee
        self.fees += fee

    def pay_funding(self, leg: LegName, rate: Fraction, mark: Fraction) -> Fraction:
        """Pay (or receive) funding on what is held now and return it (E11)."""
        held = self.legs[leg]
        paid = held.size * mark * rate
        self.wallet -= paid
        self.funding += paid
        if self.isolated:
            held.margin -= paid
        return paid

    def tier(self, notional: Fraction) -> tuple[Fraction, Fraction, int]:
        """Return maintenance rate, amount and greatest leverage at a notional."""
        for tier in self.terms.tiers:
            if notional <= tier.cap:
                return tier.rate, tier.amount, tier.leverage_max
        return self.terms.tiers[-1].rate, self.terms.tiers[-1].amount, 0

    def maintenance(self, held: Holding, mark: Fraction) -> Fraction:
        notional = abs(held.size) * mark
        if not notional:
            return F(0)
        rate, amount, _ = self.tier(notional)
        return notional * rate - amount

    def doomed(self, mark: Fraction) -> list[LegName]:
        """Return the legs that have to be liquidated at `mark` (E10)."""
        held = [leg for leg, each in self.legs.items() if each.size]
        if self.isolated:
            return [leg for leg in held if self.is_lost(self.legs[leg], mark)]
        equity = self.wallet + sum(self.legs[leg].pnl(mark) for leg in held)
        needed = sum((self.maintenance(self.legs[leg], mark) for leg in held), F(0))
        return held if held and equity <= needed else []

    def is_lost(self, held: Holding, mark: Fraction) -> bool:
        return held.margin + held.pnl(mark) <= self.maintenance(held, mark)

    def forgive(self) -> Fraction:
        """Bring a wallet below 0 to 0 and return what the insurance gave."""
        given, self.wallet = -self.wallet, F(0)
        self.forced += given
        return given

    def liquidate(self, legs: list[LegName], mark: Fraction) -> list[tuple[LegName, Fraction]]:
        """Close legs at `mark` less the fee; the insurance bears what exceeds what there is to lose."""
        losses = {}
        for leg in legs:
            held = self.legs[leg]
            raw = held.pnl(mark) - abs(held.size) * mark * self.terms.liquidation_fee
            losses[leg] = max(raw, -held.margin) if self.isolated else raw
            self.legs[leg] = Holding()
        if not self.isolated:
            missing = max(F(0), -(self.wallet + sum(losses.values())))
            losses[legs[-1]] += missing
        for leg in legs:
            self.wallet += losses[leg]
            self.forced += losses[leg]
        return [(leg, losses[leg]) for leg in legs]
