"""Stop orders at the venue: what triggers them, what they close, and why they are refused (E12)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from perpfsm.market.incident import parse_incidents
from perpfsm.market.messages import BadQuote, Quote, Trade
from perpfsm.market.order import (
    CancelRejected,
    OrderCanceled,
    VenueEvent,
)
from perpfsm.market.side import Side
from perpfsm.market.stop import PlaceStop, StopKind, TriggerBy
from tests.exchange.helpers import (
    BOTH,
    BUY,
    LONG,
    NOW,
    SELL,
    SHORT,
    cancel,
    exchange,
    hedge,
    market,
    place,
    position,
    quote,
    settings,
    show,
)
from tests.exchange.stopping import LAST, STOP, TAKE_PROFIT, TRAILING, D, long_of, mark, send, short, stop

GONE = "The position that it would reduce is closed."


def test_a_stop_becomes_a_market_order_of_the_same_id_at_its_mark_price() -> None:
    venue = long_of(2, stop(95))
    assert mark(venue, "95.1") == []
    assert mark(venue, 95) == ["s triggered", "s sell 2 @ 99.5 taker"]
    assert venue.account().positions[BOTH].is_flat
    assert mark(venue, 90) == []


def test_a_stop_for_a_part_closes_its_size_and_at_most_the_position() -> None:
    venue = long_of(2, stop(95, size=1, name="a"), stop(94, size=5, name="b"))
    assert mark(venue, 95) == ["a triggered", "a sell 1 @ 99.5 taker"]
    assert mark(venue, 94) == ["b triggered", "b sell 1 @ 99.5 taker"]


def test_of_two_stops_that_one_price_triggers_the_older_goes_first_and_the_other_with_the_position() -> None:
    venue = long_of(2, stop(95, name="a"), stop(96, name="b"))
    assert mark(venue, 90) == ["a triggered", "a sell 2 @ 99.5 taker", f"b expired: {GONE}"]


@pytest.mark.parametrize(
    ("kind", "side", "held", "far", "reached"),
    [
        (STOP, SELL, 2, 96, 95),
        (STOP, BUY, -2, 104, 105),
        (TAKE_PROFIT, SELL, 2, 104, 105),
        (TAKE_PROFIT, BUY, -2, 96, 95),
    ],
)
def test_each_kind_is_triggered_from_its_own_direction(
    kind: StopKind, side: Side, held: int, far: int, reached: int
) -> None:
    venue = long_of(held, stop(reached, side=side, kind=kind))
    assert mark(venue, far) == []
    assert mark(venue, reached)[0] == "s triggered"


def test_a_sell_trailing_stop_follows_the_best_price_and_triggers_when_it_falls_back() -> None:
    venue = long_of(2, stop(None, kind=TRAILING, callback=1))
    assert mark(venue, 110) == []
    assert mark(venue, 109) == []
    assert mark(venue, "108.9") == ["s triggered", "s sell 2 @ 99.5 taker"]


def test_a_buy_trailing_stop_is_the_mirror_image() -> None:
    venue = long_of(-2, stop(None, kind=TRAILING, callback=1, side=BUY))
    assert [mark(venue, price) for price in (90, "90.8")] == [[], []]
    assert mark(venue, "90.9") == ["s triggered", "s buy 2 @ 100.5 taker"]


def test_a_trailing_stop_waits_for_its_activation_price() -> None:
    venue = long_of(2, stop(105, kind=TRAILING, callback=1))
    assert [mark(venue, price) for price in (104, 90, 105, 104)] == [[], [], [], []]
    assert mark(venue, "103.95") == ["s triggered", "s sell 2 @ 99.5 taker"]


def test_a_trailing_stop_that_was_placed_before_any_price_trails_from_the_first() -> None:
    venue = long_of(2, stop(None, kind=TRAILING, callback=10), seen=False)
    assert not venue.band().holds(quote(99, 101))
    show(venue, quote(109, 111))
    assert short(show(venue, quote(98, "100"))) == ["s triggered", "s sell 2 @ 98 taker"]


def test_without_a_mark_price_of_the_feed_the_mid_price_triggers() -> None:
    venue = long_of(2, stop(95))
    assert short(show(venue, quote("94.6", "95.6"))) == []
    assert short(show(venue, quote("94.5", "95.5"))) == ["s triggered", "s sell 2 @ 94.5 taker"]


def test_a_stop_by_last_price_looks_at_trades_and_not_at_marks() -> None:
    venue = long_of(2, stop(95, by=LAST))
    venue.on_market(Trade(NOW, D(99), D(1), BUY))
    assert mark(venue, 90) == []
    venue.on_market(Trade(NOW, D(95), D(1), SELL))
    assert short(venue.take(NOW)) == ["s triggered", "s sell 2 @ 99.5 taker"]


def test_the_last_price_may_come_with_a_quote_and_until_there_is_one_the_mid_price_counts() -> None:
    venue = long_of(2, stop(95, by=LAST, name="a"))
    show(venue, replace(quote("99.5", "100.5"), last=D(99)))
    assert short(show(venue, quote(90, 91))) == []
    assert short(show(venue, replace(quote(90, 91), last=D(94)))) == ["a triggered", "a sell 2 @ 90 taker"]
    unprotected = long_of(2, stop(95, by=LAST))
    assert short(show(unprotected, quote(94, 95))) == ["s triggered", "s sell 2 @ 94 taker"]


def test_a_crossed_or_bad_quote_triggers_nothing() -> None:
    venue = long_of(2, stop(95))
    assert short(show(venue, quote(94, 93))) == []
    venue.on_market(BadQuote(NOW, "bid is missing"))
    assert venue.take(NOW) == ()


def test_what_the_book_does_not_hold_expires_and_the_rest_of_the_position_stays() -> None:
    venue = exchange(replace(settings(), price_band_pct=D(1)), positions={BOTH: position(2)})
    show(venue, quote("99.5", "100.5", shown=1))
    send(venue, stop("99.4"))
    show(venue, quote("94.9", "99.9", shown=1))
    assert venue.account().positions[BOTH].size == D(2)


def test_a_stop_goes_with_its_position() -> None:
    venue = long_of(2, stop(95, name="a"), stop(95, size=1, name="b"))
    events = place(venue, market("x", SELL, 2, reduce_only=True))
    assert short(events)[1:] == ["x sell 2 @ 99.5 taker", f"a expired: {GONE}", f"b expired: {GONE}"]


def test_a_stop_that_waits_can_be_cancelled_once() -> None:
    venue = long_of(2, stop(95))
    assert cancel(venue, "s") == (OrderCanceled("s", NOW),)
    assert cancel(venue, "s") == (CancelRejected("s", NOW, -2011, "Unknown order sent."),)
    assert mark(venue, 90) == []


def test_while_the_venue_is_halted_nothing_is_triggered_and_then_the_newest_price_counts() -> None:
    venue = long_of(2, stop(95))
    for incident in parse_incidents("halt 1", NOW):
        venue.on_market(incident)
    assert mark(venue, 90) == []
    after = NOW + 10**9
    late = quote("99.5", "100.5", time_ns=after)
    assert not venue.band().holds(late)
    venue.on_market(late)
    assert short(venue.take(after)) == ["s triggered", "s sell 2 @ 99.5 taker"]


def test_in_hedge_each_leg_has_its_own_stops() -> None:
    venue = exchange(hedge(), positions={LONG: position(2), SHORT: position(-3)})
    show(venue, quote("99.5", "100.5"))
    send(venue, stop(95, leg=LONG, name="l"), stop(105, leg=SHORT, side=BUY, name="s"))
    assert mark(venue, 95) == ["l triggered", "l sell 2 @ 99.5 taker"]
    assert mark(venue, 105) == ["s triggered", "s buy 3 @ 100.5 taker"]


TICKS = st.integers(-40, 40)
STOPS = st.builds(
    stop,
    st.integers(960, 1040).map(lambda ticks: D(ticks) / 10),
    kind=st.sampled_from([STOP, TAKE_PROFIT]),
    by=st.sampled_from(TriggerBy),
) | st.builds(
    stop,
    st.none() | st.integers(1001, 1040).map(lambda ticks: D(ticks) / 10),
    kind=st.just(TRAILING),
    by=st.sampled_from(TriggerBy),
    callback=st.sampled_from(["0.1", "0.37", "1"]),
)
MOVES = st.lists(st.tuples(TICKS, st.booleans(), st.booleans()), min_size=1, max_size=25)


def moves_of(steps: list[tuple[int, bool, bool]]) -> list[Quote]:
    """Return a market around 100, a quote for each step, some with a mark and some with a last price."""
    quotes = []
    for number, (ticks, has_mark, has_last) in enumerate(steps):
        mid = D(1000 + ticks) / 10
        each = quote(mid - D("0.1"), mid + D("0.1"), time_ns=NOW + number)
        quotes.append(
            replace(
                each,
                mark=mid + D("0.033") if has_mark else None,
                last=mid - D("0.1") if has_last else None,
            )
        )
    return quotes


@effort(max_examples=150)
@given(st.lists(STOPS, min_size=1, max_size=3), MOVES)
def test_no_quote_inside_the_band_triggers_anything(
    stops: list[PlaceStop], steps: list[tuple[int, bool, bool]]
) -> None:
    told = []
    for uses_band in (True, False):
        venue, events = long_of(), list[VenueEvent]()
        for number, each in enumerate(stops):
            events.extend(send(venue, replace(each, client_id=f"s{number}")))
        unseen: Quote | None = None
        for shown in moves_of(steps):
            if uses_band and venue.band().holds(shown):
                unseen = shown.after(unseen)
                continue
            venue.on_market(shown.after(unseen))
            unseen = None
            events.extend(venue.take(shown.time_ns))
        told.append((events, venue.account().positions))
    assert told[0] == told[1]
