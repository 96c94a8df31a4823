"""Why the exchange refuses a stop order: the venue's checks, codes and reasons."""

from decimal import Decimal

from perpfsm.exchange.admission import (
    NOT_REQUIRED,
    PRICE_MISSING,
    REDUCE_ONLY_REJECTED,
    SIZE_NOT_POSITIVE,
    Rejection,
    duplicate,
    off_step,
    off_tick,
    out_of_bounds,
    wrong_leg,
)
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.waiting import WaitingStop
from perpfsm.market.instrument import Instrument
from perpfsm.market.position import ZERO
from perpfsm.market.stop import PlaceStop, StopKind

INVALID_PARAMETER = -1130
WOULD_TRIGGER = -2021
TRIGGER_NOT_POSITIVE = -4006
TOO_MANY_STOPS = -4045

CALLBACK_PCT_MIN = Decimal("0.1")
CALLBACK_PCT_MAX = Decimal(10)
STOPS_MAX = 200


def stop_rejection(waiting: WaitingStop, floor: Floor, price: Decimal | None) -> Rejection | None:
    """Return why a stop order is refused, None when it may wait; the first rule that it breaks is the reason.

    Args:
        waiting: Not yet among those that wait.
        floor: What the exchange has now.
        price: The price that it watches; None before there is one, when nothing can be triggered yet.
    """
    stop, instrument = waiting.stop, floor.settings.instrument
    return (
        wrong_leg(stop.leg, floor.settings.mode)
        or _shape(stop)
        or off_tick(stop.trigger_price, instrument)
        or _size(stop, instrument)
        or _reduces(stop, floor)
        or _would_trigger(waiting, price)
        or duplicate(stop.client_id, floor)
        or _too_many(floor)
    )


def _shape(stop: PlaceStop) -> Rejection | None:
    if stop.kind is StopKind.TRAILING:
        if stop.callback_pct is None:
            return Rejection(PRICE_MISSING, "A trailing stop needs a callback rate.")
        if not CALLBACK_PCT_MIN <= stop.callback_pct <= CALLBACK_PCT_MAX:
            why = f"Callback rate {stop.callback_pct} % is not from {CALLBACK_PCT_MIN} to {CALLBACK_PCT_MAX} %."
            return Rejection(INVALID_PARAMETER, why)
    elif stop.callback_pct is not None:
        return Rejection(NOT_REQUIRED, f"A {stop.kind} order has no callback rate.")
    elif stop.trigger_price is None:
        return Rejection(PRICE_MISSING, f"A {stop.kind} order needs a trigger price.")
    if stop.trigger_price is not None and stop.trigger_price <= ZERO:
        return Rejection(TRIGGER_NOT_POSITIVE, f"Trigger price {stop.trigger_price} is not above 0.")
    return None


def _size(stop: PlaceStop, instrument: Instrument) -> Rejection | None:
    if stop.size is None:
        return None
    if stop.size <= ZERO:
        return Rejection(SIZE_NOT_POSITIVE, f"Quantity {stop.size} is not above 0.")
    return off_step(stop.size, instrument) or out_of_bounds(stop.size, instrument, closing=True)


def _reduces(stop: PlaceStop, floor: Floor) -> Rejection | None:
    if floor.ledger.reducible(stop.leg, stop.side):
        return None
    return Rejection(REDUCE_ONLY_REJECTED, "ReduceOnly order is rejected: it would not reduce a position.")


def _would_trigger(waiting: WaitingStop, price: Decimal | None) -> Rejection | None:
    if price is None or not waiting.reaches(price):
        return None
    return Rejection(WOULD_TRIGGER, f"Order would immediately trigger: the price is {price}.")


def _too_many(floor: Floor) -> Rejection | None:
    if len(floor.stops.by_id) < STOPS_MAX:
        return None
    return Rejection(TOO_MANY_STOPS, f"Reach max stop order limit: {STOPS_MAX} are waiting.")
