"""Inside its band, offering `market` to a leg is in vain: tried on random worlds, and wrong bands are found out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from perpfsm.decisions.reference import may_be_anchored
from perpfsm.machine.bands import band_of
from perpfsm.machine.build import CompiledRow, Lifecycle
from perpfsm.machine.definition import Trigger
from perpfsm.machine.leg import Leg
from perpfsm.machine.library import Threshold
from perpfsm.machine.region import Region
from perpfsm.machine.step import take_step
from perpfsm.machine.view import View
from perpfsm.market.band import NEVER, Band
from perpfsm.market.messages import Quote
from tests.machine.small_machines import small_worlds, watched_worlds
from tests.machine.worlds import PRICES, World, after, quotes, worlds

pytestmark = pytest.mark.untraced

BandOf = Callable[[Lifecycle, Leg, View], Band]
WORLDS = {"shipped machines": worlds(), "small machines": small_worlds(), "one row": watched_worlds()}
OFFSETS = [Decimal(offset) for offset in ("0", "0.01", "-0.01", "0.05", "-0.05", "0.1", "-0.1")]


def fires(world: World, of: Leg, seen: View) -> bool:
    return take_step(world.lifecycle, of, Trigger.MARKET, seen) is not None


def on_the_next_event(of: Leg) -> Leg:
    """Return the leg as a session offers it the next event: a peak is new on its own event alone."""
    later = of.copy()
    later.peak_is_new = False
    return later


def corners(band: Band, now: Quote) -> Iterator[Quote]:
    """Yield quotes at the bounds of a band and a little beside them, one input changed at a time."""
    for offset in OFFSETS:
        for bound in (band.bid_low, band.bid_high):
            if bound.is_finite():
                yield replace(now, bid=bound + offset, ask=max(now.ask, bound + offset))
        for bound in (band.ask_low, band.ask_high):
            if bound.is_finite():
                yield replace(now, ask=bound + offset, bid=min(now.bid, bound + offset))
        for bound in (band.sum_low, band.sum_high):
            if bound.is_finite():
                half = (bound + offset) / 2
                yield replace(now, bid=half, ask=half)
        for bound in (band.mark_low, band.mark_high):
            if bound.is_finite():
                yield replace(now, mark=bound + offset)
        for bound in (band.anchor_low, band.anchor_high):
            if bound.is_finite():
                yield replace(now, last=bound + offset)


def following(band: Band, seen: View, drawn: Quote, pace: int) -> Iterator[Quote]:
    """Yield quotes that might come next: some near the band's bounds, some anywhere, at moments up to its deadline."""
    moments = [seen.now_ns, seen.now_ns + 1, seen.now_ns + 10**9]
    if band.due_ns != NEVER:
        moments += [band.due_ns - 1, band.due_ns]
    near = [] if seen.quote is None else [seen.quote, *corners(band, seen.quote)]
    far = (drawn, replace(drawn, mark=None), replace(drawn, mark=drawn.bid), replace(drawn, last=drawn.ask))
    for number, each in enumerate((*near, *far), pace):
        yield replace(each, time_ns=moments[number % len(moments)])


def assert_no_miss(world: World, band_of: BandOf, drawn: Quote, pace: int) -> None:
    """Assert that neither a quote inside the band nor time before its deadline makes the leg move.

    Nothing is inside while the leg could move now.
    """
    of, seen = world.leg, world.view
    band = band_of(world.lifecycle, of, seen)
    later = on_the_next_event(of)
    could_move_now = fires(world, of, seen)
    for each in following(band, seen, drawn, pace):
        assert not (band.holds(each) and (could_move_now or fires(world, later, after(seen, each))))
        if each.last is not None and may_be_anchored(seen.parameters) and band.holds_anchor(each.last, each.time_ns):
            anchored = replace(seen, anchor=each.last, now_ns=each.time_ns)
            assert not could_move_now
            assert not fires(world, later, anchored)
    if could_move_now:
        return
    for moment in (seen.now_ns + 1, min(band.due_ns - 1, seen.now_ns + 10**12)):
        assert not (moment < band.due_ns and fires(world, of, replace(seen, now_ns=moment)))


MARKED_QUOTES = st.builds(lambda each, mark: replace(each, mark=mark), quotes(), PRICES)
PACES = st.integers(0, 4)


@pytest.mark.parametrize("kind", WORLDS)
def test_a_band_never_misses(kind: str) -> None:
    @given(world=WORLDS[kind], drawn=MARKED_QUOTES, pace=PACES)
    def search(world: World, drawn: Quote, pace: int) -> None:
        assert_no_miss(world, band_of, drawn, pace)

    search()


def assert_is_found_out(band_of: BandOf) -> None:
    """Assert that the property above finds a counterexample to a wrong `band_of`."""

    @settings(max_examples=2_000, phases=[Phase.generate], report_multiple_bugs=False, database=None)
    @given(world=WORLDS["one row"], drawn=MARKED_QUOTES, pace=PACES)
    def search(world: World, drawn: Quote, pace: int) -> None:
        assert_no_miss(world, band_of, drawn, pace)

    with pytest.raises(AssertionError):
        search()


exactly_beside = Region.stay_beside


def one_tick_too_low(self: Region, threshold: Threshold, view: View) -> None:
    exact = Region(self.reading)
    exactly_beside(exact, threshold, view)
    exact.lows = {source: low - view.instrument.tick for source, low in exact.lows.items()}
    self._narrow(exact)


def as_if_thresholds_were_never_met_exactly(self: Region, threshold: Threshold, view: View) -> None:
    exact = Region(self.reading)
    exactly_beside(exact, threshold, view)
    exact.is_closed = view.quote is None
    self._narrow(exact)


def without_a_deadline(self: Region, moment_ns: int, now_ns: int) -> None:
    pass


def with_a_met_requirement(lifecycle: Lifecycle, of: Leg, seen: View) -> Band:
    """Return the band that comes of keeping a requirement met instead of keeping one unmet."""

    def mistaken(compiled: CompiledRow) -> CompiledRow:
        flipped = (replace(each, wanted=not each.wanted) for each in compiled.requirements)
        return replace(compiled, requirements=tuple(flipped))

    rows = {state: tuple(map(mistaken, rows)) for state, rows in lifecycle.market_rows.items()}
    return band_of(replace(lifecycle, market_rows=rows), of, seen)


def test_a_bound_one_tick_too_low_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Region, "stay_beside", one_tick_too_low)
    assert_is_found_out(band_of)


def test_a_threshold_that_is_met_exactly_and_overlooked_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Region, "stay_beside", as_if_thresholds_were_never_met_exactly)
    assert_is_found_out(band_of)


def test_a_forgotten_deadline_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Region, "until", without_a_deadline)
    assert_is_found_out(band_of)


def test_keeping_a_requirement_that_is_met_is_found() -> None:
    assert_is_found_out(with_a_met_requirement)
