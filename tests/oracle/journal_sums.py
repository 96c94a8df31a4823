"""What an exported journal must add up to, recomputed in fractions from its fills, funding and liquidations alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ruamel.yaml import YAML

from tests.oracle.terms import half_even

F = Fraction
ZERO = F(0)
Entry = Mapping[str, Any]
FEES = {"maker": "0.02", "taker": "0.05"}


@dataclass
class Sums:
    """A second set of books: cash, what was realised, paid and received, and each leg's signed size and cost."""

    wallet: Fraction
    rates: dict[str, Fraction]
    realised: Fraction = ZERO
    fees: Fraction = ZERO
    funding: Fraction = ZERO
    legs: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)

    def trade(self, leg: str, sign: int, price: Fraction, size: Fraction) -> Fraction:
        """Change a leg by a trade that does not cross zero, and return what it realised."""
        held, cost = self.legs.get(leg, (ZERO, ZERO))
        after = held + sign * size
        gained = ZERO
        if held * sign < 0:
            exact = -sign * price * size - cost * size / abs(held)
            gained = exact if not after else half_even(exact)
        self.legs[leg] = (after, cost + sign * price * size + gained if after else ZERO)
        self.wallet += gained
        self.realised += gained
        return gained


def flaws(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield every number of one run's entries, its footer included, that differs from the second set of books."""
    header = entries[0]["body"]
    sums = Sums(F(header["balance"]), rates_of(header["strategy"]))
    sums.legs = {leg: (F(size), F(cost)) for leg, (size, cost) in header["positions"].items()}
    for entry in entries[1:]:
        body, leg = entry["body"], entry["leg"]
        for name, told, meant in facts(sums, entry["kind"], leg, body):
            if told != meant:
                yield f"entry {entry['kind']} {leg} at {entry['time_ns']}: {name} is {told}, not {meant}"


def facts(sums: Sums, kind: str, leg: str, body: Entry) -> Iterator[tuple[str, Fraction, Fraction]]:
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
            yield "paid", F(body["paid"]), paid
            yield "wallet_after", F(body["wallet_after"]), sums.wallet
        case "position":
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


def rates_of(strategy: str) -> dict[str, Fraction]:
    """Return the fees that a strategy file's text asks for, as fractions of the notional."""
    paper = YAML(typ="base", pure=True).load(strategy).get("paper", {})
    return {name: F(paper.get(f"{name}_fee", default)) / 100 for name, default in FEES.items()}
