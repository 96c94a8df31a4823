"""The summary of a run as values: what it ordered, filled, closed and earned, and where its time went."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.engine.records import OperatorRecord
from perpfsm.runtime.quality import NOTHING_YET, Quality


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """How many orders left, and how many went wrong.

    Attributes:
        quotes: Opening orders placed.
        exits: Take-profits and closing orders placed.
        cancels: Cancels sent.
        rejected: Placements that the venue refused.
        expired: Orders that went without our asking.
        unknown: Answers that were lost.
    """

    quotes: int
    exits: int
    cancels: int
    rejected: int
    expired: int
    unknown: int


@dataclass(frozen=True, slots=True)
class FillTotal:
    """Executions of one liquidity; a fill that closes one position and opens another is one.

    Attributes:
        count: Executions.
        volume: Base units.
        notional: Quote currency.
        fees: Quote currency, paid less rebates.
    """

    count: int
    volume: Decimal
    notional: Decimal
    fees: Decimal


@dataclass(frozen=True, slots=True)
class ClosingTotal:
    """Closings of one reason.

    Attributes:
        realised: Quote currency, before fees.
        fees: Of the whole positions, their entries included, quote currency.
        held_ns: The sum of their holding times.
        funding: Of the whole positions, paid less received, quote currency.
    """

    reason: str
    count: int
    realised: Decimal
    fees: Decimal
    held_ns: int
    funding: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        """Realised PnL less fees and funding."""
        return self.realised - self.fees - self.funding


@dataclass(frozen=True, slots=True)
class StateTime:
    """How long a leg was in one state: in seconds, and in percent of the run."""

    state: str
    seconds: Decimal
    pct: Decimal


@dataclass(frozen=True, slots=True)
class LegTimes:
    """One leg's time in each state of the machine, in file order."""

    leg: str
    states: tuple[StateTime, ...]


@dataclass(frozen=True, slots=True)
class RowCount:
    """How often one row of the machine fired, possibly never."""

    number: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class OpenPosition:
    """A position left open: signed size in base units, and its cost, signed alike, in quote currency."""

    leg: str
    size: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class PnlTotals:
    """The money of a run, quote currency.

    Attributes:
        balance: The wallet at the start; None where no run header was seen.
        realised: Before fees.
        fees: Paid less rebates.
        open_pnl: Of what is open, at its exit price.
        worst_drawdown: The largest fall from a peak, not negative.
        funding: Paid less received.
    """

    balance: Decimal | None
    realised: Decimal
    fees: Decimal
    open_pnl: Decimal
    worst_drawdown: Decimal
    funding: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        """Realised plus open PnL less fees and funding."""
        return self.realised + self.open_pnl - self.fees - self.funding


@dataclass(frozen=True, slots=True)
class Summary:
    """A run up to one moment.

    Attributes:
        run: Its number in its journal, from 1; 1 where no run header was seen.
        start_ns: Time of its first record, nanoseconds since the epoch.
        end_ns: The moment.
        ended: Why it ended; None while it runs.
        orders: What left.
        refusals: Why proposals did not leave, without the numbers, and how many, the most frequent first.
        maker: Fills of resting orders.
        taker: Fills of orders that crossed.
        closings: By reason, in the order in which the reasons first occurred.
        times: Per leg.
        rows: Every row of the machine in file order.
        pnl: The money.
        positions: What is open.
        data: Changes of data health, by what it became.
        operator: The first acts of operator, feed end or risk.
        halts: How often trading was halted.
        live_changes: How often parameters were changed while it ran.
        fill_model: When resting orders filled, as the run's header says; empty where no run header was seen.
        quality: In market-making terms.
    """

    run: int
    start_ns: int
    end_ns: int
    ended: str | None
    orders: OrderTotals
    refusals: tuple[tuple[str, int], ...]
    maker: FillTotal
    taker: FillTotal
    closings: tuple[ClosingTotal, ...]
    times: tuple[LegTimes, ...]
    rows: tuple[RowCount, ...]
    pnl: PnlTotals
    positions: tuple[OpenPosition, ...]
    data: tuple[tuple[str, int], ...]
    operator: tuple[OperatorRecord, ...]
    halts: int
    live_changes: int = 0
    fill_model: str = ""
    quality: Quality = NOTHING_YET
