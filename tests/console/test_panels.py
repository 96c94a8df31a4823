"""The panels of the live view, each as it reads."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from perpfsm.console.closings import session_panel
from perpfsm.console.look import ASCII, FANCY
from perpfsm.console.market import market_line, market_panel
from perpfsm.console.orders import orders_panel
from perpfsm.console.pnl import CURVE_POINTS_MAX, Curve, pnl_line, pnl_panel, sparkline
from perpfsm.console.position import position_height, position_lines, position_panel
from perpfsm.console.transitions import transition_line, transitions_panel
from perpfsm.market.order import Role
from perpfsm.market.side import Side
from tests.console.values import (
    BTC,
    EMPTY,
    FLAT,
    HEDGED,
    LONG,
    PLACED,
    REPLACED,
    STATUS,
    STOPPED,
    SUMMARY,
    TRAILING_SHORT,
    order,
    quote,
    terminal,
    text,
)

D = Decimal


def test_the_market_shows_both_sides_spread_mark_health_and_age() -> None:
    assert text(market_panel(STATUS, BTC, FANCY), terminal(40)).splitlines() == [
        "╭─ Market ─────────────────────────────╮",
        "│ Ask      60,000.1       0.250        │",
        "│ Bid      60,000.0       1.500        │",
        "│ Spread        0.1     0.000 %        │",
        "│ Mark     60,000.5                    │",
        "│ Data         good  250 ms old        │",
        "│ Quoting   allowed                    │",
        "╰──────────────────────────────────────╯",
    ]
    assert market_line(STATUS, BTC, FANCY).plain == (
        "60,000.0 / 60,000.1 · mark 60,000.5 · data good 250 ms old · quoting allowed"
    )


def test_a_market_without_a_quote_says_so() -> None:
    silent = replace(STATUS, quote=None, mark=None, data="missing", quoting="data_bad")
    assert text(market_panel(silent, BTC, ASCII), terminal(30)).splitlines() == [
        "+- Market -------------------+",
        "| No quote yet               |",
        "| Data           missing     |",
        "| Quoting       data_bad     |",
        "+----------------------------+",
    ]
    assert market_line(silent, BTC, ASCII).plain == "no quote yet - data missing  - quoting data_bad"


def test_a_crossed_market_has_a_negative_spread() -> None:
    crossed = replace(STATUS, quote=quote("60100.0", "60000.0"))
    assert "Spread     -100.0  -0.167 %" in text(market_panel(crossed, BTC, FANCY))


def test_a_long_stands_on_its_ladder_between_take_profit_and_stop() -> None:
    assert text(position_panel(LONG, quote(), BTC, FANCY), terminal(44)).splitlines() == [
        "╭─ Position LONG ──────────────────────────╮",
        "│ long 0.010 BTC · +0.083 % · +0.5000      │",
        "│ take profit  60,250.0  +0.417 %          │",
        "│ ► now        60,000.0                    │",
        "│ entry        59,950.0  -0.083 %          │",
        "│ stop loss    59,830.1  -0.283 %          │",
        "╰──────────────────────────────────────────╯",
    ]
    assert position_height(LONG, quote()) == 5


def test_a_short_counts_from_the_ask_and_shows_nill() -> None:
    assert text(position_panel(TRAILING_SHORT, quote(), BTC, ASCII), terminal(44)).splitlines() == [
        "+- Position SHORT -------------------------+",
        "| short 0.020 BTC - +0.166 % - +1.9990     |",
        "| stop loss      60,220.2  +0.367 %        |",
        "| entry          60,100.0  +0.166 %        |",
        "| > now          60,000.1                  |",
        "| peak           59,990.0  -0.017 %        |",
        "| exit estimate      NILL                  |",
        "+------------------------------------------+",
    ]
    assert position_height(TRAILING_SHORT, quote()) == 6


def test_a_trail_shows_its_activation_before_and_its_estimate_after() -> None:
    waiting = replace(LONG, name="BOTH", take_profit=None, activation=D("60500.0"))
    trailing = replace(waiting, activation=None, peak=D("60600.0"), exit_estimate=D("60300.0"))
    assert "activation  60,500.0" in text(position_panel(waiting, quote(), BTC, FANCY))
    assert "exit estimate  60,300.0" in text(position_panel(trailing, quote(), BTC, FANCY))
    assert [line.plain for line in position_lines(trailing, BTC, FANCY)] == [
        "long 0.010 BTC · +0.083 % · +0.5000",
        "stop 59,830.1 · estimate 60,300.0",
    ]
    assert position_lines(TRAILING_SHORT, BTC, FANCY)[1].plain == "stop 60,220.2 · estimate NILL"


def test_a_flat_leg_is_flat_whatever_prices_it_remembers() -> None:
    flat = replace(FLAT, peak=D(1), stop_loss=D(1))
    assert text(position_panel(flat, quote(), BTC, ASCII), terminal(20)).splitlines() == [
        "+- Position -------+",
        "| flat             |",
        "+------------------+",
    ]
    assert position_height(flat, quote()) == 1
    assert position_lines(flat, BTC, FANCY) == ()


def test_a_position_without_a_quote_has_no_distances() -> None:
    shown = text(position_panel(replace(LONG, pnl_pct=None), None, BTC, FANCY))
    assert "long 0.010 BTC · +0.5000" in shown
    assert "take profit  60,250.0" in shown
    assert "now" not in shown
    assert "%" not in shown


def test_working_orders_read_from_the_top_of_the_book_down() -> None:
    exits = order(None, Side.SELL, role=Role.CLOSE, reason="stop_loss", client_id="pf-9")
    status = replace(STATUS, legs=(replace(FLAT, orders=(order("59900.0"), order("60100.0", Side.SELL), exits)),))
    assert text(orders_panel(status, BTC, FANCY, rows=4), terminal(70)).splitlines() == [
        "╭─ Working orders (3) ───────────────────────────────────────────────╮",
        "│ side  for           price  from mid   left    age  status          │",
        "│ sell  stop_loss    MARKET            0.010  3.0 s  working         │",
        "│ sell  quote      60,100.0  +0.167 %  0.010  3.0 s  working         │",
        "│ buy   quote      59,900.0  -0.167 %  0.010  3.0 s  working         │",
        "╰────────────────────────────────────────────────────────────────────╯",
    ]


def test_two_legs_name_the_leg_of_each_order() -> None:
    assert text(orders_panel(HEDGED, BTC, ASCII, rows=9), terminal(80)).splitlines()[1:4] == [
        "| leg    side  for             price  from mid   left         age  status      |",
        "| LONG   sell  take_profit  60,250.0  +0.417 %  0.010       3.0 s  working     |",
        "| SHORT  sell  quote        60,150.0  +0.250 %  0.010  1 min 30 s  working     |",
    ]


def test_orders_that_do_not_fit_are_counted() -> None:
    many = tuple(order(f"{59_000 + number}.0", client_id=f"pf-{number}") for number in range(50))
    status = replace(STATUS, quote=None, legs=(replace(FLAT, orders=many),))
    shown = text(orders_panel(status, BTC, FANCY, rows=3)).splitlines()
    assert shown[0].startswith("╭─ Working orders (50, 2 shown) ─")
    assert [line.split()[3] for line in shown[2:4]] == ["59,049.0", "59,048.0"]
    assert "%" not in "".join(shown)


def test_no_orders_and_no_transitions_say_so() -> None:
    assert "none" in text(orders_panel(STATUS, BTC, FANCY, rows=4))
    assert "none yet" in text(transitions_panel((), FANCY, rows=4))


def test_the_last_transitions_tell_when_where_and_why() -> None:
    assert text(transitions_panel((PLACED, REPLACED, STOPPED), FANCY, rows=4), terminal(100)).splitlines() == [
        "╭─ Last transitions ───────────────────────────────────────────────────────────────────────────────╮",
        "│ time          leg   row             from     to       why                                        │",
        "│ 07:00:00.123  BOTH  stop loss       open     closing  stop_loss: market, stop_loss_hit           │",
        "│ 07:00:00.123  BOTH  replace quotes  opening  stays    market                                     │",
        "│ 07:00:00.123  BOTH  place quotes    idle     opening  market, quoting_allowed, delay_over        │",
        "╰──────────────────────────────────────────────────────────────────────────────────────────────────╯",
    ]
    assert text(transitions_panel((PLACED, REPLACED), FANCY, rows=2)).count("07:00") == 1
    assert transition_line(PLACED, FANCY).plain == "07:00:00.123 BOTH idle → opening place quotes"


def test_pnl_adds_up_and_draws_its_curve() -> None:
    status = replace(STATUS, legs=(LONG,))
    curve = [D(point) for point in (0, 1, -1, 3)]
    assert text(pnl_panel(status, D("1.5"), curve, BTC, FANCY), terminal(40)).splitlines() == [
        "╭─ PnL ────────────────────────────────╮",
        "│ Realised        +12.5000             │",
        "│ Open             +0.5000             │",
        "│ Fees             -3.2500             │",
        "│ Net              +9.7500  USDT       │",
        "│ Worst drawdown    1.5000             │",
        "│ ▂▄▁█                                 │",
        "╰──────────────────────────────────────╯",
    ]
    assert pnl_line(status, D("1.5"), ASCII).plain == (
        "net +9.7500 - realised +12.5000 - open +0.5000 - fees -3.2500 - drawdown 1.5000"
    )


@pytest.mark.parametrize("curve", [[], [D(1)], [D(2), D(2)]])
def test_a_curve_without_a_move_is_not_drawn(curve: list[Decimal]) -> None:
    assert sparkline(curve, FANCY) == ""


def test_a_curve_needs_blocks_to_be_drawn() -> None:
    assert sparkline([D(1), D(2)], ASCII) == ""


def test_a_curve_spans_the_whole_session_in_a_bounded_number_of_points() -> None:
    curve = Curve()
    for value in range(1000):
        curve.add(D(value))
    steps = {later - earlier for earlier, later in pairwise(curve.points)}
    assert curve.points[0] == 0
    assert len(curve.points) <= CURVE_POINTS_MAX
    assert curve.points[-1] >= 1000 - max(steps)
    assert len(steps) == 1


def test_the_session_shows_fills_and_closings_so_far() -> None:
    assert text(session_panel(SUMMARY, FANCY), terminal(40)).splitlines() == [
        "╭─ Fills and closings ─────────────────╮",
        "│ fills        4  3 maker              │",
        "│ take_profit  1  +3.0000              │",
        "│ stop_loss    1  -1.2500              │",
        "╰──────────────────────────────────────╯",
    ]
    assert "no closing yet" in text(session_panel(EMPTY, FANCY))


def test_funding_has_a_line_of_its_own_where_there_was_any() -> None:
    status = replace(STATUS, legs=(LONG,), funding=D("0.75"))
    shown = text(pnl_panel(status, D("1.5"), (), BTC, FANCY), terminal(40)).splitlines()
    assert shown[3:6] == [
        "│ Fees             -3.2500             │",
        "│ Funding          -0.7500             │",
        "│ Net              +9.0000  USDT       │",
    ]
    assert "funding -0.7500 · drawdown 1.5000" in pnl_line(status, D("1.5"), FANCY).plain


def test_a_position_shows_where_it_is_liquidated() -> None:
    shown = text(position_panel(replace(LONG, liquidation=D("54321.0")), quote(), BTC, FANCY))
    assert "liquidation  54,321.0  -9.465 %" in shown
