"""Random worlds: a market, an operator, parameters, machine, mode, fill model, fees and a wallet."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st

from perpfsm.config.resources import machine_names
from perpfsm.decisions.parameters import (
    CloseType,
    OverrideOrder,
    Parameters,
    PositionManagement,
    PriceSource,
    PriceType,
    RiskLimits,
)
from perpfsm.engine.records import RunRecord
from perpfsm.exchange.latency import NO_LATENCY, LatencySettings
from perpfsm.exchange.queue import QueueCancels
from perpfsm.exchange.settings import FillModel
from perpfsm.machine.build import Lifecycle
from perpfsm.market.brackets import BRACKETS, Bracket, Brackets
from perpfsm.market.incident import FeedMessage
from perpfsm.market.instrument import Instrument
from perpfsm.market.margin import MarginMode
from perpfsm.market.messages import BadQuote, MarkPrice, Quote, ReferencePrice, Trade
from perpfsm.market.side import PositionMode, Side
from tests.builders import NOW, SECOND, shipped
from tests.drawn import is_among

TICK = Decimal("0.1")
START_TICKS = 1_000
EPOCH = "world"
OPERATIONS = ("pause", "resume", "resume", "flatten", "halt", "resume", "resume", "stop", "resume")

# A world takes fifty times as long as a number to draw and play, so each property tries half as many as others do.
some = settings(max_examples=settings().max_examples // 2)
# Worlds that are looked through for what must be found somewhere: those first in which the rare things happen.
NUMBERS = (17, 7, *range(18))

Happening = FeedMessage | str


@dataclass(frozen=True)
class World:
    """Everything that decides what happens.

    Attributes:
        parameters: Of the strategy.
        instrument: Its sizes are whole units, so that a book of one unit is one step.
        model: When a resting order fills.
        maker_rate: May be a rebate.
        balance: The wallet at the start; a small one makes margin scarce.
        happenings: In order: messages of the feed, and what an operator does at the time of the message before.
        brackets: Leverage and maintenance by notional.
        funding_rate: Of a feed that says none, every two seconds.
        queue_cancels: Who cancels in a queue.
        latency: How long commands and events take.
    """

    parameters: Parameters
    instrument: Instrument
    model: FillModel
    maker_rate: Decimal
    balance: Decimal
    happenings: tuple[Happening, ...]
    brackets: Brackets = BRACKETS
    funding_rate: Decimal = Decimal(0)
    queue_cancels: QueueCancels = QueueCancels.RISK_AVERSE
    latency: LatencySettings = NO_LATENCY

    @property
    def machine(self) -> Lifecycle:
        """The shipped lifecycle of this strategy."""
        return shipped(machine_name(self.parameters))

    def header(self) -> RunRecord:
        """Return the record that begins this world's journal."""
        empty = "0" * 64
        return RunRecord(NOW, EPOCH, 1, "", "", empty, "", empty, "world", empty, {}, self.balance, {})


def machine_name(of: Parameters) -> str:
    """Return the name of the shipped lifecycle that reads what is set."""
    if of.position_management is PositionManagement.TRAILING_STOP:
        return "trailing_stop"
    if of.is_set("time_limit"):
        return "triple_barrier"
    if of.is_set("break_even_after"):
        return "break_even"
    return "profit_then_trail" if of.ts_callback_rate else "profit_taking"


def percent(low: int, high: int) -> st.SearchStrategy[Decimal]:
    """Draw a percentage in hundredths; a tick is ten of them."""
    return st.integers(low, high).map(lambda hundredths: Decimal(hundredths) / 100)


def seconds(*choices: str) -> st.SearchStrategy[Decimal]:
    """Draw one of a few times."""
    return st.sampled_from([Decimal(choice) for choice in choices])


LIMITS = st.one_of(
    st.just(RiskLimits()),
    st.just(RiskLimits()),
    st.builds(
        RiskLimits,
        max_position=st.none() | st.sampled_from([Decimal(4), Decimal(9)]),
        max_loss=st.none() | st.sampled_from([Decimal("0.5"), Decimal(3)]),
        max_orders_per_minute=st.none() | st.integers(2, 20),
        stale_after=st.none() | seconds("1.5", "3"),
        max_jump_pct=st.none() | percent(50, 300),
        stale_flatten_after=st.none() | seconds("2", "20"),
        cooldown_after_stop=st.none() | seconds("1", "15"),
        max_stops_in_a_row=st.none() | st.integers(1, 3),
    ),
)

