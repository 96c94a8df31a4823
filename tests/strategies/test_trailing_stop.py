"""The trailing stop as the documents describe it, for longs and mirrored for shorts (B10)."""

import pytest

from tests.strategies.desk import HEDGE, TRAILING, Desk, Row, Value, ask_at, bid_at, long_from, mid_at, short_from

MARKET: dict[str, Value] = {"close_position_order_type": "MARKET"}
AT_THE_FILL: dict[str, Value] = {"ts_activation_spread": 0}
NO_STOP: dict[str, Value] = {"stop_loss_spread": 0}


def test_the_trailing_example_of_the_documents(desk: Desk) -> None:
    """Reference: long from 10,000 with 10 and 5: 11,000 starts, 10,500 holds, 12,000 peaks, 11,400 closes."""
    rows = [
        *long_from(10_000),
        bid_at(2, "10999.99"),
        bid_at(3, 11_000),
        bid_at(4, 10_500),
        bid_at(5, 12_000),
        bid_at(6, "11400.01"),
        bid_at(7, 11_400),
    ]

    story = desk.run(rows, TRAILING)

    assert story.rows[2:] == ["3 start_trailing", "5 new_peak", "7 trailing_exit", "7 flat"]
    assert story.notes == [
        "3 New peak price 11000, estimated exit price is 10450",
        "5 New peak price 12000, estimated exit price is 11400",
    ]
    assert story.at(7)[:2] == ["trailing_exit: trailing > closing (trailing_stop)", "place sell 1 @ 11400 close"]
    assert (story.fills[1:], story.closings) == (["7 sell 1 @ 11400 taker close"], ["7 trailing_stop"])


def test_the_trailing_example_mirrored_for_a_short(desk: Desk) -> None:
    """Reference, mirrored: short from 10,000: 9,000 starts, 9,449.99 holds, 8,000 peaks, 8,400 closes."""
    rows = [
        *short_from(10_000),
        ask_at(2, "9000.01"),
        ask_at(3, 9_000),
        ask_at(4, "9449.99"),
        ask_at(5, 8_000),
        ask_at(6, "8399.99"),
        ask_at(7, 8_400),
    ]

    story = desk.run(rows, TRAILING)

    assert story.rows[2:] == ["3 start_trailing", "5 new_peak", "7 trailing_exit", "7 flat"]
    assert story.notes == [
        "3 New peak price 9000, estimated exit price is 9450",
        "5 New peak price 8000, estimated exit price is 8400",
    ]
    assert (story.fills[1:], story.closings) == (["7 buy 1 @ 8400 taker close"], ["7 trailing_stop"])


@pytest.mark.parametrize(
    ("rows", "fill"),
    [
        ([*long_from(10_000), bid_at(2, 11_000), bid_at(3, "10450.01"), bid_at(4, 10_450)], "4 sell 1 @ 10450"),
        ([*short_from(10_000), ask_at(2, 9_000), ask_at(3, "9449.99"), ask_at(4, 9_450)], "4 buy 1 @ 9450"),
    ],
    ids=["long", "short"],
)
def test_the_first_peak_closes_at_its_own_estimate(desk: Desk, rows: list[Row], fill: str) -> None:
    """B10: after a peak of 11,000 a price of 10,500 does not close, 10,450 does."""
    story = desk.run(rows, TRAILING)

    assert story.fills[1:] == [f"{fill} taker close"]


@pytest.mark.parametrize(
    ("rows", "fill"),
    [
        ([*long_from(100), bid_at(2, 110), bid_at(3, 104)], "3 sell 1 @ 104"),
        ([*short_from(100), ask_at(2, 90), ask_at(3, 95)], "3 buy 1 @ 95"),
    ],
    ids=["long", "short"],
)
@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
def test_a_market_exit_closes_like_a_limit_one(desk: Desk, rows: list[Row], fill: str, mode: dict[str, Value]) -> None:
    """Reference: a limit or market order closes, depending on close_position_order_type."""
    story = desk.run(rows, TRAILING, MARKET, mode)

    (closing,) = (text for text in story.fills if text.endswith("close"))
    assert closing.replace("LONG ", "").replace("SHORT ", "") == f"{fill} taker close"
    assert "at market" in next(text for text in story.placed if text.endswith("close"))


