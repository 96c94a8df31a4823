"""Markouts by hand: what fills captured, and what the market did after their execution, whenever it was heard of."""

from collections.abc import Iterator
from heapq import merge

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpfsm.exchange.latency import LatencySettings
from perpfsm.market.band import NEVER
from perpfsm.market.fill import Liquidity
from perpfsm.market.side import Side
from perpfsm.runtime.markouts import MarkoutMeter
from perpfsm.runtime.quality import Executions, Markout
from tests.builders import NOW
from tests.runtime.fills import SECOND, D, at, fill, header, meter_of, mid, quality
from tests.runtime.rig import Rig


def test_a_bid_that_is_filled_captures_half_the_spread_and_is_marked_out_at_the_mid_prices_after_it() -> None:
    happened = (
        mid(0, "100"),
        mid(1, "99"),  # what filled it
        fill(1, Side.BUY, "99.5", "2"),
        mid(1.5, "98"),
        mid(2, "97"),  # received at the horizon, so in force there
        mid(4, "101"),
        mid(6.5, "150"),
        mid(31, "102"),
        mid(31.1, "50"),
    )
    assert quality(header(), *happened).maker == Executions(
        count=1,
        notional=D("199.0"),
        spread=D("1.0"),
        spread_bps=D("50.2513"),
        markouts=(
            Markout(1, 1, D("-5.0"), D("-5.0"), D("-251.2563"), D("301.5075")),
            Markout(5, 1, D("3.0"), D("3.0"), D("150.7538"), D("-100.5025")),
            Markout(30, 1, D("5.0"), D("5.0"), D("251.2563"), D("-201.0050")),
        ),
    )


def test_for_an_ask_everything_has_the_other_sign() -> None:
    found = quality(header(), mid(0, "100"), fill(1, Side.SELL, "101"), mid(1.5, "98")).maker
    assert (found.spread, [each.gained for each in found.markouts]) == (D(1), [D(3), D(3), D(3)])


def test_a_taker_saw_the_quote_of_its_own_moment_and_pays_the_spread() -> None:
    found = quality(header(), mid(0, "100"), mid(1, "99"), fill(1, Side.SELL, "98.5", taker=True))
    assert (found.maker, found.taker.count, found.taker.spread) == (Executions(), 1, D("-0.5"))


def test_a_maker_that_is_filled_later_than_the_newest_quote_is_measured_against_that_one() -> None:
    assert quality(header(), mid(0, "100"), mid(1, "99"), fill(2, Side.BUY, "98")).maker.spread == 1


def test_of_several_quotes_of_one_moment_the_one_before_that_moment_counts() -> None:
    happened = (mid(0, "100"), mid(1, "90"), mid(1, "80"), fill(1, Side.BUY, "99"))
    assert quality(header(), *happened).maker.spread == 1


def test_a_fill_at_the_first_quote_is_measured_against_it_and_one_before_any_is_not_measured() -> None:
    assert quality(header(), mid(0, "100"), fill(0, Side.BUY, "99")).maker.spread == 1
    assert quality(header(), fill(0, Side.BUY, "99"), mid(1, "100")).maker == Executions()


def test_a_fill_whose_horizon_lies_beyond_the_end_has_no_markout_there() -> None:
    happened = (mid(0, "100"), fill(1, Side.BUY, "99"), mid(3, "98"))
    found = quality(header(), *happened, seconds=6).maker.markouts
    assert [(each.count, each.gained) for each in found] == [(1, D(1)), (1, D(-1)), (0, D(0))]
    assert found[2] == Markout(30)


def test_looking_at_it_changes_nothing() -> None:
    meter = meter_of(header(), mid(0, "100"), fill(1, Side.BUY, "99"))
    assert [meter.at(at(6)) for _ in range(2)] == [meter.at(at(6))] * 2
    meter.see(mid(6, "90"))  # the same moment, so in force there after all
    assert meter.at(at(6)).maker.markouts[1].gained == -9


def test_means_are_weighted_by_notional_and_per_fill_is_not() -> None:
    happened = (
        mid(0, "100"),
        fill(1, Side.BUY, "99", "3", trade=1),
        fill(1, Side.BUY, "98", "1", trade=2),
        mid(2, "97"),
        mid(4, "103"),
        fill(5, Side.SELL, "104", trade=3),
    )
    found = quality(header(), *happened, seconds=7).maker
    assert (found.count, found.notional, found.spread) == (3, D(499), D(3 + 2 + 1))
    assert found.markouts[0] == Markout(1, 3, D(-6), D(-2), D("-120.2405"), D("240.4810"))
    assert (found.markouts[1].count, found.markouts[1].gained) == (2, D(12 + 5))


