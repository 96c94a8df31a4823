"""The shipped actions: what rows may do, as proposals and facts, with their effects declared."""

from collections.abc import Callable
from decimal import Decimal

from perpfsm.decisions import exits, reconcile
from perpfsm.decisions.proposals import Cancel, Place
from perpfsm.machine.definition import Comparison, Operator, ParameterOperand
from perpfsm.machine.leg import NO_REASON
from perpfsm.machine.library import ActionSpec, Effects, ExitType, Proposals, Reach
from perpfsm.machine.needs import CALLBACK, CLOSING, PROFITS, QUOTING, REFERENCE
from perpfsm.machine.view import Reading
from perpfsm.market.messages import Quote
from perpfsm.market.order import OrderType, Role
from perpfsm.market.working import OrderStatus, WorkingOrder

KEEP_LINE = (
    "Not canceling active orders since the difference between the new order prices and current order prices is "
    "within order_refresh_tolerance_pct"
)
ALL_ROLES = frozenset(Role)
QUOTES = frozenset({Role.QUOTE})
EXITS = frozenset({Role.TAKE_PROFIT, Role.CLOSE})


def _is(metric: str, *values: str) -> Comparison:
    return Comparison(Operator.IS, values, metric)


def _is_zero(metric: str) -> Comparison:
    return Comparison(Operator.IS, Decimal(0), metric)


# What a placement settles until something else happens.
QUOTED = (_is_zero("quotes_age_s"), _is("quoted_parameters", "current"))
FAR_ENOUGH = Comparison(Operator.AT_LEAST, ParameterOperand("minimum_spread"), "nearest_quote_pct")
EXIT_IS_NEW = _is_zero("exit_age_s")
PEAK_IS_NEW = (_is_zero("drawdown_pct"), _is("peak", "new"))


def _cancel_where(reading: Reading, out: Proposals, chosen: Callable[[WorkingOrder], bool]) -> None:
    """Propose to cancel every live order that is `chosen` and not being cancelled already."""
    out.proposals.extend(
        Cancel(working.order.client_id)
        for working in reading.view.orders
        if working.status is not OrderStatus.CANCELING and chosen(working)
    )


def _place_quotes(reading: Reading, out: Proposals) -> None:
    plan = reading.plan()
    out.proposals.extend(plan.left_out)
    out.proposals.extend(
        Place(Role.QUOTE, quote.side, OrderType.LIMIT, quote.price, quote.size, level=quote.level)
        for quote in plan.quotes
    )
    reading.leg.quotes_ns = reading.view.now_ns
    reading.leg.quotes_outdated = False


def _cancel_quotes(reading: Reading, out: Proposals) -> None:
    _cancel_where(reading, out, lambda working: working.order.role is Role.QUOTE)


def _replace_quotes(reading: Reading, out: Proposals) -> None:
    _cancel_quotes(reading, out)
    _place_quotes(reading, out)


def _keep_quotes(reading: Reading, out: Proposals) -> None:
    reading.leg.quotes_ns = reading.view.now_ns
    if reconcile.working_quotes(reading.view.orders):
        out.notes.append(KEEP_LINE)


def _cancel_close_quotes(reading: Reading, out: Proposals) -> None:
    reference = reading.view.reference
    if reference is None:
        return
    minimum = reading.view.parameters.minimum_spread

    def is_close(working: WorkingOrder) -> bool:
        distance = reconcile.quote_distance_pct(working, reference)
        return working.order.role is Role.QUOTE and distance.numerator < minimum * distance.denominator

    _cancel_where(reading, out, is_close)


def _cancel_opposite_quotes(reading: Reading, out: Proposals) -> None:
    """Cancel the quotes that would reduce the position, and those that have yet to leave (B7)."""
    exit_side = reading.leg.position.exit_side
    _cancel_where(
        reading,
        out,
        lambda working: (
            working.order.role is Role.QUOTE and (working.order.side is exit_side or working.status is OrderStatus.HELD)
        ),
    )


def _cancel_orders(reading: Reading, out: Proposals) -> None:
    _cancel_where(reading, out, lambda _: True)


def _cancel_exits(reading: Reading, out: Proposals) -> None:
    _cancel_where(reading, out, lambda working: working.order.role.is_exit)


def _propose_exit(reading: Reading, out: Proposals, role: Role, price: Decimal | None) -> None:
    """Propose an exit for the whole position, split at the venue's maximum; MARKET without a price."""
    leg = reading.leg
    type_ = OrderType.MARKET if price is None else OrderType.LIMIT
    for part in exits.split_at_maximum(abs(leg.position.size), reading.view.instrument):
        out.proposals.append(Place(role, leg.position.exit_side, type_, price, part, leg.exit_reason))


def _place_take_profit(reading: Reading, out: Proposals) -> None:
    position, view = reading.leg.position, reading.view
    if position.is_flat:
        return
    price = exits.take_profit_price(position, view.parameters, tick=view.instrument.tick)
    _propose_exit(reading, out, Role.TAKE_PROFIT, price)


def _cut_take_profit(reading: Reading, out: Proposals) -> None:
    """Replace the take-profit by one of the position's size at the price at which it works (B9)."""
    working = [o for o in reading.view.orders if o.order.role is Role.TAKE_PROFIT]
    _cancel_exits(reading, out)
    if working:
        _propose_exit(reading, out, Role.TAKE_PROFIT, working[-1].order.price)


