"""Records: everything that the journal keeps and that views read, as values in the order in which it happened."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.market.fill import Fill
from perpfsm.market.order import CancelOrder, PlaceOrder
from perpfsm.market.position import ZERO

Json = None | bool | int | str | Decimal | list["Json"] | tuple["Json", ...] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class TransitionRecord:
    """A row fired.

    Attributes:
        leg: The leg that it moved.
        trigger: The event that it answered.
        row: The row's number in the machine file, from 1.
        name: The row's name.
        source: The state before.
        dest: The state after; the same as `source` for a row that stays.
        reason: The exit reason in force after it, `none` when no exit is.
        saw: Metric values that the guards read, rounded for reading; `undefined` for a metric without a value.
        held: The guards of the row that held (`not NAME` for one under `unless`).
        passed: Rows that were tried before: row name and the guard that kept it from firing.
        notes: What the actions had to say, such as the line about order_refresh_tolerance_pct.
        facts: The leg's facts after it.
    """

    time_ns: int
    leg: str
    trigger: str
    row: int
    name: str
    source: str
    dest: str
    reason: str
    saw: dict[str, str]
    held: tuple[str, ...]
    passed: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    facts: dict[str, Json]


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """An approved command, written before it leaves."""

    time_ns: int
    leg: str
    command: PlaceOrder | CancelOrder


@dataclass(frozen=True, slots=True)
class RefusalRecord:
    """Something that was proposed and did not leave: a level left out, or a limit of risk.

    Attributes:
        what: What was proposed, such as `buy quote, level 1`.
        why: The limit or minimum that forbids it.
    """

    time_ns: int
    leg: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """What became of an order at the venue.

    Attributes:
        status: working, rejected, canceled, expired, cancel_rejected or unknown.
        detail: The venue's reason, code first; empty when all is well.
    """

    time_ns: int
    leg: str
    client_id: str
    status: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FillRecord:
    """A fill, or one part of a fill that closed a position and opened another.

    Attributes:
        fill: As booked; `size` and `fee` are those of the part.
        role: What the order was for.
        reason: The order's own exit reason, `none` for a quote.
        effect: opened, increased, reduced or closed.
        realised: PnL realised by it, quote currency, before fees.
        size_after: The leg's signed position after it.
        cost_after: Its cost.
        wallet_after: Cash after it, quote currency.
    """

    time_ns: int
    leg: str
    fill: Fill
    role: str
    reason: str
    effect: str
    realised: Decimal
    size_after: Decimal
    cost_after: Decimal
    wallet_after: Decimal


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """A position changed without a fill of ours: by force, or by another hand.

    Attributes:
        cause: `liquidation`, or whose hand it was, in words.
        realised: What the wallet gained by it, quote currency, fees included.
        size_after: The leg's signed position after it.
        cost_after: Its cost.
        wallet_after: Cash after it, quote currency.
    """

    time_ns: int
    leg: str
    cause: str
    realised: Decimal
    size_after: Decimal
    cost_after: Decimal
    wallet_after: Decimal


@dataclass(frozen=True, slots=True)
class ClosingRecord:
    """A leg became flat.

    Attributes:
        reason: take_profit, trailing_stop, stop_loss, time_limit, break_even, netted, flatten, risk, liquidation or
            external.
        realised: PnL of the whole position, quote currency, before fees.
        fees: Fees of the whole position, quote currency, its entry included.
        opened_ns: When it was opened.
        funding: Of the whole position, quote currency, paid less received.
    """

    time_ns: int
    leg: str
    reason: str
    realised: Decimal
    fees: Decimal
    opened_ns: int
    funding: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class FundingRecord:
    """Funding was exchanged for a leg's position.

    Attributes:
        rate: A fraction of the notional; positive is paid by longs.
        mark: The mark price by which the position was valued.
        paid: Quote currency; positive left the wallet, negative came in.
        wallet_after: Cash after it, quote currency.
    """

    time_ns: int
    leg: str
    rate: Decimal
    mark: Decimal
    paid: Decimal
    wallet_after: Decimal


@dataclass(frozen=True, slots=True)
class DataRecord:
    """Market data became good or bad.

    Attributes:
        health: good, missing, stale, crossed, jump or invalid; no_reference when the market's data is good and
            another source has no price.
        detail: The numbers behind it.
    """

    time_ns: int
    health: str
    detail: str


@dataclass(frozen=True, slots=True)
class OperatorRecord:
    """A person, or the program on a limit's behalf, steered the bot.

    Attributes:
        action: pause, resume, stop, halt or flatten.
        who: `operator`, `start`, `feed end`, `risk` or `engine`.
        why: In words.
    """

    time_ns: int
    action: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class ConfigurationRecord:
    """Parameters were changed while the bot ran (B16).

    Attributes:
        who: `strategy file`, or who asked by `perpfsm config set`.
        changes: Parameter to its value before and after, as text; never empty.
    """

    time_ns: int
    who: str
    changes: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The header of a run; the first entry of each start.

    Attributes:
        epoch: Part of every client id of the run, unique in the journal.
        run: The start's number in this journal, from 1.
        version: perpfsm's version.
        strategy: Text of the strategy file.
        strategy_hash: Its SHA-256, hex.
        machine: Text of the machine file.
        machine_hash: Its SHA-256, hex.
        feed: The feed's name without folders, or `synthetic`.
        feed_hash: SHA-256 of what it was read from, or of its settings and seed.
        settings: What was changed on the command line (`--set`, seed, fill model), for reading.
        balance: The wallet at the start, quote currency.
        positions: Leg name to signed size and cost found at the start.
    """

    time_ns: int
    epoch: str
    run: int
    version: str
    strategy: str
    strategy_hash: str
    machine: str
    machine_hash: str
    feed: str
    feed_hash: str
    settings: dict[str, str]
    balance: Decimal
    positions: dict[str, tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class EndRecord:
    """The footer of a run that ended in an orderly way.

    Attributes:
        why: `feed end`, `duration`, `operator` or a fault.
        wallet: Cash at the end, quote currency.
        realised: Session PnL realised, before fees.
        fees: Fees paid less rebates.
        open_pnl: Of what is left open, at the last exit price.
        positions: Leg name to signed size and cost left open.
        funding: Funding paid less received.
    """

    time_ns: int
    why: str
    wallet: Decimal
    realised: Decimal
    fees: Decimal
    open_pnl: Decimal
    positions: dict[str, tuple[Decimal, Decimal]]
    funding: Decimal = ZERO


Record = (
    RunRecord
    | TransitionRecord
    | CommandRecord
    | RefusalRecord
    | OrderRecord
    | FillRecord
    | PositionRecord
    | ClosingRecord
    | FundingRecord
    | DataRecord
    | OperatorRecord
    | ConfigurationRecord
    | EndRecord
)
