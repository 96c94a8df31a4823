"""Why the venue refuses a stop order, and which limits it is free of (E12)."""

from dataclasses import replace

import pytest

from perpfsm.exchange.settings import RateLimits
from perpfsm.exchange.stop_admission import STOPS_MAX
from perpfsm.market.incident import parse_incidents
from perpfsm.market.order import (
    OrderAccepted,
    OrderRejected,
    OrderUnknown,
)
from perpfsm.market.stop import PlaceStop
from tests.exchange.helpers import (
    BOTH,
    BUY,
    LONG,
    NOW,
    exchange,
    limit,
    place,
    position,
    quote,
    settings,
    show,
)
from tests.exchange.stopping import TAKE_PROFIT, TRAILING, long_of, mark, send, stop


def test_a_stop_is_refused_by_an_overload_and_its_answer_may_be_lost() -> None:
    venue = long_of()
    for incident in parse_incidents("reject 1", NOW):
        venue.on_market(incident)
    (no,) = send(venue, stop())
    assert isinstance(no, OrderRejected)
    assert no.code == -1008
    for incident in parse_incidents("unknown 1", NOW):
        venue.on_market(incident)
    assert send(venue, stop()) == (OrderUnknown("s", NOW),)
    assert venue.take(NOW + 10**9) == (OrderAccepted("s", NOW + 10**9),)


def test_stops_are_not_among_the_orders_that_the_rate_limits_count() -> None:
    venue = exchange(replace(settings(), rate_limits=RateLimits(per_10s=1)), positions={BOTH: position(1)})
    show(venue, quote(99, 101))
    send(venue, stop(name="a"), stop(name="b"))
    assert place(venue, limit("q", BUY, 90)) == (OrderAccepted("q", NOW),)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (stop(leg=LONG), -4061),
        (stop(None), -1102),
        (stop(None, kind=TRAILING), -1102),
        (stop(callback=1), -1106),
        (stop(None, kind=TRAILING, callback="0.09"), -1130),
        (stop(None, kind=TRAILING, callback="10.1"), -1130),
        (stop(0), -4006),
        (stop("95.05"), -1111),
        (stop(size=0), -4003),
        (stop(size="0.0001"), -1111),
        (stop(size=1001), -4005),
        (stop(105, side=BUY), -2022),
        (stop(100), -2021),
        (stop(100, kind=TAKE_PROFIT), -2021),
        (stop(100, kind=TRAILING, callback=1), -2021),
        (stop(name="known"), -4116),
    ],
)
def test_a_stop_is_refused_with_the_venues_code(wrong: PlaceStop, code: int) -> None:
    venue = long_of()
    place(venue, limit("known", BUY, 90))
    (no,) = send(venue, wrong)
    assert (no.code if isinstance(no, OrderRejected) else None) == code
    assert mark(venue, 1000) == []


def test_an_id_of_a_stop_is_not_given_again() -> None:
    venue = long_of(2, stop())
    (no,) = place(venue, limit("s", BUY, 90))
    assert isinstance(no, OrderRejected)
    assert no.code == -4116


def test_a_small_stop_is_exempt_from_the_minimum_and_of_too_many_one_is_refused() -> None:
    venue = long_of(2, stop(size="0.001"))
    for number in range(STOPS_MAX - 1):
        send(venue, stop(name=f"s{number}"))
    (no,) = send(venue, stop(name="more"))
    assert isinstance(no, OrderRejected)
    assert (no.code, no.reason) == (-4045, "Reach max stop order limit: 200 are waiting.")
