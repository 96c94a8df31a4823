"""The live view in terminals of every size, and what it does to them."""

from dataclasses import replace

import pytest

from perpfsm.console.live import LiveLayout, LiveView
from perpfsm.engine.status import SessionStatus
from perpfsm.machine.definition import MachineDefinition
from tests.console.values import (
    EMPTY,
    FLAT,
    HEADER,
    HEDGED,
    LONG,
    MACHINE,
    NOW,
    ONE_LEG,
    PLACED,
    STATUS,
    STOPPED,
    SUMMARY,
    Gone,
    Held,
    ManualClock,
    order,
    terminal,
    text,
    until,
    written,
)


def view(status: SessionStatus, machine: MachineDefinition = MACHINE, count: int = 8) -> LiveLayout:
    return LiveLayout(status, machine, (PLACED, STOPPED) * count, SUMMARY, HEADER)


def test_a_usual_terminal_shows_every_part_of_one_leg() -> None:
    assert text(view(ONE_LEG), terminal(80, 24)).splitlines() == [
        "2024-08-08 07:00:00 UTC · mine.yaml · BTC-USDT · synthetic · speed max",
        "60,000.0 / 60,000.1 · mark 60,000.5 · data good 250 ms old · quoting allowed",
        "net +9.7500 · realised +12.5000 · open +0.5000 · fees -3.2500 · drawdown 1.5000",
        "BOTH  idle → opening → open → [closing] → idle            take_profit for 12.5 s",
        "╭─ Position ───────────────────────────╮╭─ Fills and closings ─────────────────╮",
        "│ long 0.010 BTC · +0.083 % · +0.5000  ││ fills        4  3 maker              │",
        "│ take profit  60,250.0  +0.417 %      ││ take_profit  1  +3.0000              │",
        "│ ► now        60,000.0                ││ stop_loss    1  -1.2500              │",
        "│ entry        59,950.0  -0.083 %      ││                                      │",
        "│ stop loss    59,830.1  -0.283 %      ││                                      │",
        "│                                      ││                                      │",
        "╰──────────────────────────────────────╯╰──────────────────────────────────────╯",
        "╭─ Working orders (1) ─────────────────────────────────────────────────────────╮",
        "│ side  for       price  from mid   left    age  status                        │",
        "│ sell  quote  60,250.0  +0.417 %  0.010  3.0 s  working                       │",
        "╰──────────────────────────────────────────────────────────────────────────────╯",
        "╭─ Last transitions ───────────────────────────────────────────────────────────╮",
        "│ time          leg   row           from  to       why                         │",
        "│ 07:00:00.123  BOTH  stop loss     open  closing  stop_loss: market, stop_lo… │",
        "│ 07:00:00.123  BOTH  place quotes  idle  opening  market, quoting_allowed, d… │",
        "│ 07:00:00.123  BOTH  stop loss     open  closing  stop_loss: market, stop_lo… │",
        "│ 07:00:00.123  BOTH  place quotes  idle  opening  market, quoting_allowed, d… │",
        "│ 07:00:00.123  BOTH  stop loss     open  closing  stop_loss: market, stop_lo… │",
        "╰──────────────────────────────────────────────────────────────────────────────╯",
    ]


def test_a_wide_terminal_frames_the_market_the_lifecycle_and_both_legs() -> None:
    shown = text(view(HEDGED), terminal(120, 36)).splitlines()
    assert len(shown) == 36
    titles = [line.replace("─", " ").split() for line in shown if line.startswith("╭")]
    assert [" ".join(word for word in line if word not in {"╭", "╮", "╮╭"}) for line in titles] == [
        "Market PnL Fills and closings",
        "Lifecycle: profit_taking",
        "Position LONG Position SHORT",
        "Working orders (2)",
        "Last transitions",
    ]


def test_a_wide_terminal_puts_the_orders_of_one_leg_beside_its_position() -> None:
    shown = text(view(ONE_LEG), terminal(120, 36)).splitlines()
    assert len(shown) == 36
    assert sum("Position" in line and "Working orders (1)" in line for line in shown) == 1


def test_a_tiny_terminal_still_shows_what_counts() -> None:
    assert text(view(HEDGED), terminal(40, 12)).splitlines() == [
        "07:00:00 UTC · mine.yaml · BTC-USDT · s…",
        "60,000.0 / 60,000.1 · mark 60,000.5 · d…",
        "LONG [closing] · for 12.5 s",
        "long 0.010 BTC · +0.083 % · +0.5000",
        "stop 59,830.1 · take profit 60,250.0",
        "SHORT [open] · for 12.5 s",
        "short 0.020 BTC · +0.166 % · +1.9990",
        "stop 60,220.2 · estimate NILL",
        "net +11.7490 · realised +12.5000 · open…",
        "2 working orders",
        "07:00:00.123 BOTH open → closing stop l…",
        "07:00:00.123 BOTH idle → opening place …",
    ]


@pytest.mark.parametrize("status", [STATUS, ONE_LEG, HEDGED, replace(HEDGED, quote=None, mark=None)])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_no_size_breaks_the_view_or_overflows_it(status: SessionStatus, encoding: str) -> None:
    for width, height in ((1, 1), (2, 50), (20, 3), (63, 19), (64, 20), (64, 24), (99, 40), (100, 34), (250, 90)):
        shown = text(view(status), terminal(width, height, encoding=encoding)).splitlines()
        assert len(shown) <= height
        assert max(map(len, shown)) <= width


