"""A small journal made by hand: one record of every kind, and a whole little run."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from perpfsm.engine.records import (
    ClosingRecord,
    CommandRecord,
    ConfigurationRecord,
    DataRecord,
    EndRecord,
    FillRecord,
    FundingRecord,
    Json,
    OperatorRecord,
    OrderRecord,
    PositionRecord,
    Record,
    RefusalRecord,
    RunRecord,
    TransitionRecord,
)
from perpfsm.journal.store import Journal
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.order import CancelOrder, OrderType, PlaceOrder, Role
from perpfsm.market.side import LegName, Side

START_NS = 1_723_118_400_123_456_789  # 2024-08-08 12:00:00.123456789 UTC
SECOND_NS = 1_000_000_000
EPOCH = "0a1b2c3d4e5f"
SETTINGS = {"strategy": "mine.yaml", "derivative": "paper", "market": "BTC-USDT", "position_mode": "One-way"}


def a_run(
    number: int = 1, *, epoch: str = EPOCH, time_ns: int = START_NS, settings: dict[str, str] | None = None
) -> RunRecord:
    return RunRecord(
        time_ns=time_ns,
        epoch=epoch,
        run=number,
        version="0.1.0",
        strategy="market: BTC-USDT\n",
        strategy_hash="a" * 64,
        machine="machine: profit_taking\n",
        machine_hash="b" * 64,
        feed="quotes.csv",
        feed_hash="c" * 64,
        settings=SETTINGS if settings is None else settings,
        balance=Decimal(10_000),
        positions={"BOTH": (Decimal(0), Decimal(0))},
    )


def an_end(time_ns: int = START_NS + 60 * SECOND_NS) -> EndRecord:
    return EndRecord(
        time_ns=time_ns,
        why="feed end",
        wallet=Decimal("9998.76"),
        realised=Decimal("-1.20"),
        fees=Decimal("0.04"),
        open_pnl=Decimal(0),
        positions={"BOTH": (Decimal("-0.010"), Decimal("-600.1"))},
    )


def a_transition(time_ns: int = START_NS, **changes: object) -> TransitionRecord:
    values: dict[str, object] = {
        "leg": "BOTH",
        "trigger": "market",
        "row": 2,
        "name": "quote",
        "source": "idle",
        "dest": "opening",
        "reason": "none",
        "saw": {"quoting": "allowed", "since_fill_s": "undefined"},
        "held": ("quoting_allowed", "delay_over"),
        "passed": (("stop", "stop_loss_hit"),),
        "notes": (),
        "facts": the_facts(),
    }
    return TransitionRecord(time_ns, **(values | changes))  # type: ignore[arg-type]  # a test may say anything


def the_facts(**changes: Json) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "state": "opening",
        "size": "0",
        "cost": "0",
        "opened_ns": None,
        "entered_ns": START_NS,
        "last_fill_ns": START_NS - 90 * SECOND_NS,
        "exit_reason": "none",
        "peak": None,
        "peak_is_new": False,
    }
    return facts | changes


def a_place(number: int = 1, time_ns: int = START_NS, **changes: object) -> CommandRecord:
    values: dict[str, object] = {
        "leg": LegName.BOTH,
        "role": Role.QUOTE,
        "side": Side.BUY,
        "type": OrderType.LIMIT,
        "price": Decimal("60000.10"),
        "size": Decimal("0.010"),
    }
    return CommandRecord(time_ns, "BOTH", PlaceOrder(f"pf-{EPOCH}-{number}", **(values | changes)))  # type: ignore[arg-type]


def a_cancel(number: int = 1, time_ns: int = START_NS) -> CommandRecord:
    return CommandRecord(time_ns, "BOTH", CancelOrder(f"pf-{EPOCH}-{number}"))


def an_order(number: int = 1, status: str = "working", time_ns: int = START_NS, detail: str = "") -> OrderRecord:
    return OrderRecord(time_ns, "BOTH", f"pf-{EPOCH}-{number}", status, detail)


def a_fill(number: int = 1, time_ns: int = START_NS, **changes: object) -> FillRecord:
    execution: dict[str, object] = {
        "side": Side.BUY,
        "price": Decimal("60000.10"),
        "size": Decimal("0.010"),
        "fee": Decimal("0.12"),
        "liquidity": Liquidity.MAKER,
    }
    booking: dict[str, object] = {
        "role": "quote",
        "reason": "none",
        "effect": "opened",
        "realised": Decimal(0),
        "size_after": Decimal("0.010"),
        "cost_after": Decimal("600.0010"),
        "wallet_after": Decimal("9999.88"),
    }
    execution |= {name: value for name, value in changes.items() if name in execution}
    booking |= {name: value for name, value in changes.items() if name in booking}
    fill = Fill(number, f"pf-{EPOCH}-{number}", LegName.BOTH, time_ns=time_ns, **execution)  # type: ignore[arg-type]
    return FillRecord(time_ns, "BOTH", fill, **booking)  # type: ignore[arg-type]


def one_of_each() -> tuple[Record, ...]:
    return (
        a_run(),
        a_transition(),
        a_place(),
        a_place(2, type=OrderType.MARKET, price=None, role=Role.CLOSE, reduce_only=True, reason="stop_loss"),
        a_cancel(),
        RefusalRecord(START_NS, "BOTH", "buy quote level 1", "max_position 0.01 would be exceeded"),
        an_order(),
        an_order(2, "rejected", detail="-2019 margin is insufficient"),
        a_fill(),
        PositionRecord(START_NS, "BOTH", "liquidation", Decimal("-90.50"), Decimal(0), Decimal(0), Decimal("9909.50")),
        ClosingRecord(START_NS, "BOTH", "stop_loss", Decimal("-1.20"), Decimal("0.04"), START_NS - 75 * SECOND_NS),
        FundingRecord(
            START_NS, "BOTH", Decimal("0.0001"), Decimal("60000.10"), Decimal("-0.06000010"), Decimal("10000.0600001")
        ),
        DataRecord(START_NS, "stale", "no quote for 5.2 s"),
        OperatorRecord(START_NS, "pause", "operator", "lunch"),
        ConfigurationRecord(START_NS, "strategy file", {"bid_spread": ("0.02", "0.03")}),
        an_end(),
    )


def a_session() -> tuple[Record, ...]:
    """Quotes, a fill, a stop on the event that crosses it, flat again."""
    filled, stopped = START_NS + 2 * SECOND_NS, START_NS + 12 * SECOND_NS
    exposed = the_facts(state="open", size="0.010", cost="600.0010", opened_ns=filled)
    return (
        a_run(),
        a_transition(),
        a_place(1),
        a_place(2, side=Side.SELL, price=Decimal("60010.00")),
        an_order(1),
        an_order(2),
        a_fill(1, filled),
        a_transition(
            filled,
            trigger="fill",
            row=6,
            name="filled",
            source="opening",
            dest="open",
            saw={"position_size": "0.010"},
            held=("is_exposed",),
            passed=(),
            facts=exposed,
        ),
        a_cancel(2, filled),
        an_order(2, "canceled", filled),
        a_transition(
            stopped,
            row=1,
            name="stop",
            source="open",
            dest="closing",
            reason="stop_loss",
            saw={"pnl_pct": "-2.0100", "exit_reason": "none"},
            held=("stop_loss_hit", "not_stopping"),
            passed=(),
            notes=("The stop is 60 ticks away.",),
            facts=exposed | {"state": "closing", "exit_reason": "stop_loss"},
        ),
        a_place(
            3,
            stopped,
            side=Side.SELL,
            type=OrderType.MARKET,
            price=None,
            role=Role.CLOSE,
            reduce_only=True,
            reason="stop_loss",
        ),
        an_order(3, "working", stopped),
        a_fill(
            3,
            stopped,
            side=Side.SELL,
            price=Decimal("58794.10"),
            fee=Decimal("0.29397050"),
            liquidity=Liquidity.TAKER,
            role="close",
            reason="stop_loss",
            effect="closed",
            realised=Decimal("-12.060000"),
            size_after=Decimal(0),
            cost_after=Decimal(0),
            wallet_after=Decimal("9987.4660295"),
        ),
        ClosingRecord(stopped, "BOTH", "stop_loss", Decimal("-12.060000"), Decimal("0.41397050"), filled),
        a_transition(
            stopped,
            trigger="fill",
            row=10,
            name="flat",
            source="closing",
            dest="idle",
            saw={"position_size": "0"},
            held=("is_flat",),
            passed=(),
            facts=the_facts(state="idle"),
        ),
        an_end(),
    )


def written(path: Path, records: Sequence[Record]) -> Path:
    """Write a journal, each record a step of its own, and return its path."""
    with Journal.create_or_continue(path) as journal:
        for record in records:
            journal.append((record,))
    return path
