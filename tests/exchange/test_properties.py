"""What holds of any market and any orders: closing never exceeds, money adds up, bands never miss, through ⊆ touch."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from perpfsm.decisions.approval import Approved
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import ExchangeSettings, FillModel
from perpfsm.market.band import Band
from perpfsm.market.messages import Quote
from perpfsm.market.order import CancelOrder, Command, OrderAccepted, OrderExpired, OrderFilled, PlaceOrder, VenueEvent
from perpfsm.market.position import Position, split_fill
from perpfsm.market.side import LegName, PositionMode, Side
from tests.exchange.helpers import BUY, NOW, exchange, fills, limit, market, position, quote, settings

pytestmark = pytest.mark.untraced

BALANCE = 1_000_000
WIDE, TIGHT = 7, 1
PRICES = st.integers(987, 1013).map(lambda ticks: Decimal(ticks) / 10)
SIZES = st.integers(1, 8).map(Decimal)


@dataclass(frozen=True)
class Close:
    """A closing order, written down before the position that it closes is known."""

    leg: LegName
    price: Decimal | None
    size: Decimal


@dataclass(frozen=True)
class Opening:
    """An opening order; on the wrong side for its leg it takes the other one."""

    leg: LegName
    side: Side
    price: Decimal
    size: Decimal
    post_only: bool
    at_market: bool


Step = Quote | int | Close | Opening


@dataclass(frozen=True)
class Drawn:
    """A market, what is open at its start, and what then happens; an int cancels the order of that number."""

    of: ExchangeSettings
    positions: dict[LegName, Position]
    history: list[Step]

    def venue(self) -> PaperExchange:
        """Return a new exchange for it."""
        return exchange(self.of, wallet=BALANCE, positions=self.positions)


@st.composite
def quotes(draw: st.DrawFn, reach: int = WIDE) -> Quote:
    """Draw a quote within `reach` ticks of 100, some off the grid, some crossed, many at a price seen before."""
    bid = draw(st.integers(1000 - reach, 1000 + reach))
    spread = draw(st.integers(-1, min(reach, 4)))
    nudge = draw(st.sampled_from([Decimal(0), Decimal(0), Decimal("0.05")]))
    size, bid_size = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    return quote(Decimal(bid) / 10 + nudge, Decimal(bid + spread) / 10 + nudge, shown=size, bid_size=bid_size)


def steps(mode: PositionMode, reach: int) -> st.SearchStrategy[list[Step]]:
    """Draw a history: quotes, openings, closings, cancels."""
    leg = st.sampled_from(mode.legs)
    opening = st.builds(Opening, leg, st.sampled_from(Side), PRICES, SIZES, st.booleans(), st.booleans())
    closing = st.builds(Close, leg, st.none() | PRICES, SIZES)
    step = st.one_of(quotes(reach), quotes(reach), quotes(reach), opening, closing, closing, st.integers(1, 40))
    return st.lists(step, min_size=12, max_size=40)


def command(venue: PaperExchange, step: int | Close | Opening, number: int) -> Command:
    """Turn a drawn step that is no quote into a command with the next id."""
    name = str(number)
    match step:
        case int():
            return CancelOrder(str(step))
        case Close(leg, price, size):
            held = venue.account().positions[leg]
            side = Side.BUY if leg is LegName.SHORT or held.size < 0 else Side.SELL
            plain = leg is LegName.BOTH
            if price is None:
                return market(name, side, size, leg=leg, reduce_only=plain)
            return limit(name, side, price, size, leg=leg, reduce_only=plain)
        case Opening(leg, side, price, size, post_only, at_market):
            if side not in leg.opening_sides:
                side = side.opposite
            if at_market:
                return market(name, side, size, leg=leg)
            return limit(name, side, price, size, leg=leg, post_only=post_only)


def play(drawn: Drawn, *, honour_band: bool = False) -> tuple[PaperExchange, list[VenueEvent], list[Command]]:
    """Let a history happen as a driver does; with `honour_band` leave out the quotes that the band holds.

    A left-out quote is delivered before the next command or crossed quote, as the exchange asks.
    """
    venue = drawn.venue()
    events: list[VenueEvent] = []
    commands: list[Command] = []
    skipped: Quote | None = None
    for number, step in enumerate(drawn.history, start=1):
        if isinstance(step, Quote):
            if step.bid > step.ask:
                if skipped is not None:
                    venue.on_market(skipped)
                    skipped = None
                venue.on_market(step)
            elif honour_band and venue.band().holds(step):
                skipped = step
                event("a quote was left out")
            else:
                venue.on_market(step)
                skipped = None
        else:
            if skipped is not None:
                venue.on_market(skipped)
                skipped = None
            commands.append(command(venue, step, number))
            venue.submit(Approved(commands[-1]), NOW)
        events += venue.take(NOW)
    return venue, events, commands


def open_at_start(mode: PositionMode) -> st.SearchStrategy[dict[LegName, Position]]:
    """Draw nothing, or something on every leg, so that closing orders have something to close."""
    if mode is PositionMode.HEDGE:
        return st.sampled_from([{}, {LegName.LONG: position(7), LegName.SHORT: position(-5, "100.3")}])
    return st.sampled_from([{}, {LegName.BOTH: position(7)}, {LegName.BOTH: position(-5, "99.7")}])


def histories(reach: int = WIDE) -> st.SearchStrategy[Drawn]:
    """Draw a market's settings and a history for it."""
    of = st.builds(
        lambda mode, model, maker: settings(mode=mode, model=model, maker=maker),
        st.sampled_from(PositionMode),
        st.sampled_from(FillModel),
        st.sampled_from(["0.0002", "-0.0001"]),
    )
    return of.flatmap(lambda of: st.builds(Drawn, st.just(of), open_at_start(of.mode), steps(of.mode, reach)))


