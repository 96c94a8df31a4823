"""What the market does to our orders that rest: quotes, depth and trades, by the rules of the fill model.

A resting order fills at its own price for the maker fee, never more than the size that causes it, the best price
first, then the older order; buys before sells. One sweep reaches us by one of its prints only: what a book that went
through an order has filled is not filled again by the trades that belong to it.
"""

from perpfsm.exchange.floor import Floor
from perpfsm.exchange.settings import FillModel
from perpfsm.market.fill import Liquidity
from perpfsm.market.messages import Depth, Quote, Trade
from perpfsm.market.position import ZERO
from perpfsm.market.side import Side


def match_quote(floor: Floor, quote: Quote) -> None:
    """Show the market an uncrossed quote, and execute what it reaches."""
    orders = floor.orders
    show_quote(floor, quote)
    if floor.faults.is_halted(quote.time_ns):
        return
    if orders.buys and quote.ask <= orders.buys[0].limit:
        _match(floor, Side.BUY, quote)
    if orders.sells and quote.bid >= orders.sells[0].limit:
        _match(floor, Side.SELL, quote)


def show_quote(floor: Floor, quote: Quote) -> None:
    """Show the market an uncrossed quote, and let queues get shorter; nothing executes by it."""
    floor.book.show(quote)
    if floor.settings.fill_model is FillModel.QUEUE:
        look(floor, quote.exchange_ns)


def match_depth(floor: Floor, message: Depth) -> None:
    """Show the market more of the depth; nothing executes by it, but queues get shorter."""
    book = floor.book
    used_before = book.used_levels
    book.show_depth(message)
    has_changed = floor.settings.fill_model is FillModel.QUEUE and look(floor, message.exchange_ns)
    if has_changed or book.used_levels != used_before:
        floor.band = None


def match_trade(floor: Floor, trade: Trade) -> None:
    """Let a public trade consume the queue of its price and then us, each unit of it once."""
    if floor.settings.fill_model is FillModel.QUEUE and not floor.faults.is_halted(trade.time_ns):
        side = trade.aggressor.opposite
        if not _is_swept(floor, side, trade.exchange_ns):
            _consume(floor, side, trade)
    floor.book.note_trade(trade.exchange_ns)


def look(floor: Floor, at_ns: int | None) -> bool:
    """Hold every place in a queue against what is shown now, by a message of the venue's time `at_ns`.

    Returns whether the band has to be asked for again.
    """
    settings, book = floor.settings, floor.book
    cancels, step = settings.queue_cancels, settings.instrument.step
    has_changed = False
    for side in (Side.BUY, Side.SELL):
        for working in floor.orders.line(side):
            place = working.place
            has_changed |= place.look(book, side, working.limit, cancels=cancels, step=step, at_ns=at_ns)
    return has_changed


def _match(floor: Floor, side: Side, quote: Quote) -> None:
    """Execute the orders of one side that the opposite best has reached."""
    model = floor.settings.fill_model
    against = side.opposite
    price = quote.ask if side is Side.BUY else quote.bid
    for working in tuple(floor.orders.line(side)):
        if not floor.book.reaches(side, working.limit):
            return
        working.place.advance(ZERO, quote.exchange_ns)
        if not working.remaining or (price == working.limit and model is not FillModel.TOUCH):
            continue
        size = floor.open_size(working, floor.book.left(against))
        if size:
            floor.book.use(against, price, size)
            if quote.exchange_ns is not None:
                floor.swept_ns[side] = max(quote.exchange_ns, floor.swept_ns.get(side, 0))
            floor.counters.filled_by_book += 1
            floor.execute(working, price=working.limit, size=size, liquidity=Liquidity.MAKER, now_ns=quote.time_ns)


def _is_swept(floor: Floor, side: Side, exchange_ns: int | None) -> bool:
    """Return whether a book has already filled the orders of `side` with what a trade of that time did."""
    return exchange_ns is not None and exchange_ns <= floor.swept_ns.get(side, -1)


def _consume(floor: Floor, side: Side, trade: Trade) -> None:
    left, gone = trade.size, ZERO
    for working in tuple(floor.orders.line(side)):
        place = working.place
        if trade.price > working.limit if side is Side.BUY else trade.price < working.limit:
            return
        if not working.remaining or _was_before(trade.exchange_ns, place.since_ns):
            continue
        floor.band = None
        if trade.price != working.limit:
            place.ahead = ZERO
        elif place.ahead is None:
            continue  # nothing was shown yet, so everybody may be ahead
        else:
            taken = place.consume(trade.size, left=left, gone=gone, at_ns=trade.exchange_ns)
            left, gone = left - taken, gone + taken
        size = floor.open_size(working, left)
        if size:
            left -= size
            floor.counters.filled_by_trade += 1
            floor.execute(working, price=working.limit, size=size, liquidity=Liquidity.MAKER, now_ns=trade.time_ns)


def _was_before(happened_ns: int | None, rested_ns: int | None) -> bool:
    """Return whether a trade happened at the venue before an order came to rest there; not known means no."""
    return happened_ns is not None and rested_ns is not None and happened_ns < rested_ns
