"""The queue: one sweep is used once, who cancels when sizes fall, and where bands end."""

from decimal import Decimal

import pytest

from perpfsm.market.band import NOWHERE, Band
from perpfsm.market.side import Side
from tests.exchange.helpers import (
    BUY,
    NOW,
    SELL,
    TAKER,
    change,
    depth,
    execution,
    executions,
    limit,
    market,
    place,
    quote,
    settings,
    show,
    trade,
    working,
)
from tests.exchange.queueing import BEST, PROPORTIONAL, ahead, at, queued


class TestOneSweepOnce:
    """What a sweep has done to us by one of its prints, it does not do again by another."""

    def test_a_trade_older_than_what_was_seen_when_the_order_came_to_rest_does_nothing_to_it(self) -> None:
        venue = queued(seen=(at(50, 100, 101),))
        assert show(venue, trade("99.9", 9, at=49)) == ()
        assert ahead(venue) == 5
        assert executions(show(venue, trade("99.9", 1, at=50))) == [execution("a", 100, 1)]

    def test_a_trade_seen_before_counts_as_well_as_a_quote(self) -> None:
        venue = queued(seen=(at(50, 100, 101), trade(100, 1, at=60)))
        assert show(venue, trade("99.9", 9, at=59)) == ()

    def test_after_a_book_that_filled_us_the_trades_up_to_its_time_do_nothing_on_that_side(self) -> None:
        venue = queued(limit("a", BUY, 100, 2), limit("s", SELL, 102, 1), seen=(at(50, 100, 101),))
        assert executions(show(venue, at(60, 99, "99.9", shown=1))) == [execution("a", 100, 1)]
        assert show(venue, trade("99.9", 9, at=60), trade("99.9", 9, at=55)) == ()
        assert executions(show(venue, trade("102.1", 9, BUY, at=60))) == [execution("s", 102, 1)]
        assert executions(show(venue, trade("99.9", 9, at=61))) == [execution("a", 100, 1)]

    def test_an_older_book_does_not_open_the_way_again(self) -> None:
        venue = queued(limit("a", BUY, 100, 3), seen=(at(50, 100, 101),))
        show(venue, at(60, 99, "99.9", shown=1), at(55, 98, "99.8", shown=1))
        assert working(venue) == {"a": 1}
        assert show(venue, trade("99.9", 9, at=58)) == ()

    def test_without_times_of_the_venue_the_order_here_decides(self) -> None:
        venue = queued(limit("a", BUY, 100, 3))
        show(venue, quote(99, "99.9", shown=1))
        assert executions(show(venue, trade("99.9", 1))) == [execution("a", 100, 1)]

    def test_a_sweep_that_the_book_has_shown_does_not_fill_us_when_its_trades_come(self) -> None:
        venue = queued(seen=(at(10, 100, 101),))
        show(venue, at(20, 99, 101))
        assert ahead(venue) == 0
        assert executions(show(venue, trade(100, 3, at=20), trade(100, 2, at=20))) == []
        assert executions(show(venue, trade(100, 1, at=20))) == [execution("a", 100, 1)]

    def test_a_locked_book_shows_a_sweep_too(self) -> None:
        venue = queued(seen=(at(10, 100, 101),))
        show(venue, at(20, 100, 100))
        assert executions(show(venue, trade(100, 6, at=20))) == [execution("a", 100, 1)]

    def test_a_later_trade_is_no_part_of_what_the_book_has_shown(self) -> None:
        venue = queued(seen=(at(10, 100, 101),))
        show(venue, at(20, 100, 101, shown=3))
        assert ahead(venue) == 3
        show(venue, trade(100, 2, at=20))
        assert ahead(venue) == 3
        show(venue, trade(100, 1, at=21))
        assert ahead(venue) == 2
        show(venue, trade(100, 1, at=20))
        assert ahead(venue) == 1

    def test_a_trade_that_is_larger_than_what_the_book_has_shown_takes_the_rest_from_those_ahead(self) -> None:
        venue = queued(seen=(at(10, 100, 101),))
        show(venue, at(20, 100, 101, shown=4), trade(100, 3, at=20))
        assert ahead(venue) == 2


