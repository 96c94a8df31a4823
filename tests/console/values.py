"""Values made by hand that the console's tests share."""

import io
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from threading import Event

from rich.console import Console, RenderableType

from perpfsm.console.header import Header
from perpfsm.engine.records import TransitionRecord
from perpfsm.engine.status import LegStatus, SessionStatus
from perpfsm.machine.definition import MachineDefinition, Row, StateDefinition, Trigger
from perpfsm.market.instrument import Instrument
from perpfsm.market.messages import Quote
from perpfsm.market.order import OrderType, PlaceOrder, Role
from perpfsm.market.side import LegName, Side
from perpfsm.market.working import OrderStatus, WorkingOrder
from perpfsm.runtime.summary import (
    ClosingTotal,
    FillTotal,
    LegTimes,
    OrderTotals,
    PnlTotals,
    RowCount,
    StateTime,
    Summary,
)

PATIENCE_S = 30
POLL_S = 0.005
SECOND = 10**9
NOW = 1_723_100_400 * SECOND  # 2024-08-08 07:00:00 UTC
BTC = Instrument("BTC-USDT", tick=Decimal("0.1"), step=Decimal("0.001"), size_min=Decimal("0.001"))
HEADER = Header("mine.yaml", BTC, "synthetic", "max", "runs/mine.journal")
MACHINE = MachineDefinition(
    "profit_taking",
    "idle",
    tuple(StateDefinition(name) for name in ("idle", "opening", "open", "closing")),
    {},
    (
        Row(1, "stop loss", (Trigger.MARKET,), ("open", "closing"), "closing"),
        Row(2, "place quotes", (Trigger.MARKET,), ("idle",), "opening"),
        Row(3, "replace quotes", (Trigger.MARKET,), ("opening",), None),
        Row(4, "entry", (Trigger.FILL,), ("idle", "opening"), "open"),
        Row(5, "flat", (Trigger.FILL,), ("open", "closing"), "idle"),
    ),
)


def quote(bid: str = "60000.0", ask: str = "60000.1", *, age_s: float = 0) -> Quote:
    return Quote(NOW - int(age_s * SECOND), Decimal(bid), Decimal("1.5"), Decimal(ask), Decimal("0.25"))


def order(
    price: str | None,
    side: Side = Side.BUY,
    *,
    leg: LegName = LegName.BOTH,
    role: Role = Role.QUOTE,
    reason: str = "none",
    age_s: int = 3,
    client_id: str = "pf-1",
) -> WorkingOrder:
    kind = OrderType.MARKET if price is None else OrderType.LIMIT
    placed = PlaceOrder(
        client_id, leg, role, side, kind, None if price is None else Decimal(price), Decimal("0.010"), reason=reason
    )
    return WorkingOrder(placed, OrderStatus.WORKING, Decimal("0.010"), NOW - age_s * SECOND)


