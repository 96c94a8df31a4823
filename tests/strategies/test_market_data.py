"""What bad market data does: quotes are pulled, exits go on, silence alone closes nothing (B17)."""

import pytest

from tests.strategies.desk import TRAILING, Desk, Row, Value, bid_at, long_from, mid_at

TIGHT: dict[str, Value] = {"bid_spread": 1, "ask_spread": 1}
BOTH_QUOTES_CANCELED = ["cancel buy 1 @ 99 quote", "cancel sell 1 @ 101 quote"]


def risk(**limits: float) -> dict[str, Value]:
    return {"risk": limits}


@pytest.mark.parametrize(
    ("bad", "health"),
    [
        ((5, 100.02, 100.01), "crossed"),
        ((5, "nan", 100.01), "invalid"),
        ((5, "inf", 100.01), "invalid"),
        ((5, 0, 100.01), "invalid"),
        ((5, 99.99, ""), "invalid"),
    ],
    ids=["crossed", "NaN", "infinite", "zero", "one-sided"],
)
def test_a_quote_that_cannot_be_used_pulls_the_quotes_until_the_next_good_one(
    desk: Desk, bad: Row, health: str
) -> None:
    """B17: missing, crossed or not finite: no new exposure, quotes pulled."""
    story = desk.run([mid_at(0, 100), bad, mid_at(6, 100)], TIGHT)

    assert story.at(5) == [f"data {health}", "data_bad: opening > idle", *BOTH_QUOTES_CANCELED]
    assert story.at(6)[:2] == ["data good", "start_quoting: idle > opening"]


def test_a_crossed_quote_fills_nothing(desk: Desk) -> None:
    """B17: a crossed quote is no market."""
    story = desk.run([mid_at(0, 100), (5, 99.5, 98.5), mid_at(6, 100)], TIGHT)

    assert story.fills == []


def test_a_locked_quote_is_valid(desk: Desk) -> None:
    """B17: crossed is bid above ask; locked is valid."""
    story = desk.run([mid_at(0, 100), (5, 100, 100), mid_at(6, 100)], TIGHT)

    assert story.of_kind("data") == ["0 data good"]


def test_silence_pulls_the_quotes_after_stale_after(desk: Desk) -> None:
    """B17: stale data: quotes pulled at the moment at which it becomes stale, and back with the next quote."""
    story = desk.run([mid_at(0, 100), mid_at(60, 100)], TIGHT, risk(stale_after=5))

    assert story.at(5) == ["data stale", "data_bad: opening > idle", *BOTH_QUOTES_CANCELED]
    assert story.at(60)[:2] == ["data good", "start_quoting: idle > opening"]


def test_without_stale_after_a_recording_may_be_silent(desk: Desk) -> None:
    """BEHAVIOUR, Ours: risk.stale_after is off for recordings."""
    story = desk.run([mid_at(0, 100), mid_at(900, 100)], TIGHT)

    assert story.rows == ["0 start_quoting", "900 stand_down"]


def test_silence_alone_closes_nothing(desk: Desk) -> None:
    """B17: silence alone closes nothing unless stale_flatten_after says so."""
    story = desk.run([*long_from(100), bid_at(2, 100.4), mid_at(3600, 100.4)], risk(stale_after=5))

    assert (story.closings, story.working) == ([], ["sell 1 @ 101 take_profit"])


def test_silence_flattens_after_stale_flatten_after(desk: Desk) -> None:
    """B17: unless stale_flatten_after says so; the exit goes MARKET."""
    story = desk.run([*long_from(100), bid_at(2, 99.5), mid_at(3600, 99.5)], risk(stale_flatten_after=30))

    assert story.at(32)[-5:] == [
        "flatten: open > closing (flatten)",
        "place sell 1 at market close",
        "fill sell 1 @ 99.5 taker close",
        "flat: closing > idle",
        "closed flatten",
    ]


def test_a_jump_pulls_the_quotes_until_the_price_stays(desk: Desk) -> None:
    """B17: a jump beyond max_jump_pct: no new exposure, quotes pulled."""
    story = desk.run([mid_at(0, 100), mid_at(5, 100.6), mid_at(6, 100.6)], TIGHT, risk(max_jump_pct=0.5))

    assert story.at(5) == ["data jump", "data_bad: opening > idle", *BOTH_QUOTES_CANCELED]
    assert story.at(6)[:2] == ["data good", "start_quoting: idle > opening"]


def test_a_move_of_exactly_max_jump_pct_is_no_jump(desk: Desk) -> None:
    """B17: a jump is beyond max_jump_pct."""
    story = desk.run([mid_at(0, 100), mid_at(5, 100.5)], TIGHT, risk(max_jump_pct=0.5))

    assert story.of_kind("data") == ["0 data good"]


@pytest.mark.parametrize("style", [{}, TRAILING], ids=["profit taking", "trailing stop"])
def test_a_stop_goes_out_on_the_jump_that_crosses_it(desk: Desk, style: dict[str, Value]) -> None:
    """B11, B17: exits always use the newest finite, uncrossed price; bad data holds no exit back."""
    story = desk.run(
        [*long_from(100), bid_at(2, 99), bid_at(3, 90)], style, {"stop_loss_spread": 2}, risk(max_jump_pct=5)
    )

    assert story.at(3)[0] == "data jump"
    assert (story.fills[-1], story.closings) == ("3 sell 1 @ 90 taker close", ["3 stop_loss"])


@pytest.mark.parametrize("bad", [(3, 90, 89), (3, "nan", 90)], ids=["crossed", "NaN"])
def test_a_price_that_cannot_be_used_triggers_no_stop_and_the_next_one_does(desk: Desk, bad: Row) -> None:
    """B17: exits use the newest finite, uncrossed price, and no other."""
    story = desk.run([*long_from(100), bid_at(2, 99.5), bad, bid_at(4, 98)])

    assert story.closings == ["4 stop_loss"]


def test_a_take_profit_survives_bad_data(desk: Desk) -> None:
    """B17: bad data takes down what adds exposure, nothing else."""
    story = desk.run([*long_from(100), bid_at(2, 100.4), (3, "nan", "nan"), bid_at(4, 101)])

    assert "3 sell 1 @ 101 take_profit" not in story.canceled
    assert story.closings == ["4 take_profit"]
