"""What an event of the venue does to the session: orders move, fills are booked, the machine is told."""

from decimal import Decimal

from perpfsm.decisions.exits import is_dust
from perpfsm.decisions.proposals import Cancel
from perpfsm.engine.books import parts_of
from perpfsm.engine.records import OrderRecord, RefusalRecord
from perpfsm.engine.state import RISK, State
from perpfsm.machine.definition import Trigger
from perpfsm.machine.leg import NO_REASON
from perpfsm.market.account_setting import SettingChanged, SettingRefused
from perpfsm.market.fill import Fill
from perpfsm.market.order import (
    BY_LIQUIDATION,
    CancelRejected,
    FundingPaid,
    Liquidated,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    PositionChanged,
    Role,
    VenueEvent,
)
from perpfsm.market.position import ZERO, Position
from perpfsm.market.side import LegName
from perpfsm.market.stop import StopTriggered
from perpfsm.market.working import OrderStatus

NETTED = "netted"
NOT_CANCELED = "cancel_rejected"
LIQUIDATION = "liquidation"
EXTERNAL = "external"
DUST = "below the venue's minimum, so it is held until it can be closed"
AWAITING = frozenset({OrderStatus.PENDING, OrderStatus.UNKNOWN})


def apply_event(state: State, event: VenueEvent) -> None:
    """Take one event of the venue into `state`."""
    state.bands.clear()
    match event:
        case OrderFilled(fill=fill):
            _book(state, fill)
        case OrderAccepted(client_id=client_id):
            if state.table.status(client_id) in AWAITING or state.table.was_refused(client_id):
                _move(state, client_id, OrderStatus.WORKING)
                _cancel_again(state, client_id)
        case OrderCanceled(client_id=client_id):
            _move(state, client_id, OrderStatus.CANCELED)
        case OrderUnknown(client_id=client_id):
            _move(state, client_id, OrderStatus.UNKNOWN)
        case CancelRejected(client_id=client_id, code=code, reason=reason):
            _leave_uncancelled(state, client_id, f"{code} {reason}")
        case OrderRejected(client_id=client_id, code=code, reason=reason):
            _lose(state, client_id, OrderStatus.REJECTED, f"{code} {reason}")
        case OrderExpired(client_id=client_id, reason=reason):
            if reason == BY_LIQUIDATION:  # not lost: its position goes in the next moment
                _move(state, client_id, OrderStatus.EXPIRED, reason)
            else:
                _lose(state, client_id, OrderStatus.EXPIRED, reason)
        case Liquidated() | PositionChanged() | FundingPaid():
            _settle(state, event)
        case StopTriggered() | SettingChanged() | SettingRefused():
            _note(state, event)


def _note(state: State, event: StopTriggered | SettingChanged | SettingRefused) -> None:
    """Take an event that no fill and no cash comes with; an account that cannot be set up is not quoted on (B15)."""
    match event:
        case StopTriggered(client_id=client_id):
            _move(state, client_id, OrderStatus.WORKING)
        case SettingRefused(code=code, reason=reason) if not event.is_so_already:
            state.operate("pause", RISK, f"the venue refused to set the account up: {code} {reason}")
        case SettingChanged() | SettingRefused():
            pass  # as it was asked for


def _settle(state: State, event: Liquidated | PositionChanged | FundingPaid) -> None:
    """Take an event that changes a position or cash without a fill of ours."""
    match event:
        case Liquidated(leg=leg, realised=realised):
            _change_position(state, leg, Position(), LIQUIDATION, realised)
            state.halt("the position was liquidated")
        case PositionChanged(leg=leg, size=size, cost=cost, realised=realised, reason=reason):
            if state.legs[leg].position.size * size < 0:  # closed and opened anew, as a fill beyond it would be
                _change_position(state, leg, Position(), reason, realised)
                realised = ZERO
            _change_position(state, leg, Position(size, cost), reason, realised)
            state.check_loss()
        case FundingPaid():
            _pay_funding(state, event)


