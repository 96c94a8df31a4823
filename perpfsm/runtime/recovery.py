"""Recovery: what a journal says of legs, orders and cash, so that a start goes on where the last run stopped."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from perpfsm.engine.books import pay_funding, settle_margin, start_sums
from perpfsm.engine.configuration import outdates_quotes
from perpfsm.engine.orders import OrderTable
from perpfsm.engine.records import (
    CommandRecord,
    ConfigurationRecord,
    FillRecord,
    FundingRecord,
    OperatorRecord,
    OrderRecord,
    PositionRecord,
    Record,
    RunRecord,
    TransitionRecord,
)
from perpfsm.engine.venue_events import NOT_CANCELED
from perpfsm.machine.definition import MachineDefinition
from perpfsm.machine.leg import NO_REASON, Leg
from perpfsm.market.account import Account, OpenOrder
from perpfsm.market.margin import isolated_margin
from perpfsm.market.order import CancelOrder, PlaceOrder
from perpfsm.market.position import ZERO, Position
from perpfsm.market.side import LegName, PositionMode
from perpfsm.market.working import OrderStatus, WorkingOrder

TAKE_PROFIT = "take_profit"
FLATTEN = "flatten"
AT_THE_VENUE = frozenset({OrderStatus.WORKING, OrderStatus.PARTLY_FILLED, OrderStatus.CANCELING})


@dataclass(frozen=True, slots=True)
class Recovered:
    """Where the last run stopped.

    Attributes:
        wallet: Cash, quote currency; None in an empty journal.
        legs: By name, as far as the journal knows them.
        orders: Live ones, oldest first.
        trades: The highest trade id so far.
        is_halted: Whether a halt was latched and nobody has resumed since (B18).
        last_price: Of the last fill, quote currency; None without one.
    """

    wallet: Decimal | None
    legs: dict[LegName, Leg]
    orders: tuple[WorkingOrder, ...]
    trades: int
    is_halted: bool = False
    last_price: Decimal | None = None

    def account(self, mode: PositionMode, balance: Decimal) -> Account:
        """Return the paper venue's side of it; orders that never reached the venue are not there.

        Args:
            mode: Of the strategy.
            balance: The wallet of a journal without a run.
        """
        return Account(
            balance if self.wallet is None else self.wallet,
            {name: self.legs[name].position if name in self.legs else Position() for name in mode.legs},
            tuple(OpenOrder(o.order, o.remaining) for o in self.orders if o.status in AT_THE_VENUE),
            {name: leg.margin for name, leg in self.legs.items() if leg.margin},
        )

    def margined(self, leverage: int | None) -> "Recovered":
        """Return the same for another margin mode or leverage than wrote the journal.

        Args:
            leverage: With isolated margin: a position that has no margin of its own is given one. None with cross
                margin, where none has.
        """
        legs = {}
        for name, leg in self.legs.items():
            legs[name] = twin = leg.copy()
            if leverage is None:
                twin.margin = ZERO
            elif not leg.margin:
                twin.margin = isolated_margin(leg.position, leverage)
        return replace(self, legs=legs)

    def rebased(self, start_ns: int) -> "Recovered":
        """Return the same with no moment later than `start_ns`: a recording may begin before the last run ended."""
        legs = {}
        for name, leg in self.legs.items():
            legs[name] = twin = leg.copy()
            twin.entered_ns = min(leg.entered_ns, start_ns)
            twin.opened_ns = _not_after(leg.opened_ns, start_ns)
            twin.last_fill_ns = _not_after(leg.last_fill_ns, start_ns)
            twin.quotes_ns = _not_after(leg.quotes_ns, start_ns)
            twin.exit_lost_ns = _not_after(leg.exit_lost_ns, start_ns)
        orders = tuple(replace(o, placed_ns=min(o.placed_ns, start_ns)) for o in self.orders)
        return replace(self, legs=legs, orders=orders)

    def fitted(self, machine: MachineDefinition) -> "Recovered":
        """Return the same for `machine`, which may be another one than wrote the journal.

        An exit that was triggered is completed: one whose reason `machine` does not know goes on as a flatten. Any
        other leg that does not fit starts over, flat in the initial state, with its orders being cancelled:
        reconciling then finds the position and adopts it as one that another hand opened.
        """
        legs = {name: _fitted(leg, machine) for name, leg in self.legs.items()}
        orders = tuple(
            replace(o, status=OrderStatus.CANCELING)
            if o.status in AT_THE_VENUE
            and o.order.leg in legs
            and legs[o.order.leg].state != self.legs[o.order.leg].state
            else o
            for o in self.orders
        )
        return replace(self, legs=legs, orders=orders)


def recover(records: Iterable[Record], initial: str, *, leverage: int | None = None) -> Recovered:
    """Return what `records`, a whole journal in order, say of the end of its last run.

    Args:
        records: Of every run.
        initial: The machine's initial state, for a leg that filled before it ever moved.
        leverage: With isolated margin; None with cross margin.
    """
    wallet: Decimal | None = None
    legs: dict[LegName, Leg] = {}
    table = OrderTable()
    trades = 0
    is_halted = False
    last_price: Decimal | None = None
    for record in records:
        match record:
            case RunRecord():
                wallet = record.balance
            case TransitionRecord():
                legs[LegName(record.leg)] = Leg.from_facts(record.facts)
            case CommandRecord() | OrderRecord():
                _follow(table, record)
            case FillRecord() | PositionRecord() | FundingRecord():
                wallet = record.wallet_after
                name = LegName(record.leg)
                _book(legs.setdefault(name, Leg(name, initial)), record, leverage)
                if isinstance(record, FillRecord):
                    trades, last_price = record.fill.trade_id, record.fill.price
                    table.filled(record.fill.client_id, record.fill.size)
            case ConfigurationRecord() if outdates_quotes(record.changes):
                for leg in legs.values():
                    leg.quotes_outdated = True
            case OperatorRecord(action="halt" | "resume" as action):
                is_halted = action == "halt"
            case _:
                pass
    for leg in legs.values():
        leg.fill_effect = NO_REASON
        leg.peak_is_new = False
    return Recovered(wallet, legs, tuple(table.live()), trades, is_halted, last_price)


def _fitted(leg: Leg, machine: MachineDefinition) -> Leg:
    """Return the leg as `machine` can go on with it."""
    reasons = {row.reason for row in machine.rows if row.dest == leg.state and row.reason is not None}
    is_known = any(state.name == leg.state for state in machine.states)
    if is_known and leg.exit_reason in {NO_REASON, *reasons}:
        return leg
    if is_known and leg.exit_reason != TAKE_PROFIT and FLATTEN in reasons:
        twin = leg.copy()
        twin.exit_reason = FLATTEN
        return twin
    fresh = Leg(leg.name, machine.initial)
    fresh.last_fill_ns = leg.last_fill_ns
    return fresh


def _follow(table: OrderTable, record: CommandRecord | OrderRecord) -> None:
    """Take over what was asked of an order, or what became of it."""
    if isinstance(record, OrderRecord):
        if record.status != NOT_CANCELED:
            table.move(record.client_id, OrderStatus(record.status))
        return
    match record.command:
        case CancelOrder(client_id):
            table.move(client_id, OrderStatus.CANCELING)
        case PlaceOrder() as order:
            table.sent(order, record.time_ns)


def _book(leg: Leg, record: FillRecord | PositionRecord | FundingRecord, leverage: int | None) -> None:
    """Book what a leg's position did or cost; the facts of the transition that it caused, if any, follow and agree."""
    before = leg.position
    if isinstance(record, FundingRecord):
        pay_funding(leg, record.paid, leverage)
        return
    leg.position = Position(record.size_after, record.cost_after)
    settle_margin(leg, before, leverage)
    if before.is_flat:
        start_sums(leg, record.time_ns)
    leg.realised += record.realised
    if isinstance(record, FillRecord):
        leg.last_fill_ns = record.time_ns
        leg.fees += record.fill.fee


def _not_after(moment_ns: int | None, latest_ns: int) -> int | None:
    return None if moment_ns is None else min(moment_ns, latest_ns)
