"""The orders that work, the highest price on top, with their distance from the mid price and their age."""

from collections.abc import Sequence
from decimal import Decimal

from rich.console import RenderableType
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import GAIN, LOSS, QUIET, Look, add_row, columns, framed
from perpfsm.engine.status import SessionStatus
from perpfsm.market.instrument import Instrument
from perpfsm.market.side import Side
from perpfsm.market.working import WorkingOrder

ENDLESS = Decimal("Infinity")


def working_orders(status: SessionStatus) -> tuple[WorkingOrder, ...]:
    """Return the orders of all legs: MARKET first, then from the highest price down, the oldest first."""
    orders = [order for leg in status.legs for order in leg.orders]
    return tuple(sorted(orders, key=lambda each: (-_price(each), each.placed_ns, each.order.client_id)))


def orders_panel(status: SessionStatus, instrument: Instrument, look: Look, *, rows: int) -> RenderableType:
    """Return the working orders in a frame.

    Args:
        status: Whose orders.
        instrument: Whose grids.
        look: What can be shown.
        rows: Lines inside the frame, the heading included; what does not fit is counted in the title.
    """
    orders = working_orders(status)
    shown = orders[: max(0, rows - 1)]
    more = f", {len(shown)} shown" if len(shown) < len(orders) else ""
    title = f"Working orders ({len(orders)}{more})"
    if not orders:
        return framed(title, Text("none", style=QUIET), look)
    return framed(title, _table(shown, status, instrument, look), look)


def _table(orders: Sequence[WorkingOrder], status: SessionStatus, instrument: Instrument, look: Look) -> RenderableType:
    hedged = len(status.legs) > 1
    leg_heading = ("leg",) if hedged else ()
    table = columns(
        look,
        *leg_heading,
        "side",
        "for",
        "price",
        "from mid",
        "left",
        "age",
        "status",
        left=(0, 1, 2, 7) if hedged else (0, 1, 6),
    )
    for each in orders:
        add_row(table, *_leg_cell(each, look, hedged=hedged), *_cells(each, status, instrument, look))
    return table


def _leg_cell(each: WorkingOrder, look: Look, *, hedged: bool) -> tuple[Text, ...]:
    return (Text(look.name(each.order.leg)),) if hedged else ()


def _cells(each: WorkingOrder, status: SessionStatus, instrument: Instrument, look: Look) -> tuple[Text, ...]:
    order = each.order
    purpose = order.role.value if order.reason in {"none", order.role.value} else order.reason
    priced = order.price is not None and status.quote is not None
    return (
        Text(order.side.value, style=GAIN if order.side is Side.BUY else LOSS),
        Text(look.name(purpose)),
        Text("MARKET" if order.price is None else words.price(order.price, instrument)),
        Text(words.distance(_price(each), reference=status.quote.mid) if priced and status.quote else "", style=QUIET),
        Text(words.size(each.remaining, instrument)),
        Text(words.duration(status.time_ns - each.placed_ns), style=QUIET),
        Text(each.status.value),
    )


def _price(each: WorkingOrder) -> Decimal:
    """Return what an order is sorted by; a MARKET order has no bound."""
    return ENDLESS if each.order.price is None else each.order.price
