"""At the start: what we remember is held against what the venue says, before anything is quoted (B15)."""

from perpfsm.decisions.approval import Approved
from perpfsm.engine.records import CommandRecord
from perpfsm.engine.state import State
from perpfsm.engine.venue_events import AWAITING, apply_event
from perpfsm.market.account import Account
from perpfsm.market.order import CancelOrder, OrderAccepted, OrderExpired, PositionChanged
from perpfsm.market.position import Position
from perpfsm.market.working import OrderStatus

NOT_THERE = "not at the venue"
FOUND = "found at the start"


def reconcile(state: State, account: Account) -> None:
    """Bring orders and positions in line with `account`, at the state's time.

    An order that the venue does not have is gone, one that it has works; a cancel that was not confirmed is asked for
    again; a position that differs was changed by another hand.
    """
    there = {working.order.client_id for working in account.orders}
    for working in tuple(state.table.live()):
        client_id = working.order.client_id
        if client_id not in there:
            apply_event(state, OrderExpired(client_id, state.now_ns, NOT_THERE))
        elif working.status in AWAITING:
            apply_event(state, OrderAccepted(client_id, state.now_ns))
        elif working.status is OrderStatus.CANCELING:
            command = CancelOrder(client_id)
            state.outbox.records.append(CommandRecord(state.now_ns, working.order.leg.value, command))
            state.outbox.commands.append(Approved(command))
    for name, leg in tuple(state.legs.items()):
        position = account.positions.get(name, Position())
        if leg.position != position:
            apply_event(state, PositionChanged(state.now_ns, name, position.size, position.cost, reason=FOUND))
