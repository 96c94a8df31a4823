"""What margin lets an account open: the free cash behind it, and the leverage that its size is offered (E9)."""

from decimal import Decimal

from perpfsm.exchange.floor import Floor
from perpfsm.market.brackets import leverage_max
from perpfsm.market.margin import free_isolated, free_margin
from perpfsm.market.order import PlaceOrder


def free_cash(floor: Floor) -> Decimal:
    """Return what is left for new opening orders, quote currency, possibly negative."""
    ledger, reserved, quote = floor.ledger, floor.orders.reserved(), floor.book.quote
    if floor.settings.isolated_leverage is not None:
        return free_isolated(ledger.wallet, ledger.margins.values(), reserved=reserved)
    return free_margin(
        ledger.wallet,
        ledger.positions.values(),
        prices=None if quote is None else (quote.bid, quote.ask),
        reserved=reserved,
        leverage=floor.settings.leverage,
    )


def leverage_offered(order: PlaceOrder, price: Decimal, floor: Floor) -> int:
    """Return the highest leverage for what would result if `order`, and what works beside it, were executed.

    Args:
        order: It opens; not among those that work.
        price: By which it is valued, quote currency per base unit.
        floor: Position and working orders count at the mark price, or at `price` while there is none.
    """
    beside = sum(
        (
            working.remaining
            for working in floor.orders.by_id.values()
            if working.order.leg is order.leg and working.order.side is order.side and not working.closes
        ),
        floor.ledger.positions[order.leg].size * order.side.sign,
    )
    mark = floor.mark_price
    return leverage_max(beside * (price if mark is None else mark) + order.size * price, floor.settings.brackets)