def test_many_orders_leave_room_for_the_transitions() -> None:
    many = tuple(order(f"{59_000 + number}.0", client_id=f"pf-{number}") for number in range(50))
    for size, shown_orders in (((80, 24), 3), ((120, 36), 8)):
        crowded = replace(HEDGED, legs=(replace(LONG, orders=many), HEDGED.legs[1]))
        shown = text(view(crowded), terminal(*size))
        assert f"Working orders (51, {shown_orders} shown)" in shown
        assert "stop_loss: market" in shown


def test_names_with_markup_or_escapes_cannot_break_the_view() -> None:
    nasty = replace(MACHINE, name="[red]own\x1b[2J")
    header = replace(HEADER, strategy="[/]\x1b[2J.yaml", feed="naïve")
    leg = replace(FLAT, exit_reason="[bold]")
    shown = text(
        LiveLayout(replace(STATUS, legs=(leg,)), nasty, (replace(PLACED, name="[/]é"),), EMPTY, header),
        terminal(120, 36, encoding="ascii"),
    )
    assert "Lifecycle: [red]own?[2J" in shown
    assert "[/]?[2J.yaml - BTC-USDT - na\\xefve" in shown
    assert "[/]\\xe9" in shown


def test_the_view_takes_the_terminal_draws_and_gives_it_back() -> None:
    console = terminal(80, 24)
    with LiveView(console, MACHINE, HEADER, ManualClock()) as live:
        until(lambda: live.is_due)
        live.update(ONE_LEG, [PLACED], SUMMARY)
    shown = written(console)
    assert shown.startswith("\x1b[?1049h")
    assert "mine.yaml · BTC-USDT" in shown
    assert shown.endswith("\x1b[?25h\x1b[?1049l")


def test_the_view_draws_at_most_ten_times_a_second() -> None:
    console, clock = terminal(80, 24), ManualClock()
    with LiveView(console, MACHINE, HEADER, clock) as live:
        until(lambda: live.is_due)
        live.update(replace(STATUS, time_ns=NOW), (), EMPTY)
        until(lambda: "07:00:00 UTC" in written(console))
        clock.now_s += 0.09
        was_due = live.is_due
        live.update(replace(STATUS, time_ns=NOW + 10**9), (), EMPTY)
        clock.now_s += 0.02
        until(lambda: live.is_due)
        live.update(replace(STATUS, time_ns=NOW + 2 * 10**9), (), EMPTY)
    shown = written(console)
    assert not was_due
    assert "07:00:01 UTC" not in shown
    assert "07:00:02 UTC" in shown


def test_the_view_follows_a_resized_terminal() -> None:
    console, clock = terminal(80, 24), ManualClock()
    with LiveView(console, MACHINE, HEADER, clock) as live:
        until(lambda: live.is_due)
        live.update(STATUS, (), EMPTY)
        until(lambda: "BOTH" in written(console))
        console.size = console.size.__class__(40, 12)
        clock.now_s += 1
        until(lambda: live.is_due)
        live.update(STATUS, (), EMPTY)
    assert "BOTH [idle] · for 12.5 s" in written(console)


def test_a_terminal_that_goes_away_is_drawn_on_no_more() -> None:
    console, clock = terminal(100, 30), ManualClock()
    with LiveView(console, MACHINE, HEADER, clock) as live:
        until(lambda: live.is_due)
        console.file = Gone()
        live.update(ONE_LEG, [PLACED], SUMMARY)
        until(lambda: not live.is_shown)
        clock.now_s += 1
        assert not live.is_due


def test_a_terminal_that_takes_nothing_keeps_neither_an_update_nor_an_error_waiting() -> None:
    console, clock, held = terminal(80, 24), ManualClock(), Held()
    console.file = held
    with pytest.raises(ZeroDivisionError), LiveView(console, MACHINE, HEADER, clock) as live:
        live.update(STATUS, (), replace(EMPTY, end_ns=1 // len(EMPTY.closings)))
    held.is_taken.set()
    until(lambda: not live.is_shown)


def test_an_error_gives_the_terminal_back() -> None:
    console = terminal(80, 24)
    with pytest.raises(ZeroDivisionError), LiveView(console, MACHINE, HEADER, ManualClock()) as live:
        live.update(STATUS, (), replace(EMPTY, end_ns=1 // len(EMPTY.closings)))
    assert "\x1b[?1049l" in written(console)


@pytest.mark.parametrize(("term", "is_terminal"), [("xterm", False), ("dumb", True)])
def test_anything_but_a_terminal_is_left_alone(term: str, is_terminal: bool) -> None:
    console = terminal(term=term, is_terminal=is_terminal)
    with LiveView(console, MACHINE, HEADER, ManualClock()) as live:
        assert not live.is_due
        live.update(STATUS, (), EMPTY)
    assert written(console) == ""


def test_a_tall_terminal_shows_the_lifecycle_as_boxes_above_the_legs() -> None:
    shown = text(view(ONE_LEG), terminal(100, 50)).splitlines()
    at = next(number for number, line in enumerate(shown) if "Lifecycle" in line)
    assert "┌──────┐   ┌" in shown[at + 2]
    assert "BOTH" in shown[at + 7]
    assert "┌──────┐   ┌" not in text(view(ONE_LEG), terminal(100, 40))
