"""Injected incidents: what each does to orders, positions, cash and what is received (E14)."""

from decimal import Decimal

import pytest

from perpfsm.decisions.approval import Approved
from perpfsm.errors import PerpfsmError
from perpfsm.exchange.paper import PaperExchange
from perpfsm.market.incident import parse_incidents
from perpfsm.market.messages import MarkPrice
from perpfsm.market.order import (
    CancelOrder,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    PositionChanged,
    VenueEvent,
)
from perpfsm.market.side import LegName
from tests.exchange.helpers import (
    BOTH,
    BUY,
    LONG,
    NOW,
    SELL,
    SHORT,
    cancel,
    exchange,
    fills,
    hedge,
    limit,
    market,
    place,
    position,
    quote,
    show,
    working,
)

D = Decimal
SECOND = 1_000_000_000
GONE = "The position that it would reduce is closed."


def strike(venue: PaperExchange, text: str, *, now_ns: int = NOW) -> tuple[VenueEvent, ...]:
    """Let incidents happen and return what is received at that moment."""
    for incident in parse_incidents(text, now_ns):
        venue.on_market(incident)
    return venue.take(now_ns)


def changed(leg: LegName, size: object, cost: object, realised: object, why: str) -> PositionChanged:
    return PositionChanged(NOW, leg, D(str(size)), D(str(cost)), D(str(realised)), why)


def test_deleveraging_reduces_at_the_mark_price_without_a_fee() -> None:
    venue = exchange(positions={BOTH: position(2)})
    venue.on_market(MarkPrice(NOW, D(97)))
    assert strike(venue, "adl BOTH 0.5") == (changed(BOTH, "1.5", 150, "-1.5", "auto-deleveraging"),)
    assert venue.account().wallet == D("9998.5")


def test_deleveraging_takes_at_most_what_is_open_and_closing_orders_go_with_the_position() -> None:
    venue = exchange(hedge(), positions={SHORT: position(-2)})
    show(venue, quote(103, 105))
    place(venue, limit("x", BUY, 90, 1, leg=SHORT), limit("q", BUY, 80, 1, leg=LONG))
    assert strike(venue, "adl SHORT 9; adl SHORT 1; adl LONG 1") == (
        changed(SHORT, 0, 0, -8, "auto-deleveraging"),
        OrderExpired("x", NOW, GONE),
    )
    assert working(venue) == {"q": D(1)}


def test_deleveraging_before_the_first_price_does_nothing() -> None:
    venue = exchange(positions={BOTH: position(2)})
    assert strike(venue, "adl BOTH 1") == ()


def test_a_manual_trade_opens_adds_reduces_and_turns_a_position_round() -> None:
    venue = exchange()
    assert strike(
        venue, "trade BOTH buy 2 100; trade BOTH buy 2 110; trade BOTH sell 1 111; trade BOTH sell 4 100"
    ) == (
        changed(BOTH, 2, 200, 0, "a manual trade"),
        changed(BOTH, 4, 420, 0, "a manual trade"),
        changed(BOTH, 3, 315, 6, "a manual trade"),
        changed(BOTH, 0, 0, -15, "a manual trade"),
        changed(BOTH, -1, -100, 0, "a manual trade"),
    )
    assert venue.account().wallet == 10_000 - 9


def test_a_manual_trade_closes_at_most_a_hedge_leg() -> None:
    venue = exchange(hedge(), positions={LONG: position(1)})
    assert strike(venue, "trade LONG sell 3 101; trade SHORT buy 1 99; trade SHORT sell 1 99") == (
        changed(LONG, 0, 0, 1, "a manual trade"),
        changed(SHORT, -1, -99, 0, "a manual trade"),
    )


@pytest.mark.parametrize(
    ("which", "left", "gone"), [("exits", ["q"], ["x"]), ("quotes", ["x"], ["q"]), ("all", [], ["q", "x"])]
)
def test_working_orders_expire_by_what_they_are_for(which: str, left: list[str], gone: list[str]) -> None:
    venue = exchange(positions={BOTH: position(1)})
    show(venue, quote(99, 101))
    place(venue, limit("q", BUY, 90), limit("x", SELL, 110, reduce_only=True))
    assert strike(venue, f"expire {which}") == tuple(OrderExpired(name, NOW, "expired by the venue") for name in gone)
    assert list(working(venue)) == left


