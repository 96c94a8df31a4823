"""The stop goes out on the event that crosses it, and fills, whatever else is going on (B11, B12)."""

from decimal import Decimal

import pytest

from tests.strategies.desk import HEDGE, TRAILING, Desk, Row, Value, ask_at, bid_at, long_from, mid_at, short_from
from tests.strategies.story import Story

LIMIT: dict[str, Value] = {"close_position_order_type": "LIMIT"}
MARKET: dict[str, Value] = {"close_position_order_type": "MARKET"}
ONE_WAY: dict[str, Value] = {"position_mode": "One-way"}
TRAILS_AT_1: dict[str, Value] = {"ts_activation_spread": 1, "ts_callback_rate": 5, "stop_loss_spread": 2}

types = pytest.mark.parametrize("order_type", [LIMIT, MARKET], ids=["LIMIT", "MARKET"])
modes = pytest.mark.parametrize("mode", [ONE_WAY, HEDGE], ids=["one-way", "hedge"])
sides = pytest.mark.parametrize("side", ["long", "short"])


def path(side: str, *offsets: float) -> list[Row]:
    """Return quotes that open at 100 in second 1, then one exit price per second: 100 plus each offset in profit."""
    if side == "long":
        return [*long_from(100), *(bid_at(second, 100 + offset) for second, offset in enumerate(offsets, 2))]
    return [*short_from(100), *(ask_at(second, 100 - offset) for second, offset in enumerate(offsets, 2))]


def stopped(story: Story, second: float, *, price: float) -> bool:
    """Return whether in that moment the stop fired, filled whole at `price`, and left the leg flat."""
    (fill,) = (text for text in story.at(second) if " close" in text and "fill " in text)
    fired = [text for text in story.at(second) if "stop_loss: " in text]
    gone = [text for text in story.at(second) if text.endswith("closed stop_loss")]
    return len(fired) == len(gone) == 1 and f" 1 @ {price:g} taker" in fill


@types
@modes
@sides
def test_from_open_that_was_never_in_profit(
    desk: Desk, side: str, mode: dict[str, Value], order_type: dict[str, Value]
) -> None:
    """B11: the stop goes out on the event that crosses it, and fills."""
    story = desk.run(path(side, -1.99, -2), mode, order_type)

    assert stopped(story, 3, price=98 if side == "long" else 102)
    assert not any("take_profit" in row for row in story.rows)


@types
@modes
@sides
def test_with_a_take_profit_resting(
    desk: Desk, side: str, mode: dict[str, Value], order_type: dict[str, Value]
) -> None:
    """B11: entry 100, take-profit resting at 101, price falls to 97, stop 2 % → out on that event."""
    story = desk.run(path(side, 0.4, -3), mode, order_type)

    assert any("101 take_profit" in text or "99 take_profit" in text for text in story.placed)
    assert stopped(story, 3, price=97 if side == "long" else 103)
    assert any("take_profit" in text and "cancel" in text for text in story.at(3))


@types
@modes
@sides
def test_from_trailing(desk: Desk, side: str, mode: dict[str, Value], order_type: dict[str, Value]) -> None:
    """B11: a position that trails, its estimate NILL, is stopped like any other."""
    story = desk.run(path(side, 1, 0.5, -2), TRAILING, TRAILS_AT_1, mode, order_type)

    assert any("start_trailing" in row for row in story.rows)
    assert stopped(story, 4, price=98 if side == "long" else 102)


@types
@modes
@sides
def test_on_the_entrys_own_quote(desk: Desk, side: str, mode: dict[str, Value], order_type: dict[str, Value]) -> None:
    """B11: judged after every fill and market event, so also on the very quote that filled the entry."""
    rows = [mid_at(0, 125), bid_at(1, 97)] if side == "long" else [mid_at(0, 80), ask_at(1, 103)]

    story = desk.run(rows, mode, order_type)

    assert any("quote" in text and "fill" in text for text in story.at(1))
    assert stopped(story, 1, price=97 if side == "long" else 103)


