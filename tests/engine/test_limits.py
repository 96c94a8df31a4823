"""Limits of a running session, by themselves (B18)."""

from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import RiskLimits
from perpfsm.engine.limits import StopCounter, loss_band, open_pnl
from perpfsm.market.band import EVERYWHERE, Band
from tests.builders import NOW, SECOND, position, quote

TICK = Decimal("0.1")
SEEN = quote("99.0", "99.2")


def test_open_pnl_is_counted_at_the_exit_prices() -> None:
    assert open_pnl([position(2, 100), position(-1, 100), position()], SEEN) == Decimal("-1.2")
    assert open_pnl([position(2, 100)], None) == 0


def test_the_band_of_a_long_ends_a_tick_before_the_loss() -> None:
    band = loss_band([position(1, 100), position()], SEEN, slack=Decimal(4), tick=TICK)
    assert band == Band(bid_low=Decimal("95.1"))


def test_the_band_of_two_legs_gives_each_its_share() -> None:
    band = loss_band([position(1, 100), position(-1, 100)], SEEN, slack=Decimal(4), tick=TICK)
    assert band == Band(bid_low=Decimal("97.1"), ask_high=Decimal("101.1"))


def test_there_is_no_band_while_flat_or_without_a_price() -> None:
    assert loss_band([position()], SEEN, slack=Decimal(4), tick=TICK) == EVERYWHERE
    assert loss_band([position(1, 100)], None, slack=Decimal(4), tick=TICK) == EVERYWHERE


def test_stops_are_counted_until_another_closing() -> None:
    stops = StopCounter(RiskLimits(max_stops_in_a_row=2))
    counted = []
    for reason in ("stop_loss", "take_profit", "stop_loss", "stop_loss"):
        stops.closed(reason, NOW)
        counted.append((stops.in_a_row, stops.is_exhausted))
    assert counted == [(1, False), (0, False), (1, False), (2, True)]
    stops.start_over()
    assert not stops.is_exhausted


@pytest.mark.parametrize(("seconds", "waits"), [(0, True), (29, True), (30, False)])
def test_a_stop_makes_quotes_wait(seconds: int, waits: bool) -> None:
    stops = StopCounter(RiskLimits(cooldown_after_stop=Decimal(30)))
    assert not stops.cools_down(NOW)
    assert not stops.end_pause(NOW)
    stops.closed("stop_loss", NOW)
    moment = NOW + seconds * SECOND
    assert stops.cools_down(moment) is waits
    assert (stops.end_pause(moment), stops.cooldown_until_ns is None) == (not waits, not waits)


def test_without_limits_nothing_is_exhausted_and_nothing_waits() -> None:
    stops = StopCounter(RiskLimits())
    stops.closed("stop_loss", NOW)
    assert not stops.is_exhausted
    assert not stops.cools_down(NOW)
