"""Funding: at the feed's moments with the newest rate known before them, else at a constant rate; both signs (E11)."""

from dataclasses import replace
from decimal import Decimal

from perpfsm.exchange.paper import PaperExchange
from perpfsm.market.band import NEVER
from perpfsm.market.margin import MarginMode
from perpfsm.market.messages import BadQuote, MarkPrice
from perpfsm.market.order import FundingPaid, Liquidated, VenueEvent
from perpfsm.market.position import Position
from perpfsm.market.side import LegName
from tests.exchange.helpers import BOTH, LONG, NOW, SHORT, Number, exchange, hedge, position, quote, settings

LATER = NOW + 500
HOURLY = replace(settings(), funding_rate=Decimal("0.0001"), funding_interval_ns=1_000)


def holding(size: Number = 2) -> PaperExchange:
    return exchange(positions={BOTH: position(size)})


def tell(
    venue: PaperExchange,
    price: Number = 100,
    rate: str | None = "0.001",
    *,
    at_ns: int | None = LATER,
    time_ns: int = NOW,
) -> None:
    """Publish a mark price with what is known of the next funding."""
    venue.on_market(MarkPrice(time_ns, Decimal(price), None if rate is None else Decimal(rate), at_ns))


def paid(amount: Number, *, rate: str = "0.001", price: Number = 100, at_ns: int = LATER) -> tuple[VenueEvent, ...]:
    return (FundingPaid(at_ns, BOTH, Decimal(rate), Decimal(price), Decimal(amount)),)


def test_a_long_pays_a_positive_rate_at_the_mark_price_of_the_moment_and_only_then() -> None:
    venue = holding()
    tell(venue)
    assert venue.due() == LATER
    assert venue.take(LATER - 1) == ()
    assert venue.take(LATER) == paid("0.2")
    assert venue.account().wallet == Decimal("9999.8")
    assert (venue.due(), venue.take(LATER + 10_000)) == (NEVER, ())


def test_a_short_receives_what_a_long_pays_and_a_negative_rate_turns_it_round() -> None:
    short, negative = holding(-2), holding()
    tell(short)
    tell(negative, rate="-0.001")
    assert short.take(LATER) == paid("-0.2")
    assert negative.take(LATER) == paid("-0.2", rate="-0.001")
    assert short.account().wallet == Decimal("10000.2")


def test_both_legs_of_a_hedge_exchange_funding_each_for_itself() -> None:
    venue = exchange(hedge(), positions={LONG: position(3), SHORT: position(-1)})
    tell(venue)
    rate, mark = Decimal("0.001"), Decimal(100)
    assert venue.take(LATER) == (
        FundingPaid(LATER, LONG, rate, mark, Decimal("0.3")),
        FundingPaid(LATER, SHORT, rate, mark, Decimal("-0.1")),
    )


def test_only_what_is_open_at_the_moment_counts() -> None:
    venue = exchange()
    tell(venue)
    assert venue.take(LATER) == ()


def test_the_newest_rate_before_the_moment_counts_and_a_message_at_it_is_for_the_next_one() -> None:
    venue = holding()
    tell(venue)
    tell(venue, 110, "0.002", time_ns=LATER - 1)
    tell(venue, 120, "0.005", at_ns=LATER + 1_000, time_ns=LATER)
    assert venue.take(LATER) == paid("0.48", rate="0.002", price=120)
    assert venue.take(LATER + 1_000) == paid("1.2", rate="0.005", price=120, at_ns=LATER + 1_000)


def test_a_moment_that_is_moved_is_not_paid_twice() -> None:
    venue = holding()
    tell(venue)
    tell(venue, at_ns=LATER + 100)
    tell(venue, at_ns=LATER)
    assert venue.take(LATER + 1_000) == paid("0.2")


def test_a_moment_that_has_passed_and_half_a_message_plan_nothing() -> None:
    venue = holding()
    tell(venue, at_ns=NOW)
    tell(venue, at_ns=None)
    assert venue.take(LATER) == ()
    fresh = holding()
    tell(fresh, rate=None)
    assert fresh.due() == NEVER
    tell(fresh, rate="0.003", at_ns=None)
    tell(fresh, rate=None)
    assert fresh.take(LATER) == paid("0.6", rate="0.003")


def test_a_rate_that_comes_without_its_moment_is_that_of_the_moment_known() -> None:
    venue, unrated = holding(), holding()
    tell(venue)
    tell(venue, rate="0.002", at_ns=None, time_ns=LATER - 1)
    tell(venue, rate="0.005", at_ns=None, time_ns=LATER)
    assert venue.take(LATER) == paid("0.4", rate="0.002")
    tell(unrated, rate=None)
    tell(unrated, at_ns=None)
    assert unrated.take(LATER) == paid("0.2")


def test_a_constant_rate_is_due_at_the_multiples_of_its_interval_after_the_first_message() -> None:
    venue = exchange(HOURLY, positions={BOTH: position(2)})
    assert venue.due() == NEVER
    venue.on_market(quote(99, 101))
    assert venue.due() == 2_000
    assert venue.take(2_000) == paid("0.02", rate="0.0001", at_ns=2_000)
    assert venue.take(3_999) == paid("0.02", rate="0.0001", at_ns=3_000)


def test_without_a_mark_price_no_funding_is_exchanged() -> None:
    venue = exchange(HOURLY, positions={BOTH: position(2)})
    venue.on_market(BadQuote(NOW, "no bid"))
    assert venue.take(2_000) == ()
    assert venue.due() == 3_000


def test_a_feed_with_funding_of_its_own_ends_the_constant_one() -> None:
    venue = exchange(HOURLY, positions={BOTH: position(2)})
    tell(venue, at_ns=9_500)
    assert venue.take(9_499) == ()
    assert venue.take(20_000) == paid("0.2", at_ns=9_500)


def test_funding_comes_out_of_an_isolated_margin() -> None:
    of = replace(settings(), margin_mode=MarginMode.ISOLATED)
    venue = exchange(of, positions={BOTH: position(2)})
    tell(venue)
    venue.take(LATER)
    account = venue.account()
    assert (account.wallet, account.margins) == (Decimal("9999.8"), {BOTH: Decimal("19.8")})


def test_funding_can_be_what_liquidates() -> None:
    venue = exchange(replace(settings(), liquidation_rate=Decimal(0)), wallet="0.9", positions={BOTH: position(2)})
    tell(venue)
    assert venue.take(LATER) == (*paid("0.2"), Liquidated(LATER, BOTH, Decimal(0)))
    assert venue.account().positions == {LegName.BOTH: Position()}
