"""Builders for the tests of the queue: an exchange that follows queues, and what stands ahead of an order."""

from dataclasses import replace
from decimal import Decimal

from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.queue import QueueCancels
from perpfsm.exchange.settings import FillModel
from perpfsm.market.messages import MarketMessage, Quote
from perpfsm.market.order import PlaceOrder
from tests.exchange.helpers import (
    BUY,
    Number,
    exchange,
    limit,
    place,
    quote,
    settings,
    show,
)

QUEUE = settings(model=FillModel.QUEUE)
PROPORTIONAL = replace(QUEUE, queue_cancels=QueueCancels.PROPORTIONAL)
BEST = quote(100, 101, shown=5)


def queued(*orders: PlaceOrder, of: object = QUEUE, seen: tuple[MarketMessage, ...] = (BEST,)) -> PaperExchange:
    """Return an exchange that follows queues, has seen a market and holds the orders."""
    assert isinstance(of, type(QUEUE))
    venue = exchange(of, wallet=1_000_000)
    show(venue, *seen)
    place(venue, *(orders or (limit("a", BUY, 100, 2),)))
    return venue


def ahead(venue: PaperExchange, client_id: str = "a") -> Decimal | None:
    """Return what stands ahead of an order."""
    return venue._floor.orders.by_id[client_id].place.ahead  # what no event tells


def at(venue_ns: int, bid: Number, ask: Number, *, shown: Number = 5) -> Quote:
    """Return a quote of a venue's time."""
    return replace(quote(bid, ask, shown=shown), exchange_ns=venue_ns)
