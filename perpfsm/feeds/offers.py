"""What a file carries beside quotes, found before it is read: in the head of a recording, in the header of a CSV."""

import re
from collections.abc import Collection

from perpfsm.market.offer import Offer

HEAD_BYTES = 1 << 22

_MARK = b'"markPriceUpdate"'
_CARRIES = {
    b'"trade"': Offer.TRADES,
    b'"aggTrade"': Offer.TRADES,
    b'"lastUpdateId"': Offer.DEPTH,  # changes of a book without a snapshot are no book
    _MARK: Offer.MARK,
}
_FUNDING_RATE = re.compile(rb'"r"\s*:\s*"[^"]')
_COLUMNS = {"agg_trade_id": Offer.TRADES, "mark_price": Offer.MARK, "funding_rate": Offer.FUNDING}


def offers_of_recording(head: Collection[bytes]) -> frozenset[Offer]:
    """Return what the first lines of a recording hold; what begins later is not counted on."""
    text = b"\n".join(head)
    offers = {offer for word, offer in _CARRIES.items() if word in text}
    if Offer.MARK in offers and any(_MARK in line and _FUNDING_RATE.search(line) for line in head):
        offers.add(Offer.FUNDING)
    return frozenset(offers)


def offers_of_columns(names: Collection[str]) -> frozenset[Offer]:
    """Return what a CSV with these columns carries."""
    return frozenset(offer for name, offer in _COLUMNS.items() if name in names)