@pytest.mark.parametrize(
    ("rows", "peak"), [(long_from(100), "99.99"), (short_from(100), "100.01")], ids=["long", "short"]
)
def test_with_activation_0_trailing_starts_with_the_fill(desk: Desk, rows: list[Row], peak: str) -> None:
    """Reference: set to 0, the bot starts trailing immediately as soon as the order is filled."""
    story = desk.run(rows, TRAILING, AT_THE_FILL)

    assert story.rows[1:3] == ["1 entry", "1 start_trailing"]
    assert story.notes == [f"1 New peak price {peak}, estimated exit price is NILL"]


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        ([*long_from(100), bid_at(2, 105), bid_at(3, 90), bid_at(4, 50)], "2 New peak price 105"),
        ([*short_from(100), ask_at(2, 96), ask_at(3, 120), ask_at(4, 150)], "2 New peak price 96"),
    ],
    ids=["long", "short"],
)
def test_an_estimate_of_nill_never_closes(desk: Desk, rows: list[Row], note: str) -> None:
    """Reference: NILL means the exit price is not profitable; B10: NILL never closes, the stop loss guards."""
    story = desk.run(rows, TRAILING, AT_THE_FILL, NO_STOP)

    assert story.notes[-1] == f"{note}, estimated exit price is NILL"
    assert (story.closings, len(story.fills)) == ([], 1)


def test_an_estimate_exactly_at_the_entry_is_nill(desk: Desk) -> None:
    """B10: NILL while the estimate is not beyond entry."""
    story = desk.run([*long_from(100), bid_at(2, 125), bid_at(3, 90)], TRAILING, NO_STOP, {"ts_callback_rate": 20})

    assert story.notes == ["2 New peak price 125, estimated exit price is NILL"]
    assert story.closings == []


def test_nill_leaves_the_position_to_the_stop_loss(desk: Desk) -> None:
    """B10, B11: while the estimate is NILL the stop loss guards."""
    story = desk.run([*long_from(100), bid_at(2, 103), bid_at(3, 81), bid_at(4, 80)], TRAILING, AT_THE_FILL)

    assert story.closings == ["4 stop_loss"]


@pytest.mark.parametrize(
    ("rows", "fill"),
    [
        ([*long_from(100), bid_at(2, 120), bid_at(3, 95)], "3 sell 1 @ 95 taker close"),
        ([*short_from(100), ask_at(2, 80), ask_at(3, 105)], "3 buy 1 @ 105 taker close"),
    ],
    ids=["long", "short"],
)
def test_a_gap_through_estimate_and_entry_closes(desk: Desk, rows: list[Row], fill: str) -> None:
    """B10: the whole position is closed, also when a gap has carried the exit price past entry."""
    story = desk.run(rows, TRAILING)

    assert (story.fills[1:], story.closings) == ([fill], ["3 trailing_stop"])


def test_an_event_that_sets_a_new_peak_never_closes(desk: Desk) -> None:
    """B10: with a callback of 0 every price is at the estimate, and only one that is no new peak closes."""
    rows = [*long_from(100), bid_at(2, 110), bid_at(3, 111), bid_at(4, 112), bid_at(5, 112)]

    story = desk.run(rows, TRAILING, {"ts_callback_rate": 0})

    assert story.rows[2:] == ["2 start_trailing", "3 new_peak", "4 new_peak", "5 trailing_exit", "5 flat"]


def test_a_fill_that_adds_restarts_the_trail(desk: Desk) -> None:
    """B10: a further fill restarts the trail, from the new entry."""
    rows = [mid_at(0, 125), (1, 99.99, 100, 9, 0.4), bid_at(2, 112), (3, 99.5, 99.6, 9, 0.1), bid_at(4, 111)]

    story = desk.run(rows, TRAILING, {"ts_callback_rate": 12})

    assert story.rows[1:] == [
        "1 entry",
        "2 start_trailing",
        "3 restart_trailing",
        "4 start_trailing",
        "4 stop_adding",
    ]
    assert story.notes[-1] == "4 New peak price 111, estimated exit price is NILL"


def test_both_hedge_legs_trail(desk: Desk) -> None:
    """B7, B10: each leg has its own lifecycle, so that both trail and close."""
    rows = [*long_from(100), bid_at(2, 156.25), ask_at(3, 140), ask_at(4, 147)]

    story = desk.run(rows, HEDGE, TRAILING, {"stop_loss_spread": 50})

    assert [row for row in story.rows if "trailing" in row] == [
        "2 LONG start_trailing",
        "3 LONG trailing_exit",
        "3 SHORT start_trailing",
        "4 SHORT trailing_exit",
    ]
    assert story.closings == ["3 LONG trailing_stop", "4 SHORT trailing_stop"]


def test_trailing_has_no_take_profit(desk: Desk) -> None:
    """Reference: Trailing_stop and Profit_taking are alternatives."""
    story = desk.run([*long_from(100), bid_at(2, 105), bid_at(3, 109)], TRAILING)

    assert [text for text in story.placed if "quote" not in text] == []
