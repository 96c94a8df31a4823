"""The tally of a run: a fold over its records, and the summary that can be taken from it at any moment."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from perpfsm.engine.records import (
    ClosingRecord,
    CommandRecord,
    ConfigurationRecord,
    DataRecord,
    EndRecord,
    FillRecord,
    FundingRecord,
    OperatorRecord,
    OrderRecord,
    PositionRecord,
    Record,
    RefusalRecord,
    RunRecord,
    TransitionRecord,
)
from perpfsm.machine.definition import MachineDefinition
from perpfsm.market.fill import Liquidity
from perpfsm.market.order import CancelOrder
from perpfsm.runtime.quality import NOTHING_YET, Quality
from perpfsm.runtime.summary import (
    ClosingTotal,
    FillTotal,
    LegTimes,
    OpenPosition,
    OrderTotals,
    PnlTotals,
    RowCount,
    StateTime,
    Summary,
)

ZERO = Decimal(0)
OPERATOR_RECORDS_MAX = 20
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(slots=True)
class _Fills:
    """Running totals of one liquidity."""

    count: int = 0
    volume: Decimal = ZERO
    notional: Decimal = ZERO
    fees: Decimal = ZERO
    last_trade: int | None = None

    def add(self, record: FillRecord) -> None:
        """Count one fill; the two parts of a fill that flips a position are one execution."""
        fill = record.fill
        self.count += fill.trade_id != self.last_trade
        self.last_trade = fill.trade_id
        self.volume += fill.size
        self.notional += fill.size * fill.price
        self.fees += fill.fee

    def total(self) -> FillTotal:
        """Return the totals so far as a value."""
        return FillTotal(self.count, self.volume, self.notional, self.fees)


@dataclass(slots=True)
class _Closings:
    """Running totals of one closing reason."""

    count: int = 0
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    held_ns: int = 0

    def add(self, record: ClosingRecord) -> None:
        """Count one closing."""
        self.count += 1
        self.realised += record.realised
        self.fees += record.fees
        self.funding += record.funding
        self.held_ns += record.time_ns - record.opened_ns


@dataclass(slots=True)
class _Leg:
    """Where one leg is and how long it has been in each state, nanoseconds."""

    state: str
    since_ns: int | None = None
    spent: Counter[str] = field(default_factory=Counter)

    def move(self, record: TransitionRecord, start_ns: int) -> None:
        """Book the time up to `record` to the state that it left, which also tells where a continued leg began."""
        self.spent[record.source] += record.time_ns - (start_ns if self.since_ns is None else self.since_ns)
        self.state = record.dest
        self.since_ns = record.time_ns


class Tally:
    """Counts and sums over the records of one run, added in their order."""

    def __init__(self, machine: MachineDefinition, legs: Iterable[str]) -> None:
        """Start from nothing.

        Args:
            machine: Its states and rows are reported even where nothing was seen of them.
            legs: The legs of the position mode, in order.
        """
        self._machine = machine
        self._legs = {str(leg): _Leg(machine.initial) for leg in legs}
        self._first_ns: int | None = None
        self._last_ns = 0
        self._run = 1
        self._balance: Decimal | None = None
        self._fill_model = ""
        self._quotes = self._exits = self._cancels = self._halts = self._live_changes = 0
        self._orders: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._fills = {Liquidity.MAKER: _Fills(), Liquidity.TAKER: _Fills()}
        self._realised = self._funding = ZERO
        self._closings: dict[str, _Closings] = {}
        self._rows: Counter[int] = Counter()
        self._data: Counter[str] = Counter()
        self._operator: list[OperatorRecord] = []
        self._positions: dict[str, tuple[Decimal, Decimal]] = {}
        self._end: EndRecord | None = None

    def add(self, record: Record) -> None:
        """Count one record; cheap, as it is called for each of them."""
        if self._first_ns is None:
            self._first_ns = record.time_ns
        self._last_ns = record.time_ns
        match record:
            case TransitionRecord():
                self._rows[record.row] += 1
                self._legs[record.leg].move(record, self._first_ns)
            case CommandRecord():
                self._add_command(record)
            case OrderRecord():
                self._orders[record.status] += 1
            case FillRecord() | PositionRecord() | FundingRecord():
                self._book(record)
            case ClosingRecord():
                self._closings.setdefault(record.reason, _Closings()).add(record)
                self._positions[record.leg] = (ZERO, ZERO)
            case RefusalRecord() | DataRecord() | ConfigurationRecord():
                self._count(record)
            case OperatorRecord():
                self._add_operator(record)
            case RunRecord():
                self._run = record.run
                self._balance = record.balance
                self._fill_model = record.settings.get("fill_model", "")
                self._positions.update(record.positions)
            case EndRecord():
                self._end = record

    def _book(self, record: FillRecord | PositionRecord | FundingRecord) -> None:
        """Sum up what changed cash."""
        if isinstance(record, FundingRecord):
            self._funding += record.paid
            return
        if isinstance(record, FillRecord):
            self._fills[record.fill.liquidity].add(record)
        self._realised += record.realised
        self._positions[record.leg] = (record.size_after, record.cost_after)

    def _count(self, record: RefusalRecord | DataRecord | ConfigurationRecord) -> None:
        match record:
            case RefusalRecord():
                self._refusals[NUMBER.sub("…", record.why)] += 1
            case DataRecord():
                self._data[record.health] += 1
            case ConfigurationRecord():
                self._live_changes += 1

    def _add_command(self, record: CommandRecord) -> None:
        if isinstance(record.command, CancelOrder):
            self._cancels += 1
        elif record.command.role.is_exit:
            self._exits += 1
        else:
            self._quotes += 1

    def _add_operator(self, record: OperatorRecord) -> None:
        self._halts += record.action == "halt"
        if len(self._operator) < OPERATOR_RECORDS_MAX:
            self._operator.append(record)

    def summary(
        self, now_ns: int, *, open_pnl: Decimal = ZERO, worst_drawdown: Decimal = ZERO, quality: Quality = NOTHING_YET
    ) -> Summary:
        """Return what is known up to `now_ns`; the footer of a run, once added, is the authority on its money.

        Args:
            now_ns: Event time, nanoseconds since the epoch; a moment before the last record counts as its time.
            open_pnl: Of all legs at their exit prices, quote currency.
            quality: How well it traded up to then.
            worst_drawdown: The largest fall of wallet plus open PnL from its peak, quote currency, not negative.
        """
        end_ns = max(now_ns, self._last_ns)
        start_ns = end_ns if self._first_ns is None else self._first_ns
        end = self._end
        fees = sum((fills.fees for fills in self._fills.values()), ZERO)
        return Summary(
            run=self._run,
            start_ns=start_ns,
            end_ns=end_ns,
            ended=None if end is None else end.why,
            orders=OrderTotals(
                self._quotes,
                self._exits,
                self._cancels,
                self._orders["rejected"],
                self._orders["expired"],
                self._orders["unknown"],
            ),
            refusals=tuple(sorted(self._refusals.items(), key=lambda item: (-item[1], item[0]))),
            maker=self._fills[Liquidity.MAKER].total(),
            taker=self._fills[Liquidity.TAKER].total(),
            closings=tuple(
                ClosingTotal(reason, total.count, total.realised, total.fees, total.held_ns, total.funding)
                for reason, total in self._closings.items()
            ),
            times=tuple(self._times(name, leg, start_ns, end_ns) for name, leg in self._legs.items()),
            rows=tuple(RowCount(row.number, row.name, self._rows[row.number]) for row in self._machine.rows),
            pnl=PnlTotals(
                balance=self._balance,
                realised=self._realised if end is None else end.realised,
                fees=fees if end is None else end.fees,
                open_pnl=open_pnl if end is None else end.open_pnl,
                worst_drawdown=worst_drawdown,
                funding=self._funding if end is None else end.funding,
            ),
            positions=tuple(
                OpenPosition(leg, size, cost)
                for leg, (size, cost) in (self._positions if end is None else end.positions).items()
                if size
            ),
            data=tuple(self._data.items()),
            operator=tuple(self._operator),
            halts=self._halts,
            live_changes=self._live_changes,
            fill_model=self._fill_model,
            quality=quality,
        )

    def _times(self, name: str, leg: _Leg, start_ns: int, end_ns: int) -> LegTimes:
        """Return the time that one leg spent in each state of the machine, the running one up to `end_ns`."""
        spent = leg.spent.copy()
        spent[leg.state] += end_ns - (start_ns if leg.since_ns is None else leg.since_ns)
        whole_ns = end_ns - start_ns
        return LegTimes(
            name,
            tuple(
                StateTime(
                    state.name,
                    Decimal(spent[state.name]) / 10**9,
                    Decimal(spent[state.name]) * 100 / whole_ns if whole_ns else ZERO,
                )
                for state in self._machine.states
            ),
        )
