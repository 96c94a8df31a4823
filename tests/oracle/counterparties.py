"""The other side of every booking: who holds what we do not, and who got what we paid."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from perpfsm.market.incident import FeedMessage, ManualTrade
from perpfsm.market.messages import MarkPrice, Quote
from perpfsm.market.side import Side
from tests.oracle.terms import Told

F = Fraction
MARKET, VENUE, FUNDING, INSURANCE = "market", "venue", "funding", "insurance"
Held = Mapping[str, tuple[Fraction, Fraction]]


@dataclass
class Marks:
    """The mark price as the messages tell it: the feed's, else the mid."""

    feed: Fraction | None = None
    mid: Fraction | None = None
    by_hand: Fraction | None = None

    def see(self, message: FeedMessage) -> None:
        self.by_hand = F(message.price) if isinstance(message, ManualTrade) else None
        match message:
            case MarkPrice(mark=mark):
                self.feed = F(mark)
            case Quote(bid=bid, ask=ask, mark=mark):
                self.feed = self.feed if mark is None else F(mark)
                self.mid = (F(bid) + F(ask)) / 2 if bid <= ask else self.mid
            case _:
                pass

    def price(self) -> Fraction:
        price = self.mid if self.feed is None else self.feed
        assert price is not None
        return price


@dataclass
class Others:
    """Everybody else: their contracts per leg, and their cash less what their contracts cost them.

    Attributes:
        fee: The liquidation fee as a fraction of the notional.
        paid: Party to what it has, quote currency.
        contracts: Leg to their signed size; ours is its opposite.
    """

    fee: Fraction
    paid: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    contracts: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))

    def trade(self, leg: str, size: Fraction, price: Fraction) -> None:
        """Take the other side of our signed `size`."""
        self.contracts[leg] -= size
        self.paid[MARKET] += size * price

    def book(self, told: Told, before: Held, marks: Marks) -> None:
        """Book one event against the account as it was before it."""
        match told:
            case ("filled", _, _, leg, side, price, size, fee, *_):
                assert isinstance(side, Side)
                self.trade(str(leg), side.sign * number(size), number(price))
                self.paid[VENUE] += number(fee)
            case ("funding", _, _, _, paid, _):
                self.paid[FUNDING] += number(paid)
            case ("liquidated", leg, realised, _):
                size, cost = before[str(leg)]
                mark = marks.price()
                self.trade(str(leg), -size, mark)
                fee = abs(size) * mark * self.fee
                self.paid[VENUE] += fee
                self.paid[INSURANCE] -= number(realised) - (size * mark - cost - fee)
            case ("position", leg, after, _, _, _):
                price = marks.price() if marks.by_hand is None else marks.by_hand
                self.trade(str(leg), number(after) - before[str(leg)][0], price)
            case _:
                pass

    def worth(self) -> Fraction:
        """Return the sum of what they have."""
        return sum(self.paid.values(), F(0))


def number(value: object) -> Fraction:
    assert isinstance(value, Fraction)
    return value