def test_the_next_placements_are_refused_exits_too_but_no_cancel() -> None:
    venue = exchange(positions={BOTH: position(1)})
    show(venue, quote(99, 101))
    place(venue, limit("q", BUY, 90))
    strike(venue, "reject 2")
    why = "Server is currently overloaded with other requests. Please try again."
    assert cancel(venue, "q") == (OrderCanceled("q", NOW),)
    events = place(venue, market("x", SELL, reduce_only=True), limit("a", BUY, 90), limit("b", BUY, 90))
    assert events == (
        OrderRejected("x", NOW, -1008, why),
        OrderRejected("a", NOW, -1008, why),
        OrderAccepted("b", NOW),
    )


def test_a_lost_answer_is_told_a_second_later_because_somebody_asks() -> None:
    venue = exchange()
    show(venue, quote(99, 101))
    strike(venue, "unknown 1")
    assert place(venue, limit("a", BUY, 90)) == (OrderUnknown("a", NOW),)
    assert working(venue) == {"a": D(1)}
    assert venue.due() == NOW + SECOND
    assert venue.take(NOW + SECOND) == (OrderAccepted("a", NOW + SECOND),)
    assert place(venue, limit("b", BUY, 90), now_ns=NOW + SECOND) == (OrderAccepted("b", NOW + SECOND),)


def test_what_an_unknown_order_does_is_told_as_ever() -> None:
    venue = exchange()
    show(venue, quote(99, 101))
    strike(venue, "unknown 2")
    place(venue, limit("a", BUY, 101), limit("b", BUY, 90))
    events = venue.take(NOW)
    venue.submit(Approved(CancelOrder("b")), NOW)
    assert [type(event).__name__ for event in (*events, *venue.take(NOW + 9 * SECOND))] == ["OrderCanceled"]
    assert not venue.account().orders


def test_a_lost_answer_may_have_been_a_refusal() -> None:
    venue = exchange()
    strike(venue, "unknown 1")
    assert place(venue, market("a", BUY)) == (OrderUnknown("a", NOW),)
    later = venue.take(NOW + SECOND)
    assert later == (OrderRejected("a", NOW + SECOND, -2020, "Unable to fill: no market data."),)


def test_while_the_venue_is_silent_nothing_is_received_and_then_everything_in_order() -> None:
    venue = exchange()
    show(venue, quote(99, 101))
    venue.submit(Approved(limit("a", BUY, 101)), NOW)
    for incident in parse_incidents("silent 2; silent 1", NOW):
        venue.on_market(incident)
    until = NOW + 2 * SECOND
    assert venue.take(NOW) == ()
    assert place(venue, limit("b", BUY, 90), now_ns=NOW + SECOND) == ()
    assert venue.due() == until
    venue.on_market(quote(98, 100, time_ns=until - 1))
    assert venue.take(until - 1) == ()
    events = venue.take(until)
    assert [(type(event).__name__, event.time_ns) for event in events] == [
        ("OrderAccepted", until),
        ("OrderFilled", until),
        ("OrderAccepted", until),
    ]
    assert [event.fill.time_ns for event in events if isinstance(event, OrderFilled)] == [until]
    assert place(venue, limit("c", BUY, 90), now_ns=until + 1) == (OrderAccepted("c", until + 1),)


def test_a_silence_with_nothing_on_its_way_holds_what_comes() -> None:
    venue = exchange()
    show(venue, quote(99, 101))
    assert strike(venue, "silent 1") == ()
    assert place(venue, limit("a", BUY, 90)) == ()
    assert venue.take(NOW + SECOND) == (OrderAccepted("a", NOW + SECOND),)


@pytest.mark.parametrize("text", ["adl LONG 1", "trade LONG buy 1 100"])
def test_a_leg_that_the_mode_does_not_have_is_an_error_with_its_remedy(text: str) -> None:
    with pytest.raises(PerpfsmError) as caught:
        strike(exchange(), text)
    assert str(caught.value) == (f"incident '{text}': The account has no leg LONG in One-way mode. Name one of: BOTH.")


def test_after_a_halt_nothing_is_taken_from_the_book_of_before_it() -> None:
    venue = exchange()
    strike(venue, "halt 2")
    show(venue, quote(90, 91, time_ns=NOW + SECOND))
    over = NOW + 2 * SECOND

    unfilled = "No more of the market order could be executed."
    accepted, *rest = place(venue, market("a", BUY), now_ns=over)
    assert (accepted, rest) == (OrderAccepted("a", over), [OrderExpired("a", over, unfilled)])
    assert place(venue, limit("b", BUY, 91), now_ns=over) == (OrderAccepted("b", over),)

    show(venue, quote(80, 81, time_ns=over))
    assert [(each.price, each.time_ns) for each in fills(place(venue, market("c", BUY), now_ns=over))] == [
        (D(81), over)
    ]
