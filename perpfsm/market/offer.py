"""What a feed can offer beside quotes; the hardest fill model that it supports follows from it."""

from collections.abc import Iterable
from enum import StrEnum


class Offer(StrEnum):
    """A kind of market data that a feed may carry or lack; every feed but one of trades alone has quotes."""

    TRADES = "trades"
    DEPTH = "depth"
    MARK = "mark"
    FUNDING = "funding"


EVERYTHING = frozenset(Offer)

_LACKING = {
    Offer.TRADES: "no trades",
    Offer.DEPTH: "no depth",
    Offer.MARK: "no mark price",
    Offer.FUNDING: "no funding rate",
}


def lacking(offers: Iterable[Offer]) -> str:
    """Return what is not among `offers` in words, such as `no depth, no mark price`; empty when nothing is missing."""
    offered = frozenset(offers)
    return ", ".join(words for offer, words in _LACKING.items() if offer not in offered)
