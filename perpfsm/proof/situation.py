"""A situation: what a lifecycle can be in, as little of it as guards and claims can tell apart."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from perpfsm.decisions.exits import take_profit_price
from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.leg import NO_REASON, Leg
from perpfsm.machine.view import Reading, View
from perpfsm.market.instrument import Instrument
from perpfsm.market.messages import Quote
from perpfsm.market.order import OrderType, PlaceOrder, Role
from perpfsm.market.position import Position
from perpfsm.market.side import LegName, PositionMode
from perpfsm.market.working import OrderStatus, WorkingOrder

INSTRUMENT = Instrument(
    "ANY-USDT",
    tick=Decimal("0.01"),
    step=Decimal("0.0001"),
    size_min=Decimal("0.01"),
    notional_min=Decimal(5),
    reduce_only_exempt=False,
)
ENTRY = Decimal(100)
NOW_NS = 10**18
LONG_AGO_NS = 1
MANY = 1_000
MANY_ORDERS = 40
# What a metric may read beside the facts of a situation: `drawn` shows it at its extremes.
PROBED = frozenset({"price", "amount", "time", "side"})


class Situation(NamedTuple):
    """One leg, its orders and what it remembers; sizes, prices and moments are left to the choices of each event.

    Attributes:
        state: Of the lifecycle.
        quoted: Whether a quote was ever placed, so that one may fill late.
        exposed: Whether a position is open.
        same: Whether a quote works on the position's side; on one side, while flat.
        opposite: Whether one works on the other side.
        profit: Whether a take-profit works.
        limit: Whether a closing LIMIT works.
        market: Whether a MARKET exit works.
        leaving: Type of the exits whose cancel is not confirmed: none, limit, or market when one of them is.
        reason: Of the exit in force.
        placed: Closing orders placed for it: 0, 1, or 2 for any number above 1.
        lost: Whether its last exit was lost.
        peak: none, old, or new while the event lasts that set it.
        fill: What the fill in hand did to the position.
        cut: Whether a MARKET exit was told to go in this event; forgotten when it ends.
    """

    state: str
    quoted: bool = False
    exposed: bool = False
    same: bool = False
    opposite: bool = False
    profit: bool = False
    limit: bool = False
    market: bool = False
    leaving: str = NO_REASON
    reason: str = NO_REASON
    placed: int = 0
    lost: bool = False
    peak: str = NO_REASON
    fill: str = NO_REASON
    cut: bool = False

    @property
    def market_in_flight(self) -> bool:
        """Whether a MARKET exit may still fill."""
        return self.market or self.leaving == "market"

    @property
    def has_working_exit(self) -> bool:
        """Whether an exit works whose cancel has not been asked for."""
        return self.profit or self.limit or self.market


# Which parts of a situation a fact of the leg, or a kind of order, is told by.
PARTS = {
    "position": ("exposed",),
    "quotes": ("same", "opposite"),
    "exits": ("profit", "limit", "market", "leaving"),
    "exit_reason": ("reason",),
    "exits_placed": ("placed",),
    "exit_losses": ("lost",),
    "exit_lost_ns": ("lost",),
    "peak": ("peak",),
    "peak_is_new": ("peak",),
    "fill_effect": ("fill",),
    # before the first quote nothing has filled
    "last_fill_ns": ("quoted",),
    "opened_ns": ("quoted",),
}
MOMENTS = frozenset({"quotes_ns", "entered_ns"})


class Probe(NamedTuple):
    """An extreme of what a situation leaves open.

    Attributes:
        price: Of both sides of the book and of the mark; None before the first quote.
        amount: -1 for the least sizes (also of the book) and counts, 1 for the greatest, 0 where a take-profit fits.
        since_ns: When everything happened that has a moment; None when it never did.
        sign: Of the position.
        is_asked: Whether the leaving exits are known to be canceling; else their cancel was rejected or is unknown.
    """

    price: Decimal | None = ENTRY
    amount: int = 0
    since_ns: int | None = NOW_NS
    sign: int = 1
    is_asked: bool = True


def probes(reads: frozenset[str], *, is_now: bool = False, is_ever: bool = False) -> Iterator[Probe]:
    """Yield the extremes of everything outside the facts that `reads` names.

    Args:
        reads: What a metric is computed from.
        is_now: Whether time stands at the moments; it may be any time later when not.
        is_ever: Whether so much time has passed that no age matters any more.
    """
    prices = (None, Decimal("0.01"), Decimal(10**7)) if "price" in reads else (ENTRY,)
    amounts = (-1, 0, 1) if "amount" in reads else (0,)
    moments: tuple[int | None, ...] = (NOW_NS, LONG_AGO_NS, None) if "time" in reads else (NOW_NS,)
    if is_now or is_ever:
        moments = (NOW_NS,) if is_now else (LONG_AGO_NS,)
    for price in prices:
        for amount in amounts:
            for since_ns in moments:
                for sign in (1, -1) if "side" in reads else (1,):
                    for is_asked in (True, False) if "exits" in reads else (True,):
                        yield Probe(price, amount, since_ns, sign, is_asked)


def drawn(situation: Situation, probe: Probe, parameters: Parameters) -> Reading:
    """Return a concrete leg, with concrete orders and prices, in `situation`; `probe` chooses among the many."""
    hedge = parameters.position_mode is PositionMode.HEDGE
    name = (LegName.LONG if probe.sign > 0 else LegName.SHORT) if hedge else LegName.BOTH
    leg = Leg(name, situation.state)
    size = {-1: Decimal("0.001"), 0: Decimal(1), 1: Decimal(10**6)}[probe.amount]
    if situation.exposed:
        leg.position = Position(probe.sign * size, probe.sign * size * ENTRY)
    since = probe.since_ns
    leg.quotes_ns = since
    leg.last_fill_ns = leg.opened_ns = since if situation.quoted else None
    leg.entered_ns = since or 0
    leg.exit_reason = situation.reason
    leg.exits_placed = MANY if situation.placed > 1 and probe.amount > 0 else situation.placed
    if situation.lost:
        leg.exit_losses = MANY if probe.amount > 0 else 1
        leg.exit_lost_ns = since or LONG_AGO_NS
    if situation.peak != NO_REASON:
        leg.peak = {-1: Decimal("0.01"), 0: ENTRY, 1: Decimal(10**6)}[probe.amount]
        leg.peak_is_new = situation.peak == "new"
    leg.fill_effect = situation.fill
    orders = tuple(_orders(situation, probe, leg, parameters))
    price = probe.price
    quote = None if price is None else Quote(NOW_NS, price, size, price, size)
    view = View(
        NOW_NS, quote, None, "good", "allowed", parameters, INSTRUMENT, orders, lambda: Decimal(10**9), Decimal(0)
    )
    return Reading(leg, view)


def _orders(situation: Situation, probe: Probe, leg: Leg, parameters: Parameters) -> Iterator[WorkingOrder]:
    """Yield an order, or many, of each kind that is live."""
    position = leg.position
    exit_side, size = position.exit_side, abs(position.size) or Decimal(1)
    profit_price = ENTRY if position.is_flat else take_profit_price(position, parameters, tick=INSTRUMENT.tick)
    left = OrderStatus.CANCELING if probe.is_asked else OrderStatus.UNKNOWN
    fit = {-1: size / 2, 0: size, 1: size * 2}[probe.amount]
    kinds = (
        (situation.same, Role.QUOTE, ENTRY, OrderStatus.WORKING),
        (situation.opposite, Role.QUOTE, ENTRY, OrderStatus.WORKING),
        (situation.leaving == "limit", Role.CLOSE, ENTRY, left),
        (situation.leaving == "market", Role.CLOSE, None, left),
        (situation.profit, Role.TAKE_PROFIT, profit_price, OrderStatus.WORKING),
        (situation.limit, Role.CLOSE, ENTRY, OrderStatus.WORKING),
        (situation.market, Role.CLOSE, None, OrderStatus.WORKING),
    )
    for number, (is_live, role, price, status) in enumerate(kinds):
        side = exit_side.opposite if number == 0 else exit_side
        type_ = OrderType.MARKET if price is None else OrderType.LIMIT
        amount = fit if role is Role.TAKE_PROFIT else size
        copies = MANY_ORDERS if probe.amount > 0 and role is Role.CLOSE else 1
        for copy in range(copies if is_live else 0):
            order = PlaceOrder(f"{number}-{copy}", leg.name, role, side, type_, price, amount)
            yield WorkingOrder(order, status, amount, probe.since_ns or LONG_AGO_NS)