def test_the_two_parts_of_a_fill_that_flips_a_position_are_one_execution() -> None:
    parts = (fill(1, Side.BUY, "99", "1", trade=7), fill(1, Side.BUY, "99", "2", trade=7))
    found = quality(header(), mid(0, "100"), *parts, mid(3, "98")).maker
    assert (found.count, found.notional) == (1, D(297))
    assert (found.markouts[0].count, found.markouts[0].gained) == (1, D(3))


def test_a_fill_that_is_heard_late_is_measured_from_its_execution() -> None:
    def found(heard: float) -> Executions:
        meter = meter_of(header(), mid(0, "100"), mid(1, "99"))
        meter.remember(at(1))
        for quote in (mid(1.5, "98"), mid(2, "97"), mid(2, "96"), mid(4, "101"), mid(6.5, "150"), mid(31, "102")):
            if quote.time_ns > at(heard):
                meter.remember(at(1))
                meter.add(fill(1, Side.BUY, "99.5", "2", heard=heard))
                meter.remember(NEVER)
                heard = 1000
            meter.see(quote)
        return meter.at(at(40)).maker

    assert {found(heard) for heard in (1, 1.2, 1.9, 3, 5, 7, 30)} == {found(1)}
    assert (found(1).spread, [each.gained for each in found(1).markouts]) == (D(1), [D(-7), D(3), D(5)])


Moments = list[tuple[int, int]]


def watched(quotes: Moments, fills: Moments, delay: int) -> tuple[Executions, Executions]:
    """Return what a meter finds when each fill is heard `delay` seconds after it; the market goes first.

    Args:
        quotes: Their times in seconds, rising, and mid prices.
        fills: Their times in seconds, rising, and prices; every other one is a taker's.
        delay: Seconds.
    """
    meter = MarkoutMeter()
    on_its_way: list[int] = []
    heard = ((time + delay, 2, index) for index, (time, _) in enumerate(fills))
    happened = merge(((time, 0, index) for index, (time, _) in enumerate(quotes)), executions(fills), heard)
    for time, kind, index in happened:
        if kind == 0:
            meter.see(mid(time, str(quotes[index][1])))
        elif kind == 1:
            on_its_way.append(index)
        else:
            executed, price = fills[index]
            side = Side.BUY if index % 3 else Side.SELL
            taker = bool(index % 2)
            meter.add(fill(executed, side, str(price), trade=index, taker=taker, heard=time).fill)
            on_its_way.remove(index)
        meter.remember(at(fills[on_its_way[0]][0]) if on_its_way else NEVER)
    return meter.executions(Liquidity.MAKER, at(500)), meter.executions(Liquidity.TAKER, at(500))


def executions(fills: Moments) -> Iterator[tuple[int, int, int]]:
    return ((time, 1, index) for index, (time, _) in enumerate(fills))


MOMENTS = st.lists(st.tuples(st.integers(0, 60), st.integers(90, 110)), max_size=30).map(
    lambda moments: sorted(moments, key=lambda moment: moment[0])
)


@pytest.mark.untraced
@settings(max_examples=200, deadline=None)
@given(MOMENTS, MOMENTS.map(lambda fills: fills[:8]), st.integers(1, 80))
def test_the_delay_of_answers_changes_no_markout(quotes: Moments, fills: Moments, delay: int) -> None:
    assert watched(quotes, fills, delay) == watched(quotes, fills, 0)


@pytest.mark.parametrize("use_bands", [True, False])
def test_slow_acks_do_not_hide_adverse_selection(use_bands: bool) -> None:
    """Three levels are swept by a price that goes on falling; the fills are the same, only heard of later."""

    def found(ack_ms: int) -> Executions:
        rig = Rig(
            latency=LatencySettings(ack=ack_ms * SECOND // 1000),
            use_bands=use_bands,
            order_levels=3,
            order_level_spread=1,
            long_profit_taking_spread=50,
            stop_loss_spread=90,
            order_refresh_time=1000,
        )
        for tenths in range(400):
            low = D(100) if tenths < 100 else D(90) - D(tenths - 100) / 100
            rig.now_ns = NOW + tenths * SECOND // 10
            rig.quote(low, low + D("0.1"))
        return rig.driver.quality.at(rig.now_ns).maker

    at_once, late = found(0), found(1000)
    assert late == at_once
    assert at_once.count == 3
    assert [each.count for each in at_once.markouts] == [3, 3, 0]
    assert at_once.markouts[1].adverse_bps is not None
    assert at_once.markouts[1].adverse_bps > 500