def open_pnl(positions: Mapping[LegName, Position], price: Decimal) -> Fraction:
    """Return what all positions would realise at `price`."""
    return sum((Fraction(each.size) * Fraction(price) - Fraction(each.cost) for each in positions.values()), Fraction())


@given(histories())
def test_closing_orders_never_execute_more_than_the_position(drawn: Drawn) -> None:
    _, events, commands = play(drawn)
    closing = {
        each.client_id
        for each in commands
        if isinstance(each, PlaceOrder) and (each.reduce_only or each.side not in each.leg.opening_sides)
    }
    held = {leg: each.size for leg, each in drawn.venue().account().positions.items()}
    for fill in fills(tuple(events)):
        after = held[fill.leg] + fill.size * fill.side.sign
        if fill.client_id in closing:
            event("a closing order executed")
            assert abs(after) == abs(held[fill.leg]) - fill.size
            assert after * held[fill.leg] >= 0
        held[fill.leg] = after


@given(histories(), PRICES)
def test_cash_and_open_positions_are_worth_what_the_fills_say_exactly(drawn: Drawn, price: Decimal) -> None:
    venue, events, _ = play(drawn)
    account = venue.account()
    held = dict(drawn.venue().account().positions)
    realised, fees, traded = Decimal(0), Decimal(0), open_pnl(held, price)
    for fill in fills(tuple(events)):
        rate = drawn.of.maker_rate if fill.liquidity == "maker" else drawn.of.taker_rate
        assert Fraction(fill.fee) == Fraction(fill.price) * Fraction(fill.size) * Fraction(rate)
        fees += fill.fee
        traded += Fraction(fill.size) * fill.side.sign * (Fraction(price) - Fraction(fill.price))
        for part in split_fill(held[fill.leg], fill.side, fill.size):
            held[fill.leg], gained = held[fill.leg].after_fill(fill.side, fill.price, part)
            realised += gained
    assert account.positions == held
    assert Fraction(account.wallet) == BALANCE + Fraction(realised) - Fraction(fees)
    assert Fraction(account.wallet) + open_pnl(held, price) == BALANCE + traded - Fraction(fees)


