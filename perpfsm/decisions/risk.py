"""Risk limits: they bind only what adds exposure; exits are always approved (B18)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.decisions.approval import Approved, Refused
from perpfsm.decisions.parameters import RiskLimits
from perpfsm.market.order import CancelOrder, Command, PlaceOrder
from perpfsm.market.position import Position
from perpfsm.market.working import WorkingOrder

MINUTE_NS = 60_000_000_000


@dataclass(frozen=True, slots=True)
class Exposure:
    """What limits are held against.

    Attributes:
        position: Of the order's leg.
        orders: Live orders of that leg, unconfirmed cancels included.
        sent_last_minute: Opening orders of the session that left within the last minute.
    """

    position: Position
    orders: Iterable[WorkingOrder]
    sent_last_minute: int


def review(command: Command, limits: RiskLimits, exposure: Exposure, *, reference: Decimal) -> Approved | Refused:
    """Return the command approved, or why it may not leave.

    Args:
        command: What would be sent.
        limits: The strategy's `risk` section.
        exposure: What the leg holds and has working.
        reference: A price for orders without one, quote currency.
    """
    if isinstance(command, CancelOrder) or command.role.is_exit:
        return Approved(command)
    why = _too_much(command, limits, exposure) or _too_large(command, limits, reference) or _too_often(limits, exposure)
    return Refused(command, why) if why else Approved(command)


def _too_much(order: PlaceOrder, limits: RiskLimits, exposure: Exposure) -> str:
    """Return why the position could become too large, or nothing."""
    if limits.max_position is None:
        return ""
    working = sum(
        (
            o.remaining
            for o in exposure.orders
            if o.order.side is order.side and not o.order.role.is_exit and o.order != order
        ),
        Decimal(0),
    )
    reachable = exposure.position.size * order.side.sign + working + order.size
    if reachable <= limits.max_position:
        return ""
    return f"the position could reach {reachable:f}, risk.max_position is {limits.max_position:f}"


def _too_large(order: PlaceOrder, limits: RiskLimits, reference: Decimal) -> str:
    """Return why this order is too large, or nothing."""
    notional = (order.price or reference) * order.size
    if limits.max_order_notional is None or notional <= limits.max_order_notional:
        return ""
    return f"notional {notional:f} is above risk.max_order_notional {limits.max_order_notional:f}"


def _too_often(limits: RiskLimits, exposure: Exposure) -> str:
    """Return why no more orders may leave in this minute, or nothing."""
    sent = exposure.sent_last_minute
    if limits.max_orders_per_minute is None or sent < limits.max_orders_per_minute:
        return ""
    return f"{sent} opening orders left within a minute, risk.max_orders_per_minute is {limits.max_orders_per_minute}"


def price_of_loss(position: Position, loss: Decimal) -> Decimal:
    """Return the exit price at which the position's open PnL is `-loss`, rounded by the context.

    Args:
        position: Not flat.
        loss: Quote currency; may be negative for a gain.
    """
    return (position.cost - loss) / position.size
