"""The drawdown meter: the deepest fall of the session's PnL below its best so far."""

from decimal import Decimal

from perpfsm.runtime.meter import DrawdownMeter
from tests.builders import position, quote

ZERO = Decimal(0)


def test_it_starts_without_a_fall() -> None:
    assert DrawdownMeter().worst == 0


def test_a_position_is_measured_at_its_exit_prices() -> None:
    meter = DrawdownMeter()
    meter.settle([position(1, 100), position(-2, 100)], ZERO)
    meter.see(quote(99, 101))
    assert meter.worst == 3


def test_the_fall_is_measured_from_the_best_so_far() -> None:
    meter = DrawdownMeter()
    meter.settle([position(1, 100)], ZERO)
    for bid in (105, 103, 110, 104, 108):
        meter.see(quote(bid, bid + 1))
    assert meter.worst == 6


def test_what_is_booked_counts_while_flat() -> None:
    meter = DrawdownMeter()
    meter.settle([position()], Decimal(10))
    meter.settle([], Decimal(7))
    meter.see(quote(1, 2))
    assert meter.worst == 3


def test_booked_and_open_count_together() -> None:
    meter = DrawdownMeter()
    meter.settle([], Decimal(10))
    meter.settle([position(1, 100)], Decimal(9))
    meter.see(quote(98, 99))
    assert meter.worst == 3


def test_prices_that_stand_still_are_measured_once_and_again_when_the_books_change() -> None:
    meter = DrawdownMeter()
    meter.settle([position(1, 100)], ZERO)
    seen = quote(98, 99)
    meter.see(seen)
    meter.see(seen)
    meter.settle([position(2, 100)], ZERO)
    meter.see(seen)
    assert meter.worst == 4
