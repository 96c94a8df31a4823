"""Builders that every room's tests share: one contract, quotes, positions, orders, parameters, views and machines."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache

from perpfsm.config.machine_file import load_machine
from perpfsm.config.resources import machine_path
from perpfsm.decisions.parameters import (
    CloseType,
    OverrideOrder,
    Parameters,
    PositionManagement,
    RiskLimits,
)
from perpfsm.machine.build import Lifecycle, build_lifecycle
from perpfsm.machine.definition import Guard, MachineDefinition, Row, StateDefinition, Trigger
from perpfsm.machine.leg import Leg
from perpfsm.machine.library import Library
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import View
from perpfsm.market.instrument import Instrument
from perpfsm.market.messages import Quote
from perpfsm.market.order import OrderType, PlaceOrder, Role
from perpfsm.market.position import Position
from perpfsm.market.side import LegName, PositionMode, Side
from perpfsm.market.working import OrderStatus, WorkingOrder

Number = int | str | Decimal

BUY, SELL = Side.BUY, Side.SELL
BOTH, LONG, SHORT = LegName.BOTH, LegName.LONG, LegName.SHORT
QUOTE, TAKE_PROFIT, CLOSE = Role.QUOTE, Role.TAKE_PROFIT, Role.CLOSE
LIMIT, MARKET = OrderType.LIMIT, OrderType.MARKET
SECOND = 1_000_000_000
NOW = 1_000 * SECOND
AS_THEY_ARE = frozenset({"leverage", "order_levels", "stop_escalation", "price_source", "price_type", "margin_mode"})
INSTRUMENT = Instrument(
    symbol="BTC-USDT", tick=Decimal("0.1"), step=Decimal("0.001"), size_min=Decimal("0.001"), notional_min=Decimal(5)
)


def parameters(
    *,
    mode: PositionMode = PositionMode.ONE_WAY,
    management: PositionManagement = PositionManagement.PROFIT_TAKING,
    close: CloseType = CloseType.LIMIT,
    risk: RiskLimits | None = None,
    **changes: Number | tuple[OverrideOrder, ...] | None,
) -> Parameters:
    """Return a strategy that quotes 1 unit 1 % away from the mid price, changed as asked."""
    base = Parameters(
        market=INSTRUMENT.symbol,
        leverage=10,
        bid_spread=Decimal(1),
        ask_spread=Decimal(1),
        order_refresh_time=Decimal(10),
        order_amount=Decimal(1),
        position_mode=mode,
        position_management=management,
        close_position_order_type=close,
        risk=risk or RiskLimits(),
    )
    values = {
        name: Decimal(value) if isinstance(value, Number) and name not in AS_THEY_ARE else value
        for name, value in changes.items()
    }
    return replace(base, **values)  # type: ignore[arg-type]  # a wrong name fails at once


def instrument_with(
    *, reduce_only_exempt: bool = True, size_min: Number = "0.001", size_max: Number | None = None
) -> Instrument:
    """Return the contract with other minima and maxima."""
    return replace(
        INSTRUMENT,
        reduce_only_exempt=reduce_only_exempt,
        size_min=Decimal(size_min),
        size_max=None if size_max is None else Decimal(size_max),
    )


def quote(
    bid: Number = "99.9", ask: Number = "100.1", *, time_ns: int = NOW, shown: Number = 10, mark: Number | None = None
) -> Quote:
    """Return a quote that shows `shown` on both sides."""
    size = Decimal(shown)
    return Quote(time_ns, Decimal(bid), size, Decimal(ask), size, None if mark is None else Decimal(mark))


def position(size: Number = 0, entry: Number = 100) -> Position:
    """Return a position of signed `size` opened at `entry`."""
    return Position(Decimal(size), Decimal(size) * Decimal(entry))


def leg(
    state: str = "idle",
    held: Position | None = None,
    *,
    name: LegName = BOTH,
    reason: str = "none",
    peak: Number | None = None,
    peak_is_new: bool = False,
    quotes_outdated: bool = False,
    fill_effect: str = "none",
    quotes_ns: int | None = None,
    last_fill_ns: int | None = None,
    exits_placed: int = 0,
    exit_losses: int = 0,
    exit_lost_ns: int | None = None,
) -> Leg:
    """Return a leg in `state` that remembers what is given."""
    made = Leg(name, state)
    made.position = held or Position()
    made.opened_ns = None if made.position.is_flat else NOW - SECOND
    made.exit_reason = reason
    made.peak = None if peak is None else Decimal(peak)
    made.peak_is_new = peak_is_new
    made.quotes_outdated = quotes_outdated
    made.fill_effect = fill_effect
    made.quotes_ns = quotes_ns
    made.last_fill_ns = last_fill_ns
    made.exits_placed = exits_placed
    made.exit_losses = exit_losses
    made.exit_lost_ns = exit_lost_ns
    return made


def working(
    client_id: str,
    role: Role,
    side: Side,
    price: Number | None,
    size: Number = 1,
    *,
    status: OrderStatus = OrderStatus.WORKING,
    remaining: Number | None = None,
    placed_ns: int = NOW,
    name: LegName = BOTH,
) -> WorkingOrder:
    """Return one order of ours as we know it; MARKET without a price."""
    order = PlaceOrder(
        client_id=client_id,
        leg=name,
        role=role,
        side=side,
        type=MARKET if price is None else LIMIT,
        price=None if price is None else Decimal(price),
        size=Decimal(size),
    )
    return WorkingOrder(order, status, order.size if remaining is None else Decimal(remaining), placed_ns)


def view(
    seen: Quote | None,
    of: Parameters | None = None,
    *orders: WorkingOrder,
    now_ns: int = NOW,
    mark: Number | None = None,
    data: str = "good",
    quoting: str = "allowed",
    instrument: Instrument = INSTRUMENT,
    free: Number = 1_000_000,
    maker_rate: Number = "0.0002",
    anchor: Number | None = None,
) -> View:
    """Return what a leg may see: a quote, the parameters and its live orders."""
    return View(
        now_ns,
        seen,
        None if mark is None else Decimal(mark),
        data,
        quoting,
        of or parameters(),
        instrument,
        orders,
        constantly(Decimal(free)),
        Decimal(maker_rate),
        None if anchor is None else Decimal(anchor),
    )


def constantly(value: Decimal) -> Callable[[], Decimal]:
    """Return a function that returns `value`."""
    return lambda: value


@cache
def shipped_definition(name: str) -> MachineDefinition:
    """Return the shipped lifecycle called `name`."""
    path = machine_path(name)
    assert path is not None, name
    return load_machine(path)


@cache
def shipped(name: str) -> Lifecycle:
    """Return the shipped lifecycle called `name`, built; legs share it, as they do in a session."""
    return build_lifecycle(shipped_definition(name), shipped_library())


def guarded(
    guards: Mapping[str, Guard],
    *rows: Row,
    states: tuple[StateDefinition, ...] = (StateDefinition("here"), StateDefinition("there")),
    library: Library | None = None,
) -> Lifecycle:
    """Return a small machine, built; its first state is the initial one."""
    definition = MachineDefinition("small", states[0].name, states, guards, rows)
    return build_lifecycle(definition, library or shipped_library())


def row(
    name: str = "move",
    *,
    dest: str | None = "there",
    triggers: tuple[Trigger, ...] = (Trigger.MARKET,),
    sources: tuple[str, ...] = ("here",),
    when: tuple[str, ...] = (),
    unless: tuple[str, ...] = (),
    do: tuple[str, ...] = (),
    reason: str | None = None,
) -> Row:
    """Return one row of a small machine."""
    return Row(1, name, triggers, sources, dest, reason, when, unless, do)
