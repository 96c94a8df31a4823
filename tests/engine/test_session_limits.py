"""The limits of risk in a running session: they bind what adds exposure, and some of them halt it (B18)."""

from decimal import Decimal

from perpfsm.decisions.parameters import RiskLimits
from tests.builders import BUY, CLOSE, NOW, QUOTE, SECOND, SELL, SHORT, TAKE_PROFIT, instrument_with
from tests.floor import Floor
from tests.situations import HEDGE, entry, open_leg, open_long, open_short, opening, stopping, taking_profit


def test_quotes_beyond_the_largest_position_are_refused() -> None:
    floor = opening(Floor(order_levels=3, risk=RiskLimits(max_position=Decimal(2))))
    assert [order.level for order in floor.live(QUOTE, BUY)] == [0, 1]
    assert floor.refusals == ["the position could reach 3, risk.max_position is 2"] * 2


def test_the_nearest_levels_are_admitted_also_after_they_waited_for_a_cancel() -> None:
    floor = opening(Floor(order_levels=3, risk=RiskLimits(max_position=Decimal(2))))
    floor.quote("100.9", "101.1")
    floor.wait(10)
    floor.confirm_cancels()
    assert [order.level for order in floor.live(QUOTE, BUY)] == [0, 1]


def test_an_order_above_the_largest_notional_is_refused() -> None:
    floor = Floor(risk=RiskLimits(max_order_notional=Decimal(100)))
    floor.quote("99.9", "100.1")
    assert floor.news() == ["buy 1 @ 99.0 quote"]
    assert floor.refusals == ["notional 101.0 is above risk.max_order_notional 100"]


def test_no_more_quotes_leave_within_a_minute_than_allowed() -> None:
    floor = opening(Floor(risk=RiskLimits(max_orders_per_minute=3)))
    floor.quote("100.9", "101.1")
    floor.wait(10)
    floor.news()
    floor.confirm_cancels()
    assert floor.news() == ["buy 1 @ 99.9 quote"]
    assert floor.refusals == ["3 opening orders left within a minute, risk.max_orders_per_minute is 3"]
    floor.wait(49)
    floor.confirm_cancels()
    floor.news()
    floor.wait(1)
    assert floor.news() == ["buy 1 @ 99.9 quote", "sell 1 @ 102.1 quote"]


def test_exits_leave_whatever_the_limits_say() -> None:
    floor = opening(
        Floor(risk=RiskLimits(max_orders_per_minute=2, max_order_notional=Decimal(102), max_position=Decimal(1)))
    )
    floor.fill(entry(floor))
    floor.news()
    floor.quote(94, "94.2")
    assert floor.news() == ["sell 1 @ 93.5 close"]


def test_a_loss_beyond_the_limit_closes_at_market_and_halts_until_an_operator_resumes() -> None:
    floor = open_long(Floor(filled_order_delay=0, risk=RiskLimits(max_loss=Decimal(2))))
    floor.quote("97.1", "97.3")
    assert floor.news() == []
    floor.quote("97.0", "97.2")
    assert floor.news() == ["sell 1 at market close"]
    floor.fill(floor.one(CLOSE))
    floor.quote("99.9", "100.1")
    assert (floor.state, floor.closings, floor.acts) == ("idle", ["risk"], [("halt", "risk")])
    floor.news()
    floor.operate("resume")
    assert floor.news() == ["buy 1 @ 99.0 quote", "sell 1 @ 101.0 quote"]
    floor.quote("99.9", "100.1")
    assert (floor.news(), floor.state) == ([], "opening")


def test_the_loss_counts_anew_from_where_an_operator_resumed() -> None:
    floor = open_long(Floor(filled_order_delay=0, stop_loss_spread=0, risk=RiskLimits(max_loss=Decimal(2))))
    floor.quote("97.0", "97.2")
    floor.fill(floor.one(CLOSE))
    floor.quote("99.9", "100.1")
    floor.operate("resume")
    order = entry(floor)
    floor.fill(order)
    floor.quote("97.1", "97.3")
    assert floor.state == "open"
    floor.quote("96.9", "97.1")
    assert floor.leg().exit_reason == "risk"


def test_fees_count_as_loss() -> None:
    floor = opening(Floor(risk=RiskLimits(max_loss=Decimal("0.51"))))
    floor.fill(entry(floor))
    assert floor.acts == [("halt", "risk")]


def test_a_fill_that_comes_after_a_halt_is_closed_at_once() -> None:
    floor = opening(Floor())
    order = entry(floor)
    floor.operate("halt")
    floor.news()
    floor.fill(order, "0.4")
    assert floor.news() == ["sell 0.4 at market close"]
    floor.fill(floor.one(CLOSE))
    assert floor.closings == ["risk"]


