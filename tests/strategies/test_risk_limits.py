"""Risk limits bind what adds exposure and nothing else; out of range they are refused (B18)."""

import pytest

from tests.strategies.desk import HEDGE, Desk, Row, Value, ask_at, bid_at, command, long_from, mid_at, short_from

TIGHT: dict[str, Value] = {
    "bid_spread": 1,
    "ask_spread": 1,
    "order_refresh_time": 10,
    "order_refresh_tolerance_pct": -1,
}
PATIENT: dict[str, Value] = {"stop_loss_spread": 90, "long_profit_taking_spread": 50, "filled_order_delay": 0}


def risk(**limits: float) -> dict[str, Value]:
    return {"risk": limits}


def test_max_position_counts_what_works_already(desk: Desk) -> None:
    """B18: max_position counts position and working orders, so the second level does not leave."""
    story = desk.run([mid_at(0, 100)], TIGHT, {"order_levels": 2}, risk(max_position=1.5))

    assert story.placed == ["0 buy 1 @ 99 quote", "0 sell 1 @ 101 quote"]
    assert story.refusals == [
        "0 buy quote, level 1: the position could reach 2, risk.max_position is 1.5",
        "0 sell quote, level 1: the position could reach 2, risk.max_position is 1.5",
    ]


def test_max_position_lets_a_refresh_replace_what_it_cancels(desk: Desk) -> None:
    """B18, B5: quotes whose cancel is confirmed count no more."""
    story = desk.run([mid_at(0, 100), mid_at(15, 100)], TIGHT, risk(max_position=1))

    assert story.at(10)[-2:] == ["place buy 1 @ 99 quote", "place sell 1 @ 101 quote"]
    assert story.refusals == []


def test_max_order_notional_refuses_the_larger_order(desk: Desk) -> None:
    """B18: an opening order above max_order_notional does not leave."""
    story = desk.run([mid_at(0, 100)], TIGHT, risk(max_order_notional=100))

    assert story.placed == ["0 buy 1 @ 99 quote"]
    assert story.refusals == ["0 sell quote, level 0: notional 101.00 is above risk.max_order_notional 100"]


def test_max_orders_per_minute_holds_a_refresh_back_until_the_minute_is_over(desk: Desk) -> None:
    """B18: placements of opening orders in any 60 s."""
    story = desk.run([mid_at(0, 100), mid_at(65, 100)], TIGHT, risk(max_orders_per_minute=2))

    assert [text.split()[0] for text in story.placed] == ["0", "0", "60", "60"]
    assert story.refusals[0] == (
        "10 buy quote, level 0: 2 opening orders left within a minute, risk.max_orders_per_minute is 2"
    )


def test_no_limit_holds_an_exit_back(desk: Desk) -> None:
    """B18: limits bind only what adds exposure; exits are always approved."""
    limits = risk(max_position=1, max_order_notional=160, max_orders_per_minute=2)

    story = desk.run([*long_from(100), bid_at(2, 100.4), bid_at(3, 97)], limits)

    assert (story.refusals, story.closings) == ([], ["3 stop_loss"])


def test_a_closing_order_is_split_at_the_venues_maximum(desk: Desk) -> None:
    """B18: exits are split at the venue's maximum."""
    levels: dict[str, Value] = {"order_levels": 2, "order_level_spread": 1}
    maximum: dict[str, Value] = {"paper": {"instrument": {"tick": 0.01, "step": 0.001, "max_size": 1}}}

    story = desk.run([mid_at(0, 125), ask_at(1, 98.75), bid_at(2, 97)], levels, maximum)

    closing = "sell 1 @ 96.51 close"
    assert [text for text in story.placed if text.endswith("close")] == [f"2 {closing}", f"2 {closing}"]
    assert story.closings == ["2 stop_loss"]


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ([*long_from(100), bid_at(2, 99.03), bid_at(3, 99.02), mid_at(9, 99)], "3 sell 1 @ 99.02 taker close"),
        ([*short_from(100), ask_at(2, 100.97), ask_at(3, 100.98), mid_at(9, 101)], "3 buy 1 @ 100.98 taker close"),
    ],
    ids=["long", "short"],
)
def test_max_loss_closes_everything_and_halts(desk: Desk, rows: list[Row], last: str) -> None:
    """B18: realised plus open, after fees, flattens and latches halted; the fee of the entry is 0.02."""
    story = desk.run(rows, PATIENT, risk(max_loss=1))

    assert story.at(3)[:2] == ["halt by risk", "halt: open > closing (risk)"]
    assert (story.fills[-1], story.closings) == (last, ["3 risk"])
    assert "start_quoting" not in " ".join(story.rows[1:])


