"""By which price an order is valued, and what margin it ties up."""

from decimal import Decimal

from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.market.margin import order_margin
from perpfsm.market.messages import Quote
from perpfsm.market.order import PlaceOrder
from perpfsm.market.side import Side


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
