"""Random worlds: legs, orders, parameters and prices so close to each other that much happens and more nearly does."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from perpfsm.config.resources import machine_names
from perpfsm.decisions.exits import exit_price
from perpfsm.decisions.parameters import CloseType, OverrideOrder, Parameters, PriceSource, PriceType
from perpfsm.decisions.reference import may_be_anchored
from perpfsm.machine.build import Lifecycle
from perpfsm.machine.leg import NO_REASON, Leg
from perpfsm.machine.metrics import SHIPPED_METRICS
from perpfsm.machine.view import View
from perpfsm.market.messages import Quote
from perpfsm.market.order import Role
from perpfsm.market.position import Position
from perpfsm.market.side import LegName, Side
from perpfsm.market.working import OrderStatus, WorkingOrder
from tests.builders import CLOSE, NOW, QUOTE, SECOND, instrument_with, leg, parameters, quote, shipped, view, working

VALUES = {spec.name: spec.values or () for spec in SHIPPED_METRICS}
LIVE = [status for status in OrderStatus if status.is_live]
SHIPPED = machine_names()
THOROUGHLY = settings(max_examples=3 * settings().max_examples)


class World:
    """A leg on a machine, and what it sees."""

    def __init__(self, lifecycle: Lifecycle, leg: Leg, view: View) -> None:
        self.lifecycle = lifecycle
        self.leg = leg
        self.view = view

    def __repr__(self) -> str:
        """Show a counterexample: a shipped machine by its name, a small one in full."""
        definition = self.lifecycle.definition
        machine = definition.name if definition.name in SHIPPED else definition
        return f"World({machine}, {self.leg.facts()}, {self.view})"


def decimals(*values: str) -> SearchStrategy[Decimal]:
    return st.sampled_from([Decimal(value) for value in values])


# Round ones, so that thresholds are met exactly, and any others, of which most lie between ticks.
PRICES = st.one_of(
    decimals("99", "99.5", "99.9", "100", "100.5", "101"),
    st.integers(9_850, 10_150).map(lambda cents: Decimal(cents) / 100),
)
MOMENTS = st.builds(
    lambda halves, nanoseconds: NOW - halves * SECOND // 2 + nanoseconds,
    st.integers(0, 130),
    st.integers(-1, 1),
)
SIZES = decimals("0.5", "1", "2", "3")
FLAT = st.just(Position())
POSITIONS = st.builds(
    lambda size, sign, entry, thirds: Position(sign * size, sign * (size * entry + thirds * Decimal("0.03"))),
    SIZES,
    st.sampled_from((1, -1)),
    PRICES,
    st.integers(0, 3),
)
OVERRIDE = (
    OverrideOrder("near", Side.BUY, Decimal("0.1"), Decimal(1)),
    OverrideOrder("far", Side.SELL, Decimal("0.5"), Decimal(1)),
)
PARAMETERS: SearchStrategy[Parameters] = st.builds(
    parameters,
    close=st.sampled_from(CloseType),
    bid_spread=decimals("0.1", "1"),
    minimum_spread=decimals("-100", "0", "0.25", "1"),
    order_refresh_tolerance_pct=decimals("-1", "0", "0.2", "1"),
    order_refresh_time=decimals("0.5", "10"),
    order_levels=st.integers(1, 2),
    order_level_spread=decimals("0.2"),
    long_profit_taking_spread=decimals("0", "0.2", "1"),
    short_profit_taking_spread=decimals("0", "0.2", "1"),
    ts_activation_spread=decimals("0", "0.3", "1"),
    ts_callback_rate=decimals("0", "0.25", "1"),
    stop_loss_spread=decimals("0", "0.37", "0.5", "1"),
    time_limit=decimals("0", "2", "30"),
    break_even_after=decimals("0", "0.3", "1"),
    filled_order_delay=decimals("0", "5", "60"),
    time_between_stop_loss_orders=decimals("2", "60"),
    exit_retry_s=decimals("0", "1", "0.7"),
    price_ceiling=decimals("-1", "100"),
    price_type=st.sampled_from(PriceType),
    price_source=st.sampled_from((PriceSource.CURRENT_MARKET, PriceSource.CURRENT_MARKET, PriceSource.CUSTOM_API)),
    order_override=st.sampled_from((None, None, OVERRIDE)),
)


@st.composite
def orders(draw: st.DrawFn) -> tuple[WorkingOrder, ...]:
    """Draw some live orders, oldest first."""
    moments = sorted(draw(st.lists(MOMENTS, max_size=3)))
    return tuple(
        working(
            f"o{number}",
            role := draw(st.sampled_from((QUOTE, *Role))),
            draw(st.sampled_from(Side)),
            None if role is CLOSE and draw(st.booleans()) else draw(PRICES),
            draw(SIZES),
            status=draw(st.sampled_from((OrderStatus.WORKING, *LIVE))),
            placed_ns=placed_ns,
        )
        for number, placed_ns in enumerate(moments)
    )


@st.composite
def legs(draw: st.DrawFn, states: Sequence[str], exposed: Sequence[str] = ()) -> Leg:
    """Draw a leg in one of `states`; mostly it holds a position where it should."""
    state = draw(st.sampled_from(states))
    held = draw(st.one_of(POSITIONS, POSITIONS, POSITIONS, FLAT) if state in exposed or not exposed else FLAT)
    losses = draw(st.integers(0, 3))
    drawn = leg(
        state,
        held,
        name=draw(st.sampled_from(LegName)),
        reason=draw(st.sampled_from(VALUES["exit_reason"])) if state == "closing" else NO_REASON,
        peak=draw(st.one_of(st.none(), PRICES)) if state != "trailing" else draw(PRICES),
        peak_is_new=draw(st.booleans()),
        quotes_outdated=draw(st.booleans()),
        fill_effect=draw(st.sampled_from(VALUES["fill_effect"])),
        quotes_ns=draw(st.one_of(st.none(), MOMENTS)),
        last_fill_ns=draw(st.one_of(st.none(), MOMENTS)),
        exits_placed=draw(st.integers(0, 5)),
        exit_losses=losses,
        exit_lost_ns=draw(MOMENTS) if losses else None,
    )
    drawn.opened_ns = draw(MOMENTS)
    return drawn


@st.composite
def quotes(draw: st.DrawFn, time_ns: int = NOW) -> Quote:
    """Draw a quote that is not crossed."""
    bid, ask = sorted((draw(PRICES), draw(PRICES)))
    return quote(bid, draw(st.sampled_from((ask, bid, bid + Decimal("0.1")))), time_ns=time_ns)


@st.composite
def views(draw: st.DrawFn) -> View:
    """Draw what a leg sees; now and then nothing yet."""
    of = draw(PARAMETERS)
    return view(
        draw(st.one_of(st.none(), quotes(), quotes(), quotes(), quotes())),
        of,
        *draw(orders()),
        anchor=draw(st.one_of(st.none(), PRICES, PRICES)) if may_be_anchored(of) else None,
        mark=draw(st.one_of(st.none(), PRICES)),
        data=draw(st.sampled_from(("good", *VALUES["data"]))),
        quoting=draw(st.sampled_from(("allowed", *VALUES["quoting"]))),
        instrument=instrument_with(
            reduce_only_exempt=draw(st.booleans()),
            size_min=draw(decimals("0.001", "1")),
            size_max=draw(st.one_of(st.none(), decimals("2"))),
        ),
        free=draw(decimals("5", "1000")),
    )


def on_a_threshold(draw: st.DrawFn, of: Leg, seen: View) -> Leg:
    """Return the leg with, now and then, its entry or its peak exactly where the price is."""
    mark = seen.mark_or_mid
    if seen.quote is None or mark is None or of.position.is_flat:
        return of
    price = exit_price(of.position, seen.quote)
    peak, entry = draw(st.sampled_from(((None, None), (price, price), (price, mark))))
    if peak is not None:
        of.peak = peak
    if entry is not None:
        of.position = Position(of.position.size, of.position.size * entry)
    return of


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a leg on one of the shipped machines, in any of its states."""
    lifecycle = shipped(draw(st.sampled_from(SHIPPED)))
    states = lifecycle.definition.states
    exposed = [state.name for state in states if state.exposed]
    of, seen = draw(legs([*(state.name for state in states), *exposed, *exposed], exposed)), draw(views())
    return World(lifecycle, on_a_threshold(draw, of, seen), seen)


def after(seen: View, following: Quote) -> View:
    """Return what a leg sees once `following` has arrived and nothing else has."""
    mark = seen.mark if following.mark is None else following.mark
    of = seen.parameters
    reads_last = of.price_type is PriceType.LAST_PRICE and of.price_source is PriceSource.CURRENT_MARKET
    anchor = following.last if reads_last and following.last is not None else seen.anchor
    return replace(seen, now_ns=following.time_ns, quote=following, mark=mark, anchor=anchor)
