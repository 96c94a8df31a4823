from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.market.band import EVERYWHERE, NEVER, NOWHERE, Band
from perpfsm.market.messages import Quote

ONE = Decimal(1)
BOUNDS = st.integers(90, 110).map(Decimal)
BANDS = st.builds(
    Band,
    *[BOUNDS] * 4,
    BOUNDS.map(lambda bound: 2 * bound),
    BOUNDS.map(lambda bound: 2 * bound),
    *[BOUNDS] * 4,
    st.integers(0, 20),
)


def quote(
    bid: int = 100, ask: int = 101, *, mark: int | None = None, last: int | None = None, time_ns: int = 10
) -> Quote:
    marked, traded = (None if price is None else Decimal(price) for price in (mark, last))
    return Quote(time_ns, Decimal(bid), ONE, Decimal(ask), ONE, marked, last=traded)


QUOTES = st.builds(
    lambda bid, spread, mark, last, time_ns: quote(bid, bid + spread, mark=mark, last=last, time_ns=time_ns),
    st.integers(95, 105),
    st.integers(0, 3),
    st.none() | st.integers(95, 105),
    st.none() | st.integers(95, 105),
    st.integers(0, 20),
)


def test_everything_is_everywhere_and_nothing_is_nowhere() -> None:
    assert EVERYWHERE.holds(quote())
    assert not NOWHERE.holds(quote())
    assert not (NOWHERE & EVERYWHERE).holds(quote())
    assert EVERYWHERE.due_ns == NEVER


LIMIT = Decimal(100)


@pytest.mark.parametrize(
    ("band", "inside", "outside"),
    [
        (Band(bid_low=LIMIT), quote(bid=100), quote(bid=99)),
        (Band(bid_high=LIMIT), quote(bid=100), quote(bid=101)),
        (Band(ask_low=LIMIT), quote(bid=98, ask=100), quote(bid=98, ask=99)),
        (Band(ask_high=LIMIT), quote(bid=98, ask=100), quote(bid=98, ask=101)),
        (Band(mark_low=LIMIT), quote(mark=100), quote(mark=99)),
        (Band(mark_high=LIMIT), quote(mark=100), quote(mark=101)),
        (Band(anchor_low=LIMIT), quote(last=100), quote(last=99)),
        (Band(anchor_high=LIMIT), quote(last=100), quote(last=101)),
    ],
)
def test_bounds_are_inclusive(band: Band, inside: Quote, outside: Quote) -> None:
    assert band.holds(inside)
    assert not band.holds(outside)


@pytest.mark.parametrize(
    ("band", "outside"),
    [(Band(sum_low=Decimal(200)), quote(99, 100)), (Band(sum_high=Decimal(200)), quote(100, 101))],
)
def test_the_sum_of_both_sides_is_twice_the_mid_price(band: Band, outside: Quote) -> None:
    assert band.holds(quote(99, 101))
    assert not band.holds(outside)


def test_a_quote_without_a_mark_price_is_inside_any_mark_bounds() -> None:
    assert Band(mark_low=Decimal(100), mark_high=Decimal(100)).holds(quote())


@pytest.mark.parametrize(
    ("price", "time_ns", "is_inside"),
    [(99, 10, False), (100, 10, True), (102, 10, True), (103, 10, False), (101, 11, False)],
)
def test_a_reference_price_has_bounds_of_its_own(price: int, time_ns: int, *, is_inside: bool) -> None:
    band = Band(anchor_low=LIMIT, anchor_high=LIMIT + 2, due_ns=11)
    assert band.holds_anchor(Decimal(price), time_ns) is is_inside
    assert not NOWHERE.holds_anchor(Decimal(price), 0)


def test_from_the_deadline_on_nothing_is_inside() -> None:
    assert Band(due_ns=11).holds(quote(time_ns=10))
    assert not Band(due_ns=10).holds(quote(time_ns=10))


@given(one=BANDS, other=BANDS, seen=QUOTES)
def test_what_lies_in_both_bands_lies_in_their_conjunction(one: Band, other: Band, seen: Quote) -> None:
    assert (one & other).holds(seen) == (one.holds(seen) and other.holds(seen))


def between(low: int, high: int, due_ns: int) -> Band:
    """Return a band with the same two bounds for every price."""
    return Band(*(Decimal(low), Decimal(high)) * 5, due_ns=due_ns)


def test_every_bound_has_part_in_the_conjunction() -> None:
    assert between(1, 9, 1) & between(2, 8, 2) == between(2, 8, 1)
    assert between(2, 8, 2) & between(1, 9, 1) == between(2, 8, 1)
