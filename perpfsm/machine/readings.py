"""How the shipped metrics are read from a leg and its view, and where on the market they cross a bound."""

from collections.abc import Iterable
from decimal import Decimal

from perpfsm.decisions import exits, reconcile
from perpfsm.decisions.parameters import PriceType
from perpfsm.decisions.quotes import PERCENT
from perpfsm.machine.leg import NO_REASON
from perpfsm.machine.library import Input, Threshold
from perpfsm.machine.view import Reading, View
from perpfsm.market.moments import SECOND_NS, age_s, later
from perpfsm.market.order import OrderType, Role
from perpfsm.market.position import Position
from perpfsm.market.ratio import Ratio
from perpfsm.market.working import OrderStatus, WorkingOrder

TAKE_PROFIT_BACKOFF_MAX_S = Decimal(30)
BACKOFF_MAX_S = Decimal(5)
REFERENCE_INPUTS = {PriceType.BEST_BID: Input.BID, PriceType.BEST_ASK: Input.ASK}


def exits_of(orders: Iterable[WorkingOrder]) -> list[WorkingOrder]:
    """Return the exits among `orders`, canceling and unknown ones included: they can still fill."""
    return [working for working in orders if working.order.role.is_exit]


def position_side(reading: Reading) -> str:
    """Return whether the open position is long or short."""
    position = reading.leg.position
    if position.is_flat:
        return NO_REASON
    return "long" if position.size > 0 else "short"


def exit_input(position: Position) -> Input:
    """Return the side of the book at which the position would be closed."""
    return Input.BID if position.size > 0 else Input.ASK


def reference_input(view: View) -> Input:
    """Return the price that the reference price follows at the moment."""
    if view.anchor is not None:
        return Input.ANCHOR
    return REFERENCE_INPUTS.get(view.parameters.price_type, Input.MID)


def pnl_pct(reading: Reading) -> Ratio | None:
    """Return PnL at the exit price, percent of the cost; None while flat or without a price."""
    position, quote = reading.leg.position, reading.view.quote
    if position.is_flat or quote is None:
        return None
    return exits.pnl_pct(position, exits.exit_price(position, quote))


def pnl_thresholds(reading: Reading, bound: Decimal) -> tuple[Threshold, ...]:
    """Return the exit price at which `pnl_pct` crosses `bound`."""
    position = reading.leg.position
    return (Threshold(exit_input(position), exits.price_at_pnl(position, bound)),)


def mark_pnl_pct(reading: Reading) -> Ratio | None:
    """Return PnL at the mark price, percent of the cost; None while flat or without a price."""
    position, mark = reading.leg.position, reading.view.mark_or_mid
    if position.is_flat or mark is None:
        return None
    return exits.pnl_pct(position, mark)


def mark_pnl_thresholds(reading: Reading, bound: Decimal) -> tuple[Threshold, ...]:
    """Return the mark, or mid, price at which `mark_pnl_pct` crosses `bound`."""
    source = Input.MID if reading.view.mark is None else Input.MARK
    return (Threshold(source, exits.price_at_pnl(reading.leg.position, bound)),)


def nearest_quote_pct(reading: Reading) -> Ratio | None:
    """Return the distance of the nearest working quote from the reference price; None without either."""
    reference = reading.view.reference
    distances = (
        [reconcile.quote_distance_pct(order, reference) for order in reconcile.working_quotes(reading.view.orders)]
        if reference is not None
        else []
    )
    return min(distances, key=lambda distance: distance.numerator / distance.denominator, default=None)


def nearest_quote_thresholds(reading: Reading, bound: Decimal) -> tuple[Threshold, ...]:
    """Every quote crosses the bound at a reference price of its own; while none does, the nearest cannot."""
    found = []
    source = reference_input(reading.view)
    for working in reconcile.working_quotes(reading.view.orders):
        divisor = PERCENT - bound * working.order.side.sign
        if divisor > 0 and working.order.price is not None:
            found.append(Threshold(source, Ratio(working.order.price * PERCENT, divisor)))
    return tuple(found)


def quote_drift_pct(reading: Reading) -> Ratio | None:
    """Return the largest difference of a working quote from its proposal; None when counts differ."""
    return None if reading.view.quote is None else reconcile.quote_drift_pct(reading.view.orders, reading.plan())


def drawdown_pct(reading: Reading) -> Ratio | None:
    """Return how far the exit price has come back from the peak; None while there is no peak."""
    leg, quote = reading.leg, reading.view.quote
    if leg.peak is None or leg.position.is_flat or quote is None:
        return None
    return exits.drawdown_pct(leg.position, leg.peak, exits.exit_price(leg.position, quote))


