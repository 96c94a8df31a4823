"""The region of quotes in which no working order can execute."""

from perpfsm.exchange.matching import ShownBook
from perpfsm.exchange.orders import OwnOrders
from perpfsm.exchange.settings import ExchangeSettings, FillModel
from perpfsm.market.band import HIGH, LOW, NOWHERE, Band
from perpfsm.market.position import ZERO


def order_band(orders: OwnOrders, book: ShownBook, settings: ExchangeSettings) -> Band:
    """Return bounds within which an uncrossed quote changes nothing here; they may be too narrow, never too wide.

    Nothing is inside while an order takes, or while a present level is partly used: then sizes matter, which a
    band does not know. Under `touch` the bound lies one tick outside the best order, because bounds are inclusive
    and an equal price executes; a price between the two ticks is woken for in vain. Under `through` an equal price
    does not execute.
    """
    if orders.takers or book.is_used:
        return NOWHERE
    distance = settings.instrument.tick if settings.fill_model is FillModel.TOUCH else ZERO
    return Band(
        ask_low=orders.buys[0].limit + distance if orders.buys else LOW,
        bid_high=orders.sells[0].limit - distance if orders.sells else HIGH,
    )
