"""Why the exchange refuses an order: the checks of a venue in its order, with its codes and reasons."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.exchange.book import crosses
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.margin import free_cash, leverage_offered
from perpfsm.exchange.orders import closes
from perpfsm.exchange.pricing import execution_price, opening_margin
from perpfsm.market.instrument import Instrument, round_price, round_size
from perpfsm.market.messages import Quote
from perpfsm.market.order import OrderType, PlaceOrder
from perpfsm.market.position import ZERO
from perpfsm.market.side import LegName, PositionMode, Side

TOO_MANY_ORDERS = -1015
PRICE_MISSING = -1102
NOT_REQUIRED = -1106
BAD_PRECISION = -1111
UNKNOWN_ORDER = -2011
MARGIN_INSUFFICIENT = -2019
UNABLE_TO_FILL = -2020
REDUCE_ONLY_REJECTED = -2022
BEYOND_BRACKET = -2027
PRICE_NOT_POSITIVE = -4001
SIZE_NOT_POSITIVE = -4003
SIZE_BELOW_MINIMUM = -4004
SIZE_ABOVE_MAXIMUM = -4005
OFF_TICK = -4014
PRICE_TOO_HIGH = -4016
OFF_STEP = -4023
PRICE_TOO_LOW = -4024
WRONG_POSITION_SIDE = -4061
DUPLICATE_CLIENT_ID = -4116
NOTIONAL_TOO_SMALL = -4164
WOULD_TAKE = -5022


@dataclass(frozen=True, slots=True)
class Rejection:
    """The venue's no: its code and its reason in words."""

    code: int
    reason: str


def rejection(order: PlaceOrder, floor: Floor, now_ns: int) -> Rejection | None:
    """Return why `order` is refused, None when it may work; the first rule that it breaks is the reason.

    Args:
        order: Not yet among those that work.
        floor: What the exchange has now.
        now_ns: When it arrives, nanoseconds since the epoch.
    """
    settings, quote = floor.settings, floor.book.quote
    instrument, closing = settings.instrument, closes(order)
    unfit = (
        wrong_leg(order.leg, settings.mode, reduce_only=order.reduce_only)
        or _shape(order)
        or off_tick(order.price, instrument)
        or off_step(order.size, instrument)
        or out_of_bounds(order.size, instrument, closing=closing)
    )
    if unfit is not None:
        return unfit
    price = execution_price(order, quote)
    if price is None:
        return Rejection(UNABLE_TO_FILL, "Unable to fill: no market data.")
    return (
        _notional(order, price, instrument, closing=closing)
        or price_band(order.price, floor)
        or (_closing(order, floor) if closing else _margin(order, price, floor))
        or _post_only(order, quote)
        or duplicate(order.client_id, floor)
        or (None if closing else _too_often(floor, now_ns))
    )


def price_band(limit: Decimal | None, floor: Floor) -> Rejection | None:
    """Return why the price of a LIMIT stands too far from the mark price; None for MARKET, or without a band."""
    width, mark = floor.settings.price_band_pct, floor.mark_price
    if limit is None or width is None or mark is None:
        return None
    if limit * 100 > mark * (100 + width):
        return Rejection(PRICE_TOO_HIGH, f"Price {limit} is more than {width} % above the mark price {mark}.")
    if limit * 100 < mark * (100 - width):
        return Rejection(PRICE_TOO_LOW, f"Price {limit} is more than {width} % below the mark price {mark}.")
    return None


def wrong_leg(leg: LegName, mode: PositionMode, *, reduce_only: bool = False) -> Rejection | None:
    """Return why an order cannot concern `leg` in this position mode; None when it can."""
    if leg not in mode.legs:
        return Rejection(WRONG_POSITION_SIDE, f"Position side {leg} does not match {mode} mode.")
    if mode is PositionMode.HEDGE and reduce_only:
        return Rejection(WRONG_POSITION_SIDE, "Hedge mode forbids reduceOnly; the position side says it.")
    return None


def _shape(order: PlaceOrder) -> Rejection | None:
    if order.type is OrderType.LIMIT:
        if order.price is None:
            return Rejection(PRICE_MISSING, "A LIMIT order needs a price.")
        if order.price <= ZERO:
            return Rejection(PRICE_NOT_POSITIVE, f"Price {order.price} is not above 0.")
    elif order.price is not None or order.post_only:
        return Rejection(NOT_REQUIRED, "A MARKET order has no price and cannot be post-only.")
    if order.size <= ZERO:
        return Rejection(SIZE_NOT_POSITIVE, f"Quantity {order.size} is not above 0.")
    return None