@types
@modes
@sides
def test_on_a_gap(desk: Desk, side: str, mode: dict[str, Value], order_type: dict[str, Value]) -> None:
    """B11: however far the price has jumped beyond the stop."""
    story = desk.run(path(side, 0.4, -40), mode, order_type)

    assert stopped(story, 3, price=60 if side == "long" else 140)


@types
@modes
@sides
def test_after_a_restart_with_the_take_profit_still_resting(
    desk: Desk, side: str, mode: dict[str, Value], order_type: dict[str, Value]
) -> None:
    """B11, B15: the first quote of the next run is beyond the stop; the recovered position is out on it."""
    before = desk.run(path(side, 0.4), mode, order_type)
    assert [text.split()[-1] for text in before.working] == ["take_profit"]

    story = desk.run([bid_at(50, 97) if side == "long" else ask_at(50, 103)], mode, order_type)

    assert stopped(story, 50, price=97 if side == "long" else 103)
    assert next(text.split()[-1] for text in story.canceled if text.startswith("50")) == "take_profit"
    assert story.position == {}


@types
@sides
def test_after_a_restart_from_trailing(desk: Desk, side: str, order_type: dict[str, Value]) -> None:
    """B11, B15: a recovered position that trailed is out on the first quote beyond the stop."""
    desk.run(path(side, 1), TRAILING, TRAILS_AT_1, order_type)

    story = desk.run([bid_at(50, 97) if side == "long" else ask_at(50, 103)], TRAILING, TRAILS_AT_1, order_type)

    assert stopped(story, 50, price=97 if side == "long" else 103)


def test_a_stop_that_is_tightened_between_runs_holds_from_the_first_quote(desk: Desk) -> None:
    """B11: judged after a reload, so a stop that the new file puts inside the market fires at once."""
    desk.run(path("long", -1))

    story = desk.run([bid_at(50, 99)], {"stop_loss_spread": 1})

    assert stopped(story, 50, price=99)


@types
@modes
def test_averaged_entries_exactly_on_the_threshold(
    desk: Desk, mode: dict[str, Value], order_type: dict[str, Value]
) -> None:
    """B11: decided on cost and size: 1 at 99 and 2 at 97, stop 1 % → 96.69, though 293 / 3 has no end."""
    levels: dict[str, Value] = {"bid_spread": 1, "order_levels": 2, "order_level_spread": 2, "order_level_amount": 1}
    rows = [mid_at(0, 100), ask_at(1, 97), bid_at(2, 96.70), bid_at(3, 96.69)]

    story = desk.run(rows, levels, mode, order_type, {"stop_loss_spread": 1})

    fired = [row for row in story.rows if row.endswith("stop_loss")]
    assert fired == ["3 stop_loss" if mode is ONE_WAY else "3 LONG stop_loss"]
    assert "fill sell 3 @ 96.69 taker close" in [text.replace("LONG ", "") for text in story.at(3)]


@types
def test_averaged_short_entries_exactly_on_the_threshold(desk: Desk, order_type: dict[str, Value]) -> None:
    """B11: the same for a short: 1 at 101 and 2 at 103, stop 2 % → 104.38, though 307 / 3 has no end."""
    levels: dict[str, Value] = {"ask_spread": 1, "order_levels": 2, "order_level_spread": 2, "order_level_amount": 1}
    rows = [mid_at(0, 100), bid_at(1, 103), ask_at(2, 104.37), ask_at(3, 104.38)]

    story = desk.run(rows, levels, order_type, {"stop_loss_spread": 2})

    assert [row for row in story.rows if row.endswith("stop_loss")] == ["3 stop_loss"]
    assert "fill buy 3 @ 104.38 taker close" in story.at(3)


