"""What every shipped metric says, and when it has nothing to say."""

from decimal import Decimal

import pytest

from perpfsm.machine.leg import Leg
from perpfsm.machine.metrics import SHIPPED_METRICS
from perpfsm.machine.view import Reading, Value, View
from perpfsm.market.ratio import Ratio
from perpfsm.market.working import OrderStatus
from tests.builders import (
    BUY,
    CLOSE,
    INSTRUMENT,
    NOW,
    QUOTE,
    SECOND,
    SELL,
    TAKE_PROFIT,
    Number,
    instrument_with,
    leg,
    parameters,
    position,
    quote,
    view,
    working,
)

SPECS = {spec.name: spec for spec in SHIPPED_METRICS}
FLAT, LONG, SHORT = leg(), leg("open", position(1)), leg("open", position(-1))
SEEN, BLIND = view(quote("99.0", "102.0")), view(None)
BID, ASK = working("bid", QUOTE, BUY, "99.0"), working("ask", QUOTE, SELL, "103.0")
AT_101 = working("ask", QUOTE, SELL, "101.0")
LEAVING_BID = working("leaving", QUOTE, BUY, "100.4", status=OrderStatus.CANCELING)
CLOSING = working("close", CLOSE, SELL, "100.0", placed_ns=NOW - 3 * SECOND)
CLOSING_BUY = working("close", CLOSE, BUY, "100.0", placed_ns=NOW - 3 * SECOND)
LEAVING_CLOSE = working("leaving", CLOSE, SELL, "98.0", status=OrderStatus.CANCELING, placed_ns=NOW - 2 * SECOND)
AT_MARKET = working("market", CLOSE, SELL, None, placed_ns=NOW - SECOND)
PROFIT = working("profit", TAKE_PROFIT, SELL, "105.0")
TRAILING = parameters(ts_callback_rate=5)
AT_5 = parameters(long_profit_taking_spread=5, short_profit_taking_spread=5)
STRICT = instrument_with(reduce_only_exempt=False, size_min=2)
AGED = leg("open", position(1), quotes_ns=NOW - 7 * SECOND, last_fill_ns=NOW - 90 * SECOND)


def lost(times: int, ago_s: int, reason: str = "stop_loss") -> Leg:
    return leg("closing", position(1), reason=reason, exit_losses=times, exit_lost_ns=NOW - ago_s * SECOND)


Case = tuple[str, Leg, View, Number | None]
NUMBERS: list[Case] = [
    ("pnl_pct", LONG, SEEN, -1),
    ("pnl_pct", SHORT, SEEN, -2),
    ("pnl_pct", FLAT, SEEN, None),
    ("pnl_pct", LONG, BLIND, None),
    ("mark_pnl_pct", LONG, SEEN, "0.5"),
    ("mark_pnl_pct", SHORT, SEEN, "-0.5"),
    ("mark_pnl_pct", LONG, view(quote("99.0", "102.0"), mark=103), 3),
    ("mark_pnl_pct", LONG, view(None, mark=103), 3),
    ("mark_pnl_pct", FLAT, SEEN, None),
    ("mark_pnl_pct", LONG, BLIND, None),
    ("nearest_quote_pct", FLAT, view(quote(), None, BID, ASK), 1),
    ("nearest_quote_pct", FLAT, view(quote("124.9", "125.1"), None, ASK, BID), "-17.6"),
    ("nearest_quote_pct", FLAT, view(quote(), None, LEAVING_BID), None),
    ("nearest_quote_pct", FLAT, view(None, None, BID), None),
    ("quote_drift_pct", FLAT, view(quote(), None, working("bid", QUOTE, BUY, 100), AT_101), 1),
    ("quote_drift_pct", FLAT, view(quote(), None, BID), None),
    ("quote_drift_pct", FLAT, view(None, None, BID, ASK), None),
    ("drawdown_pct", leg("trailing", position(1), peak=110), SEEN, 10),
    ("drawdown_pct", leg("trailing", position(-1), peak=100), SEEN, 2),
    ("drawdown_pct", leg("trailing", position(1)), SEEN, None),
    ("drawdown_pct", leg("trailing", peak=110), SEEN, None),
    ("drawdown_pct", leg("trailing", position(1), peak=110), BLIND, None),
    ("exit_estimate_pct", leg("trailing", position(1), peak=120), view(None, TRAILING), 14),
    ("exit_estimate_pct", leg("trailing", position(-1), peak=100), view(None, TRAILING), -5),
    ("exit_estimate_pct", leg("trailing", position(1)), view(None, TRAILING), None),
    ("exit_estimate_pct", leg("trailing", peak=120), view(None, TRAILING), None),
    ("exit_left_behind_pct", LONG, view(quote(99, 102), None, CLOSING, LEAVING_CLOSE, PROFIT), 1),
    ("exit_left_behind_pct", SHORT, view(quote(99, 102), None, CLOSING_BUY), 2),
    ("exit_left_behind_pct", LONG, view(quote(101, 102), None, CLOSING), -1),
    ("exit_left_behind_pct", LONG, view(quote(), None, PROFIT, AT_MARKET, LEAVING_CLOSE), None),
    ("exit_left_behind_pct", LONG, view(None, None, CLOSING), None),
    ("quotes_age_s", AGED, BLIND, 7),
    ("quotes_age_s", FLAT, BLIND, None),
    ("since_fill_s", AGED, BLIND, 90),
    ("since_fill_s", FLAT, BLIND, None),
    ("position_age_s", AGED, BLIND, 1),
    ("position_age_s", FLAT, BLIND, None),
    ("exit_age_s", LONG, view(None, None, CLOSING, LEAVING_CLOSE, BID), 2),
    ("exit_age_s", LONG, view(None, None, BID), None),
    ("exit_backoff_left_s", FLAT, BLIND, 0),
    ("exit_backoff_left_s", lost(1, 0), BLIND, 1),
    ("exit_backoff_left_s", lost(3, 1), BLIND, 3),
    ("exit_backoff_left_s", lost(9, 0), BLIND, 5),
    ("exit_backoff_left_s", lost(9, 0, "take_profit"), BLIND, 30),
    ("exit_backoff_left_s", lost(9, 0, "none"), BLIND, 30),  # a lost take-profit is back in `open`
    ("exit_backoff_left_s", lost(2, 9), BLIND, 0),
    ("exit_backoff_left_s", lost(2, 0), view(None, parameters(exit_retry_s="0.5")), 1),
    ("position_size", SHORT, BLIND, 1),
    ("position_size", FLAT, BLIND, 0),
    ("exits_working", LONG, view(None, None, BID, CLOSING, LEAVING_CLOSE, PROFIT), 3),
    ("exits_working", LONG, view(None, None, BID), 0),
    ("exit_replacements", leg(exits_placed=0), BLIND, 0),
    ("exit_replacements", leg(exits_placed=1), BLIND, 0),
    ("exit_replacements", leg(exits_placed=4), BLIND, 3),
    ("exit_losses", lost(2, 0), BLIND, 2),
]
NAMES: list[tuple[str, Leg, View, str]] = [
    ("exit_reason", FLAT, BLIND, "none"),
    ("exit_reason", leg("closing", reason="stop_loss"), BLIND, "stop_loss"),
    ("position_side", FLAT, BLIND, "none"),
    ("position_side", LONG, BLIND, "long"),
    ("position_side", SHORT, BLIND, "short"),
    ("fill_effect", FLAT, BLIND, "none"),
    ("fill_effect", leg(fill_effect="increased"), BLIND, "increased"),
    ("data", FLAT, BLIND, "good"),
    ("data", FLAT, view(None, data="stale"), "stale"),
    ("quoting", FLAT, BLIND, "allowed"),
    ("quoting", FLAT, view(None, quoting="paused"), "paused"),
    ("exit_order_type", LONG, view(None, None, BID), "none"),
    ("exit_order_type", LONG, view(None, None, CLOSING), "limit"),
    ("exit_order_type", LONG, view(None, None, AT_MARKET, CLOSING), "market"),
    ("take_profit_mismatch", FLAT, BLIND, "none"),
    ("take_profit_mismatch", LONG, view(None, AT_5, PROFIT), "none"),
    ("take_profit_mismatch", LONG, view(None, AT_5), "differs"),
    ("take_profit_mismatch", leg("closing", position("0.5")), view(None, AT_5, PROFIT), "oversized"),
    ("remainder", FLAT, BLIND, "none"),
    ("remainder", LONG, SEEN, "closable"),
    ("remainder", LONG, view(quote(), instrument=STRICT), "dust"),
    ("quoted_parameters", FLAT, BLIND, "current"),
    ("quoted_parameters", leg("opening", quotes_outdated=True), BLIND, "outdated"),
    ("peak", LONG, BLIND, "none"),
    ("peak", leg("trailing", position(1), peak=110, peak_is_new=True), BLIND, "new"),
    ("peak", leg("trailing", position(1), peak=110), BLIND, "old"),
]


