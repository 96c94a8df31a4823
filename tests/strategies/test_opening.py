"""Opening a position: what becomes of the quotes when one of them is filled (reference documents; B2, B7, B8)."""

import pytest

from tests.strategies.desk import HEDGE, Desk, Row, Value, ask_at, bid_at, long_from, mid_at, short_from

FROM_100: list[Row] = [mid_at(0, 100)]
ONE_WAY_SAMPLE: dict[str, Value] = {
    "bid_spread": 0.01,
    "ask_spread": 1.00,
    "order_refresh_time": 10,
    "position_mode": "One-way",
}
HEDGE_SAMPLE: dict[str, Value] = {
    "bid_spread": 0.01,
    "ask_spread": 0.05,
    "order_refresh_time": 10,
    "position_mode": "Hedge",
}


def test_a_filled_buy_opens_a_long_and_cancels_the_opposite_quote(desk: Desk) -> None:
    """Reference, One-way: if the buy order is filled, the opposite sell order is cancelled, a long is opened (B7)."""
    story = desk.run(long_from(100))

    assert story.at(1)[:3] == [
        "fill buy 1 @ 100 maker quote",
        "entry: opening > open",
        "cancel sell 1 @ 156.25 quote",
    ]
    assert (story.position, story.working) == ({"BOTH": ("1", "100")}, [])


def test_a_filled_sell_opens_a_short_and_cancels_the_opposite_quote(desk: Desk) -> None:
    """Reference, One-way: if the sell order is filled first, the opposite buy order is cancelled (B7)."""
    story = desk.run(short_from(100))

    assert story.at(1)[:3] == [
        "fill sell 1 @ 100 maker quote",
        "entry: opening > open",
        "cancel buy 1 @ 64 quote",
    ]
    assert (story.position, story.working) == ({"BOTH": ("-1", "-100")}, [])


def test_one_way_never_opens_a_second_position(desk: Desk) -> None:
    """Reference, One-way: you only have either a long or a short position; nothing opens while exposed (B7)."""
    story = desk.run([*long_from(100), bid_at(2, 157), mid_at(3, 125), mid_at(2000, 125)])

    assert story.fills == ["1 buy 1 @ 100 maker quote", "2 sell 1 @ 157 taker take_profit"]


@pytest.mark.parametrize(
    ("rows", "first", "second"),
    [
        ([*long_from(100), bid_at(2, "156.25")], "LONG buy 1 @ 100", "SHORT sell 1 @ 156.25"),
        ([mid_at(0, 125), bid_at(1, "156.25"), ask_at(2, 100)], "SHORT sell 1 @ 156.25", "LONG buy 1 @ 100"),
    ],
    ids=["long first", "short first"],
)
def test_hedge_is_long_and_short_at_once_whichever_fills_first(
    desk: Desk, rows: list[Row], first: str, second: str
) -> None:
    """Reference, Hedge: the opposite order is not cancelled; if it fills, both positions are open at once (B7)."""
    patient: dict[str, Value] = {
        "stop_loss_spread": 0,
        "long_profit_taking_spread": 99,
        "short_profit_taking_spread": 99,
    }

    story = desk.run(rows, HEDGE, patient)

    quotes = [fill for fill in story.fills if fill.endswith("maker quote")]
    assert quotes == [f"1 {first} maker quote", f"2 {second} maker quote"]
    assert story.position == {"LONG": ("1", "100"), "SHORT": ("-1", "-156.25")}
    assert story.canceled == []


def test_the_one_way_sample_of_the_documents_fills_only_its_buy_order(desk: Desk) -> None:
    """Reference, One-way sample: bid 0.01, ask 1.00, refresh 10; the buy order fills, the sell order is cancelled."""
    story = desk.run([mid_at(0, 10_000), mid_at(5, 10_000), ask_at(6, 9_999)], ONE_WAY_SAMPLE)

    assert story.placed == ["0 buy 1 @ 9999 quote", "0 sell 1 @ 10100 quote"]
    assert story.canceled == ["6 sell 1 @ 10100 quote"]
    assert story.position == {"BOTH": ("1", "9999")}


def test_the_hedge_sample_of_the_documents_opens_both_positions(desk: Desk) -> None:
    """Reference, Hedge sample: bid 0.01, ask 0.05, refresh 10; the sell order stays and opens a short, too."""
    rows = [mid_at(0, 10_000), ask_at(6, 9_999), bid_at(7, 10_005)]

    story = desk.run(rows, HEDGE_SAMPLE, {"long_profit_taking_spread": 5})

    assert story.placed[:2] == ["0 LONG buy 1 @ 9999 quote", "0 SHORT sell 1 @ 10005 quote"]
    assert story.position == {"LONG": ("1", "9999"), "SHORT": ("-1", "-10005")}


def test_levels_stand_one_level_spread_apart_and_grow_by_the_level_amount(desk: Desk) -> None:
    """B2: level i is order_level_spread further out and order_level_amount larger; nearest first, sides in turn."""
    levels: dict[str, Value] = {"bid_spread": 1, "ask_spread": 1, "order_levels": 3, "order_level_spread": 2}

    story = desk.run(FROM_100, levels, {"order_level_amount": 0.5})

    assert story.placed == [
        "0 buy 1 @ 99 quote",
        "0 sell 1 @ 101 quote",
        "0 buy 1.5 @ 97 quote",
        "0 sell 1.5 @ 103 quote",
        "0 buy 2 @ 95 quote",
        "0 sell 2 @ 105 quote",
    ]


def test_levels_that_fill_average_the_entry_and_share_one_take_profit(desk: Desk) -> None:
    """B7, B9: later fills add to cost and size; one take-profit works, for the whole position at the average entry."""
    levels: dict[str, Value] = {"bid_spread": 1, "ask_spread": 1, "order_levels": 2, "order_level_spread": 2}
    rows = [*FROM_100, ask_at(1, 99), bid_at(2, "99.50"), ask_at(3, 97), bid_at(4, "98.50")]

    story = desk.run(rows, levels, {"stop_loss_spread": 10})

    assert story.placed[4:] == ["2 sell 1 @ 99.99 take_profit", "4 sell 2 @ 98.98 take_profit"]
    assert story.working == ["sell 2 @ 98.98 take_profit"]
    assert story.position == {"BOTH": ("2", "196")}


def test_a_partly_filled_quote_leaves_its_rest_working(desk: Desk) -> None:
    """B7: while exposed the rest of a partly filled quote stays on its side until it is filled."""
    story = desk.run([mid_at(0, 125), (1, "99.99", "100", 5, 0.4), (2, "99.99", "100", 5, 0.9)])

    assert story.fills == ["1 buy 0.4 @ 100 maker quote", "2 buy 0.5 @ 100 maker quote"]
    assert story.position == {"BOTH": ("0.9", "90")}


def test_a_filled_level_and_a_closing_leave_no_quote_behind(desk: Desk) -> None:
    """B13: once flat, the remaining orders of the leg are cancelled."""
    levels: dict[str, Value] = {"bid_spread": 1, "ask_spread": 1, "order_levels": 2, "order_level_spread": 2}
    rows = [*FROM_100, ask_at(1, 99), bid_at(2, "99.50"), bid_at(3, 100)]

    story = desk.run(rows, levels)

    assert story.canceled == ["1 sell 1 @ 101 quote", "1 sell 1 @ 103 quote", "3 buy 1 @ 97 quote"]
    assert (story.closings, story.working) == (["3 take_profit"], [])
