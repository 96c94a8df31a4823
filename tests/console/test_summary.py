"""The summary at the end of a run, as a person reads it."""

from dataclasses import replace
from decimal import Decimal

from rich.console import Console

from perpfsm.console.look import FANCY
from perpfsm.console.summary import Reading, SummaryView, warnings_of
from perpfsm.engine.records import OperatorRecord
from perpfsm.runtime.summary import ClosingTotal, LegTimes, OpenPosition, OrderTotals, PnlTotals, RowCount, Summary
from tests.console.values import BTC, EMPTY, HEADER, NOW, SUMMARY, TIMES, pipe, terminal, text

D = Decimal
READING = Reading(messages=14_400, bad_lines=0, wall_s=1.25)

WHOLE = """\
mine.yaml - BTC-USDT - synthetic - speed max
2024-08-08 07:00:00 -> 2024-08-08 07:16:40 UTC
16 min 40 s of market, 14,400 messages in 1.2 s, ended: feed end

PnL
---
realised        +1.7500
open             0.0000
fees            -0.6600
net             +1.0900  USDT, +0.011 % of 10,000.00
worst drawdown   1.5000

Closings by reason
------------------
reason       count  realised     fees      net   mean held
take_profit      1   +3.0000  -0.2400  +2.7600  1 min 05 s
stop_loss        1   -1.2500  -0.4200  -1.6700       3.0 s
total            2   +1.7500  -0.6600  +1.0900      34.0 s

Orders and fills
----------------
quotes placed  1,200
exits placed       3
cancels        1,190

fills  count    BTC      USDT     fees
maker      3  0.030  1,799.90  -0.3600
taker      1  0.010    598.50  -0.3000

Time in each state
------------------
idle     ##                10.0 %  1 min 40 s
opening  ########          50.0 %  8 min 20 s
open                        0.0 %         0 s
closing  #######           40.0 %  6 min 40 s

Transitions: 6 by 4 of 5 rows
-----------------------------
1  stop loss       -  4  entry  2
2  place quotes    1  5  flat   2
3  replace quotes  1

Next
----
perpfsm audit show runs/mine.journal
perpfsm audit verify runs/mine.journal
perpfsm audit export runs/mine.journal"""


def view(summary: Summary = SUMMARY, reading: Reading = READING) -> SummaryView:
    return SummaryView(summary, HEADER, reading)


def said(summary: Summary, reading: Reading = READING) -> list[str]:
    return list(warnings_of(summary, reading, BTC, FANCY))


def test_a_pipe_gets_the_whole_summary_in_plain_text() -> None:
    assert text(view(), pipe()) == WHOLE


def test_an_old_encoding_gets_the_same() -> None:
    assert text(view(), terminal(encoding="ascii")) == WHOLE


def test_a_terminal_gets_arrows_dots_and_bars_within_eighty_columns() -> None:
    shown = text(view()).splitlines()
    assert shown[:2] == [
        "mine.yaml · BTC-USDT · synthetic · speed max",
        "2024-08-08 07:00:00 → 2024-08-08 07:16:40 UTC",
    ]
    assert "opening  ████████          50.0 %  8 min 20 s" in shown
    assert "closing  ██████▍           40.0 %  6 min 40 s" in shown
    assert max(map(len, shown)) <= 80


def test_a_wide_terminal_gets_two_columns() -> None:
    shown = text(view(), terminal(120)).splitlines()
    assert shown[4] == "PnL" + " " * 57 + "Time in each state"
    assert len(shown) < len(WHOLE.splitlines()) - 10
    assert max(map(len, shown)) <= 120


def test_colours_are_left_out_where_they_are_not_wanted() -> None:
    def codes(environ: dict[str, str]) -> str:
        console = Console(width=80, force_terminal=True, color_system="standard", record=True, _environ=environ)
        with console.capture() as capture:
            console.print(view())
        return capture.get()

    assert "\x1b[32m" in codes({})
    assert "\x1b[32m" not in codes({"NO_COLOR": "1"})


def test_an_empty_run_has_a_calm_summary() -> None:
    shown = text(SummaryView(EMPTY, replace(HEADER, journal=None), Reading(1, 0, 0)), pipe()).splitlines()
    assert "0 s of market, 1 message in 0 s" in shown
    assert "net             0.00  USDT" in shown
    assert "No position was closed." in shown
    assert "maker      0  0.000  0.00  0.00" in shown
    assert "Transitions: 0 by 0 of 5 rows" in shown
    assert "Next" not in shown
    assert "Worth a look" not in shown


def test_a_single_reason_needs_no_total() -> None:
    one = replace(SUMMARY, closings=(ClosingTotal("netted", 2, D(0), D(0), 0),))
    shown = text(view(one))
    assert "netted      2      0.00  0.00  0.00        0 s" in shown
    assert "total" not in shown