OVERRIDES = (
    st.none()
    | st.none()
    | st.lists(
        st.builds(
            OverrideOrder, st.just("order"), st.sampled_from(Side), percent(5, 60), st.integers(1, 3).map(Decimal)
        ),
        min_size=1,
        max_size=4,
    ).map(tuple)
)


@st.composite
def parameters(draw: st.DrawFn) -> Parameters:
    """Draw a strategy whose distances are a few ticks of the drawn markets."""
    machine = draw(st.sampled_from(["profit_taking", *machine_names(), "trailing_stop"]))
    trails = machine == "trailing_stop"
    of = Parameters(
        market="BTC-USDT",
        leverage=draw(st.sampled_from([10, 10, 2])),
        bid_spread=draw(percent(5, 30)),
        ask_spread=draw(percent(5, 30)),
        order_refresh_time=draw(seconds("1.1", "3", "8")),
        order_amount=Decimal(draw(st.integers(2, 4))),
        position_mode=draw(st.sampled_from(PositionMode)),
        minimum_spread=draw(st.sampled_from([Decimal(-100), Decimal(0), Decimal("0.01")])),
        order_refresh_tolerance_pct=draw(st.sampled_from([Decimal(-1), Decimal(0), Decimal("0.2")])),
        position_management=PositionManagement.TRAILING_STOP if trails else PositionManagement.PROFIT_TAKING,
        stop_loss_spread=draw(percent(15, 150)),
        close_position_order_type=draw(st.sampled_from(CloseType)),
        price_ceiling=draw(st.sampled_from([Decimal(-1), Decimal(-1), Decimal("100.5")])),
        price_floor=draw(st.sampled_from([Decimal(-1), Decimal(-1), Decimal("99.5")])),
        order_levels=draw(st.integers(1, 3)),
        order_level_amount=Decimal(draw(st.integers(0, 1))),
        order_level_spread=draw(percent(0, 40)),
        filled_order_delay=draw(seconds("0", "0.7", "4")),
        time_between_stop_loss_orders=draw(seconds("0.5", "3")),
        stop_loss_slippage_buffer=draw(percent(0, 30)),
        stop_escalation=draw(st.integers(0, 3)),
        exit_retry_s=draw(seconds("0.2", "1")),
        order_override=draw(OVERRIDES),
        price_type=draw(st.sampled_from([*[PriceType.MID_PRICE] * 3, *PriceType, PriceType.LAST_PRICE])),
        price_source=draw(st.sampled_from([*[PriceSource.CURRENT_MARKET] * 5, PriceSource.EXTERNAL_MARKET])),
        risk=draw(LIMITS),
    )
    if trails:
        return replace(of, ts_activation_spread=draw(percent(0, 40)), ts_callback_rate=draw(percent(0, 25)))
    of = replace(of, long_profit_taking_spread=draw(percent(0, 50)), short_profit_taking_spread=draw(percent(0, 50)))
    match machine:
        case "triple_barrier":
            return replace(of, time_limit=draw(seconds("0.5", "3", "10")))
        case "break_even":
            return replace(of, break_even_after=draw(percent(5, 40)))
        case "profit_then_trail":
            return replace(of, ts_callback_rate=draw(percent(1, 25)))
        case _:
            return of


