"""What an exported journal must add up to, recomputed in fractions from its fills, funding and liquidations alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ruamel.yaml import YAML

from tests.oracle.terms import half_even

F = Fraction
ZERO = F(0)
Entry = Mapping[str, Any]
Marks = Mapping[int, Fraction]
"""The mark price from a moment on, ns, where the market is known beside the journal."""
RATES = {"maker": ("maker_fee", "0.02"), "taker": ("taker_fee", "0.05"), "liquidation": ("liquidation_fee", "1.25")}


@dataclass
class Sums:
    """A second set of books: cash, what was realised, paid and received, and each leg's signed size and cost."""

    wallet: Fraction
    rates: dict[str, Fraction]
    marks: Marks = field(default_factory=dict)
    isolated_leverage: int | None = None
    realised: Fraction = ZERO
    fees: Fraction = ZERO
    funding: Fraction = ZERO
    legs: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    margins: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))

    def trade(self, leg: str, sign: int, price: Fraction, size: Fraction) -> Fraction:
        """Change a leg by a trade that does not cross zero, and return what it realised."""
        held, cost = self.legs.get(leg, (ZERO, ZERO))
        after = held + sign * size
        gained = ZERO
        if held * sign >= 0:
            self.margins[leg] += half_even(price * size / (self.isolated_leverage or 1))
        else:
            self.margins[leg] -= half_even(self.margins[leg] * size / abs(held)) if after else self.margins[leg]
            exact = -sign * price * size - cost * size / abs(held)
            gained = exact if not after else half_even(exact)
        self.legs[leg] = (after, cost + sign * price * size + gained if after else ZERO)
        self.wallet += gained
        self.realised += gained
        return gained

    def mark(self, time_ns: int) -> Fraction | None:
        """Return the mark price of a moment, None where the market is not known."""
        return next((self.marks[at_ns] for at_ns in sorted(self.marks, reverse=True) if at_ns <= time_ns), None)

    def force(self, leg: str, mark: Fraction) -> Fraction:
        """Return what closing a leg at the mark price changes: a loss of at most what stands behind it."""
        size, cost = self.legs[leg]
        behind = self.wallet if self.isolated_leverage is None else self.margins[leg]
        return max(size * mark - cost - abs(size) * mark * self.rates["liquidation"], -behind)


def flaws(entries: Sequence[Entry], marks: Marks | None = None) -> Iterator[str]:
    """Yield every number of one run's entries, its footer included, that differs from the second set of books.

    Args:
        entries: Of one run, the header first.
        marks: What the mark price was; where it is known liquidations are recomputed, except of two legs together.
    """
    header = entries[0]["body"]
    sums = Sums(F(header["balance"]), rates_of(header["strategy"]), marks or {}, isolated_leverage(header["strategy"]))
    sums.legs = {leg: (F(size), F(cost)) for leg, (size, cost) in header["positions"].items()}
    for entry in entries[1:]:
        body, leg = entry["body"], entry["leg"]
        for name, told, meant in facts(sums, entry["kind"], leg, body, sums.mark(entry["time_ns"])):
            if told != meant:
                yield f"entry {entry['kind']} {leg} at {entry['time_ns']}: {name} is {told}, not {meant}"


def facts(
    sums: Sums, kind: str, leg: str, body: Entry, mark: Fraction | None
) -> Iterator[tuple[str, Fraction, Fraction]]:
    """Book an entry; yield each number that it tells, as told and as meant."""
    match kind:
        case "fill":
            fill = body["fill"]
            price, size, sign = F(fill["price"]), F(fill["size"]), 1 if fill["side"] == "buy" else -1
            fee = price * size * sums.rates[fill["liquidity"]]
            sums.wallet -= fee
            sums.fees += fee
            yield "fee", F(fill["fee"]), fee
            yield "realised", F(body["realised"]), sums.trade(leg, sign, price, size)
            yield "size_after", F(body["size_after"]), sums.legs[leg][0]
            yield "cost_after", F(body["cost_after"]), sums.legs[leg][1]
            yield "wallet_after", F(body["wallet_after"]), sums.wallet
        case "funding":
            paid = sums.legs[leg][0] * F(body["mark"]) * F(body["rate"])
            sums.wallet -= paid
            sums.funding += paid
            sums.margins[leg] -= paid
            yield "paid", F(body["paid"]), paid
            yield "mark", F(body["mark"]), mark or F(body["mark"])
            yield "wallet_after", F(body["wallet_after"]), sums.wallet
        case "position":
            is_alone = leg == "BOTH" or sums.isolated_leverage is not None
            if body["cause"] == "liquidation" and is_alone and mark is not None:
                yield "realised", F(body["realised"]), sums.force(leg, mark)
                sums.margins[leg] = ZERO
            sums.wallet += F(body["realised"])
            sums.realised += F(body["realised"])
            sums.legs[leg] = F(body["size_after"]), F(body["cost_after"])
            yield "wallet_after", F(body["wallet_after"]), sums.wallet
        case "end":
            yield "funding", F(body["funding"]), sums.funding
            yield "wallet", F(body["wallet"]), sums.wallet
            yield "realised", F(body["realised"]), sums.realised
            yield "fees", F(body["fees"]), sums.fees
            for name, (size, cost) in body["positions"].items():
                held = sums.legs.get(name, (ZERO, ZERO))
                yield f"size of {name}", F(size), held[0]
                yield f"cost of {name}", F(cost), held[1]
        case _:
            pass


def isolated_leverage(strategy: str) -> int | None:
    """Return the leverage of a strategy with isolated margin, None with cross margin."""
    parameters = YAML(typ="base", pure=True).load(strategy)
    return int(parameters["leverage"]) if parameters.get("margin_mode") == "isolated" else None


def rates_of(strategy: str) -> dict[str, Fraction]:
    """Return the fees that a strategy file's text asks for, as fractions of the notional."""
    paper = YAML(typ="base", pure=True).load(strategy).get("paper", {})
    return {name: F(paper.get(key, default)) / 100 for name, (key, default) in RATES.items()}
