"""Stop orders that close a long from 100, and what was received of them, in short."""

from decimal import Decimal

from perpfsm.decisions.approval import Approved
from perpfsm.exchange.paper import PaperExchange
from perpfsm.market.messages import MarkPrice
from perpfsm.market.order import (
    OrderAccepted,
    OrderExpired,
    OrderFilled,
    VenueEvent,
)
from perpfsm.market.side import LegName, Side
from perpfsm.market.stop import PlaceStop, StopKind, StopTriggered, TriggerBy
from tests.exchange.helpers import (
    BOTH,
    NOW,
    SELL,
    Number,
    exchange,
    position,
    quote,
    show,
)

D = Decimal
STOP, TAKE_PROFIT, TRAILING = StopKind.STOP, StopKind.TAKE_PROFIT, StopKind.TRAILING
MARK, LAST = TriggerBy.MARK, TriggerBy.LAST


def stop(
    at: Number | None = 95,
    *,
    side: Side = SELL,
    size: Number | None = None,
    kind: StopKind = STOP,
    by: TriggerBy = MARK,
    callback: Number | None = None,
    leg: LegName = BOTH,
    name: str = "s",
) -> PlaceStop:
    """Return a stop order that closes a whole long unless changed."""
    return PlaceStop(
        name,
        leg,
        side,
        kind,
        None if at is None else D(at),
        None if size is None else D(size),
        by,
        None if callback is None else D(callback),
    )


def long_of(size: Number = 2, *stops: PlaceStop, seen: bool = True) -> PaperExchange:
    """Return an exchange with a long position from 100 and stops that wait, the market at 100."""
    venue = exchange(positions={BOTH: position(size)})
    if seen:
        show(venue, quote("99.5", "100.5"))
    for each in stops:
        assert send(venue, each) == (OrderAccepted(each.client_id, NOW),)
    return venue


def send(venue: PaperExchange, *stops: PlaceStop, now_ns: int = NOW) -> tuple[VenueEvent, ...]:
    for each in stops:
        venue.submit(Approved(each), now_ns)
    return venue.take(now_ns)


def mark(venue: PaperExchange, price: Number) -> list[str]:
    """Publish a mark price and return what was received, in short."""
    venue.on_market(MarkPrice(NOW, D(price)))
    return short(venue.take(NOW))


def short(events: tuple[VenueEvent, ...]) -> list[str]:
    lines = []
    for event in events:
        match event:
            case StopTriggered(client_id):
                lines.append(f"{client_id} triggered")
            case OrderFilled(fill=fill):
                lines.append(f"{fill.client_id} {fill.side} {fill.size} @ {fill.price} {fill.liquidity}")
            case OrderExpired(client_id=client_id, reason=reason):
                lines.append(f"{client_id} expired: {reason}")
            case _:
                lines.append(type(event).__name__)
    return lines
