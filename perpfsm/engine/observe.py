"""The status of a session: the one value that views are given of it."""

from decimal import Decimal

from perpfsm.decisions import exits
from perpfsm.decisions.parameters import Parameters, PositionManagement
from perpfsm.engine.session import Session
from perpfsm.engine.state import State
from perpfsm.engine.status import LegStatus, SessionStatus
from perpfsm.machine.leg import Leg
from perpfsm.market.liquidation import liquidation_prices
from perpfsm.market.position import ZERO, Position
from perpfsm.market.ratio import Ratio


def status_of(session: Session, now_ns: int) -> SessionStatus:
    """Return what views may know of `session` at `now_ns`, event time."""
    state = session.state
    return SessionStatus(
        now_ns,
        state.quote,
        state.mark,
        state.health.status,
        state.quoting_status(),
        state.books.wallet,
        state.books.realised,
        state.books.fees,
        tuple(_leg_status(state, leg) for leg in state.legs.values()),
        state.books.funding,
    )


def _leg_status(state: State, leg: Leg) -> LegStatus:
    position, parameters, quote = leg.position, state.setup.parameters, state.quote
    price = None if quote is None or position.is_flat else exits.exit_price(position, quote)
    levels = _levels(position, parameters, state.setup.instrument.tick)
    take_profit, stop_loss, activation = levels
    return LegStatus(
        leg.name.value,
        leg.state,
        leg.entered_ns,
        leg.exit_reason,
        position.size,
        None if position.is_flat else position.entry,
        ZERO if price is None else position.open_pnl(price),
        None if price is None else exits.pnl_pct(position, price).rounded(),
        take_profit,
        stop_loss,
        activation if leg.peak is None else None,
        leg.peak,
        _estimate(leg, parameters),
        state.table.of_leg(leg.name),
        _liquidation(state, leg),
    )


def _liquidation(state: State, leg: Leg) -> Decimal | None:
    """Return the mark price at which the venue closes `leg` by force; None where nothing or no such price is known.

    Legs that share a wallet go together. Where both a fall and a rise would take them, the one that `leg` loses by
    is shown.
    """
    setup = state.setup
    if leg.position.is_flat or not setup.brackets:
        return None
    if setup.isolated_leverage is None:
        positions = [each.position for each in state.legs.values()]
        prices = liquidation_prices(state.books.wallet, positions, setup.brackets)
    else:
        prices = liquidation_prices(leg.margin, [leg.position], setup.brackets)
    tick = setup.instrument.tick
    low, high = prices.low_on_grid(tick), prices.high_on_grid(tick)
    first, second = (low, high) if leg.position.size > 0 else (high, low)
    return second if first is None else first


def _levels(
    position: Position, parameters: Parameters, tick: Decimal
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Return where take-profit, stop-loss and trailing start lie; None where they do not apply."""
    if position.is_flat:
        return None, None, None
    takes_profit = parameters.position_management is PositionManagement.PROFIT_TAKING
    stop = exits.price_at_pnl(position, -parameters.stop_loss_spread)
    start = exits.price_at_pnl(position, parameters.ts_activation_spread)
    return (
        exits.take_profit_price(position, parameters, tick=tick) if takes_profit else None,
        _reached_at(stop, tick, rises=position.size < 0) if parameters.is_set("stop_loss_spread") else None,
        None if takes_profit else _reached_at(start, tick, rises=position.size > 0),
    )


def _reached_at(price: Ratio, tick: Decimal, *, rises: bool) -> Decimal:
    """Return the first price on the grid at or beyond `price`, coming from below or from above."""
    return price.ceil_to(tick) if rises else price.floor_to(tick)


def _estimate(leg: Leg, parameters: Parameters) -> Decimal | None:
    """Return where the trailing stop closes; None while it is NILL or nothing trails."""
    if leg.peak is None or leg.position.is_flat:
        return None
    estimate = exits.exit_estimate(leg.position, leg.peak, parameters.ts_callback_rate)
    return estimate if leg.position.open_pnl(estimate) > 0 else None