def test_a_halt_closes_every_leg() -> None:
    floor = open_leg(Floor(mode=HEDGE))
    floor.fill(floor.one(QUOTE, SELL))
    floor.confirm_cancels()
    floor.news()
    floor.operate("halt")
    floor.confirm_cancels()
    assert floor.news() == ["sell 1 at market close", "cancel buy take_profit", "buy 1 at market close"]


def test_stop_losses_in_a_row_halt_and_an_operator_who_resumes_allows_as_many_again() -> None:
    floor = stopping(Floor(filled_order_delay=0, risk=RiskLimits(max_stops_in_a_row=2)))
    floor.fill(floor.one(CLOSE))
    stop_again(floor)
    assert (floor.acts, floor.state) == ([("halt", "risk")], "idle")
    floor.operate("resume")
    stop_again(floor)
    assert floor.acts == [("halt", "risk"), ("resume", "operator")]
    stop_again(floor)
    assert floor.acts[-1] == ("halt", "risk")


def test_another_closing_ends_the_row_of_stops() -> None:
    floor = stopping(Floor(filled_order_delay=0, risk=RiskLimits(max_stops_in_a_row=2)))
    floor.fill(floor.one(CLOSE))
    floor.confirm_cancels()
    floor.fill(floor.live(QUOTE, BUY)[0])
    floor.quote("99.5", "99.7")
    floor.fill(floor.one(TAKE_PROFIT))
    stop_again(floor)
    assert (floor.closings, floor.acts) == (["stop_loss", "take_profit", "stop_loss"], [])


def test_after_a_stop_quotes_wait_for_the_pause_and_then_for_the_delay() -> None:
    floor = stopping(Floor(filled_order_delay=60, risk=RiskLimits(cooldown_after_stop=Decimal(30))))
    floor.fill(floor.one(CLOSE))
    assert floor.session.state.quoting_status() == "cooldown"
    assert floor.session.due_ns == NOW + 30 * SECOND
    floor.wait(30)
    assert floor.session.state.quoting_status() == "allowed"
    assert floor.session.due_ns == NOW + 60 * SECOND
    floor.news()
    floor.wait(30)
    assert [words.split(" @")[0] for words in floor.news()] == ["buy 1", "sell 1"]


def test_after_a_stop_the_delay_may_be_over_before_the_pause() -> None:
    floor = stopping(Floor(filled_order_delay=0, risk=RiskLimits(cooldown_after_stop=Decimal(30))))
    floor.fill(floor.one(CLOSE))
    floor.wait("29.9")
    assert floor.state == "idle"
    floor.wait("0.1")
    assert floor.state == "opening"


def test_a_stop_of_one_leg_pauses_the_quotes_of_the_other() -> None:
    floor = open_leg(Floor(mode=HEDGE, risk=RiskLimits(cooldown_after_stop=Decimal(30))))
    floor.quote(94, "94.2")
    floor.news()
    floor.fill(floor.one(CLOSE))
    assert floor.news() == ["cancel sell quote"]
    assert floor.leg(SHORT).state == "idle"
    floor.confirm_cancels()
    floor.wait(30)
    assert [words.split(" @")[0] for words in floor.news()] == ["sell 1"]


def test_the_budget_of_a_leg_counts_what_the_quotes_of_the_other_tie_up() -> None:  # B3
    floor = Floor(mode=HEDGE, order_amount=800)
    floor.quote("99.9", "100.1")
    assert floor.news() == ["buy 800 @ 99.0 quote"]
    assert floor.refusals[0].startswith("needs margin")


def test_the_loss_of_a_short_counts_at_the_best_ask() -> None:
    floor = open_short(Floor(stop_loss_spread=0, risk=RiskLimits(max_loss=Decimal(2))))
    floor.quote("102.8", "102.9")
    assert floor.news() == []
    floor.quote("102.9", "103.0")
    assert floor.news() == ["buy 1 at market close"]


def test_dust_that_cannot_be_closed_stops_growing_when_trading_halts() -> None:
    floor = opening(Floor(instrument=instrument_with(reduce_only_exempt=False)))
    floor.fill(entry(floor), "0.05")
    floor.news()
    floor.operate("halt")
    assert floor.news() == ["cancel buy quote"]
    floor.quote(101, "101.2")
    assert floor.news() == ["sell 0.05 at market close"]


def test_a_halted_session_is_not_halted_again() -> None:
    floor = taking_profit(Floor(risk=RiskLimits(max_loss=Decimal(2))))
    floor.operate("halt")
    floor.quote("90", "90.2")
    floor.session.state.halt("once more")
    assert floor.acts == [("halt", "operator")]


def stop_again(floor: Floor) -> None:
    """Fill the buy quote of a floor that quotes around 100 and let the stop close it."""
    floor.confirm_cancels()
    floor.quote("99.9", "100.1")
    floor.wait(10)
    floor.confirm_cancels()
    order = floor.live(QUOTE, BUY)[0]
    floor.quote("98.0", "98.2")
    floor.fill(order)
    floor.quote("90.0", "90.2")
    floor.fill(floor.one(CLOSE))
