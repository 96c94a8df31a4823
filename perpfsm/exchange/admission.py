"""Why the exchange refuses an order: the checks of a venue in its order, with its codes and reasons."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.exchange.ledger import Ledger
from perpfsm.exchange.matching import crosses
from perpfsm.exchange.orders import OwnOrders, closes
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.market.instrument import Instrument, round_price, round_size
from perpfsm.market.margin import free_margin, order_margin
from perpfsm.market.messages import Quote
from perpfsm.market.order import OrderType, PlaceOrder
from perpfsm.market.position import ZERO
from perpfsm.market.side import LegName, PositionMode, Side

PRICE_MISSING = -1102
NOT_REQUIRED = -1106
BAD_PRECISION = -1111
UNKNOWN_ORDER = -2011
MARGIN_INSUFFICIENT = -2019
UNABLE_TO_FILL = -2020
REDUCE_ONLY_REJECTED = -2022
PRICE_NOT_POSITIVE = -4001
SIZE_NOT_POSITIVE = -4003
SIZE_BELOW_MINIMUM = -4004
SIZE_ABOVE_MAXIMUM = -4005
OFF_TICK = -4014
OFF_STEP = -4023
WRONG_POSITION_SIDE = -4061
DUPLICATE_CLIENT_ID = -4116
NOTIONAL_TOO_SMALL = -4164
WOULD_TAKE = -5022


@dataclass(frozen=True, slots=True)
class Rejection:
    """The venue's no: its code and its reason in words."""

    code: int
    reason: str


def execution_price(order: PlaceOrder, quote: Quote | None) -> Decimal | None:
    """Return the price by which `order` is valued: its limit, or for MARKET the opposite best, None without a quote."""
    if order.price is not None:
        return order.price
    if quote is None:
        return None
    return quote.ask if order.side is Side.BUY else quote.bid


def opening_margin(order: PlaceOrder, *, price: Decimal, size: Decimal, settings: ExchangeSettings) -> Decimal:
    """Return what `size` base units of an opening order tie up at `price`, in quote currency.

    Only a post-only order is sure of the maker rate; any other is counted at the taker rate.
    """
    rate = settings.maker_rate if order.post_only else settings.taker_rate
    return order_margin(price, size, leverage=settings.leverage, fee_rate=rate)


def rejection(
    order: PlaceOrder, *, settings: ExchangeSettings, quote: Quote | None, ledger: Ledger, orders: OwnOrders
) -> Rejection | None:
    """Return why `order` is refused, None when it may work.

    Args:
        quote: The newest usable one, None before the first.
        ledger: Cash and positions now.
        orders: What works now; `order` is not among them.
    """
    shape = _leg(order, settings.mode) or _shape(order) or _grid(order, settings.instrument)
    if shape is not None:
        return shape
    price = execution_price(order, quote)
    if price is None:
        return Rejection(UNABLE_TO_FILL, "Unable to fill: no market data.")
    closing = closes(order)
    refused = _minima(order, price, settings.instrument, closing=closing)
    if refused is not None:
        return refused
    if closing:
        refused = _closing(order, settings.mode, ledger, orders)
    else:
        refused = _margin(order, price, settings=settings, quote=quote, ledger=ledger, orders=orders)
    return refused or _post_only(order, quote)


def _leg(order: PlaceOrder, mode: PositionMode) -> Rejection | None:
    hedge = mode is PositionMode.HEDGE
    if (order.leg is LegName.BOTH) is hedge:
        return Rejection(WRONG_POSITION_SIDE, f"Position side {order.leg} does not match {mode} mode.")
    if hedge and order.reduce_only:
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


def _grid(order: PlaceOrder, instrument: Instrument) -> Rejection | None:
    if order.price is not None and order.price != round_price(order.price, tick=instrument.tick, side=order.side):
        if _is_finer(order.price, instrument.tick):
            return Rejection(BAD_PRECISION, f"Price {order.price} is more precise than the tick {instrument.tick}.")
        return Rejection(OFF_TICK, f"Price {order.price} is not a multiple of the tick {instrument.tick}.")
    if order.size != round_size(order.size, step=instrument.step):
        if _is_finer(order.size, instrument.step):
            return Rejection(BAD_PRECISION, f"Quantity {order.size} is more precise than the step {instrument.step}.")
        return Rejection(OFF_STEP, f"Quantity {order.size} is not a multiple of the step {instrument.step}.")
    return None


def _is_finer(value: Decimal, grid: Decimal) -> bool:
    """Return whether `value` has more decimal places than `grid`, trailing zeros apart."""
    return _decimal_places(value) > _decimal_places(grid)


def _decimal_places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def _minima(order: PlaceOrder, price: Decimal, instrument: Instrument, *, closing: bool) -> Rejection | None:
    if instrument.size_max is not None and order.size > instrument.size_max:
        return Rejection(SIZE_ABOVE_MAXIMUM, f"Quantity {order.size} is above the maximum {instrument.size_max}.")
    if closing and instrument.reduce_only_exempt:
        return None
    if order.size < instrument.size_min:
        return Rejection(SIZE_BELOW_MINIMUM, f"Quantity {order.size} is below the minimum {instrument.size_min}.")
    if price * order.size < instrument.notional_min:
        return Rejection(
            NOTIONAL_TOO_SMALL, f"Notional {price * order.size} is below the minimum {instrument.notional_min}."
        )
    return None


def _closing(order: PlaceOrder, mode: PositionMode, ledger: Ledger, orders: OwnOrders) -> Rejection | None:
    reducible = ledger.reducible(order.leg, order.side)
    if not reducible:
        return Rejection(REDUCE_ONLY_REJECTED, "ReduceOnly order is rejected: it would not reduce a position.")
    if mode is PositionMode.HEDGE:
        together = orders.closing_size(order.leg) + order.size
        if together > reducible:
            return Rejection(
                REDUCE_ONLY_REJECTED,
                f"Closing orders of {together} together would exceed the {order.leg} position of {reducible}.",
            )
    return None


def _margin(
    order: PlaceOrder,
    price: Decimal,
    *,
    settings: ExchangeSettings,
    quote: Quote | None,
    ledger: Ledger,
    orders: OwnOrders,
) -> Rejection | None:
    needed = opening_margin(order, price=price, size=order.size, settings=settings)
    free = free_margin(
        ledger.wallet,
        ledger.positions.values(),
        prices=None if quote is None else (quote.bid, quote.ask),
        reserved=orders.reserved(),
        leverage=settings.leverage,
    )
    if needed > free:
        return Rejection(MARGIN_INSUFFICIENT, f"Margin is insufficient: {needed:.8f} is needed, {free:.8f} is free.")
    return None


def _post_only(order: PlaceOrder, quote: Quote | None) -> Rejection | None:
    if order.post_only and order.price is not None and quote is not None and crosses(order.side, order.price, quote):
        return Rejection(WOULD_TAKE, "The post-only order could not be executed as maker.")
    return None
