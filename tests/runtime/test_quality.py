"""Trading quality by hand: quotes filled, races, inventory, stops; and never a NaN."""

from dataclasses import replace

import pytest

from perpfsm.engine.records import CommandRecord, OperatorRecord, OrderRecord, PositionRecord, TransitionRecord
from perpfsm.exchange.latency import NO_LATENCY, LatencySettings, Uniform
from perpfsm.feeds import synthetic_feed
from perpfsm.market.messages import Quote
from perpfsm.market.order import CancelOrder, OrderType, PlaceOrder, Role
from perpfsm.market.side import LegName, Side
from perpfsm.market.synthetic import Phase, Scenario, SyntheticSettings
from perpfsm.runtime.quality import NOTHING_YET, Inventory, Quality, QuoteFills, StopSlippage
from perpfsm.runtime.quality_meter import QualityMeter
from tests.runtime.fills import SECOND, START, D, at, fill, header, mid, quality
from tests.runtime.rig import Rig


def command(seconds: float, order: str = "q", size: str = "1", *, role: Role = Role.QUOTE) -> CommandRecord:
    place = PlaceOrder(order, LegName.BOTH, role, Side.BUY, OrderType.LIMIT, D(100), D(size))
    return CommandRecord(at(seconds), "BOTH", place)


def cancel(seconds: float, order: str = "q") -> CommandRecord:
    return CommandRecord(at(seconds), "BOTH", CancelOrder(order))


def became(seconds: float, status: str, order: str = "q") -> OrderRecord:
    return OrderRecord(at(seconds), "BOTH", order, status)


def into(seconds: float, reason: str) -> TransitionRecord:
    return TransitionRecord(at(seconds), "BOTH", "market", 1, "x", "open", "closing", reason, {}, (), (), (), {})


def test_nothing_filled_is_a_whole_answer_without_a_number_that_is_none() -> None:
    assert QualityMeter().at(START) == NOTHING_YET
    assert quality(header(), mid(0, "100"), seconds=0) == NOTHING_YET
    assert quality(header(), mid(0, "100"), mid(50, "120")) == NOTHING_YET


def test_quotes_are_counted_by_how_much_of_them_was_filled() -> None:
    happened = (
        command(0, "whole", "1"),
        command(0, "part", "2"),
        command(0, "none", "4"),
        command(0, "exit", "8", role=Role.TAKE_PROFIT),
        fill(1, Side.BUY, "99", "1", order="whole", trade=1),
        fill(1, Side.BUY, "99", "0.5", order="part", trade=2),
        fill(1, Side.BUY, "99", "0.5", order="part", trade=3),
        fill(1, Side.SELL, "99", "2", order="exit", trade=4, role=Role.TAKE_PROFIT),
        fill(1, Side.SELL, "99", "2", order="of an earlier run", trade=5),
        became(2, "canceled", "part"),
        became(2, "expired", "none"),
    )
    assert quality(header(), *happened).quotes == QuoteFills(3, 2, D("66.6667"), D(7), D(2), 0)


def test_an_order_that_fills_after_its_cancel_has_left_is_a_race() -> None:
    happened = (
        command(0, "late", "2"),
        command(0, "gone", "2"),
        cancel(1, "late"),
        cancel(1, "gone"),
        became(1, "canceled", "gone"),
        fill(2, Side.BUY, "99", "1", order="late", trade=1),
        fill(2, Side.BUY, "99", "1", order="late", trade=2),
        became(2, "cancel_rejected", "late"),
    )
    assert quality(header(), *happened).quotes.races == 1


def test_inventory_is_weighted_by_time_and_both_legs_count() -> None:
    happened = (
        fill(20, Side.BUY, "100", "2", after="2", cost="200"),
        fill(30, Side.BUY, "100", "2", after="4", cost="400"),
        PositionRecord(at(40), "BOTH", "liquidation", D(0), D(0), D(0), D(0)),
        PositionRecord(at(90), "SHORT", "another hand", D(0), D(-1), D(-100), D(0)),
    )
    assert quality(header(), *happened).inventory == Inventory(30 * SECOND, D("30.0000"), D("0.70000000"))


def test_what_is_found_at_the_start_is_inventory_from_the_start() -> None:
    assert quality(header(BOTH=("-3", "-300"))).inventory == Inventory(100 * SECOND, D(100), D(3))


def test_a_stop_on_a_gap_shows_what_it_lost_against_its_trigger_and_beyond_its_own_price() -> None:
    happened = (
        fill(0, Side.BUY, "100", "2", after="2", cost="200"),
        mid(1, "90"),
        into(1, "stop_loss"),
        into(1, "stop_loss"),
        fill(1, Side.SELL, "89.5", "1", taker=True, role=Role.CLOSE, reason="stop_loss", after="1", cost="100"),
        fill(2, Side.SELL, "88.5", "1", taker=True, role=Role.CLOSE, reason="stop_loss", trade=2),
        into(3, "none"),
    )
    expected = StopSlippage("stop_loss", 1, D("1.0"), D("56.1798"), D("18.00000000"), D("1011.2360"))
    assert quality(header(), *happened, stop_loss_pct="2").stops == (expected,)


