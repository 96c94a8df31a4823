"""What a session sleeps through, and when it wakes by itself."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import RiskLimits
from perpfsm.engine.records import TransitionRecord
from perpfsm.market.band import EVERYWHERE, NEVER, Band
from tests.builders import CLOSE, NOW, SECOND, quote
from tests.floor import Floor
from tests.situations import HEDGE, TRAILING, open_leg, open_long, opening, stopping, trailing
from tests.variants import trailing_no_longer_than

LATER = NOW + 1


def test_a_quote_inside_the_band_becomes_the_newest_and_that_is_all() -> None:
    floor = open_long(Floor())
    seen = quote("98.6", "98.8", time_ns=LATER)
    assert floor.session.sleeps_through(seen)
    assert floor.session.state.quote is seen
    assert floor.session.outbox.take() == ([], [])


@pytest.mark.parametrize(
    ("bid", "ask"), [("94", "94.2"), ("98.95", "99.06"), ("98.8", "98.6")], ids=["stop", "profit", "crossed"]
)
def test_a_quote_that_matters_wakes(bid: str, ask: str) -> None:
    floor = open_long(Floor())
    assert not floor.session.sleeps_through(quote(bid, ask, time_ns=LATER))


def test_a_quote_outside_the_exchanges_band_wakes_unless_the_exchange_has_seen_it() -> None:
    floor = open_long(Floor())
    floor.session.rest(Band(bid_high=Decimal("98.5")))
    seen = quote("98.6", "98.8", time_ns=LATER)
    assert not floor.session.sleeps_through(seen)
    assert floor.session.sleeps_through(seen, is_matched=True)
    floor.session.watch(EVERYWHERE)
    assert floor.session.sleeps_through(seen)


def test_the_prices_of_the_last_quote_that_slept_sleep_again_until_something_is_due() -> None:
    floor, seen = opening(Floor()), quote(time_ns=LATER)
    again = replace(seen, time_ns=LATER + 1, bid_size=Decimal(7))
    assert floor.session.sleeps_through(seen)
    assert floor.session.sleeps_through(again)
    assert floor.session.state.quote is again
    assert not floor.session.sleeps_through(replace(seen, time_ns=NOW + 10 * SECOND))
    assert floor.session.state.quote is again


def test_the_prices_of_the_last_quote_that_slept_wake_in_another_band() -> None:
    floor, seen = open_long(Floor()), quote("98.6", "98.8", time_ns=LATER)
    assert floor.session.sleeps_through(seen)
    floor.session.watch(Band(bid_high=Decimal("98.5")))
    assert not floor.session.sleeps_through(replace(seen, time_ns=LATER + 1))


def test_the_prices_of_a_quote_that_the_exchange_has_seen_wake_outside_its_band() -> None:
    floor, seen = open_long(Floor()), quote("98.6", "98.8", time_ns=LATER)
    floor.session.watch(Band(bid_high=Decimal("98.5")))
    assert floor.session.sleeps_through(seen, is_matched=True)
    assert not floor.session.sleeps_through(replace(seen, time_ns=LATER + 1))


def test_the_prices_of_the_last_quote_that_slept_wake_once_data_are_bad() -> None:
    floor, seen = open_long(Floor()), quote("98.6", "98.8", time_ns=LATER)
    assert floor.session.sleeps_through(seen)
    floor.bad_quote()
    assert not floor.session.sleeps_through(replace(seen, time_ns=LATER + 1))


def test_a_mark_price_beside_the_same_prices_is_looked_at() -> None:
    floor, seen = open_long(Floor()), quote("98.6", "98.8", time_ns=LATER)
    assert floor.session.sleeps_through(seen)
    assert not floor.session.sleeps_through(replace(seen, time_ns=LATER + 1, mark=Decimal("98.7")))


def test_a_jump_wakes() -> None:
    floor = open_long(Floor(risk=RiskLimits(max_jump_pct=Decimal(2))))
    assert floor.session.sleeps_through(quote("98.0", "98.2", time_ns=LATER))
    assert not floor.session.sleeps_through(quote("96.0", "96.2", time_ns=LATER))


def test_everything_wakes_while_data_are_bad() -> None:
    floor = open_long(Floor())
    floor.bad_quote()
    assert not floor.session.sleeps_through(quote("98.5", "98.7", time_ns=LATER))


def test_the_mark_price_of_a_quote_that_was_slept_through_is_known() -> None:
    floor = opening(Floor())
    floor.quote("98.5", "98.7", mark="98.5")
    floor.fill(floor.live()[0])
    assert floor.session.sleeps_through(quote("98.5", "98.7", time_ns=LATER, mark="98.6"))
    assert floor.session.state.mark == Decimal("98.6")


def test_the_first_mark_price_wakes() -> None:
    floor = open_long(Floor())
    assert not floor.session.sleeps_through(quote("98.5", "98.7", time_ns=LATER, mark="98.6"))


def test_a_loss_that_comes_near_the_limit_wakes() -> None:
    floor = open_long(Floor(stop_loss_spread=0, risk=RiskLimits(max_loss=Decimal(2))))
    assert floor.session.sleeps_through(quote("97.2", "97.3", time_ns=LATER))
    assert not floor.session.sleeps_through(quote("97.0", "97.1", time_ns=LATER))


def test_quotes_that_were_slept_through_are_no_silence() -> None:
    floor = open_long(Floor(risk=RiskLimits(stale_after=Decimal(5))))
    floor.session.sleeps_through(quote("98.6", "98.8", time_ns=NOW + 3 * SECOND))
    assert floor.session.due_ns == NOW + 8 * SECOND


def test_nothing_is_due_before_the_first_quote() -> None:
    floor = Floor(risk=RiskLimits(stale_after=Decimal(5), stale_flatten_after=Decimal(9)))
    assert floor.session.due_ns == NEVER


def test_quotes_are_due_when_they_have_aged() -> None:
    assert opening(Floor()).session.due_ns == NOW + 10 * SECOND


def test_a_held_exit_is_due_after_half_a_second() -> None:
    floor = open_leg(Floor(mode=HEDGE))
    floor.quote(94, "94.2")
    floor.another_hand(2, name=floor.one(CLOSE).leg)
    assert floor.session.due_ns == NOW + SECOND // 2


def test_a_peak_that_is_new_is_old_to_the_next_event() -> None:
    floor = trailing(Floor(TRAILING))
    assert floor.leg().peak_is_new
    floor.say(quote("101.5", "101.7"))
    assert not floor.leg().peak_is_new


def test_a_deadline_is_kept_also_where_every_quote_wakes() -> None:
    floor = open_long(Floor(trailing_no_longer_than(5), ts_activation_spread=2, ts_callback_rate=0))
    floor.quote(102, "102.2")
    assert not floor.session.sleeps_through(quote(102, "102.2", time_ns=LATER))
    assert floor.session.due_ns == NOW + 5 * SECOND


def test_the_same_events_make_the_same_records() -> None:
    def story() -> list[object]:
        floor = stopping(Floor())
        floor.wait(120)
        floor.fill(floor.one(CLOSE))
        floor.wait(300)
        return list(floor.records)

    assert story() == story()


def test_a_transition_is_journaled_with_what_its_guards_saw_and_what_was_passed_over() -> None:
    floor = open_long(Floor())
    floor.quote(94, "94.2")
    record = floor.of(TransitionRecord)[-1]
    assert (record.name, record.source, record.dest, record.reason) == ("stop_loss", "open", "closing", "stop_loss")
    assert record.saw["pnl_pct"] == "-5.050505"
    assert record.held == ("stop_loss_hit", "not_stopping", "not market_exit_works", "not is_dust")
    assert record.facts["state"] == "closing"
