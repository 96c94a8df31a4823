"""How many opening orders the venue takes, and that closing orders and cancels are exempt (E13)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.exchange.rates import PlacementRate
from perpfsm.exchange.settings import RateLimits
from perpfsm.market.order import OrderRejected
from tests.exchange.helpers import BOTH, BUY, SELL, cancel, exchange, limit, place, position, quote, settings, show

SECOND = 1_000_000_000
TIGHT = replace(settings(), rate_limits=RateLimits(per_10s=2, per_minute=3))


def test_within_ten_seconds_and_within_a_minute_no_more_than_the_limits_are_taken() -> None:
    venue = exchange(TIGHT)
    show(venue, quote(99, 101))
    placed = [0, 1, 9.9, 10, 11, 59.9, 60, 61]
    refused = []
    for number, second in enumerate(placed):
        events = place(venue, limit(f"o{number}", BUY, 90), now_ns=int(second * SECOND) + 2_000)
        refused += [second for event in events if isinstance(event, OrderRejected)]
    assert refused == [9.9, 11, 59.9]


def test_the_refusal_says_the_limits() -> None:
    venue = exchange(replace(settings(), rate_limits=RateLimits(per_10s=1)))
    show(venue, quote(99, 101))
    place(venue, limit("a", BUY, 90))
    assert place(venue, limit("b", BUY, 90), now_ns=2_000) == (
        OrderRejected("b", 2_000, -1015, "Too many new orders: 1 in 10 s and 1200 a minute are allowed."),
    )


def test_closing_orders_and_cancels_are_neither_refused_nor_counted() -> None:
    venue = exchange(replace(settings(), rate_limits=RateLimits(per_10s=1)), positions={BOTH: position(2)})
    show(venue, quote(99, 101))
    for number in range(3):
        place(venue, limit(f"x{number}", SELL, 110, 1, reduce_only=True))
    accepted = place(venue, limit("a", BUY, 90))
    assert [type(event).__name__ for event in accepted] == ["OrderAccepted"]
    assert [type(event).__name__ for event in place(venue, limit("y", SELL, 110, 1, reduce_only=True))] == [
        "OrderAccepted"
    ]
    assert [type(event).__name__ for event in cancel(venue, "a")] == ["OrderCanceled"]


def test_an_order_that_is_refused_for_another_reason_does_not_count() -> None:
    venue = exchange(replace(settings(), rate_limits=RateLimits(per_10s=1)))
    show(venue, quote(99, 101))
    place(venue, limit("a", BUY, "90.05"))
    assert [type(event).__name__ for event in place(venue, limit("b", BUY, 90))] == ["OrderAccepted"]


@given(
    st.lists(st.integers(0, 5 * SECOND), max_size=60),
    st.integers(1, 5),
    st.integers(1, 12),
)
def test_no_window_ever_holds_more_than_its_limit_and_nothing_is_refused_without_need(
    gaps: list[int], per_10s: int, per_minute: int
) -> None:
    limits, rate, now_ns, taken = RateLimits(per_10s, per_minute), PlacementRate(), 0, list[int]()
    for gap in gaps:
        now_ns += gap
        may = all(
            sum(1 for at in taken if at > now_ns - span * SECOND) < most
            for span, most in ((10, per_10s), (60, per_minute))
        )
        assert rate.allows(limits, now_ns) is may
        if may:
            rate.count(now_ns)
            taken.append(now_ns)
    assert PlacementRate(rate.moments()).allows(limits, now_ns) is rate.allows(limits, now_ns)


@pytest.mark.parametrize(
    ("side", "price", "code"),
    [
        (BUY, "105.0", None),
        (BUY, "105.1", -4016),
        (BUY, "95.0", None),
        (BUY, "94.9", -4024),
        (SELL, "105.1", -4016),
        (SELL, "94.9", -4024),
    ],
)
def test_a_limit_beyond_the_price_band_is_refused(side: object, price: str, code: int | None) -> None:
    venue = exchange(replace(settings(), price_band_pct=Decimal(5)))
    show(venue, quote(99, 101))
    (event,) = place(venue, limit("a", BUY if side is BUY else SELL, price))[:1]
    assert (event.code if isinstance(event, OrderRejected) else None) == code


def test_the_price_band_says_how_far_from_what() -> None:
    venue = exchange(replace(settings(), price_band_pct=Decimal("0.5")))
    assert [type(event).__name__ for event in place(venue, limit("early", BUY, 50))] == ["OrderAccepted"]
    show(venue, quote(99, 101))
    events = place(venue, limit("a", BUY, 102), limit("b", BUY, 98))
    assert [event.reason for event in events if isinstance(event, OrderRejected)] == [
        "Price 102 is more than 0.5 % above the mark price 100.",
        "Price 98 is more than 0.5 % below the mark price 100.",
    ]