def test_max_loss_closes_both_hedge_legs(desk: Desk) -> None:
    """B18: the session's loss counts every leg, and everything is flattened."""
    rows = [mid_at(0, 100), ask_at(1, 99), bid_at(2, 101), mid_at(3, 100, half="3"), mid_at(9, 100)]

    story = desk.run(rows, HEDGE, TIGHT, PATIENT, {"short_profit_taking_spread": 50}, risk(max_loss=3))

    assert sorted(story.closings) == ["3 LONG risk", "3 SHORT risk"]


def test_max_loss_halts_a_bot_that_quotes_no_more(desk: Desk) -> None:
    """B18: what was realised counts: the second loss takes the session beyond its limit, and quotes stay away."""
    losing = [
        mid_at(0, 100),
        ask_at(1, 99),
        bid_at(2, 97),
        mid_at(3, 100),
        ask_at(4, 99),
        bid_at(5, 97),
        mid_at(99, 100),
    ]

    story = desk.run(losing, TIGHT, {"filled_order_delay": 1}, risk(max_loss=4))

    assert [text.split()[-1] for text in story.closings] == ["stop_loss", "risk"]
    assert story.rows[-1] == "5 flat"


def test_max_stops_in_a_row_halts(desk: Desk) -> None:
    """B18: so does max_stops_in_a_row."""
    losing = [
        mid_at(0, 100),
        ask_at(1, 99),
        bid_at(2, 97),
        mid_at(3, 100),
        ask_at(4, 99),
        bid_at(5, 97),
        mid_at(99, 100),
    ]

    story = desk.run(losing, TIGHT, {"filled_order_delay": 1}, risk(max_stops_in_a_row=2))

    assert story.closings == ["2 stop_loss", "5 stop_loss"]
    assert story.of_kind("operator") == ["5 halt by risk", "99 stop by feed end"]
    assert story.rows[-1] == "5 flat"


def test_another_closing_between_two_stops_starts_the_count_anew(desk: Desk) -> None:
    """B18: in a row means without another closing between them."""
    stopped = [mid_at(0, 100), ask_at(1, 99), bid_at(2, 97)]
    profitable = [mid_at(3, 100), ask_at(4, 99), bid_at(5, 100)]
    stopped_again = [mid_at(6, 100), ask_at(7, 99), bid_at(8, 97)]

    story = desk.run(
        [*stopped, *profitable, *stopped_again], TIGHT, {"filled_order_delay": 1}, risk(max_stops_in_a_row=2)
    )

    assert story.closings == ["2 stop_loss", "5 take_profit", "8 stop_loss"]
    assert story.of_kind("operator") == ["8 stop by feed end"]


def test_cooldown_after_stop_waits_longer_than_the_delay(desk: Desk) -> None:
    """BEHAVIOUR, Ours: cooldown_after_stop: time without new quotes after a stop-loss, on either leg."""
    rows = [*long_from(100), bid_at(2, 97), mid_at(300, 97)]

    story = desk.run(rows, {"filled_order_delay": 0}, risk(cooldown_after_stop=100))

    assert story.rows[3:5] == ["2 flat", "102 start_quoting"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("max_position", "0", "above 0"),
        ("max_position", "-1", "above 0"),
        ("max_order_notional", "0", "above 0"),
        ("max_loss", "-5", "above 0"),
        ("max_orders_per_minute", "0", "at least 1"),
        ("max_orders_per_minute", "1.5", "whole number"),
        ("stale_after", "0", "above 0"),
        ("max_jump_pct", "-0.1", "above 0"),
        ("stale_flatten_after", "0", "above 0"),
        ("cooldown_after_stop", "-1", "above 0"),
        ("max_stops_in_a_row", "0", "at least 1"),
        ("max_stops_in_a_row", "many", "whole number"),
    ],
)
def test_a_limit_out_of_range_is_refused(desk: Desk, name: str, value: str, expected: str) -> None:
    """BEHAVIOUR, Ours: each limit has a range, and a run outside it does not start."""
    refused = command("run", desk.write(), "--journal", desk.journal, "--set", f"risk.{name}={value}")

    assert (refused.exit_code, refused.stdout, desk.journal.exists()) == (1, "", False)
    assert f"risk.{name}" in refused.stderr
    assert expected in refused.stderr
