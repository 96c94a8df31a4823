"""The oracle's admission (E13): the reason, as a code, for which an order is refused; None when it is taken."""

from decimal import Decimal
from fractions import Fraction

from perpfsm.market.order import OrderType, PlaceOrder
from perpfsm.market.side import LegName, PositionMode, Side
from tests.oracle.resting import Resting, is_closing
from tests.oracle.state import State

F = Fraction


def refusal(state: State, order: PlaceOrder) -> int | None:
    """Return the first rule that an arriving order breaks, in the order of E13."""
    checks = (
        *(shape, price_grid, size_grid, size_bounds, priced, notional, band),
        *(reducing, margin, bracket, post_only, known, rate),
    )
    for check in checks:
        code = check(state, order)
        if code is not None:
            return code
    return None


def shape(state: State, order: PlaceOrder) -> int | None:
    if order.leg not in state.terms.mode.legs:
        return -4061
    if state.terms.mode is PositionMode.HEDGE and order.reduce_only:
        return -4061
    if order.type is OrderType.LIMIT and order.price is None:
        return -1102
    if order.type is OrderType.MARKET and (order.price is not None or order.post_only):
        return -1106
    if order.price is not None and order.price <= 0:
        return -4001
    return -4003 if order.size <= 0 else None


def digits(value: Decimal) -> int:
    """Return how many digits follow the point, without trailing zeros."""
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def price_grid(state: State, order: PlaceOrder) -> int | None:
    return off_tick(state, order.price)


def off_tick(state: State, price: Decimal | None) -> int | None:
    if price is None or F(price) % state.terms.tick == 0:
        return None
    return -1111 if digits(price) > state.terms.tick_digits else -4014


def size_grid(state: State, order: PlaceOrder) -> int | None:
    return off_step(state, order.size)


def off_step(state: State, size: Decimal) -> int | None:
    if F(size) % state.terms.step == 0:
        return None
    return -1111 if digits(size) > state.terms.step_digits else -4023


def is_exempt(state: State, order: PlaceOrder) -> bool:
    return is_closing(order) and state.terms.exempt


def size_bounds(state: State, order: PlaceOrder) -> int | None:
    size, largest = F(order.size), state.terms.size_max
    if size < state.terms.size_min and not is_exempt(state, order):
        return -4004
    return -4005 if largest is not None and size > largest else None


def expected_price(state: State, order: PlaceOrder) -> Fraction | None:
    """Return the limit, or for a MARKET order the opposite best; None where there is none."""
    if order.price is not None:
        return F(order.price)
    return None if state.book.best is None else state.book.best[order.side.opposite][0]


def priced(state: State, order: PlaceOrder) -> int | None:
    return -2020 if expected_price(state, order) is None else None


def notional(state: State, order: PlaceOrder) -> int | None:
    price = expected_price(state, order)
    assert price is not None
    if is_exempt(state, order) or price * F(order.size) >= state.terms.notional_min:
        return None
    return -4164


def band(state: State, order: PlaceOrder) -> int | None:
    mark, width = state.mark(), state.terms.band
    if order.price is None or mark is None or width is None:
        return None
    if F(order.price) > mark * (1 + width):
        return -4016
    return -4024 if F(order.price) < mark * (1 - width) else None


def reducing(state: State, order: PlaceOrder) -> int | None:
    if not is_closing(order):
        return None
    held = state.purse.legs[order.leg].size
    if held * order.side.sign >= 0:
        return -2022
    if state.terms.mode is PositionMode.ONE_WAY:
        return None
    working = sum((each.left for each in state.orders if each.leg is order.leg and each.closing), F(0))
    return -2022 if working + F(order.size) > abs(held) else None


def needed(state: State, order: PlaceOrder) -> Fraction:
    """Return the initial margin of one base unit of an order with its fee (E9)."""
    price = expected_price(state, order)
    assert price is not None
    fee = state.terms.maker if order.post_only else state.terms.taker
    return price / state.purse.leverage + price * max(fee, F(0))


def free(state: State) -> Fraction:
    """Return what new orders may claim: cash less what orders and positions bind and what open losses took."""
    total = state.purse.wallet - sum((each.left * each.reserve for each in state.orders), F(0))
    for held in state.purse.legs.values():
        total -= held.margin if state.purse.isolated else abs(held.cost) / state.purse.leverage
        if held.size and state.book.best is not None and not state.purse.isolated:
            total += min(F(0), held.pnl(state.book.best[Side.BUY if held.size > 0 else Side.SELL][0]))
    return total


def margin(state: State, order: PlaceOrder) -> int | None:
    if is_closing(order):
        return None
    return -2019 if needed(state, order) * F(order.size) > free(state) else None


def bracket(state: State, order: PlaceOrder) -> int | None:
    """Refuse what, with all that may still be opened on its leg, stands above what the leverage allows."""
    if is_closing(order) or not state.terms.tiers:
        return None
    price = expected_price(state, order)
    assert price is not None
    total = exposure(state, order.leg, order.side) * (state.mark() or price) + F(order.size) * price
    return -2027 if state.purse.leverage > state.purse.tier(total)[2] else None


def exposure(state: State, leg: LegName, side: Side) -> Fraction:
    """Return base units held by a leg and working to add on a side."""
    held = state.purse.legs[leg].size * side.sign
    return held + sum((each.left for each in state.orders if adds(each, leg, side)), F(0))


def adds(each: Resting, leg: LegName, side: Side) -> bool:
    return each.leg is leg and each.side is side and not each.closing


def post_only(state: State, order: PlaceOrder) -> int | None:
    if not order.post_only or order.price is None or state.book.best is None:
        return None
    return -5022 if (F(order.price) - state.book.best[order.side.opposite][0]) * order.side.sign >= 0 else None


def known(state: State, order: PlaceOrder) -> int | None:
    return -4116 if order.client_id in state.known else None


def rate(state: State, order: PlaceOrder) -> int | None:
    """Refuse more placements than the venue allows within ten seconds or a minute; closing orders never."""
    if is_closing(order):
        return None
    for limit, window_s in ((state.terms.per_10s, 10), (state.terms.per_minute, 60)):
        recent = [at_ns for at_ns in state.placed_ns if at_ns > state.now_ns - window_s * 10**9]
        if limit is not None and len(recent) >= limit:
            return -1015
    state.placed_ns.append(state.now_ns)
    return None
