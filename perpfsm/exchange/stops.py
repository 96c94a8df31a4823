"""Stop orders at the exchange: placed, triggered by mark or last price, and gone with their position (E12).

A triggered stop becomes a MARKET order of the same id. One that watches the last price watches the mid price until
there is a last price, so that a feed without trades leaves nobody unprotected.
"""

from decimal import Decimal

from perpfsm.exchange.answers import answer, overload
from perpfsm.exchange.arrivals import enter_unasked
from perpfsm.exchange.floor import POSITION_GONE, Floor
from perpfsm.exchange.stop_admission import stop_rejection
from perpfsm.exchange.waiting import WaitingStop
from perpfsm.market.band import EVERYWHERE, HIGH, LOW, NOWHERE, Band
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import MarkPrice, Quote, Trade
from perpfsm.market.order import OrderAccepted, OrderCanceled, OrderExpired, OrderRejected, OrderType, PlaceOrder, Role
from perpfsm.market.side import PositionMode, Side
from perpfsm.market.stop import PlaceStop, StopKind, StopTriggered, TriggerBy


def place_stop(floor: Floor, stop: PlaceStop, now_ns: int) -> None:
    """Let a stop order wait at the venue, or refuse it."""
    waiting = WaitingStop(stop)
    price = watched_price(floor, stop.by)
    no = overload(floor) or stop_rejection(waiting, floor, price)
    if no is not None:
        answer(floor, OrderRejected(stop.client_id, now_ns, no.code, no.reason))
        return
    if stop.kind is StopKind.TRAILING and stop.trigger_price is None:
        waiting.best = price
    floor.stops.by_id[stop.client_id] = waiting
    floor.known.add(stop.client_id)
    floor.band = None
    answer(floor, OrderAccepted(stop.client_id, now_ns))


def cancel_stop(floor: Floor, client_id: str, now_ns: int) -> None:
    """Take a stop order off that waits."""
    del floor.stops.by_id[client_id]
    floor.band = None
    floor.say(OrderCanceled(client_id, now_ns))


def watched_price(floor: Floor, by: TriggerBy) -> Decimal | None:
    """Return the price by which stops of this kind are triggered now; None before there is one."""
    if by is TriggerBy.MARK:
        return floor.mark_price
    if floor.stops.last is not None:
        return floor.stops.last
    return None if floor.book.quote is None else floor.book.quote.mid


class StopWatch:
    """Looks at every price for the stops on a floor."""

    __slots__ = ("_floor",)

    def __init__(self, floor: Floor) -> None:
        """Watch `floor` from now on."""
        self._floor = floor
        floor.hooks.on_message.append(self.look)
        floor.hooks.on_value.append(self.drop_orphans)
        floor.hooks.bands.append(self.band)

    def look(self, message: FeedMessage) -> None:
        """Trigger what the newest mark or last price reaches, the oldest first; nothing while the venue is halted."""
        floor = self._floor
        match message:
            case Quote(last=last):
                floor.stops.last = floor.stops.last if last is None else last
            case Trade(price=traded):
                floor.stops.last = traded
            case MarkPrice():
                pass
            case _:
                return
        now_ns = message.time_ns
        if not floor.stops.by_id or floor.faults.is_halted(now_ns):
            return
        prices = {by: watched_price(floor, by) for by in TriggerBy}
        floor.band = None
        for client_id, waiting in tuple(floor.stops.by_id.items()):
            price = prices[waiting.stop.by]
            if client_id in floor.stops.by_id and price is not None and waiting.see(price):
                self._trigger(waiting.stop, now_ns)

    def drop_orphans(self, now_ns: int) -> None:
        """Expire the stops whose position is gone, so that none closes the next one."""
        floor = self._floor
        for client_id, waiting in tuple(floor.stops.by_id.items()):
            stop = waiting.stop
            if not floor.ledger.reducible(stop.leg, stop.side):
                self._remove(client_id)
                floor.say(OrderExpired(client_id, now_ns, POSITION_GONE))

    def band(self) -> Band:
        """Return the region of quotes in which no stop is triggered and no best price changes."""
        band = EVERYWHERE
        for waiting in self._floor.stops.by_id.values():
            band &= self._band_of(waiting)
        return band

    def _trigger(self, stop: PlaceStop, now_ns: int) -> None:
        """Turn a stop into a MARKET order over what is open, at most its size."""
        floor = self._floor
        self._remove(stop.client_id)
        floor.say(StopTriggered(stop.client_id, now_ns))
        reducible = floor.ledger.reducible(stop.leg, stop.side)  # more than nothing, or it would have gone
        size = reducible if stop.size is None else min(stop.size, reducible)
        order = PlaceOrder(
            stop.client_id,
            stop.leg,
            Role.CLOSE,
            stop.side,
            OrderType.MARKET,
            None,
            size,
            reduce_only=floor.settings.mode is PositionMode.ONE_WAY,
            reason=stop.reason,
        )
        enter_unasked(floor, order, now_ns)

    def _remove(self, client_id: str) -> None:
        del self._floor.stops.by_id[client_id]
        self._floor.band = None

    def _band_of(self, waiting: WaitingStop) -> Band:
        """Return where one stop sleeps; bounds are inclusive and triggers are too, so they stand a tick apart."""
        tick = self._floor.settings.instrument.tick
        low = high = None
        threshold, retreat, best = waiting.threshold, waiting.retreat, waiting.best
        if threshold is not None:
            low, high = (threshold + tick, None) if waiting.falls_to_trigger else (None, threshold - tick)
        elif best is not None and retreat is not None:
            low, high = (retreat + tick, best) if waiting.stop.side is Side.SELL else (best, retreat - tick)
        else:
            return NOWHERE  # it begins to trail with the first price
        return self._between(waiting.stop.by, low, high)

    def _between(self, by: TriggerBy, low: Decimal | None, high: Decimal | None) -> Band:
        """Return the bounds of the price that is watched; until the feed has it, those of the mid price as well.

        A price that lies outside already was not looked at while the venue was halted, and is with the next message.
        """
        floor = self._floor
        least, most = LOW if low is None else low, HIGH if high is None else high
        price = watched_price(floor, by)
        if price is not None and not least <= price <= most:
            return NOWHERE
        if by is TriggerBy.MARK:
            band, has_own = Band(mark_low=least, mark_high=most), floor.mark is not None
        else:
            band, has_own = Band(anchor_low=least, anchor_high=most), floor.stops.last is not None
        return band if has_own else band & Band(sum_low=2 * least, sum_high=2 * most)