STEPS = st.sampled_from([*[0, -1, 1] * 8, *[-2, 2] * 3, -4, 4, -9, 9, -25, 25])
WIDTHS = st.sampled_from([*[1] * 20, 2, 2, 4, 4, 0, 0, -1])
TURNS = st.sampled_from([*[None] * 9, -1, 0, 1])
SHOWN = st.sampled_from([1, 1, 2, 9])
WAITS_NS = st.sampled_from([0, 1, *[SECOND // 10] * 4, SECOND // 2, SECOND // 2, SECOND, 2 * SECOND, 12 * SECOND])
KINDS = st.sampled_from(
    ["quote"] * 32
    + ["nudged", "marked"] * 2
    + ["mark", "trade", "trade", "elsewhere"] * 2
    + ["bad", "operate", "last", "down"]
)


@st.composite
def happenings(draw: st.DrawFn) -> tuple[Happening, ...]:
    """Draw a walk of quotes with gaps, crossed ones, thin books, marks, trades, bad lines and an operator."""
    time_ns, ticks, trend = NOW, START_TICKS, 0
    found: list[Happening] = []
    drawn = draw(st.lists(st.tuples(KINDS, WAITS_NS, TURNS, STEPS, WIDTHS, SHOWN, SHOWN), min_size=40, max_size=100))
    for kind, wait_ns, turn, step, width, bid_size, ask_size in drawn:
        time_ns += wait_ns
        trend = trend if turn is None else turn
        ticks = max(700, min(1300, ticks + trend + step))
        nudge = TICK / 2 if kind == "nudged" else Decimal(0)
        bid = ticks * TICK + nudge
        mark = bid + step * TICK / 2
        match kind:
            case "mark":
                found.append(MarkPrice(time_ns, mark))
            case "trade":
                found.append(Trade(time_ns, bid, Decimal(bid_size), Side.SELL))
            case "elsewhere":
                found.append(ReferencePrice(time_ns, mark))
            case "down":
                found.append(ReferencePrice(time_ns, None, "it was drawn"))
            case "bad":
                found.append(BadQuote(time_ns, "the ask is missing"))
            case "operate":
                found.append(OPERATIONS[(bid_size + 3 * step) % len(OPERATIONS)])
            case _:
                ask = bid + width * TICK
                carried = mark if kind == "marked" else None
                last = mark if kind == "last" else None
                found.append(Quote(time_ns, bid, Decimal(bid_size), ask, Decimal(ask_size), carried, last=last))
    return tuple(found)


INSTRUMENTS = [
    Instrument("BTC-USDT", TICK, Decimal(1), Decimal(1)),
    Instrument("BTC-USDT", TICK, Decimal(1), Decimal(1), size_max=Decimal(2)),
    Instrument("BTC-USDT", TICK, Decimal(1), Decimal(2), notional_min=Decimal(150), reduce_only_exempt=False),
]


def worlds() -> st.SearchStrategy[World]:
    """Draw a world."""
    return st.builds(
        World,
        parameters(),
        st.sampled_from([*INSTRUMENTS, *INSTRUMENTS[:1] * 2]),
        st.sampled_from(FillModel),
        st.sampled_from([Decimal("0.0002"), Decimal("-0.0001")]),
        st.sampled_from([*[Decimal(1_000_000)] * 4, Decimal(400)]),
        happenings(),
    )


# Nine tenths of what a position of leverage 10 brings along have to stay, and more of a large one.
STEEP: Brackets = (
    Bracket(Decimal(0), Decimal(500), 10, Decimal("0.09")),
    Bracket(Decimal(500), Decimal(100_000), 5, Decimal("0.12"), Decimal(15)),
)


@st.composite
def margined_worlds(draw: st.DrawFn) -> World:
    """Draw a world with hardly enough cash, in either margin mode, on a feed with funding or with a constant one."""
    world = draw(worlds())
    of = replace(world.parameters, leverage=10, margin_mode=draw(st.sampled_from(MarginMode)))
    rate = draw(st.sampled_from([Decimal(0), Decimal("0.002"), Decimal("-0.002")]))
    ahead_ns = draw(st.sampled_from([None, SECOND // 2, 2 * SECOND]))
    told = tuple(
        replace(each, funding_rate=rate, funding_ns=None if ahead_ns is None else each.time_ns + ahead_ns)
        if isinstance(each, MarkPrice)
        else each
        for each in world.happenings
    )
    balance = draw(st.sampled_from([Decimal(25), Decimal(42), Decimal(70), Decimal(140)]))
    limits = replace(of.risk, max_loss=None)
    return replace(
        world,
        parameters=replace(of, stop_loss_spread=Decimal(20), risk=limits),
        balance=balance,
        happenings=told,
        brackets=STEEP,
        funding_rate=draw(st.sampled_from([Decimal(0), Decimal("0.001"), Decimal("-0.001")])),
    )


def is_found(wanted: Callable[[World], bool], *, among: Callable[[], st.SearchStrategy[World]] = worlds) -> bool:
    """Return whether one of a few hundred drawn worlds is `wanted`; `among` draws other ones."""
    return is_among(wanted, among, NUMBERS)