class TestCancels:
    """What goes at our price without a trade was ahead of us, or was not."""

    def test_risk_averse_nobody_ahead_cancels_as_long_as_it_can_be_so(self) -> None:
        venue = queued(seen=(quote(100, 101, shown=9),))
        show(venue, quote(100, 101, shown=12), quote(100, 101, shown=9))
        assert ahead(venue) == 9
        show(venue, quote(100, 101, shown=4), quote(100, 101, shown=20))
        assert ahead(venue) == 4

    def test_proportional_cancels_are_spread_evenly_and_what_stays_is_rounded_up(self) -> None:
        venue = queued(of=PROPORTIONAL, seen=(quote(100, 101, shown=10),))
        show(venue, quote(100, 101, shown=30))
        assert ahead(venue) == 10
        show(venue, quote(100, 101, shown=20))
        assert ahead(venue) == Decimal("6.667")

    def test_what_trades_explain_of_a_fall_was_not_cancelled_whichever_comes_first(self) -> None:
        venue = queued(of=PROPORTIONAL, seen=(quote(100, 101, shown=10),))
        show(venue, quote(100, 101, shown=20), trade(100, 4))
        assert ahead(venue) == 6
        show(venue, quote(100, "101.1", shown=20))
        assert ahead(venue) == 6
        show(venue, quote(100, 101, shown=16))
        assert ahead(venue) == 6
        show(venue, quote(100, 101, shown=8))
        assert ahead(venue) == 3

    def test_no_more_can_be_ahead_than_is_shown(self) -> None:
        venue = queued(of=PROPORTIONAL, seen=(quote(100, 101, shown=10),))
        show(venue, trade(100, 2), quote(100, 101, shown=3))
        assert ahead(venue) == 3

    def test_depth_shortens_a_queue_behind_the_best(self) -> None:
        venue = queued(limit("a", BUY, 99), seen=(BEST, depth(bids=[(100, 5), (99, 7), (98, 1)])))
        show(venue, change(bids=[(99, 4)]))
        assert ahead(venue) == 4

    def test_depth_moves_no_queue_under_another_model(self) -> None:
        venue = queued(limit("a", BUY, 99), of=settings(), seen=(BEST, depth(bids=[(100, 5), (99, 7), (98, 1)])))
        show(venue, change(bids=[(99, 4)]))
        assert ahead(venue) == 7

    def test_a_better_bid_leaves_the_place_as_it_is_where_nothing_shows_it(self) -> None:
        venue = queued()
        show(venue, quote("100.1", 101, shown=1))
        assert ahead(venue) == 5
        show(venue, quote(100, 101, shown=3))
        assert ahead(venue) == 3

    def test_a_market_that_falls_behind_us_leaves_nobody_ahead(self) -> None:
        venue = queued()
        show(venue, quote(99, 101))
        assert ahead(venue) == 0


class TestBands:
    """Sizes matter while a price at which we wait is the best; behind it the band ends where it becomes the best."""

    @pytest.mark.parametrize(("side", "price"), [(BUY, 100), (SELL, 101)])
    def test_while_we_wait_at_the_best_price_nothing_is_inside(self, side: Side, price: int) -> None:
        assert queued(limit("a", side, price)).band() is NOWHERE

    def test_behind_the_best_price_the_band_ends_one_tick_before_it(self) -> None:
        venue = queued(limit("a", BUY, 99), limit("b", SELL, 102))
        inside = Band(bid_low=Decimal("99.1"), bid_high=Decimal(102), ask_low=Decimal(99), ask_high=Decimal("101.9"))
        assert venue.band() == inside

    def test_with_nobody_ahead_only_a_book_through_the_price_matters(self) -> None:
        venue = queued(limit("a", BUY, "100.1"), limit("b", SELL, "100.9"))
        assert venue.band() == Band(bid_high=Decimal("100.9"), ask_low=Decimal("100.1"))

    def test_it_opens_once_the_market_has_left_our_price(self) -> None:
        venue = queued()
        show(venue, quote("100.5", 101))
        assert venue.band() == Band(bid_low=Decimal("100.1"), ask_low=Decimal(100))

    def test_while_a_taken_level_is_the_best_nothing_is_inside_and_behind_it_what_is_left_of_it_counts(self) -> None:
        venue = queued(market("m", BUY, 2), seen=(BEST, depth(asks=[(101, 5), (102, 5)])))
        assert venue.band() is NOWHERE
        show(venue, quote(100, "100.5"))
        assert venue.band() == Band(ask_high=Decimal("100.9"))
        show(venue, quote(100, 101, shown=5))
        assert executions(place(venue, market("n", BUY, 4))) == [
            execution("n", 101, 3, TAKER),
            execution("n", 102, 1, TAKER),
        ]
        assert venue.take(NOW) == ()