def off_tick(price: Decimal | None, instrument: Instrument) -> Rejection | None:
    """Return why a price does not lie on the tick grid; None when it does, or where there is none."""
    if price is None or price == round_price(price, tick=instrument.tick, side=Side.BUY):
        return None
    if _is_finer(price, instrument.tick):
        return Rejection(BAD_PRECISION, f"Price {price} is more precise than the tick {instrument.tick}.")
    return Rejection(OFF_TICK, f"Price {price} is not a multiple of the tick {instrument.tick}.")


def off_step(size: Decimal, instrument: Instrument) -> Rejection | None:
    """Return why a size does not lie on the step grid; None when it does."""
    if size == round_size(size, step=instrument.step):
        return None
    if _is_finer(size, instrument.step):
        return Rejection(BAD_PRECISION, f"Quantity {size} is more precise than the step {instrument.step}.")
    return Rejection(OFF_STEP, f"Quantity {size} is not a multiple of the step {instrument.step}.")


def _is_finer(value: Decimal, grid: Decimal) -> bool:
    """Return whether `value` has more decimal places than `grid`, trailing zeros apart."""
    return _decimal_places(value) > _decimal_places(grid)


def _decimal_places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def out_of_bounds(size: Decimal, instrument: Instrument, *, closing: bool) -> Rejection | None:
    """Return why a size is too large or too small for an order; None when it is neither."""
    if instrument.size_max is not None and size > instrument.size_max:
        return Rejection(SIZE_ABOVE_MAXIMUM, f"Quantity {size} is above the maximum {instrument.size_max}.")
    if size < instrument.size_min and not (closing and instrument.reduce_only_exempt):
        return Rejection(SIZE_BELOW_MINIMUM, f"Quantity {size} is below the minimum {instrument.size_min}.")
    return None


def _notional(order: PlaceOrder, price: Decimal, instrument: Instrument, *, closing: bool) -> Rejection | None:
    if price * order.size >= instrument.notional_min or (closing and instrument.reduce_only_exempt):
        return None
    return Rejection(
        NOTIONAL_TOO_SMALL, f"Notional {price * order.size} is below the minimum {instrument.notional_min}."
    )


def _closing(order: PlaceOrder, floor: Floor) -> Rejection | None:
    reducible = floor.ledger.reducible(order.leg, order.side)
    if not reducible:
        return Rejection(REDUCE_ONLY_REJECTED, "ReduceOnly order is rejected: it would not reduce a position.")
    if floor.settings.mode is PositionMode.HEDGE:
        together = floor.orders.closing_size(order.leg) + order.size
        if together > reducible:
            return Rejection(
                REDUCE_ONLY_REJECTED,
                f"Closing orders of {together} together would exceed the {order.leg} position of {reducible}.",
            )
    return None


def _margin(order: PlaceOrder, price: Decimal, floor: Floor) -> Rejection | None:
    needed = opening_margin(order, price=price, size=order.size, settings=floor.settings)
    free = free_cash(floor)
    if needed > free:
        return Rejection(MARGIN_INSUFFICIENT, f"Margin is insufficient: {needed:.8f} is needed, {free:.8f} is free.")
    return _bracket(order, price, floor)


def _bracket(order: PlaceOrder, price: Decimal, floor: Floor) -> Rejection | None:
    leverage, offered = floor.settings.leverage, leverage_offered(order, price, floor)
    if leverage <= offered:
        return None
    size = f"at most {offered} is offered" if offered else "none is offered"
    return Rejection(
        BEYOND_BRACKET, f"Exceeded the maximum allowable position at leverage {leverage}: for this size {size}."
    )


def _post_only(order: PlaceOrder, quote: Quote | None) -> Rejection | None:
    if order.post_only and order.price is not None and quote is not None and crosses(order.side, order.price, quote):
        return Rejection(WOULD_TAKE, "The post-only order could not be executed as maker.")
    return None


def duplicate(client_id: str, floor: Floor) -> Rejection | None:
    """Return why an id cannot be given again; None for a new one."""
    return Rejection(DUPLICATE_CLIENT_ID, "Client order id is duplicated.") if client_id in floor.known else None


def _too_often(floor: Floor, now_ns: int) -> Rejection | None:
    limits = floor.settings.rate_limits
    if floor.rate.allows(limits, now_ns):
        return None
    return Rejection(
        TOO_MANY_ORDERS, f"Too many new orders: {limits.per_10s} in 10 s and {limits.per_minute} a minute are allowed."
    )