def drawdown_thresholds(reading: Reading, bound: Decimal) -> tuple[Threshold, ...]:
    """Return the exit price at which `drawdown_pct` crosses `bound`."""
    position, peak = reading.leg.position, reading.leg.peak or Decimal(0)
    price = Ratio(peak * (PERCENT - position.sign * bound), PERCENT)
    return (Threshold(exit_input(position), price),)


def exit_estimate_pct(reading: Reading) -> Ratio | None:
    """Return PnL at the estimated exit price; None while there is no peak."""
    leg = reading.leg
    if leg.peak is None or leg.position.is_flat:
        return None
    estimate = exits.exit_estimate(leg.position, leg.peak, reading.view.parameters.ts_callback_rate)
    return exits.pnl_pct(leg.position, estimate)


def peak(reading: Reading) -> str:
    """Return whether there is a peak, and whether the present event set it."""
    if reading.leg.peak is None:
        return NO_REASON
    return "new" if reading.leg.peak_is_new else "old"


def _closing_limit(reading: Reading) -> WorkingOrder | None:
    """Return the newest closing LIMIT whose cancel has not been asked for."""
    for working in reversed(reading.view.orders):
        is_close = working.order.role is Role.CLOSE and working.order.type is OrderType.LIMIT
        if is_close and working.status is not OrderStatus.CANCELING:
            return working
    return None


def exit_left_behind_pct(reading: Reading) -> Ratio | None:
    """Return how far the market has left the closing LIMIT behind; None when none works."""
    working, quote = _closing_limit(reading), reading.view.quote
    if working is None or quote is None or working.order.price is None:
        return None
    return exits.limit_left_behind_pct(working.order.side, working.order.price, quote)


def exit_left_behind_thresholds(reading: Reading, bound: Decimal) -> tuple[Threshold, ...]:
    """Return the exit price at which `exit_left_behind_pct` crosses `bound`."""
    working = _closing_limit(reading)
    if working is None or working.order.price is None:
        return ()
    sells = working.order.side.sign < 0
    price = Ratio(working.order.price * (PERCENT + working.order.side.sign * bound), PERCENT)
    return (Threshold(Input.BID if sells else Input.ASK, price),)


def exit_age_s(reading: Reading) -> Ratio | None:
    """Return the seconds since the newest working exit left; None when none works."""
    working = exits_of(reading.view.orders)
    return age_s(reading.view.now_ns, working[-1].placed_ns) if working else None


def exit_age_moment(reading: Reading, bound: Decimal) -> int:
    """Return when `exit_age_s` reaches `bound`."""
    return later(exits_of(reading.view.orders)[-1].placed_ns, bound)


def _backoff_over_ns(reading: Reading) -> int | None:
    """Return when an exit that was lost may be tried again: `exit_retry_s`, doubled for each further loss."""
    leg = reading.leg
    if leg.exit_lost_ns is None or not leg.exit_losses:
        return None
    wait = reading.view.parameters.exit_retry_s * 2 ** min(leg.exit_losses - 1, 16)
    return later(leg.exit_lost_ns, min(wait, _backoff_max_s(leg.exit_reason)))


def _backoff_max_s(exit_reason: str) -> Decimal:
    """Return the longest wait: a take-profit that was lost has left `closing`, so its reason is gone by then."""
    return TAKE_PROFIT_BACKOFF_MAX_S if exit_reason in {NO_REASON, "take_profit"} else BACKOFF_MAX_S


def exit_backoff_left_s(reading: Reading) -> Ratio:
    """Return the seconds until a lost exit may be tried again; 0 when none waits."""
    over = _backoff_over_ns(reading)
    left = 0 if over is None else max(0, over - reading.view.now_ns)
    return Ratio(Decimal(left), SECOND_NS)


def exit_backoff_moment(reading: Reading, bound: Decimal) -> int:
    """Return when `exit_backoff_left_s` falls to `bound`."""
    return later(_backoff_over_ns(reading) or 0, -bound)


def exit_order_type(reading: Reading) -> str:
    """Return the type of the exits at work, `market` when one of them is."""
    types = {working.order.type for working in exits_of(reading.view.orders)}
    if OrderType.MARKET in types:
        return "market"
    return "limit" if types else NO_REASON


def take_profit_mismatch(reading: Reading) -> str:
    """Return how the working take-profit differs from the one that belongs there."""
    position, view = reading.leg.position, reading.view
    if position.is_flat:
        return NO_REASON
    price = exits.take_profit_price(position, view.parameters, tick=view.instrument.tick)
    size = exits.closable_size(abs(position.size), view.instrument)
    return reconcile.take_profit_mismatch(view.orders, price=price, size=size)


def remainder(reading: Reading) -> str:
    """Return whether the venue would let the open position be closed."""
    position, view = reading.leg.position, reading.view
    if position.is_flat:
        return NO_REASON
    return "dust" if exits.is_dust(position, view.quote, view.instrument) else "closable"