def test_two_legs_have_their_own_times() -> None:
    hedged = replace(SUMMARY, times=(LegTimes("LONG", TIMES), LegTimes("SHORT", TIMES)))
    shown = text(view(hedged)).splitlines()
    assert shown.count("LONG") == shown.count("SHORT") == 1
    assert sum(line.startswith("opening") for line in shown) == 2


def test_rows_with_long_names_stand_below_each_other() -> None:
    rows = tuple(RowCount(number, f"{number} {'a very long name ' * 3}", 1) for number in (1, 2, 3))
    shown = text(view(replace(SUMMARY, rows=rows))).splitlines()
    assert [line.split()[0] for line in shown if "very long" in line] == ["1", "2", "3"]
    assert "Transitions: 0 by 0 of 0 rows" in text(view(replace(SUMMARY, rows=())))


def test_extreme_numbers_stay_whole_and_in_line() -> None:
    huge = PnlTotals(D("1E+12"), D("-123456789012.129"), D("-0.005"), D("9E+15"), D("5E+15"))
    closing = ClosingTotal("a_reason_of_remarkable_length", 1000, D("-123456789012.129"), D("98765432.1"), 10**15)
    shown = text(view(replace(SUMMARY, pnl=huge, closings=(closing,)))).splitlines()
    assert "realised              -123,456,789,012.13" in shown
    assert "net             +8,999,876,543,210,987.88  USDT, +899,987.654 % of 1,000,000,00…" in shown
    assert any("1,000  -123,456,789,012.13  -98,765,432.10" in line for line in shown)
    assert max(map(len, shown)) <= 80
    wide = replace(SUMMARY, closings=(closing,))
    assert "Time in each state" in text(view(wide), terminal(120)).splitlines()


def test_what_is_worth_a_look_is_said_in_words() -> None:
    summary = replace(
        SUMMARY,
        orders=OrderTotals(1, 1, 1, rejected=2, expired=3, unknown=1),
        refusals=tuple((f"limit {number}", 9 - number) for number in range(7)),
        positions=(OpenPosition("BOTH", D("0.01"), D("600.05")), OpenPosition("SHORT", D("-0.02"), D(-1200))),
        data=(("good", 4), ("stale", 1), ("jump", 3), ("no_reference", 2)),
        operator=(
            OperatorRecord(NOW, "halt", "risk", "max_loss of 200 reached"),
            OperatorRecord(NOW, "stop", "duration", "the run ends"),
        ),
        halts=2,
    )
    assert said(summary, Reading(1, 1, 0)) == [
        "A long position of 0.010 BTC from 60,005.0 is left open; the next run goes on with it.",
        "SHORT: A short position of 0.020 BTC from 60,000.0 is left open; the next run goes on with it.",
        "Trading was halted 2 times.",
        "risk: halt at 07:00:00.000, max_loss of 200 reached",
        "2 orders rejected by the venue.",
        "1 order left without an answer.",
        "Market data became stale 1 time.",
        "Market data became jump 3 times.",
        "The reference price was reported missing 2 times.",
        "1 line of the feed could not be read and was skipped.",
        "9 proposals were refused: limit 0",
        "8 proposals were refused: limit 1",
        "7 proposals were refused: limit 2",
        "6 proposals were refused: limit 3",
        "5 proposals were refused: limit 4",
        "7 more proposals refused for other reasons.",
    ]
    shown = text(view(summary), pipe())
    assert "! A long position of 0.010 BTC from 60,005.0 is left open;" in shown
    assert all(label in shown for label in ("rejected", "expired", "answer lost"))


def test_a_clean_run_needs_no_look() -> None:
    assert said(SUMMARY) == []
    assert said(SUMMARY, Reading(1, 3, 0)) == ["3 lines of the feed could not be read and were skipped."]


def test_names_are_shown_as_they_are_and_paths_are_quoted() -> None:
    header = replace(HEADER, strategy="[bold]mine[/].yaml", journal="my runs/a.journal")
    shown = text(SummaryView(SUMMARY, header, READING))
    assert "[bold]mine[/].yaml · BTC-USDT" in shown
    assert "perpfsm audit show 'my runs/a.journal'" in shown


def test_funding_has_lines_of_its_own_where_there_was_any() -> None:
    closings = tuple(replace(each, funding=D("0.5")) for each in SUMMARY.closings)
    shown = text(view(replace(SUMMARY, pnl=replace(SUMMARY.pnl, funding=D(1)), closings=closings))).splitlines()
    assert "funding         -1.0000" in [line.rstrip() for line in shown]
    assert next(line.split() for line in shown if line.startswith("net"))[1] == "+0.0900"
    head, *rows = [line.split() for line in shown if line.startswith(("reason", "take_profit", "total"))]
    assert head == ["reason", "count", "realised", "fees", "funding", "net", "mean", "held"]
    assert [row[:6] for row in rows] == [
        ["take_profit", "1", "+3.0000", "-0.2400", "-0.5000", "+2.2600"],
        ["total", "2", "+1.7500", "-0.6600", "-1.0000", "+0.0900"],
    ]
