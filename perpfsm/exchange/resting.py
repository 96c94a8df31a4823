"""What a quote does to the orders that rest: the best price first, then the oldest."""

from perpfsm.exchange.floor import Floor, open_size
from perpfsm.exchange.matching import crosses, executes
from perpfsm.exchange.orders import VenueOrder
from perpfsm.market.fill import Liquidity
from perpfsm.market.messages import Quote
from perpfsm.market.side import Side


def match_quote(floor: Floor, quote: Quote) -> None:
    """Show the market an uncrossed quote, and execute what it reaches: buys before sells."""
    orders, book = floor.orders, floor.book
    if orders.takers or book.is_used:
        floor.band = None
    book.show(quote)
    for working in tuple(orders.takers):
        if not crosses(working.order.side, working.limit, quote):
            orders.let_rest(working)
    if orders.buys and quote.ask <= orders.buys[0].limit:
        _match(floor, Side.BUY, quote)
    if orders.sells and quote.bid >= orders.sells[0].limit:
        _match(floor, Side.SELL, quote)


def execute_shown(floor: Floor, working: VenueOrder, quote: Quote, now_ns: int) -> None:
    """Execute as much of a reached order as is shown and, for a closing one, as the position allows."""
    side = working.order.side
    size = open_size(floor, working, floor.book.left(quote, side))
    if not size:
        return
    floor.book.use(side, size)
    if working.takes:
        price, liquidity = quote.ask if side is Side.BUY else quote.bid, Liquidity.TAKER
    else:
        price, liquidity = working.limit, Liquidity.MAKER
    floor.execute(working, price=price, size=size, liquidity=liquidity, now_ns=now_ns)


def _match(floor: Floor, side: Side, quote: Quote) -> None:
    for working in tuple(floor.orders.line(side)):
        if not crosses(side, working.limit, quote) or not floor.book.left(quote, side):
            return
        if working.remaining and executes(working, quote, floor.settings.fill_model):
            execute_shown(floor, working, quote, quote.time_ns)
