"""A region narrows until it is the band of a leg."""

from decimal import Decimal

import pytest

from perpfsm.machine.library import Input, Threshold
from perpfsm.machine.region import Region
from perpfsm.machine.view import Reading, View
from perpfsm.market.band import EVERYWHERE, HIGH, NOWHERE, Band
from perpfsm.market.ratio import Ratio
from tests.builders import NOW, Number, leg, quote, view

MARKED = view(quote("100.0", "100.2"), mark="100.1")


def region(seen: View = MARKED) -> Region:
    return Region(Reading(leg(), seen))


def beside(source: Input, price: Ratio | Number, seen: View = MARKED) -> Band:
    """Return the band beside one threshold."""
    narrowed = region(seen)
    threshold = price if isinstance(price, Ratio) else Ratio(Decimal(price))
    narrowed.stay_beside(Threshold(source, threshold), seen)
    return narrowed.band()


def test_a_region_starts_everywhere_and_for_ever() -> None:
    assert region().is_everywhere
    assert region().band() == EVERYWHERE


def test_a_first_mark_price_always_wakes() -> None:
    assert region(view(quote())).band() == Band(mark_low=HIGH)


@pytest.mark.parametrize(
    ("source", "price", "band"),
    [
        (Input.BID, "99", Band(bid_low=Decimal("99.1"))),
        (Input.BID, "101", Band(bid_high=Decimal("100.9"))),
        (Input.ASK, "99", Band(ask_low=Decimal("99.1"))),
        (Input.ASK, "101", Band(ask_high=Decimal("100.9"))),
        (Input.MARK, "99", Band(mark_low=Decimal("99.1"))),
        (Input.MARK, "101", Band(mark_high=Decimal("100.9"))),
        (Input.MID, "99", Band(sum_low=Decimal("198.1"))),
        (Input.MID, "101", Band(sum_high=Decimal("201.9"))),
    ],
)
def test_a_region_stays_on_the_side_of_a_threshold_on_which_the_price_is(source: Input, price: str, band: Band) -> None:
    assert beside(source, price) == band


def test_a_threshold_between_ticks_is_kept_at_the_tick_beyond_it_which_still_answers_the_same() -> None:
    third = Ratio(Decimal(298), Decimal(3))  # 99.333…
    assert beside(Input.BID, third) == Band(bid_low=Decimal("99.4"))
    assert beside(Input.BID, Ratio(Decimal(302), Decimal(3))) == Band(bid_high=Decimal("100.6"))
    assert beside(Input.MID, third) == Band(sum_low=Decimal("198.7"))


@pytest.mark.parametrize(
    ("source", "price"), [(Input.BID, "100"), (Input.ASK, "100.2"), (Input.MID, "100.1"), (Input.MARK, "100.1")]
)
def test_exactly_on_a_threshold_nothing_is_inside(source: Input, price: str) -> None:
    assert beside(source, price) == NOWHERE


def test_without_a_mark_price_the_mid_price_stands_for_it() -> None:
    assert beside(Input.MARK, "99", view(quote("100.0", "100.2"))).mark_low == HIGH
    assert beside(Input.MARK, "100.1", view(quote("100.0", "100.2"))) == NOWHERE


def test_before_any_quote_nothing_is_inside() -> None:
    assert beside(Input.MARK, "99", view(None, mark=100)) == NOWHERE


def test_bounds_and_deadlines_only_ever_narrow() -> None:
    narrowed = region()
    for price in ("99", "98", "101", "102"):
        narrowed.stay_beside(Threshold(Input.BID, Ratio(Decimal(price))), MARKED)
    for moment in (NOW + 9, NOW + 5, NOW + 7):
        narrowed.until(moment, NOW)
    assert narrowed.band() == Band(bid_low=Decimal("99.1"), bid_high=Decimal("100.9"), due_ns=NOW + 5)


@pytest.mark.parametrize(
    ("moment", "due"), [(NOW + 5, NOW + 5), (NOW + 1, NOW + 1), (NOW, NOW + 1), (NOW - 1, EVERYWHERE.due_ns)]
)
def test_a_deadline_that_is_now_is_due_next_and_a_passed_one_never_again(moment: int, due: int) -> None:
    narrowed = region()
    narrowed.until(moment, NOW)
    assert narrowed.band() == Band(due_ns=due)


def close(_: Reading, narrowed: Region) -> None:
    narrowed.close()


def tomorrow(_: Reading, narrowed: Region) -> None:
    narrowed.until(NOW + 9, NOW)


def above_99(_: Reading, narrowed: Region) -> None:
    narrowed.stay_beside(Threshold(Input.ASK, Ratio(Decimal(99))), MARKED)


def below_101(_: Reading, narrowed: Region) -> None:
    narrowed.stay_beside(Threshold(Input.ASK, Ratio(Decimal(101))), MARKED)


def nothing(_: Reading, __: Region) -> None:
    pass


def test_of_several_ways_to_stay_shut_one_that_costs_no_wake_is_best() -> None:
    narrowed = region()
    narrowed.narrow_by_best([close, tomorrow, nothing, above_99])
    assert narrowed.is_everywhere


def test_a_way_that_closes_is_worst() -> None:
    narrowed = region()
    narrowed.narrow_by_best([close, above_99, below_101])
    narrowed.narrow_by_best([below_101])
    narrowed.narrow_by_best([tomorrow, close])
    assert narrowed.band() == Band(ask_low=Decimal("99.1"), ask_high=Decimal("100.9"), due_ns=NOW + 9)
    narrowed.narrow_by_best([close])
    assert narrowed.band() == NOWHERE & Band(due_ns=NOW + 9)


def test_a_closed_region_keeps_its_deadline_which_needs_no_message() -> None:
    narrowed = region()
    narrowed.close()
    tomorrow(narrowed.reading, narrowed)
    assert not narrowed.is_everywhere
    assert narrowed.band() == NOWHERE & Band(due_ns=NOW + 9)


def test_where_no_way_is_offered_nothing_narrows() -> None:
    narrowed = region()
    narrowed.narrow_by_best([])
    assert narrowed.is_everywhere
