"""Order optimisation in drawn worlds: the book at a deadline is the same with bands and without (B4)."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from perpfsm.engine.records import CommandRecord
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import Depth, DepthSnapshot, DepthUpdate, Level, Quote
from perpfsm.market.order import PlaceOrder, Role
from perpfsm.market.side import Side
from perpfsm.runtime.driver import Driver
from tests.properties.plays import Play
from tests.properties.worlds import TICK, Happening, World, is_found, some, worlds

LEVELS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0, 1, 1, 3])), max_size=5)
MOMENTS = st.lists(st.tuples(st.integers(0, 99), st.booleans(), st.integers(0, 9), LEVELS, LEVELS), max_size=40)


@st.composite
def deep_worlds(draw: st.DrawFn) -> World:
    """Draw a world whose quotes are optimised, and whose feed has depth: mostly in sync, at times not."""
    world = draw(worlds())
    sizes = st.sampled_from([Decimal(0), Decimal(1), Decimal(3)])
    of = replace(
        world.parameters,
        order_levels=draw(st.sampled_from([1, 1, 1, 2])),
        order_optimization_enabled=True,
        bid_order_optimization_depth=draw(sizes),
        ask_order_optimization_depth=draw(sizes),
    )
    return replace(world, parameters=of, happenings=_with_depth(world.happenings, draw(MOMENTS)))


def _with_depth(
    happenings: tuple[Happening, ...],
    moments: list[tuple[int, bool, int, list[tuple[int, int]], list[tuple[int, int]]]],
) -> tuple[Happening, ...]:
    """Return `happenings` with depth after some of them, at the time and near the price of the quote before."""
    found: list[Happening] = []
    quote: Quote | None = None
    last_id = 1
    at = {moment[0]: moment for moment in moments}
    for number, happening in enumerate(happenings):
        found.append(happening)
        quote = happening if isinstance(happening, Quote) else quote
        time_ns = found[-1].time_ns if not isinstance(found[-1], str) else None
        if quote is None or time_ns is None or number not in at:
            continue
        _, is_snapshot, slip, bids, asks = at[number]
        below, above = _levels(quote.bid, Side.BUY, bids), _levels(quote.ask, Side.SELL, asks)
        message: Depth
        if is_snapshot:
            message = DepthSnapshot(time_ns, last_id, below, above)
        else:
            previous = last_id if slip else last_id - 1
            message = DepthUpdate(time_ns, last_id, last_id + 2, previous, below, above)
            last_id += 2
        found.append(message)
    return tuple(found)


def _levels(best: Decimal, side: Side, drawn: list[tuple[int, int]]) -> tuple[Level, ...]:
    return tuple((best - side.sign * away * TICK, Decimal(size)) for away, size in drawn)


def quotes_placed(play: Play) -> list[PlaceOrder]:
    """Return the quotes that left."""
    commands = [record.command for record in play.records if isinstance(record, CommandRecord)]
    return [order for order in commands if isinstance(order, PlaceOrder) and order.role is Role.QUOTE]


@some
@given(deep_worlds())
def test_the_records_are_the_same_without_bands_when_quotes_are_optimised(world: World) -> None:
    assert Play(world).go(world.happenings).records == Play(world, bands=False).go(world.happenings).records


class Deaf(Driver):
    """A driver that lets depth pass while it sleeps."""

    def on_message(self, message: FeedMessage) -> None:
        """Take the next message, unless it is depth and bands are in use."""
        if not (self._use_bands and isinstance(message, DepthSnapshot | DepthUpdate)):
            super().on_message(message)


def test_depth_that_is_slept_through_is_caught() -> None:
    def differs(world: World) -> bool:
        with_bands, without = (Play(world, driver=Deaf, bands=bands).go(world.happenings) for bands in (True, False))
        return with_bands.records != without.records

    assert is_found(differs, among=deep_worlds)


def test_depth_decides_where_quotes_stand_in_some_drawn_world() -> None:
    def matters(world: World) -> bool:
        without = tuple(one for one in world.happenings if not isinstance(one, DepthSnapshot | DepthUpdate))
        return quotes_placed(Play(world).go(world.happenings)) != quotes_placed(Play(world).go(without))

    assert is_found(matters, among=deep_worlds)
