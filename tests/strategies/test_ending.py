"""How a run ends: quotes are cancelled, reduce-only exits stay, the footer says why (B19)."""

import pytest

from tests.strategies.desk import HEDGE, TRAILING, Desk, Row, Value, bid_at, command, long_from, mid_at, short_from

pytestmark = pytest.mark.traced

FLATTEN: dict[str, Value] = {"on_stop": "flatten"}


def test_the_end_of_the_feed_cancels_the_quotes(desk: Desk) -> None:
    """B19: end of the feed: cancel quotes, wait for confirmation."""
    story = desk.run([mid_at(0, 100), mid_at(5, 100)])

    assert story.at(5) == [
        "stop by feed end",
        "stand_down: opening > idle",
        "cancel buy 1 @ 80 quote",
        "cancel sell 1 @ 125 quote",
        "end",
    ]
    assert (story.end["why"], story.working) == ("feed end", [])


@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
def test_the_end_leaves_reduce_only_exits_and_the_position(desk: Desk, mode: dict[str, Value]) -> None:
    """B19, on_stop leave: reduce-only orders stay, the rest is cancelled."""
    levels: dict[str, Value] = {"order_levels": 2, "order_level_spread": 10}

    story = desk.run([*long_from(100), bid_at(2, 100.4)], mode, levels)

    assert story.working == ["sell 1 @ 101 take_profit"]
    assert list(story.position.values()) == [("1", "100")]


@pytest.mark.parametrize("style", [{}, TRAILING], ids=["profit taking", "trailing stop"])
@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
def test_on_stop_flatten_closes_the_position_at_market(
    desk: Desk, mode: dict[str, Value], style: dict[str, Value]
) -> None:
    """B19, on_stop flatten: the position is closed, with reason flatten."""
    story = desk.run([*long_from(100), bid_at(2, 100.4)], FLATTEN, mode, style)

    assert [text.replace("LONG ", "") for text in story.closings] == ["2 flatten"]
    assert story.fills[-1].endswith("sell 1 @ 100.4 taker close")
    assert (story.working, story.position) == ([], {})


def test_on_stop_flatten_closes_both_hedge_legs(desk: Desk) -> None:
    """B19: every leg is flattened."""
    patient: dict[str, Value] = {"stop_loss_spread": 90, "long_profit_taking_spread": 90}

    story = desk.run([*long_from(100), bid_at(2, 156.25)], HEDGE, patient, FLATTEN)

    assert sorted(story.closings) == ["2 LONG flatten", "2 SHORT flatten"]
    assert (story.working, story.position) == ([], {})


def test_on_stop_flatten_tries_again_when_the_venue_refuses(desk: Desk) -> None:
    """B12, B19: an exit that is refused is never given up while exposed, also not at the end."""
    story = desk.run([*long_from(100), bid_at(2, 99.5), (2, "reject 2")], FLATTEN)

    assert story.placed[-3:] == ["2 sell 1 at market close", "3 sell 1 at market close", "5 sell 1 at market close"]
    assert (story.fills[-1], story.closings) == ("5 sell 1 @ 99.5 taker close", ["5 flatten"])
    assert (story.working, story.position) == ([], {})


def test_on_stop_flatten_completes_a_stop_that_rests(desk: Desk) -> None:
    """B12, B19: a closing LIMIT that the market has left behind is replaced, also at the end."""
    tight: dict[str, Value] = {"stop_loss_spread": 2, "stop_loss_slippage_buffer": 0}
    rows = [*long_from(100), (2, 97.5, 97.51, "0.4", 100), bid_at(2.1, 97)]

    story = desk.run(rows, FLATTEN, tight)

    assert (story.closings, story.working, story.position) == (["3 stop_loss"], [], {})


def test_on_stop_flatten_needs_no_good_data_to_leave_but_a_market_to_be_filled(desk: Desk) -> None:
    """B12, B17, B19: bad data at the very end hold no exit back; it goes MARKET, and finds nobody."""
    story = desk.run([*long_from(100), bid_at(2, 99.5), (3, "nan", "nan")], FLATTEN)

    assert story.placed[2:5] == [f"{second} sell 1 at market close" for second in (3, 4, 6)]
    assert float(story.lines[-1].second) <= 3 + 120
    assert (len(story.fills), story.closings, story.position) == (1, [], {"BOTH": ("1", "100")})


def test_a_duration_ends_the_run_in_market_time(desk: Desk) -> None:
    """DESIGN 6: --duration S; deadlines up to that moment fire, later messages are not looked at."""
    rows = [mid_at(0, 100), mid_at(3, 100), bid_at(60, 500)]

    story = desk.run(rows, {"order_refresh_time": 10}, options=("--duration", 25))

    assert story.rows == ["0 start_quoting", "10 keep_quotes", "20 keep_quotes", "25 stand_down"]
    assert (story.end["why"], story.fills) == ("duration", [])


def test_a_duration_longer_than_the_feed_ends_with_the_feed(desk: Desk) -> None:
    """DESIGN 6: --duration only shortens."""
    story = desk.run([mid_at(0, 100), mid_at(3, 100)], options=("--duration", 60))

    assert (story.of_kind("end"), story.end["why"]) == (["3 end"], "feed end")


def test_a_recording_that_breaks_off_at_a_bad_line_ends_in_good_order(desk: Desk) -> None:
    """B19: quotes are cancelled, the footer says why, and the error names the line."""
    feed = desk.quotes([mid_at(0, 100), mid_at(1, 100)])
    feed.write_text(feed.read_text() + "what is this\n" + "\n")

    done = command("run", desk.write(), "--journal", desk.journal, "--feed", feed, "--json")
    story = desk.story()

    assert done.exit_code == 1
    assert done.stderr.startswith("error: quotes1.csv:4: ")
    assert (story.end["why"], story.working) == ("feed error", [])


def test_bad_lines_can_be_skipped(desk: Desk) -> None:
    """DESIGN 7: a line that cannot be read is an error with its number; --skip-bad-lines counts them instead."""
    feed = desk.quotes([mid_at(0, 100), mid_at(1, 100)])
    feed.write_text(feed.read_text().replace("\n", "\nwhat is this\n", 1) + "nor this\n")
    desk.write()

    story = desk.go("--feed", feed, "--skip-bad-lines")

    assert (story.end["why"], story.rows[0]) == ("feed end", "0 start_quoting")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([*long_from(100), bid_at(2, 97)], ("99996.9315", "-3", "0.0685", "0")),
        ([*long_from(100), bid_at(2, 99)], ("99999.98", "0", "0.02", "-1")),
        ([*short_from(100)], ("99999.98", "0", "0.02", "-0.01")),
    ],
    ids=["closed", "long left", "short left"],
)
def test_the_footer_counts_the_money(desk: Desk, rows: list[Row], expected: tuple[str, str, str, str]) -> None:
    """B20: PnL is the change in cash plus the open position's value at its exit price; fees 0.02 % and 0.05 %."""
    end = desk.run(rows).end

    assert tuple(float(end[name]) for name in ("wallet", "realised", "fees", "open_pnl")) == tuple(map(float, expected))