FLAT = LegStatus(
    name="BOTH",
    state="idle",
    since_ns=NOW - 12_500_000_000,
    exit_reason="none",
    size=Decimal(0),
    entry=None,
    open_pnl=Decimal(0),
    pnl_pct=None,
    take_profit=None,
    stop_loss=None,
    activation=None,
    peak=None,
    exit_estimate=None,
    orders=(),
)
LONG = replace(
    FLAT,
    name="LONG",
    state="closing",
    exit_reason="take_profit",
    size=Decimal("0.010"),
    entry=Decimal("59950.0"),
    open_pnl=Decimal("0.5"),
    pnl_pct=Decimal("0.0834"),
    take_profit=Decimal("60250.0"),
    stop_loss=Decimal("59830.1"),
    orders=(order("60250.0", Side.SELL, leg=LegName.LONG, role=Role.TAKE_PROFIT, reason="take_profit"),),
)
TRAILING_SHORT = replace(
    FLAT,
    name="SHORT",
    state="open",
    size=Decimal("-0.020"),
    entry=Decimal("60100.0"),
    open_pnl=Decimal("1.999"),
    pnl_pct=Decimal("0.1662"),
    peak=Decimal("59990.0"),
    stop_loss=Decimal("60220.2"),
    orders=(order("60150.0", Side.SELL, leg=LegName.SHORT, client_id="pf-2", age_s=90),),
)
STATUS = SessionStatus(
    time_ns=NOW,
    quote=quote(age_s=0.25),
    mark=Decimal("60000.5"),
    data="good",
    quoting="allowed",
    wallet=Decimal(10_000),
    realised=Decimal("12.5"),
    fees=Decimal("3.25"),
    legs=(FLAT,),
)
ONE_LEG = replace(STATUS, legs=(replace(LONG, name="BOTH", orders=(order("60250.0", Side.SELL),)),))
HEDGED = replace(STATUS, legs=(LONG, TRAILING_SHORT))
PLACED = TransitionRecord(
    NOW + 123_000_000,
    "BOTH",
    "market",
    2,
    "place quotes",
    "idle",
    "opening",
    "none",
    {},
    ("quoting_allowed", "delay_over"),
    (),
    (),
    {},
)
REPLACED = replace(PLACED, row=3, name="replace quotes", source="opening", held=())
STOPPED = replace(
    PLACED, row=1, name="stop loss", source="open", dest="closing", reason="stop_loss", held=("stop_loss_hit",)
)
TIMES = tuple(
    StateTime(name, Decimal(spent), Decimal(spent) / 10)
    for name, spent in (("idle", 100), ("opening", 500), ("open", 0), ("closing", 400))
)
NO_FILLS = FillTotal(0, Decimal(0), Decimal(0), Decimal(0))
SUMMARY = Summary(
    run=1,
    start_ns=NOW,
    end_ns=NOW + 1000 * SECOND,
    ended="feed end",
    orders=OrderTotals(1200, 3, 1190, 0, 0, 0),
    refusals=(),
    maker=FillTotal(3, Decimal("0.030"), Decimal("1799.9"), Decimal("0.36")),
    taker=FillTotal(1, Decimal("0.010"), Decimal("598.5"), Decimal("0.3")),
    closings=(
        ClosingTotal("take_profit", 1, Decimal(3), Decimal("0.24"), 65 * SECOND),
        ClosingTotal("stop_loss", 1, Decimal("-1.25"), Decimal("0.42"), 3 * SECOND),
    ),
    times=(LegTimes("BOTH", TIMES),),
    rows=tuple(RowCount(row.number, row.name, row.number // 2) for row in MACHINE.rows),
    pnl=PnlTotals(Decimal(10_000), Decimal("1.75"), Decimal("0.66"), Decimal(0), Decimal("1.5")),
    positions=(),
    data=(("good", 1),),
    operator=(),
    halts=0,
)
EMPTY = replace(
    SUMMARY,
    end_ns=NOW,
    ended=None,
    orders=OrderTotals(0, 0, 0, 0, 0, 0),
    maker=NO_FILLS,
    taker=NO_FILLS,
    closings=(),
    times=(LegTimes("BOTH", tuple(StateTime(each.state, Decimal(0), Decimal(0)) for each in TIMES)),),
    rows=tuple(RowCount(row.number, row.name, 0) for row in MACHINE.rows),
    pnl=PnlTotals(None, Decimal(0), Decimal(0), Decimal(0), Decimal(0)),
)


class Gone(io.StringIO):
    """The file of a terminal that was closed."""

    def write(self, text: str) -> int:
        raise OSError(5, f"no terminal for {len(text)} characters")


class ManualClock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Held(io.StringIO):
    """The file of a terminal that is stopped until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.is_taken = Event()

    def write(self, text: str) -> int:
        assert self.is_taken.wait(PATIENCE_S)
        return super().write(text)


def until(holds: Callable[[], bool]) -> None:
    """Wait for the view's own thread."""
    for _ in range(int(PATIENCE_S / POLL_S)):
        if holds():
            return
        time.sleep(POLL_S)
    raise AssertionError(f"not within {PATIENCE_S} s")


def terminal(
    width: int = 80, height: int = 24, *, encoding: str = "utf-8", term: str = "xterm", is_terminal: bool = True
) -> Console:
    """A console that behaves like a terminal of that size and writes to memory, without colours."""
    return Console(
        file=io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline=""),
        width=width,
        height=height,
        force_terminal=is_terminal,
        legacy_windows=False,
        color_system=None,
        _environ={"TERM": term},
    )


def pipe(width: int = 80, *, encoding: str = "utf-8") -> Console:
    """A console that behaves like a file or a pipe."""
    return terminal(width, encoding=encoding, is_terminal=False)


def written(console: Console) -> str:
    """What was written, as the terminal would receive it."""
    stream = console.file
    assert isinstance(stream, io.TextIOWrapper)
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode(console.encoding)


def text(view: RenderableType, console: Console | None = None) -> str:
    """What a view looks like, without spaces at line ends."""
    console = console or terminal()
    console.print(view)
    return trimmed(written(console))


def trimmed(shown: str) -> str:
    return "\n".join(line.rstrip() for line in shown.replace("\r", "").splitlines()).rstrip()
