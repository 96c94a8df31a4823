"""A machine that does not come to rest is stopped: bounded steps, everything taken down, halted (DESIGN §4)."""

from decimal import Decimal

from perpfsm.engine.records import OperatorRecord
from perpfsm.engine.session import STEPS_MAX
from perpfsm.errors import MachineFault
from perpfsm.machine.view import Reading
from perpfsm.market.ratio import Ratio
from tests.builders import BOTH, CLOSE, LONG, MARKET, SHORT, instrument_with, leg, position, quote
from tests.floor import Floor
from tests.situations import HEDGE, entry, open_leg, open_long, opening
from tests.variants import restless, with_strange_stop


def test_a_machine_that_spins_is_halted_after_its_steps_and_its_quotes_go() -> None:
    floor = Floor(restless("opening"))
    floor.quote("99.9", "100.1")
    assert floor.rows == ["start_quoting"] + ["spin"] * STEPS_MAX
    assert floor.news() == [
        "buy 1 @ 99.0 quote",
        "sell 1 @ 101.0 quote",
        "cancel buy quote",
        "cancel sell quote",
    ]
    assert floor.acts == [("halt", "engine")]
    assert floor.session.state.quoting_status() == "halted"


def test_a_machine_at_fault_is_not_asked_again() -> None:
    floor = Floor(restless("opening"))
    floor.quote("99.9", "100.1")
    count = len(floor.rows)
    floor.quote("99.8", "100.0")
    floor.wait(3_600)
    assert len(floor.rows) == count


def test_a_position_is_closed_at_market_and_its_closing_is_journaled_as_risk() -> None:
    floor = opening(Floor(restless("open")))
    floor.fill(entry(floor))
    assert floor.news()[-1] == "sell 1 at market close"
    floor.fill(floor.one(CLOSE))
    assert (floor.closings, floor.state) == (["risk"], "idle")


def test_a_resting_exit_is_replaced_by_a_market_one() -> None:
    floor = open_long(Floor(restless("closing")))
    floor.quote(94, "94.2")
    assert floor.news() == ["sell 1 @ 93.5 close", "cancel sell close", "sell 1 at market close"]


def test_a_lost_market_exit_is_sent_again_and_never_given_up() -> None:
    floor = taken_down()
    for _ in range(4):
        floor.reject(floor.one(CLOSE))
        assert floor.news() == []
        floor.wait("0.999")
        assert floor.news() == []
        floor.wait("0.001")
        assert floor.news() == ["sell 1 at market close"]


def test_a_market_exit_in_flight_or_unknown_is_not_repeated() -> None:
    floor = taken_down()
    floor.lose_answer(floor.one(CLOSE))
    floor.quote(80, "80.2")
    floor.wait(3_600)
    assert floor.news() == []


def test_what_fills_late_is_closed_too() -> None:
    floor = Floor(restless("opening"))
    floor.quote("99.9", "100.1")
    buy = next(iter(floor.session.state.table.live())).order
    floor.news()
    floor.fill(buy, "0.4")
    assert floor.news() == ["sell 0.4 at market close"]
    assert floor.one(CLOSE).type is MARKET


def test_both_legs_are_taken_down_at_the_venues_maximum() -> None:
    floor = Floor(
        restless("open"),
        mode=HEDGE,
        instrument=instrument_with(size_max="0.6"),
        legs={name: leg("open", position(size, 99), name=name) for name, size in ((LONG, 1), (SHORT, -1))},
    )
    floor.quote("98.5", "98.7")
    assert floor.news() == [
        "sell 0.6 at market close",
        "sell 0.4 at market close",
        "buy 0.6 at market close",
        "buy 0.4 at market close",
    ]


def test_dust_is_left() -> None:
    floor = Floor(
        restless("open"),
        instrument=instrument_with(reduce_only_exempt=False, size_min="0.1"),
        legs={BOTH: leg("open", position("0.01", 99))},
    )
    floor.quote("98.5", "98.7")
    assert floor.news() == []


def test_in_hedge_mode_the_market_exit_waits_for_the_cancel_of_the_limit() -> None:
    floor = open_leg(Floor(restless("closing"), mode=HEDGE))
    floor.quote("99.5", "99.7")
    assert floor.news() == ["sell 1 @ 101.0 take_profit", "cancel sell take_profit", "cancel sell quote"]
    floor.wait("0.5")
    assert floor.news() == ["sell 1 at market close"]


def test_an_operator_who_resumes_has_the_machine_asked_again() -> None:
    floor = Floor(restless("opening"))
    floor.quote("99.9", "100.1")
    floor.confirm_cancels()
    floor.operate("resume")
    assert floor.acts == [("halt", "engine"), ("resume", "operator"), ("halt", "engine")]


def taken_down() -> Floor:
    """Return a floor long of 1 whose machine was found at fault, so that a MARKET exit is in flight."""
    floor = open_long(Floor(restless("closing")))
    floor.quote(94, "94.2")
    floor.news()
    return floor


STRANGE = "strangers 1.0: The metric strange failed: ZeroDivisionError: by zero."


def broken(_: Reading) -> Ratio:
    raise MachineFault("The metric strange failed: ZeroDivisionError: by zero.", where="strangers 1.0")


def test_a_metric_that_fails_halts_and_its_position_is_closed_at_market() -> None:
    floor = opening(Floor(with_strange_stop(broken)))
    floor.fill(entry(floor))
    assert floor.news()[-1] == "sell 1 at market close"
    assert [(record.action, record.who, record.why) for record in floor.of(OperatorRecord)] == [
        (
            "halt",
            "engine",
            f"{STRANGE.rstrip('.')}, so its orders and positions are taken down",
        )
    ]
    floor.fill(floor.one(CLOSE))
    assert (floor.closings, floor.state) == (["risk"], "idle")


def test_an_operator_may_resume_once_the_metric_answers_again() -> None:
    fails = iter([True])

    def once(reading: Reading) -> Ratio:
        return broken(reading) if next(fails, False) else Ratio(Decimal(0))

    floor = opening(Floor(with_strange_stop(once)))
    floor.fill(entry(floor))
    floor.fill(floor.one(CLOSE))
    floor.operate("resume")
    floor.wait(60)
    assert floor.state == "opening"
    assert floor.acts == [("halt", "engine"), ("resume", "operator")]


def test_a_metric_that_fails_only_when_its_bounds_are_asked_for_wakes_the_engine_on_every_price() -> None:
    answers = iter([Ratio(Decimal(0))])

    def first_only(reading: Reading) -> Ratio:
        return next(answers, None) or broken(reading)

    floor = opening(Floor(with_strange_stop(first_only)))
    floor.fill(entry(floor))
    assert floor.state == "open"
    assert floor.acts == []
    assert not floor.session.sleeps_through(quote("98.5", "98.7"))
    floor.quote("98.5", "98.7")
    assert floor.acts == [("halt", "engine")]
