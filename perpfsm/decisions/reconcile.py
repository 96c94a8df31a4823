"""How far what works differs from what would be placed: the measures behind refresh and replacement (B5, B6, B9)."""

from collections.abc import Iterable
from decimal import Decimal

from perpfsm.decisions.quotes import PERCENT, QuotePlan
from perpfsm.market.order import Role
from perpfsm.market.ratio import Ratio
from perpfsm.market.side import Side
from perpfsm.market.working import OrderStatus, WorkingOrder

NO_DRIFT = Ratio(Decimal(0))


def working_quotes(orders: Iterable[WorkingOrder]) -> tuple[WorkingOrder, ...]:
    """Return the quotes among `orders` whose cancel has not been asked for."""
    return tuple(o for o in orders if o.order.role is Role.QUOTE and o.status is not OrderStatus.CANCELING)


def quote_drift_pct(orders: Iterable[WorkingOrder], plan: QuotePlan) -> Ratio | None:
    """Return the largest difference between a working quote and its proposal, percent of the working price.

    Quotes are paired per side in the order of their prices. None when the counts differ: nothing can be paired.
    """
    quotes = working_quotes(orders)
    largest = NO_DRIFT
    for side in Side:
        working = sorted(o.order.price for o in quotes if o.order.side is side and o.order.price is not None)
        planned = plan.prices(side)
        if len(working) != len(planned):
            return None
        for now, then in zip(working, planned, strict=True):
            difference = abs(then - now) * PERCENT
            if difference * largest.denominator > largest.numerator * now:
                largest = Ratio(difference, now)
    return largest


def quote_distance_pct(order: WorkingOrder, reference: Decimal) -> Ratio:
    """Return how far a working quote lies from the reference price, percent of it; negative beyond it."""
    price = order.order.price or reference
    return Ratio((reference - price) * order.order.side.sign * PERCENT, reference)


def take_profit_mismatch(orders: Iterable[WorkingOrder], *, price: Decimal, size: Decimal) -> str:
    """Return how the working take-profit differs from the one that B9 would place.

    Args:
        orders: The leg's live orders.
        price: Where it belongs.
        size: The open position, unsigned, base units.

    Returns:
        `none` when it is right, `oversized` when it is larger than the position, else `differs`.
    """
    working = [o for o in orders if o.order.role is Role.TAKE_PROFIT and o.status is not OrderStatus.CANCELING]
    total = sum((o.remaining for o in working), Decimal(0))
    if total > size:
        return "oversized"
    if total == size and all(o.order.price == price for o in working):
        return "none"
    return "differs"