def _usable_quote(reading: Reading) -> Quote | None:
    """Return the quote that a closing LIMIT is priced from: the newest message's, even one that jumped (B17)."""
    return reading.view.quote if reading.view.data in {"good", "jump"} else None


def _close_position(reading: Reading, out: Proposals) -> None:
    leg, view = reading.leg, reading.view
    price = exits.closing_price(leg.exit_reason, leg.position, _usable_quote(reading), view.parameters, view.instrument)
    _propose_exit(reading, out, Role.CLOSE, price)
    leg.exits_placed += 1


def _close_at_market(reading: Reading, out: Proposals) -> None:
    _propose_exit(reading, out, Role.CLOSE, None)
    reading.leg.exits_placed += 1


def _raise_peak(reading: Reading, out: Proposals) -> None:
    leg, view = reading.leg, reading.view
    if view.quote is None:
        return
    leg.peak = exits.exit_price(leg.position, view.quote)
    leg.peak_is_new = True
    estimate = exits.exit_estimate(leg.position, leg.peak, view.parameters.ts_callback_rate)
    is_price = leg.position.open_pnl(estimate) > 0
    shown = f"{estimate.normalize():f}" if is_price else "NILL"
    out.notes.append(f"New peak price {leg.peak:f}, estimated exit price is {shown}")


def _forget_peak(reading: Reading, out: Proposals) -> None:  # noqa: ARG001  # every action has this shape
    reading.leg.peak = None


SHIPPED_ACTIONS = (
    ActionSpec(
        "place_quotes",
        "Place the quotes of every level that passes the filters.",
        Effects(sets=frozenset({"quotes_ns", "quotes_outdated"}), places=QUOTES, settles=QUOTED),
        _place_quotes,
        QUOTING,
    ),
    ActionSpec(
        "replace_quotes",
        "Cancel the quotes and place new ones.",
        Effects(sets=frozenset({"quotes_ns", "quotes_outdated"}), places=QUOTES, cancels=QUOTES, settles=QUOTED),
        _replace_quotes,
        QUOTING,
    ),
    ActionSpec(
        "keep_quotes",
        "Leave the quotes as they are and restart their age.",
        Effects(sets=frozenset({"quotes_ns"}), settles=(_is_zero("quotes_age_s"),)),
        _keep_quotes,
    ),
    ActionSpec("cancel_quotes", "Cancel the leg's quotes.", Effects(cancels=QUOTES), _cancel_quotes),
    ActionSpec(
        "cancel_close_quotes",
        "Cancel the quotes nearer than minimum_spread.",
        Effects(cancels=QUOTES, reach=Reach.SOME, settles=(FAR_ENOUGH,)),
        _cancel_close_quotes,
        REFERENCE | {"minimum_spread"},
    ),
    ActionSpec(
        "cancel_opposite_quotes",
        "Cancel the quotes on the other side of the position.",
        Effects(cancels=QUOTES, reach=Reach.OPPOSITE),
        _cancel_opposite_quotes,
    ),
    ActionSpec("cancel_orders", "Cancel every order of the leg.", Effects(cancels=ALL_ROLES), _cancel_orders),
    ActionSpec("cancel_exits", "Cancel the leg's exits.", Effects(cancels=EXITS), _cancel_exits),
    ActionSpec(
        "place_take_profit",
        "Place the take-profit for the whole position.",
        Effects(
            places=frozenset({Role.TAKE_PROFIT}),
            exit_type=ExitType.LIMIT,
            settles=(EXIT_IS_NEW, _is("take_profit_mismatch", NO_REASON)),
        ),
        _place_take_profit,
        PROFITS,
    ),
    ActionSpec(
        "cut_take_profit",
        "Cut the take-profit to the position's size, at its own price.",
        Effects(
            places=frozenset({Role.TAKE_PROFIT}),
            cancels=EXITS,
            exit_type=ExitType.LIMIT,
            settles=(EXIT_IS_NEW, _is("take_profit_mismatch", NO_REASON, "differs")),
        ),
        _cut_take_profit,
    ),
    ActionSpec(
        "close_position",
        "Close the whole position as close_position_order_type says.",
        Effects(
            sets=frozenset({"exits_placed"}),
            places=frozenset({Role.CLOSE}),
            exit_type=ExitType.AS_CONFIGURED,
            settles=(EXIT_IS_NEW,),
        ),
        _close_position,
        CLOSING,
    ),
    ActionSpec(
        "close_at_market",
        "Close the whole position with a MARKET order.",
        Effects(
            sets=frozenset({"exits_placed"}),
            places=frozenset({Role.CLOSE}),
            exit_type=ExitType.MARKET,
            settles=(EXIT_IS_NEW,),
        ),
        _close_at_market,
    ),
    ActionSpec(
        "start_trailing",
        "Take the exit price as the first peak.",
        Effects(sets=frozenset({"peak", "peak_is_new"}), settles=PEAK_IS_NEW),
        _raise_peak,
        CALLBACK,
    ),
    ActionSpec(
        "raise_peak",
        "Take the exit price as the new peak.",
        Effects(sets=frozenset({"peak", "peak_is_new"}), settles=PEAK_IS_NEW),
        _raise_peak,
        CALLBACK,
    ),
    ActionSpec(
        "forget_peak",
        "Forget the peak.",
        Effects(sets=frozenset({"peak"}), settles=(_is("peak", NO_REASON),)),
        _forget_peak,
    ),
)