@types
def test_both_hedge_legs_are_stopped_each_on_its_own_event(desk: Desk, order_type: dict[str, Value]) -> None:
    """B11: a fall stops the long and leaves the short, a rise stops the short."""
    rows = [mid_at(0, 100), ask_at(1, 99), bid_at(2, 101), bid_at(3, 97), ask_at(4, 103.5)]
    tight: dict[str, Value] = {"bid_spread": 1, "ask_spread": 1, "long_profit_taking_spread": 50}

    story = desk.run(rows, HEDGE, tight, order_type, {"short_profit_taking_spread": 50})

    assert story.closings == ["3 LONG stop_loss", "4 SHORT stop_loss"]
    assert [text for text in story.fills if text.endswith("close")] == [
        "3 LONG sell 1 @ 97 taker close",
        "4 SHORT buy 1 @ 103.5 taker close",
    ]


@pytest.mark.parametrize(("order_type", "order"), [(LIMIT, "sell 1 @ 96.51 close"), (MARKET, "sell 1 at market close")])
def test_a_stop_cancels_the_outstanding_orders_and_closes(desk: Desk, order_type: dict[str, Value], order: str) -> None:
    """Reference, stop loss: outstanding limit orders are cancelled and replaced with a stop loss order (B11)."""
    levels: dict[str, Value] = {"order_levels": 2, "order_level_spread": 10}

    story = desk.run(path("long", 0.4, -3), levels, order_type)

    assert story.at(3) == [
        "stop_loss: closing (stop_loss)",
        "cancel buy 1 @ 87.5 quote",
        "cancel sell 1 @ 101 take_profit",
        f"place {order}",
        "fill sell 1 @ 97 taker close",
        "flat: closing > idle",
        "closed stop_loss",
        "stop by feed end",
        "end",
    ]
    assert story.working == []


def test_a_stop_of_zero_is_no_stop(desk: Desk) -> None:
    """BEHAVIOUR, Parameters: stop_loss_spread 0 is no stop."""
    story = desk.run(path("long", -10, -50), {"stop_loss_spread": 0})

    assert (story.closings, story.position) == ([], {"BOTH": ("1", "100")})


@modes
def test_a_stop_walks_down_a_thin_book_until_nothing_is_open(desk: Desk, mode: dict[str, Value]) -> None:
    """B12: an exit once triggered is completed, however little is shown."""
    story = desk.run([*long_from(100), (2, 97, 97.01, 0.4, 9), (3, 97, 97.01, 9, 9)], mode, MARKET)

    closed = [text.replace("LONG ", "") for text in story.fills if text.endswith("close")]
    assert closed == [
        "2 sell 0.4 @ 97 taker close",
        "2 sell 0.4 @ 96.99 taker close",
        "2 sell 0.2 @ 96.98 taker close",
    ]
    assert len([text for text in story.placed if text.endswith("close")]) == 1


def test_a_recovery_does_not_withdraw_a_stop(desk: Desk) -> None:
    """B12: no later profit or recovery withdraws an exit that was triggered."""
    rows: list[Row] = [*long_from(100), (2, 97, 97.01, 0.01, 9), (3, 104, 104.01, 9, 9)]

    story = desk.run(rows, LIMIT)

    taken = [f"2 sell 0.01 @ {Decimal(9700 - ticks) / 100} taker close" for ticks in range(50)]
    assert story.fills[1:] == [*taken, "3 sell 0.5 @ 96.51 maker close"]
    assert story.closings == ["3 stop_loss"]


def test_a_limit_stop_left_behind_turns_into_market_after_its_replacements(desk: Desk) -> None:
    """B12: replaced at a fresh price at once, at most once a second; after stop_escalation replacements MARKET."""
    falling: list[Row] = [(second, 100 - 3 * second, 101 - 3 * second, 0.002, 9) for second in range(2, 9)]

    story = desk.run([*long_from(100), *falling], LIMIT, {"stop_escalation": 2})

    exits = [text for text in story.placed if text.endswith("close")]
    assert [text.split(" ", 3)[3] for text in exits] == [
        "@ 93.53 close",
        "@ 90.54 close",
        "@ 87.56 close",
        "at market close",
    ]