def read(metric: str, of: Leg, seen: View) -> Value:
    return SPECS[metric].read(Reading(of, seen))


@pytest.mark.parametrize(("metric", "of", "seen", "expected"), NUMBERS)
def test_a_number_is_what_its_definition_says_or_undefined(
    metric: str, of: Leg, seen: View, expected: Number | None
) -> None:
    value = read(metric, of, seen)
    if expected is None:
        assert value is None
    else:
        assert isinstance(value, Ratio)
        assert value.numerator / value.denominator == Decimal(expected)


@pytest.mark.parametrize(("metric", "of", "seen", "expected"), NAMES)
def test_a_choice_always_has_a_value(metric: str, of: Leg, seen: View, expected: str) -> None:
    assert read(metric, of, seen) == expected


def test_every_metric_is_told_above_and_every_one_that_may_be_undefined_also_is() -> None:
    assert {case[0] for case in NUMBERS} | {case[0] for case in NAMES} == set(SPECS)
    undefined = {metric for metric, _, _, expected in NUMBERS if expected is None}
    assert undefined == {spec.name for spec in SHIPPED_METRICS if spec.may_be_undefined}


def test_a_percentage_is_never_rounded() -> None:
    thirds, _ = position(1).after_fill(BUY, Decimal("100.1"), Decimal(2))
    assert read("pnl_pct", leg("open", thirds), SEEN) == Ratio(Decimal("-320.00"), Decimal("300.2"))


def test_the_view_falls_back_to_the_mid_price_where_there_is_no_mark_price() -> None:
    assert view(quote(99, 102), mark=103).mark_or_mid == 103
    assert view(quote(99, 102)).mark_or_mid == Decimal("100.5")
    assert view(None, mark=103).mark_or_mid == 103
    assert view(None).mark_or_mid is None


def test_where_no_closing_limit_works_none_can_be_left_behind_at_any_price() -> None:
    thresholds = SPECS["exit_left_behind_pct"].thresholds
    assert thresholds is not None
    assert thresholds(Reading(LONG, view(quote(), None, PROFIT)), Decimal(0)) == ()


def test_without_a_quote_nothing_is_planned() -> None:
    assert Reading(FLAT, BLIND).plan().quotes == ()


def test_a_plan_is_made_once_per_reading_for_the_sides_of_the_leg() -> None:
    reading = Reading(leg(), view(quote(), instrument=INSTRUMENT))
    assert [planned.side for planned in reading.plan().quotes] == [BUY, SELL]
    assert reading.plan() is reading.plan()