def test_of_a_short_the_ask_is_the_trigger_and_above_the_stop_is_lost() -> None:
    happened = (
        fill(0, Side.SELL, "100", after="-1", cost="-100"),
        mid(1, "104.5"),
        into(1, "stop_loss"),
        fill(1, Side.BUY, "105.5", taker=True, role=Role.CLOSE, reason="stop_loss"),
    )
    found = quality(header(), *happened, stop_loss_pct="2").stops[0]
    assert (found.slippage, found.beyond) == (D("0.5"), D("3.5"))


def test_other_stops_have_no_price_of_their_own_and_other_exits_no_slippage() -> None:
    happened = (
        fill(0, Side.BUY, "100", "3", after="3", cost="300"),
        mid(1, "110"),
        into(1, "trailing_stop"),
        fill(1, Side.SELL, "109", "1", role=Role.CLOSE, reason="trailing_stop", after="2", cost="200"),
        fill(1, Side.SELL, "109", "1", role=Role.QUOTE, after="1", cost="100"),
        into(2, "flatten"),
        fill(2, Side.SELL, "100", "1", role=Role.CLOSE, reason="flatten"),
    )
    expected = StopSlippage("trailing_stop", 1, D("0.5"), D("45.8716"))
    assert quality(header(), *happened, stop_loss_pct="2").stops == (expected,)


def test_a_stop_without_a_position_or_a_market_has_nothing_to_slip_from() -> None:
    late = fill(1, Side.SELL, "99", role=Role.CLOSE, reason="stop_loss")
    assert quality(header(), mid(0, "100"), into(1, "stop_loss"), late).stops == ()
    assert quality(header(BOTH=("1", "100")), into(1, "stop_loss"), late).stops == ()


def test_a_stop_loss_that_is_off_has_no_price_of_its_own() -> None:
    happened = (mid(1, "90"), into(1, "stop_loss"), fill(1, Side.SELL, "89", reason="stop_loss"))
    assert quality(header(BOTH=("1", "100")), *happened).stops == (
        StopSlippage("stop_loss", 1, D("0.5"), D("56.1798")),
    )


def test_other_records_only_tell_when_the_run_began() -> None:
    begun = OperatorRecord(at(-100), "pause", "operator", "lunch")
    assert quality(begun, header(BOTH=("2", "1"))).inventory == Inventory(100 * SECOND, D(50), D(1))


SLOW = LatencySettings(order=SECOND // 10, cancel=SECOND // 10, ack=Uniform(SECOND, 7 * SECOND))
CRASH = Scenario(
    "crash",
    (
        Phase(D(300), volatility_bps=D(2)),
        Phase(D(10), volatility_bps=D(10), drift_bps_per_s=D(-20), spread_ticks=9, size=D("0.02")),
        Phase(D(20), is_halted=True),
        Phase(D(300), volatility_bps=D(2), jump_bps=D(-80)),
    ),
    start_price=D(1000),
)


def quality_of_a_run(market: Scenario | SyntheticSettings, latency: LatencySettings, *, use_bands: bool) -> Quality:
    rig = Rig(
        use_bands=use_bands,
        latency=latency,
        bid_spread=D("0.03"),
        ask_spread=D("0.03"),
        long_profit_taking_spread=D("0.05"),
        short_profit_taking_spread=D("0.05"),
        stop_loss_spread=D("0.1"),
        order_refresh_time=5,
        filled_order_delay=3,
    )
    prices: dict[D, D] = {}
    for message in synthetic_feed(market).messages():
        if isinstance(message, Quote):  # the same prices are the same objects, as in a recording
            bid, ask = (prices.setdefault(price, price) for price in (message.bid, message.ask))
            rig.say(replace(message, bid=bid, ask=ask))
        else:
            rig.say(message)
    return rig.driver.quality.at(rig.driver.now_ns)


@pytest.mark.untraced
@pytest.mark.parametrize(
    "market", [CRASH, SyntheticSettings(start_price=D(1000), duration_s=D(1200), volatility_bps=D(2))]
)
@pytest.mark.parametrize(("seed", "latency"), [(1, NO_LATENCY), (2, NO_LATENCY), (3, NO_LATENCY), (3, SLOW)])
def test_bands_change_nothing_about_it(
    market: Scenario | SyntheticSettings, seed: int, latency: LatencySettings
) -> None:
    seeded = replace(market, seed=seed)
    found = [quality_of_a_run(seeded, latency, use_bands=use_bands) for use_bands in (True, False)]
    assert found[0] == found[1]
    assert found[0].maker.count > 5
    assert found[0].maker.markouts[2].count > 5
    assert found[0].stops
