"""Liquidation: exactly where the arithmetic says, with its fee, its order of events, and never below a balance of 0."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.market.band import EVERYWHERE, Band
from perpfsm.market.brackets import Bracket
from perpfsm.market.incident import Halt, ManualTrade
from perpfsm.market.margin import MarginMode
from perpfsm.market.messages import MarkPrice
from perpfsm.market.order import Liquidated, OrderExpired, OrderFilled, VenueEvent
from perpfsm.market.position import Position
from perpfsm.market.side import LegName, PositionMode
from tests.exchange.helpers import (
    BOTH,
    BUY,
    LONG,
    NOW,
    SELL,
    SHORT,
    Number,
    exchange,
    limit,
    market,
    place,
    position,
    quote,
    settings,
    show,
)

ONE_PERCENT = (Bracket(Decimal(0), Decimal(10**9), 100, Decimal("0.01")),)
FREE = replace(settings(maker="0", taker="0"), brackets=ONE_PERCENT, liquidation_rate=Decimal(0), leverage=100)
HEDGE = replace(FREE, mode=PositionMode.HEDGE)
FEED = replace(FREE, liquidation_rate=Decimal("0.0125"))


def isolated(of: ExchangeSettings, leverage: int = 10) -> ExchangeSettings:
    return replace(of, margin_mode=MarginMode.ISOLATED, leverage=leverage)


def mark(venue: PaperExchange, price: Number) -> tuple[VenueEvent, ...]:
    """Publish a mark price and return what came of it."""
    venue.on_market(MarkPrice(NOW, Decimal(price)))
    return venue.take(NOW)


def gone(leg: LegName, realised: Number) -> Liquidated:
    return Liquidated(NOW, leg, Decimal(realised))


def test_a_long_is_liquidated_at_the_tick_that_the_arithmetic_says_and_not_one_before() -> None:
    venue = exchange(FREE, wallet=10, positions={BOTH: position(1)})  # 10 + (p - 100) = 0.01 p at 90.909…
    assert mark(venue, "91.0") == ()
    assert mark(venue, "90.9") == (gone(BOTH, "-9.1"),)
    assert venue.account().wallet == Decimal("0.9")
    assert venue.account().positions == {BOTH: Position()}


def test_a_short_is_liquidated_at_the_tick_that_the_arithmetic_says_and_not_one_before() -> None:
    venue = exchange(FREE, wallet=10, positions={BOTH: position(-1)})  # 10 + (100 - p) = 0.01 p at 108.910…
    assert mark(venue, "108.9") == ()
    assert mark(venue, "109.0") == (gone(BOTH, -9),)


def test_the_mid_price_is_the_mark_price_of_a_feed_without_one() -> None:
    venue = exchange(FREE, wallet=10, positions={BOTH: position(1)})
    assert show(venue, quote("90.9", "91.1")) == ()
    assert show(venue, quote("90.8", "91.0")) == (gone(BOTH, "-9.1"),)


def test_a_mark_price_of_the_feed_counts_whatever_the_quotes_say() -> None:
    venue = exchange(FREE, wallet=10, positions={BOTH: position(1)})
    assert mark(venue, 100) == ()
    assert show(venue, quote(50, 51)) == ()
    marked = replace(quote(50, 51), mark=Decimal(90))
    assert show(venue, marked) == (gone(BOTH, -10),)


def test_the_fee_is_a_share_of_the_notional_and_what_is_left_stays_in_the_wallet() -> None:
    brackets = (Bracket(Decimal(0), Decimal(10**9), 10, Decimal("0.05")),)
    venue = exchange(replace(FEED, brackets=brackets), wallet=14, positions={BOTH: position(1)})
    assert mark(venue, 90) == (gone(BOTH, "-11.125"),)
    assert venue.account().wallet == Decimal("2.875")


def test_a_gap_through_bankruptcy_ends_at_nothing_and_the_insurance_bears_the_rest() -> None:
    venue = exchange(FEED, wallet=10, positions={BOTH: position(1)})
    assert mark(venue, 20) == (gone(BOTH, -10),)
    assert venue.account().wallet == 0


def test_every_working_order_expires_first_the_oldest_first() -> None:
    venue = exchange(HEDGE, wallet=20, positions={LONG: position(1)})
    mark(venue, 100)
    show(venue, quote(100, "100.1"))
    place(venue, limit("tp", SELL, 110, leg=LONG), limit("in", SELL, 120, "0.1", leg=SHORT))
    assert mark(venue, 80) == (
        OrderExpired("tp", NOW, "liquidation"),
        OrderExpired("in", NOW, "liquidation"),
        gone(LONG, -20),
    )
    assert venue.account().orders == ()


def test_a_fill_may_be_what_liquidates_and_the_rest_of_the_order_goes_with_it() -> None:
    venue = exchange(replace(FREE, leverage=100), wallet=3)
    show(venue, quote(90, 100, shown=1))
    mark(venue, 99)
    place(venue, limit("a", BUY, 99, "2.5"))
    (filled, *rest) = show(venue, quote("96.9", 97, shown=2))
    assert isinstance(filled, OrderFilled)
    assert [filled.fill.size, *rest] == [2]
    assert mark(venue, "98.4") == (OrderExpired("a", NOW, "liquidation"), gone(BOTH, "-1.2"))


def test_an_order_that_walks_into_a_liquidation_stops_there() -> None:
    venue = exchange(replace(FREE, leverage=100), wallet=3)
    mark(venue, 90)
    show(venue, quote(99, 100, shown=2))
    _, filled, expired, liquidated = place(venue, limit("a", BUY, 100, "2.5"))
    assert isinstance(filled, OrderFilled)
    assert [filled.fill.size, expired, liquidated] == [2, OrderExpired("a", NOW, "liquidation"), gone(BOTH, -3)]
    assert venue.account() == exchange(FREE, wallet=0).account()


def test_hedge_legs_share_the_wallet_and_go_together() -> None:
    legs = {LONG: position(3), SHORT: position(-1)}
    venue = exchange(HEDGE, wallet=10, positions=legs)  # 10 + 2 (p - 100) = 0.04 p at 96.938…
    assert mark(venue, "97.0") == ()
    assert mark(venue, "96.9") == (gone(LONG, "-9.3"), gone(SHORT, "3.1"))
    assert venue.account().wallet == Decimal("3.8")


def test_the_cap_is_over_the_sum_of_both_legs() -> None:
    venue = exchange(HEDGE, wallet=10, positions={LONG: position(3), SHORT: position(-1)})
    assert mark(venue, 80) == (gone(LONG, -60), gone(SHORT, 50))
    assert venue.account().wallet == 0


def test_an_isolated_leg_goes_alone_and_loses_no_more_than_its_margin() -> None:
    legs = {LONG: position(1), SHORT: position("-0.5")}
    venue = exchange(isolated(HEDGE), wallet=1_000, positions=legs)  # margins 10 and 5; 10 + (p - 100) = 0.01 p
    show(venue, quote(100, "100.1"))
    place(venue, limit("tp", SELL, 110, leg=LONG), limit("cover", BUY, 60, "0.5", leg=SHORT))
    assert venue.account().margins == {LONG: 10, SHORT: 5}
    assert show(venue, quote("90.9", "91.1")) == ()
    assert show(venue, quote(70, "70.2")) == (OrderExpired("tp", NOW, "liquidation"), gone(LONG, -10))
    account = venue.account()
    assert [account.wallet, account.margins[LONG], account.margins[SHORT]] == [990, 0, 5]
    assert [each.order.client_id for each in account.orders] == ["cover"]


def test_both_isolated_legs_may_go_on_one_mark() -> None:
    legs = {LONG: position(1), SHORT: position(-1, 80)}
    venue = exchange(isolated(HEDGE), wallet=1_000, positions=legs)
    assert mark(venue, 89) == (gone(LONG, -10), gone(SHORT, -8))


def test_isolated_margins_that_are_known_are_taken_over() -> None:
    account = exchange(isolated(FREE), wallet=1_000, positions={BOTH: position(1)}).account()
    venue = PaperExchange(isolated(FREE), replace(account, margins={BOTH: Decimal(4)}))
    assert mark(venue, "97.0") == ()
    assert mark(venue, "96.9") == (gone(BOTH, "-3.1"),)


def test_isolated_margin_moves_with_entries_and_closes() -> None:
    venue = exchange(isolated(FREE), wallet=1_000)
    show(venue, quote(99, 100, shown=10))
    margins = []
    for number, (side, size) in enumerate(((BUY, 2), (BUY, 1), (SELL, 1), (SELL, 4), (BUY, 2))):
        place(venue, market(str(number), side, size))
        margins.append(venue.account().margins[BOTH])
    assert margins == [20, 30, 20, Decimal("19.8"), 0]
    assert venue.account().wallet == 1_000 - 1 - 2 - 2


def test_a_loss_beyond_the_wallet_is_forgiven_once_nothing_is_open() -> None:
    venue = exchange(FREE, wallet=10, positions={BOTH: position(1)})
    mark(venue, 100)
    show(venue, quote(100, 120))
    place(venue, limit("in", BUY, 70, "0.1"))
    show(venue, quote(80, 120))
    *_, expired, liquidated = place(venue, market("out", SELL, 1, reduce_only=True))
    assert (expired, liquidated) == (OrderExpired("in", NOW, "liquidation"), gone(BOTH, 10))
    assert venue.account() == exchange(FREE, wallet=0).account()


def test_an_isolated_margin_that_the_wallet_never_had_leaves_no_debt_behind() -> None:
    venue = exchange(isolated(FREE), wallet=10)
    mark(venue, 80)
    venue.on_market(ManualTrade(NOW, BOTH, BUY, Decimal(2), Decimal(100)))
    assert venue.take(NOW)[1:] == (gone(BOTH, -20), gone(BOTH, 10))
    assert venue.account().wallet == 0


def test_nothing_is_liquidated_before_a_mark_price_is_known() -> None:
    venue = exchange(FREE, wallet=0, positions={BOTH: position(1)})
    assert venue.take(NOW) == ()
    assert mark(venue, 100) == (gone(BOTH, 0),)


def test_a_venue_that_executes_nothing_does_not_liquidate_until_it_goes_on() -> None:
    venue = exchange(FREE, wallet=10, positions={BOTH: position(1)})
    venue.on_market(Halt(NOW, Decimal("0.000001")))
    assert mark(venue, "90.9") == ()
    late = quote(99, 101, time_ns=NOW + 1_000)
    assert not venue.band().holds(late)
    assert show(venue, late) == (Liquidated(NOW + 1_000, BOTH, Decimal("-9.1")),)


def test_a_flat_account_is_looked_at_in_vain() -> None:
    venue = exchange(FREE, wallet=10)
    assert (mark(venue, 1), venue.band()) == ((), EVERYWHERE)


def test_a_band_ends_where_a_mark_or_a_mid_price_liquidates() -> None:
    venue = exchange(FREE, wallet=10, positions={BOTH: position(1)})
    assert venue.band() == Band(mark_low=Decimal("91.0"), sum_low=Decimal("182.0"))
    mark(venue, 100)
    place(venue)
    assert exchange(FREE, wallet=10, positions={BOTH: position(-1)}).band() == Band(
        mark_high=Decimal("108.9"), sum_high=Decimal("217.8")
    )
    assert exchange(FREE, wallet=1_000, positions={BOTH: position(1)}).band() == EVERYWHERE


def test_once_the_feed_has_a_mark_price_the_mid_price_does_not_matter() -> None:
    for size, band in ((1, Band(mark_low=Decimal("91.0"))), (-1, Band(mark_high=Decimal("108.9")))):
        venue = exchange(FREE, wallet=10, positions={BOTH: position(size)})
        mark(venue, 100)
        show(venue, quote(100, 101))
        assert venue.band() == band


def test_a_hedge_that_is_lost_at_any_mark_is_inside_no_band() -> None:
    legs = {LONG: position(101), SHORT: position(-99)}
    assert exchange(HEDGE, wallet=200, positions=legs).band().holds(quote(100, 101)) is False
    assert exchange(HEDGE, wallet=201, positions=legs).band() == EVERYWHERE


SIZES = st.decimals("0.01", "5", places=2)
ENTRIES = st.decimals("50", "150", places=1)
MARKS = st.lists(st.decimals("1", "300", places=1), min_size=1, max_size=6)


@given(
    wallet=st.decimals("0", "200", places=2),
    held=st.tuples(SIZES, ENTRIES, SIZES, ENTRIES),
    is_isolated=st.booleans(),
    marks=MARKS,
)
def test_no_balance_is_ever_negative_once_nothing_is_open(
    wallet: Decimal, held: tuple[Decimal, Decimal, Decimal, Decimal], is_isolated: bool, marks: list[Decimal]
) -> None:
    of = replace(HEDGE, liquidation_rate=Decimal("0.0125"))
    legs = {LONG: position(held[0], held[1]), SHORT: position(-held[2], held[3])}
    bound = sum((abs(each.cost) / 10 for each in legs.values()), Decimal(0)) if is_isolated else Decimal(0)
    venue = exchange(isolated(of) if is_isolated else of, wallet=wallet + bound, positions=legs)
    paid = Decimal(0)
    for price in marks:
        events = mark(venue, price)
        paid += sum((event.realised for event in events if isinstance(event, Liquidated)), Decimal(0))
        account = venue.account()
        assert account.wallet == wallet + bound + paid
        assert account.wallet >= 0


@given(
    held=st.builds(position, st.one_of(SIZES, SIZES.map(lambda size: -size)), ENTRIES),
    wallet=st.decimals("1", "300", places=2),
    prices=MARKS,
    is_marked=st.booleans(),
)
def test_a_quote_inside_the_band_liquidates_nothing(
    held: Position, wallet: Decimal, prices: list[Decimal], is_marked: bool
) -> None:
    venue = exchange(FEED, wallet=wallet, positions={BOTH: held})
    for price in prices:
        seen = quote(price, price)
        seen = replace(seen, mark=price) if is_marked else seen
        is_inside = venue.band().holds(seen)
        events = show(venue, seen)
        assert not (is_inside and events)
