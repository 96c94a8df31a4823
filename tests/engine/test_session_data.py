"""Market data that cannot be trusted: no new exposure, exits all the same (B17)."""

from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import RiskLimits
from perpfsm.engine.records import DataRecord
from perpfsm.market.messages import Trade
from perpfsm.market.side import Side
from tests.builders import BUY, CLOSE, QUOTE
from tests.floor import Floor
from tests.situations import entry, open_long, opening, stopping, taking_profit

STALE = RiskLimits(stale_after=Decimal(5))
FLATTENS = RiskLimits(stale_flatten_after=Decimal(20))


def health(floor: Floor) -> list[tuple[str, str]]:
    return [(record.health, record.detail) for record in floor.of(DataRecord)]


def test_silence_pulls_the_quotes_and_the_next_quote_brings_them_back() -> None:
    floor = opening(Floor(risk=STALE))
    floor.news()
    floor.wait("4.999999999")
    assert floor.news() == []
    floor.wait("0.000000001")
    assert (floor.news(), floor.state) == (["cancel buy quote", "cancel sell quote"], "idle")
    floor.confirm_cancels()
    floor.quote("99.9", "100.1")
    assert floor.news() == ["buy 1 @ 99.0 quote", "sell 1 @ 101.0 quote"]
    assert health(floor) == [("good", ""), ("stale", "no quote for too long"), ("good", "")]


def test_silence_alone_closes_nothing() -> None:
    floor = open_long(Floor(risk=STALE))
    floor.wait(3_600)
    assert (floor.state, floor.news()) == ("open", [])


def test_silence_flattens_when_it_was_asked_to_and_quotes_nothing_again() -> None:
    floor = opening(Floor(risk=FLATTENS, filled_order_delay=0))
    floor.fill(entry(floor))
    floor.news()
    floor.wait(20)
    assert floor.news() == ["sell 1 at market close"]
    floor.fill(floor.one(CLOSE))
    floor.wait(60)
    assert (floor.state, floor.news(), floor.closings) == ("idle", [], ["flatten"])
    assert floor.acts == [("flatten", "risk")]


def test_a_fill_that_comes_late_into_the_silence_is_flattened_too() -> None:
    floor = opening(Floor(risk=FLATTENS))
    order = entry(floor)
    floor.wait(20)
    floor.news()
    floor.fill(order, "0.4")
    floor.fill(order)
    assert floor.news() == ["sell 0.4 at market close"]
    floor.fill(floor.one(CLOSE))
    assert floor.news() == ["sell 0.6 at market close"]
    assert floor.acts == [("flatten", "risk")] * 2


def test_silence_flattens_again_after_the_market_had_come_back() -> None:
    floor = open_long(Floor(risk=FLATTENS))
    floor.wait(20)
    floor.fill(floor.one(CLOSE))
    floor.quote("98.5", "98.7")
    floor.wait(20)
    assert floor.acts == [("flatten", "risk")] * 2


def test_a_bad_quote_pulls_the_quotes_and_is_no_silence() -> None:
    floor = opening(Floor(risk=STALE))
    floor.news()
    floor.bad_quote()
    assert (floor.news(), floor.state) == (["cancel buy quote", "cancel sell quote"], "idle")
    floor.wait(60)
    assert health(floor) == [("good", ""), ("invalid", "the bid is missing")]


def test_a_crossed_market_pulls_the_quotes_and_a_locked_one_is_valid() -> None:
    floor = opening(Floor())
    floor.news()
    floor.quote(100, 100)
    assert floor.news() == []
    floor.quote("100.1", 100)
    assert floor.news() == ["cancel buy quote", "cancel sell quote"]
    assert health(floor)[-1] == ("crossed", "bid 100.1 is above ask 100")


def test_a_jump_is_bad_once_and_the_next_quote_beside_it_is_good() -> None:
    floor = opening(Floor(risk=RiskLimits(max_jump_pct=Decimal(1))))
    floor.news()
    floor.quote("101.4", "101.6")
    assert floor.news() == ["cancel buy quote", "cancel sell quote"]
    floor.confirm_cancels()
    floor.quote("101.5", "101.7")
    assert floor.news() == ["buy 1 @ 100.5 quote", "sell 1 @ 102.7 quote"]
    assert health(floor)[1:] == [("jump", "mid price went from 100.0 to 101.5"), ("good", "")]


def test_one_kind_of_bad_data_after_another_is_journaled_and_pulls_nothing_twice() -> None:
    floor = opening(Floor())
    floor.bad_quote()
    floor.news()
    floor.quote("100.1", 100)
    floor.bad_quote()
    floor.bad_quote()
    assert (floor.news(), [name for name, _ in health(floor)]) == ([], ["good", "invalid", "crossed", "invalid"])


def test_a_take_profit_is_still_placed_by_the_newest_usable_price_while_data_are_bad() -> None:
    floor = open_long(Floor())
    floor.bad_quote()
    floor.mark(100)
    assert floor.news() == ["sell 1 @ 101.0 take_profit"]


@pytest.mark.parametrize("position", [open_long, taking_profit, stopping])
def test_bad_data_leave_exits_alone(position: object) -> None:
    floor = position(Floor())  # type: ignore[operator]
    floor.bad_quote()
    assert floor.news() == []


def test_bad_data_pull_the_rest_of_a_quote_beside_a_position() -> None:
    floor = opening(Floor())
    floor.fill(entry(floor), "0.4")
    floor.news()
    floor.bad_quote()
    assert floor.news() == ["cancel buy quote"]


def test_a_trade_moves_nothing() -> None:
    floor = opening(Floor())
    floor.news()
    floor.say(Trade(floor.now_ns, Decimal(50), Decimal(1), Side.SELL))
    assert floor.news() == []


def test_the_mark_price_of_a_quote_counts_like_one_of_its_own() -> None:
    floor = open_long(Floor())
    floor.quote("98.5", "98.7", mark="99.5")
    assert floor.news() == ["sell 1 @ 101.0 take_profit"]


def test_a_held_quote_goes_when_data_turn_bad() -> None:
    floor = opening(Floor())
    floor.quote("100.9", "101.1")
    floor.wait(10)
    floor.bad_quote()
    floor.news()
    floor.confirm_cancels()
    assert (floor.news(), floor.live(QUOTE, BUY)) == ([], [])
