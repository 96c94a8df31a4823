"""The region of quotes that cannot execute anything."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import FillModel
from perpfsm.market.band import EVERYWHERE, HIGH, NOWHERE, Band
from perpfsm.market.side import Side
from tests.exchange.helpers import BUY, SELL, cancel, exchange, limit, place, quote, settings, show


def resting(model: FillModel = FillModel.TOUCH) -> PaperExchange:
    venue = exchange(settings(model=model))
    show(venue, quote(100, 102))
    place(venue, limit("low", BUY, 99), limit("a", BUY, 100), limit("b", SELL, 102), limit("high", SELL, 103))
    return venue


def test_without_orders_everything_is_inside() -> None:
    assert exchange().band() == EVERYWHERE


def test_under_touch_the_band_ends_one_tick_before_the_best_orders() -> None:
    assert resting().band() == Band(ask_low=Decimal("100.1"), bid_high=Decimal("101.9"))


def test_under_through_the_band_ends_at_the_best_orders() -> None:
    assert resting(FillModel.THROUGH).band() == Band(ask_low=Decimal(100), bid_high=Decimal(102))


def test_the_band_follows_placements_and_cancels() -> None:
    venue = resting()
    cancel(venue, "a")
    assert venue.band() == Band(ask_low=Decimal("99.1"), bid_high=Decimal("101.9"))
    cancel(venue, "low")
    cancel(venue, "b")
    cancel(venue, "high")
    assert venue.band() == EVERYWHERE
    place(venue, limit("c", SELL, 105))
    assert venue.band() == Band(bid_high=Decimal("104.9"))


@pytest.mark.parametrize("side", [BUY, SELL])
def test_while_a_level_is_partly_used_nothing_is_inside_until_its_price_moves(side: Side) -> None:
    venue = exchange()
    show(venue, quote(100, 102))
    place(venue, limit("a", side, 102 if side is BUY else 100))
    assert venue.band() is NOWHERE
    show(venue, quote(100, 102))
    assert venue.band() is NOWHERE
    show(venue, quote(101, 103))
    assert replace(venue.band(), mark_high=HIGH, sum_high=HIGH) == EVERYWHERE  # but for where a short is liquidated


def test_the_rest_of_an_order_that_took_rests_with_a_band_once_what_it_used_has_gone() -> None:
    venue = exchange()
    show(venue, quote(100, 102, shown=1))
    place(venue, limit("a", BUY, "102.1", 5))
    assert venue.band() is NOWHERE
    show(venue, quote(100, 104, shown=1))
    assert venue.band() == Band(ask_low=Decimal("102.2"))


def test_an_unchanged_band_is_computed_once() -> None:
    venue = resting()
    assert venue.band() is venue.band()
