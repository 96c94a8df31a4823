"""The trailing stop as a session runs it (B10)."""

from perpfsm.decisions.parameters import CloseType
from perpfsm.engine.records import TransitionRecord
from tests.builders import CLOSE, NOW
from tests.floor import Floor
from tests.situations import TRAILING, entry, open_long, open_short, opening, trailing


def notes(floor: Floor) -> list[str]:
    return [note for record in floor.of(TransitionRecord) for note in record.notes]


def test_the_example_of_the_documents() -> None:
    floor = Floor(TRAILING, bid_spread=20, ask_spread=20, ts_activation_spread=10, ts_callback_rate=5)
    floor.quote(12_500, 12_500)
    floor.quote(9_990, 9_990)
    floor.fill(floor.live()[0])
    floor.confirm_cancels()
    for price, state in ((10_999, "open"), (11_000, "trailing"), (10_500, "trailing"), (12_000, "trailing")):
        floor.quote(price, price)
        assert floor.state == state
    floor.news()
    floor.quote("11400.1", "11400.1")
    assert floor.news() == []
    floor.quote(11_400, 11_400)
    assert floor.news() == ["sell 1 @ 11400 close"]
    assert (floor.state, floor.leg().exit_reason) == ("closing", "trailing_stop")
    assert notes(floor) == [
        "New peak price 11000, estimated exit price is 10450",
        "New peak price 12000, estimated exit price is 11400",
    ]


def test_the_example_mirrored_for_a_short() -> None:
    floor = open_short(Floor(TRAILING))
    floor.quote("98.7", "98.9")
    floor.quote("98.0", "98.2")
    assert (floor.state, str(floor.leg().peak)) == ("trailing", "98.2")
    floor.quote("99.0", "99.1")
    assert floor.state == "trailing"
    floor.quote("99.1", "99.2")
    assert floor.news() == ["buy 1 @ 99.2 close"]


def test_an_estimate_that_is_not_beyond_entry_is_nill_and_never_closes() -> None:
    floor = open_long(Floor(TRAILING, ts_activation_spread=2, ts_callback_rate=4))
    floor.quote(101, "101.2")
    assert notes(floor) == ["New peak price 101, estimated exit price is NILL"]
    floor.quote(95, "95.2")
    assert (floor.state, floor.news()) == ("trailing", [])


def test_activation_0_trails_from_the_fill_itself() -> None:
    floor = opening(Floor(TRAILING, ts_activation_spread=0))
    floor.fill(entry(floor))
    assert (floor.state, str(floor.leg().peak)) == ("trailing", "98.5")


def test_a_gap_through_estimate_and_entry_closes() -> None:
    floor = trailing(Floor(TRAILING))
    floor.quote("98.0", "98.2")
    assert floor.news() == ["sell 1 @ 98.0 close"]
    assert floor.leg().exit_reason == "trailing_stop"


def test_with_callback_0_the_event_after_a_peak_closes_and_the_one_that_sets_it_does_not() -> None:
    floor = open_long(Floor(TRAILING, ts_callback_rate=0))
    floor.quote(102, "102.2")
    floor.quote(103, "103.2")
    assert (floor.state, floor.news()) == ("trailing", [])
    floor.quote(103, "103.2")
    assert floor.news() == ["sell 1 @ 103 close"]


def test_a_peak_and_its_callback_may_come_at_the_same_time() -> None:
    floor = open_long(Floor(TRAILING))
    floor.quote(102, "102.2")
    floor.quote("100.9", "101.1")
    assert floor.now_ns == NOW
    assert floor.news() == ["sell 1 @ 100.9 close"]


def test_a_fill_that_adds_restarts_the_trail() -> None:
    floor = opening(Floor(TRAILING, order_levels=2))
    near, _, far, _ = floor.live()
    floor.quote("98.5", "98.7")
    floor.fill(near)
    floor.quote(105, "105.2")
    assert str(floor.leg().peak) == "105"
    floor.quote(104, "104.2")
    floor.fill(far)
    assert (floor.state, str(floor.leg().peak)) == ("trailing", "104")
    assert floor.rows[-2:] == ["restart_trailing", "start_trailing"]


def test_a_fill_that_reduces_leaves_the_trail_alone() -> None:
    floor = opening(Floor(TRAILING))
    late = floor.live()[1]
    floor.fill(entry(floor))
    floor.quote(102, "102.2")
    floor.fill(late, "0.4")
    assert (floor.state, str(floor.leg().peak)) == ("trailing", "102")


def test_a_trailing_exit_that_is_left_behind_is_renewed() -> None:
    floor = trailing(Floor(TRAILING))
    floor.quote("100.9", "101.1")
    floor.wait(1)
    floor.news()
    floor.quote("100.5", "100.7")
    assert floor.news() == ["cancel sell close", "sell 1 @ 100.5 close"]


def test_a_trailing_exit_at_market_is_sent_once() -> None:
    floor = trailing(Floor(TRAILING, close=CloseType.MARKET))
    floor.quote("100.9", "101.1")
    floor.quote("100.0", "100.2")
    floor.wait(3_600)
    assert floor.news() == ["sell 1 at market close"]


def test_a_recovery_does_not_withdraw_a_trailing_exit() -> None:  # B12
    floor = trailing(Floor(TRAILING))
    floor.quote("100.9", "101.1")
    order = floor.one(CLOSE)
    floor.quote(110, "110.2")
    assert floor.live() == [order]
    assert floor.state == "closing"


def test_silence_does_not_trail() -> None:
    floor = trailing(Floor(TRAILING))
    floor.wait(3_600)
    assert (floor.state, floor.news()) == ("trailing", [])
