"""What goes wrong at the venue, told in a column of the quotes, and what the bot makes of it: no exit is ever lost.

Each test ends flat or protected, and cash is recomputed from the journal: what fills and other hands realised, less
fees, is the change of the wallet.
"""

from fractions import Fraction

import pytest

from tests.strategies.desk import HEDGE, TRAILING, Desk, Row, Value, bid_at, command, long_from, mid_at, short_from
from tests.strategies.story import Story

MARKET: dict[str, Value] = {"close_position_order_type": "MARKET"}
IMPATIENT: dict[str, Value] = {"time_between_stop_loss_orders": 3}
OVERLOADED = "-1008 Server is currently overloaded with other requests. Please try again."
FOLLOWED = ("order", "position", "fill", "closing")


@pytest.fixture
def told(desk: Desk) -> "Told":
    return Told(desk)


class Told:
    """A desk whose stories add up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, rows: list[Row], *changes: dict[str, Value]) -> Story:
        story = self._desk.run(rows, *changes)
        money = [entry["body"] for entry in story.entries if entry["kind"] in {"fill", "position"}]
        realised = sum((Fraction(body["realised"]) for body in money), Fraction(0))
        fees = sum((Fraction(body["fill"]["fee"]) for body in money if "fill" in body), Fraction(0))
        assert (Fraction(story.end["realised"]), Fraction(story.end["fees"])) == (realised, fees)
        assert Fraction(story.end["wallet"]) == 100_000 + realised - fees
        return story


def test_a_take_profit_that_expires_is_placed_again(told: Told) -> None:
    rows = [*long_from(100), mid_at(2, "100.5"), (3, "expire exits"), mid_at(4, "100.4"), bid_at(9, "101.2")]
    assert told(rows).of_kind("place", *FOLLOWED)[3:] == [
        "2 place sell 1 @ 101 take_profit",
        "3 expired sell 1 @ 101 take_profit: expired by the venue",
        "4 place sell 1 @ 101 take_profit",
        "9 fill sell 1 @ 101 maker take_profit",
        "9 closed take_profit",
    ]


def test_quotes_that_expire_are_placed_again_at_the_refresh(told: Told) -> None:
    rows = [mid_at(0, 100), (1, "expire quotes"), mid_at(2, 100), mid_at(11, 100)]
    story = told(rows, {"order_refresh_time": 10})
    assert story.of_kind("place", "order") == [
        "0 place buy 1 @ 80 quote",
        "0 place sell 1 @ 125 quote",
        "1 expired buy 1 @ 80 quote: expired by the venue",
        "1 expired sell 1 @ 125 quote: expired by the venue",
        "10 place buy 1 @ 80 quote",
        "10 place sell 1 @ 125 quote",
    ]


def test_a_stop_that_is_refused_is_sent_again_at_market_until_it_is_taken(told: Told) -> None:
    rows = [*long_from(100), (1.5, "reject 3"), bid_at(2, 97), bid_at(12, 97)]
    story = told(rows)
    assert [line for line in story.of_kind("place", *FOLLOWED) if not line.startswith(("0", "1 "))] == [
        "2 place sell 1 @ 96.51 close",
        f"2 rejected sell 1 @ 96.51 close: {OVERLOADED}",
        "3 place sell 1 at market close",
        f"3 rejected sell 1 at market close: {OVERLOADED}",
        "5 place sell 1 at market close",
        f"5 rejected sell 1 at market close: {OVERLOADED}",
        "9 place sell 1 at market close",
        "9 fill sell 1 @ 97 taker close",
        "9 closed stop_loss",
    ]


def test_a_position_that_another_hand_left_off_the_step_grid_is_closed_as_far_as_steps_go(told: Told) -> None:
    rows = [*long_from(100), (1.5, "adl LONG 0.3333"), bid_at(2, 97), bid_at(12, 90)]
    story = told(rows, {**MARKET, **HEDGE})
    assert [line.replace("LONG ", "") for line in story.of_kind("place", *FOLLOWED)][3:] == [
        "1.5 position 0.6667 by auto-deleveraging, realised -0.0016665",
        "2 place sell 0.666 at market close",
        "2 fill sell 0.666 @ 97 taker close",
    ]


def test_a_market_exit_whose_answer_was_lost_is_not_repeated_and_its_fill_closes(told: Told) -> None:
    rows = [*long_from(100), (1.5, "unknown 1"), bid_at(2, 97), bid_at(9, 97)]
    assert told(rows, MARKET).of_kind("place", *FOLLOWED)[3:] == [
        "2 place sell 1 at market close",
        "2 unknown sell 1 at market close: ",
        "2 fill sell 1 @ 97 taker close",
        "2 closed stop_loss",
    ]


@pytest.mark.parametrize("changes", [MARKET, {**MARKET, **HEDGE}], ids=["one-way", "hedge"])
def test_an_exit_that_is_unknown_because_its_refusal_was_lost_is_asked_for_and_sent_again(
    told: Told, changes: dict[str, Value]
) -> None:
    rows = [*long_from(100), (1.5, "unknown 1; reject 1"), bid_at(2, 97), bid_at(9, 97)]
    lines = [line.replace("LONG ", "") for line in told(rows, changes).of_kind("place", *FOLLOWED)]
    assert lines[3:] == [
        "2 place sell 1 at market close",
        "2 unknown sell 1 at market close: ",
        f"3 rejected sell 1 at market close: {OVERLOADED}",
        "4 place sell 1 at market close",
        "4 fill sell 1 @ 97 taker close",
        "4 closed stop_loss",
    ]


def test_a_take_profit_whose_answer_was_lost_is_preempted_by_the_stop(told: Told) -> None:
    rows = [*long_from(100), (1.5, "unknown 1"), mid_at(2, "100.5"), bid_at(9, 97)]
    story = told(rows)
    assert story.of_kind("place", "cancel", *FOLLOWED)[4:] == [
        "2 place sell 1 @ 101 take_profit",
        "2 unknown sell 1 @ 101 take_profit: ",
        "9 cancel sell 1 @ 101 take_profit",
        "9 place sell 1 @ 96.51 close",
        "9 fill sell 1 @ 97 taker close",
        "9 closed stop_loss",
    ]
    asked = [e for e in story.entries if e["kind"] == "order" and e["body"]["status"] == "working"]
    assert [entry["time_ns"] % 10**11 // 10**9 for entry in asked][-2:] == [3, 9]


def test_a_take_profit_of_which_nothing_is_known_is_not_cancelled_without_end(told: Told) -> None:
    rows = [
        *long_from(100),
        (1.5, "unknown 1; reject 1"),
        mid_at(2, "100.5"),
        (2.5, "adl BOTH 0.4"),
        mid_at(9, "100.5"),
    ]
    story = told(rows)
    assert story.of_kind("place", "cancel", "position", "order", "operator")[3:] == [
        "2 place sell 1 @ 101 take_profit",
        "2 unknown sell 1 @ 101 take_profit: ",
        "2.5 position 0.6 by auto-deleveraging, realised 0.2",
        "2.5 cancel sell 1 @ 101 take_profit",
        "2.5 place sell 0.6 @ 101 take_profit",
        "2.5 cancel_rejected sell 1 @ 101 take_profit: -2011 Unknown order sent.",
        f"3 rejected sell 1 @ 101 take_profit: {OVERLOADED}",
        "9 stop by feed end",
    ]
    assert story.working == ["sell 0.6 @ 101 take_profit"]


def test_before_a_silent_venue_a_limit_stop_escalates_and_closes_once(told: Told) -> None:
    quiet = [bid_at(second, 96) for second in (9, 15, 30, 40)]
    story = told([*long_from(100), (1.5, "silent 20"), bid_at(2, 97), *quiet], IMPATIENT)
    assert story.placed[2:] == [
        "2 sell 1 @ 96.51 close",
        "5 sell 1 @ 96.51 close",
        "8 sell 1 @ 96.51 close",
        "9 sell 1 @ 95.52 close",
        "12 sell 1 at market close",
    ]
    assert story.fills[1:] == ["21.5 sell 1 @ 97 taker close"]
    assert (story.closings, story.position, story.working) == (["21.5 stop_loss"], {}, [])
    told_late = {line.partition(": ")[2] for line in story.of_kind("order")}
    assert told_late == {
        "-2022 ReduceOnly order is rejected: it would not reduce a position.",
        "-2011 Unknown order sent.",
    }


def test_before_a_silent_venue_a_market_stop_is_sent_once(told: Told) -> None:
    quiet = [bid_at(second, 96) for second in (9, 15, 30)]
    story = told([*long_from(100), (1.5, "silent 20"), bid_at(2, 97), *quiet], IMPATIENT, MARKET)
    assert story.placed[2:] == ["2 sell 1 at market close"]
    assert (story.fills[1:], story.closings) == (["21.5 sell 1 @ 97 taker close"], ["21.5 stop_loss"])


def test_a_trailing_exit_that_is_refused_is_completed(told: Told) -> None:
    peak = [*long_from(100), mid_at(2, 112), (3, "reject 1"), bid_at(4, 106), bid_at(9, 106)]
    story = told(peak, TRAILING)
    assert story.of_kind("place", *FOLLOWED)[3:] == [
        "4 place sell 1 @ 106 close",
        f"4 rejected sell 1 @ 106 close: {OVERLOADED}",
        "5 place sell 1 at market close",
        "5 fill sell 1 @ 106 taker close",
        "5 closed trailing_stop",
    ]


@pytest.mark.parametrize(
    ("rows", "trade", "realised"),
    [(long_from(100), "trade BOTH sell 1 100.2", "0.2"), (short_from(100), "trade BOTH buy 1 99.9", "0.1")],
    ids=["long", "short"],
)
def test_a_manual_close_ends_the_position_as_external_and_takes_its_orders_down(
    told: Told, rows: list[Row], trade: str, realised: str
) -> None:
    story = told([*rows, mid_at(2, 100), (3, trade), mid_at(4, 100)])
    assert story.of_kind("position", "closing") == [
        f"3 position 0 by a manual trade, realised {realised}",
        "3 closed external",
    ]
    assert (story.position, story.working) == ({}, [])


def test_a_manual_trade_that_turns_the_position_round_is_protected(told: Told) -> None:
    rows = [*long_from(100), mid_at(2, "100.5"), (3, "trade BOTH sell 3 100.2"), mid_at(4, "100.5"), bid_at(5, 110)]
    story = told(rows)
    assert story.of_kind(*FOLLOWED)[1:] == [
        "3 position 0 by a manual trade, realised 0.2",
        "3 closed external",
        "3 expired sell 1 @ 101 take_profit: The position that it would reduce is closed.",
        "3 position -2 by a manual trade, realised 0",
        "3 cancel_rejected sell 1 @ 101 take_profit: -2011 Unknown order sent.",
        "5 fill buy 2 @ 110.01 taker close",
        "5 closed stop_loss",
    ]


@pytest.mark.parametrize(("leg", "changes"), [("BOTH", {}), ("LONG", HEDGE)], ids=["one-way", "hedge"])
def test_deleveraging_cuts_the_take_profit_to_what_is_left(told: Told, leg: str, changes: dict[str, Value]) -> None:
    rows = [*long_from(100), mid_at(2, "100.5"), (3, f"adl {leg} 0.4"), mid_at(4, "100.5"), mid_at(5, 102)]
    story = told(rows, changes)
    lines = [line.replace("LONG ", "") for line in story.of_kind("place", "cancel", *FOLLOWED)]
    assert lines[lines.index("2 place sell 1 @ 101 take_profit") + 1 :][:5] == [
        "3 position 0.6 by auto-deleveraging, realised 0.2",
        "3 cancel sell 1 @ 101 take_profit",
        "3 place sell 0.6 @ 101 take_profit",
        "5 fill sell 0.6 @ 101 maker take_profit",
        "5 closed take_profit",
    ]


@pytest.mark.parametrize(("leg", "changes"), [("BOTH", {}), ("LONG", HEDGE)], ids=["one-way", "hedge"])
def test_deleveraging_the_whole_position_ends_it_as_external(told: Told, leg: str, changes: dict[str, Value]) -> None:
    rows = [*long_from(100), mid_at(2, "100.5"), (3, f"adl {leg} 5"), mid_at(4, "100.5")]
    story = told(rows, changes)
    closed = [line.replace("LONG ", "") for line in story.of_kind("position", "closing")]
    assert closed == ["3 position 0 by auto-deleveraging, realised 0.5", "3 closed external"]
    assert story.position == {}


def test_an_incident_on_a_leg_that_is_not_there_is_told_calmly(desk: Desk) -> None:
    desk.write()
    feed = desk.quotes([mid_at(0, 100), (1, "adl LONG 1"), mid_at(2, 100)])
    done = command("run", desk.strategy, "--journal", desk.journal, "--feed", feed)
    assert done.exit_code != 0
    assert "The account has no leg LONG in One-way mode." in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_recording_keeps_what_went_wrong_so_that_the_run_can_be_repeated(desk: Desk) -> None:
    recorded = desk.folder / "recorded.gz"
    rows = [*long_from(100), (1.5, "unknown 1; reject 2"), bid_at(2, 97), (3, "silent 2"), bid_at(9, 97)]
    first = desk.run(rows, options=("--record", recorded))
    again = Desk(desk.folder / "again")
    again.write()
    assert again.go("--feed", recorded).lines == first.lines
    assert first.closings == ["8 stop_loss"]