@given(histories())
def test_an_order_never_executes_more_than_it_asked_for_nor_worse_than_its_limit(drawn: Drawn) -> None:
    venue, events, commands = play(drawn)
    asked = {each.client_id: each for each in commands if isinstance(each, PlaceOrder)}
    got: dict[str, Decimal] = defaultdict(Decimal)
    for fill in fills(tuple(events)):
        order = asked[fill.client_id]
        got[fill.client_id] += fill.size
        assert order.price is None or (order.price - fill.price) * order.side.sign >= 0
    left = {each.order.client_id: each.remaining for each in venue.account().orders}
    assert all(got[name] + left.get(name, 0) <= order.size for name, order in asked.items())
    assert all(got[name] + remaining == asked[name].size for name, remaining in left.items())


@given(histories())
def test_every_event_of_an_order_follows_its_acceptance_and_nothing_follows_its_end(drawn: Drawn) -> None:
    accepted: set[str] = set()
    expired: set[str] = set()
    for each in play(drawn)[1]:
        match each:
            case OrderAccepted(client_id):
                accepted.add(client_id)
            case OrderFilled(fill=fill):
                assert fill.client_id in accepted - expired
            case OrderExpired(client_id):
                assert client_id in accepted - expired
                expired.add(client_id)
            case _:
                pass


@given(histories())
def test_the_same_calls_give_the_same_events(drawn: Drawn) -> None:
    assert play(drawn)[1] == play(drawn)[1]


@given(histories() | histories(TIGHT))
def test_leaving_out_the_quotes_inside_the_band_changes_no_event(drawn: Drawn) -> None:
    assert play(drawn, honour_band=True)[1:] == play(drawn)[1:]


@given(histories())
def test_no_quote_inside_the_band_does_anything(drawn: Drawn) -> None:
    venue = drawn.venue()
    for number, step in enumerate(drawn.history, start=1):
        if isinstance(step, Quote):
            before: Band = venue.band()
            inside = step.bid <= step.ask and before.holds(step)
            venue.on_market(step)
            if inside:
                assert venue.take(NOW) == ()
                assert venue.band() == before
        else:
            venue.submit(Approved(command(venue, step, number)), NOW)
        venue.take(NOW)


@given(
    orders=st.lists(st.tuples(st.sampled_from(Side), st.integers(1, 30), SIZES), max_size=6),
    seen=st.lists(quotes(), max_size=25),
)
def test_what_fills_under_through_has_filled_under_touch_by_then(
    orders: list[tuple[Side, int, Decimal]], seen: list[Quote]
) -> None:
    venues = [exchange(settings(model=model), wallet=BALANCE) for model in (FillModel.TOUCH, FillModel.THROUGH)]
    for venue in venues:
        venue.on_market(quote(100, "100.1"))
        for number, (side, distance, size) in enumerate(orders):
            price = Decimal(1000 - distance if side is BUY else 1001 + distance) / 10
            venue.submit(Approved(limit(str(number), side, price, size, post_only=True)), NOW)
        venue.take(NOW)
    totals = [defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)]
    for each in seen:
        for venue, total in zip(venues, totals, strict=True):
            venue.on_market(each)
            for fill in fills(venue.take(NOW)):
                total[fill.client_id] += fill.size
        touch, through = totals
        assert all(size <= touch[name] for name, size in through.items())


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=20))
def test_a_level_gives_at_most_its_first_size_and_its_increases(sizes: list[int]) -> None:
    venue = exchange(wallet=BALANCE)
    venue.on_market(quote(100, 101))
    venue.submit(Approved(limit("a", BUY, 100, 1000)), NOW)
    venue.take(NOW)
    shown = 0
    for size in sizes:
        venue.on_market(quote(98, 100, shown=size))
        got = sum(fill.size for fill in fills(venue.take(NOW)))
        assert got == max(0, size - shown)
        shown = size
