"""The driver and a venue that takes its time: what is due there happens at its own time, and a run waits for it."""

from perpfsm.decisions.parameters import OnStop
from perpfsm.engine.records import EndRecord, FillRecord, OrderRecord
from perpfsm.exchange.latency import LatencySettings
from perpfsm.market.band import NEVER
from perpfsm.runtime.run import FEED_END, Ending, finish
from tests.builders import NOW, SECOND
from tests.runtime.rig import Rig, long

SLOW = LatencySettings(order=2 * SECOND, cancel=SECOND, ack=SECOND)


def orders(rig: Rig) -> list[tuple[float, str]]:
    """Return what was heard of orders, and when, in seconds."""
    return [((each.time_ns - NOW) / SECOND, each.status) for each in rig.seen if isinstance(each, OrderRecord)]


def test_an_answer_is_heard_at_its_own_time_between_two_messages() -> None:
    rig = Rig(latency=SLOW)
    rig.quote("99.9", "100.1")
    assert (rig.driver.due_ns, orders(rig)) == (NOW + 2 * SECOND, [])
    rig.now_ns += 5 * SECOND
    rig.quote("99.9", "100.1")
    assert orders(rig) == [(3.0, "working"), (3.0, "working")]


def test_an_arrival_alone_wakes_nobody() -> None:
    rig = Rig(latency=SLOW)
    rig.quote("99.9", "100.1")
    before = len(rig.seen)
    rig.wait(2)
    assert len(rig.exchange.account().orders) == 2
    assert (len(rig.seen), rig.driver.due_ns) == (before, NOW + 3 * SECOND)


def test_the_exchange_sees_the_newest_quote_before_a_command_arrives() -> None:
    rig = Rig(latency=SLOW)
    rig.quote("99.9", "100.1")
    rig.now_ns += SECOND
    rig.quote("98.5", "98.7")
    rig.wait(3)
    assert [(r.fill.price, r.fill.liquidity) for r in rig.seen if isinstance(r, FillRecord)] == []
    assert [status for _, status in orders(rig)][:1] == ["rejected"]  # the post-only bid would have taken by then


def test_a_run_that_ends_waits_for_the_cancels_to_be_confirmed() -> None:  # B19
    rig = Rig(latency=SLOW)
    rig.quote("99.9", "100.1")
    rig.wait(4)
    footer = finish(rig.driver, Ending(FEED_END, rig.now_ns))
    assert rig.exchange.account().orders == ()
    assert [status for _, status in orders(rig)][-2:] == ["canceled", "canceled"]
    assert footer.time_ns == NOW + 6 * SECOND
    assert rig.exchange.traffic_ns() == NEVER


def test_orders_that_have_not_arrived_when_the_run_ends_are_cancelled_too() -> None:  # B19
    rig = Rig(latency=SLOW)
    rig.quote("99.9", "100.1")
    finish(rig.driver, Ending(FEED_END, rig.now_ns))
    assert rig.exchange.account().orders == ()
    assert isinstance(rig.seen[-1], EndRecord)


def test_a_position_that_is_flattened_at_the_end_is_closed_before_the_footer() -> None:  # B19
    rig = long(Rig(on_stop=OnStop.FLATTEN))
    footer = finish(rig.driver, Ending(FEED_END, rig.now_ns))
    assert footer.positions == {}