def _move(state: State, client_id: str, status: OrderStatus, detail: str = "") -> None:
    """Give an order another status and journal it; an order that is not ours is left alone."""
    order = state.table.find(client_id)
    if order is None:
        return
    state.table.move(client_id, status)
    state.outbox.records.append(OrderRecord(state.now_ns, order.leg.value, client_id, status.value, detail))


def _leave_uncancelled(state: State, client_id: str, why: str) -> None:
    """A cancel was refused: an order that is gone was too late for it, of any other it is asked for again."""
    order = state.table.find(client_id)
    if order is not None:
        state.table.refuse_cancel(client_id, state.now_ns)
        state.outbox.records.append(OrderRecord(state.now_ns, order.leg.value, client_id, NOT_CANCELED, why))


def _cancel_again(state: State, client_id: str) -> None:
    """Ask once more for the cancel of an order that turns out to work although one was asked for."""
    order = state.table.find(client_id)
    if order is not None and state.table.is_unwanted(client_id):
        leg = state.legs[order.leg]
        state.desk.carry_out(leg, (Cancel(client_id),), quote=state.quote, now_ns=state.now_ns)


def _lose(state: State, client_id: str, status: OrderStatus, detail: str) -> None:
    """An order is gone although nobody asked for it; an exit that is still needed is remembered as lost."""
    order = state.table.find(client_id)
    was = state.table.status(client_id)
    _move(state, client_id, status, detail)
    if order is None or was is None:
        return
    leg = state.legs[order.leg]
    is_needed = order.reason == leg.exit_reason and was is not OrderStatus.CANCELING
    if order.role.is_exit and is_needed and not leg.position.is_flat:
        state.legs[order.leg] = leg = leg.copy()
        is_first = order.role is Role.CLOSE and leg.exits_placed <= 1  # what a take-profit lost before does not count
        leg.exit_losses = 1 if is_first else leg.exit_losses + 1
        leg.exit_lost_ns = state.now_ns
    state.trigger(order.leg, Trigger.ORDER_LOST)


def _book(state: State, fill: Fill) -> None:
    """Book a fill, in two parts when it flips the position, and tell the machine after each."""
    order = state.table.find(fill.client_id)
    state.reference.filled(fill.price)
    state.table.filled(fill.client_id, fill.size)
    for part in parts_of(fill, state.legs[fill.leg]):
        leg = state.legs[fill.leg].copy()
        reason = leg.exit_reason
        state.outbox.records.append(state.books.book(part, leg, order))
        state.legs[fill.leg] = leg
        state.trigger(fill.leg, Trigger.FILL)
        state.legs[fill.leg] = settled = state.legs[fill.leg].copy()
        settled.fill_effect = NO_REASON
        if settled.position.is_flat:
            state.closed(leg, NETTED if reason == NO_REASON else reason)
        elif leg.fill_effect == "reduced" and is_dust(leg.position, state.quote, state.setup.instrument):
            what = f"close of {abs(leg.position.size):f}"
            state.outbox.records.append(RefusalRecord(state.now_ns, leg.name.value, what, DUST))
    state.check_loss()


def _change_position(state: State, name: LegName, position: Position, cause: str, realised: Decimal) -> None:
    """The venue says what a leg holds now: by force, or by another hand (`cause`)."""
    is_forced = cause == LIQUIDATION
    leg = state.legs[name].copy()
    was_exposed = not leg.position.is_flat
    record = state.books.change(leg, position, cause=cause, realised=realised, now_ns=state.now_ns)
    state.outbox.records.append(record)
    state.legs[name] = leg
    state.trigger(name, Trigger.LIQUIDATED if is_forced else Trigger.POSITION_CHANGED)
    if was_exposed and position.is_flat:
        state.closed(leg, LIQUIDATION if is_forced else EXTERNAL)


def _pay_funding(state: State, funding: FundingPaid) -> None:
    """Book funding on the position that the leg has at this moment."""
    leg = state.legs[funding.leg].copy()
    state.outbox.records.append(state.books.pay(funding, leg))
    state.legs[funding.leg] = leg
    state.check_loss()
