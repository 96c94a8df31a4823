"""The driver: feed, exchange, session and journal in one fixed order; write first, then act (DESIGN §5)."""

from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import CloseType
from perpfsm.engine.records import (
    DataRecord,
    EndRecord,
    FillRecord,
    OrderRecord,
)
from perpfsm.engine.session import Session
from perpfsm.errors import MachineFault
from perpfsm.market.incident import Deleverage
from perpfsm.market.messages import BadQuote, MarkPrice, Trade
from perpfsm.market.side import Side
from perpfsm.runtime.driver import Driver
from tests.builders import BOTH, NOW, SECOND, position
from tests.runtime.rig import Rig, long, orders
from tests.variants import restless


def test_a_step_is_in_the_journal_and_kept_before_a_quote_leaves() -> None:
    rig = Rig()
    rig.quote("99.9", "100.1")
    kinds = [line if isinstance(line, str) else type(line).__name__ for line in rig.journal.lines]
    assert kinds == [
        "DataRecord",
        "TransitionRecord",
        "CommandRecord",
        "CommandRecord",
        "kept",
        "buy 1 @ 99.0",
        "sell 1 @ 101.0",
        "OrderRecord",
        "OrderRecord",
        "kept",
    ]


def test_a_protective_exit_is_written_but_does_not_wait_for_the_disk() -> None:
    rig = long(Rig())
    del rig.journal.lines[:]
    rig.quote(94, "94.2")
    kinds = [line if isinstance(line, str) else type(line).__name__ for line in rig.journal.lines]
    assert kinds[:3] == ["TransitionRecord", "CommandRecord", "sell 1 @ 93.5"]
    assert rig.closings == ["stop_loss"]
    assert kinds[-1] == "kept"


def test_the_fills_of_a_quote_reach_the_machine_before_the_quote_does() -> None:
    rig = Rig()
    rig.quote("99.9", "100.1")
    rig.quote(94, "94.2")
    assert [name for _, name in rig.rows()] == ["start_quoting", "entry", "stop_loss", "flat"]
    assert rig.closings == ["stop_loss"]


def test_a_deadline_earlier_than_the_next_message_fires_at_its_own_time() -> None:
    rig = Rig(filled_order_delay=5)
    rig.quote("99.9", "100.1")
    rig.now_ns += 25 * SECOND
    rig.quote("99.9", "100.1")
    assert rig.rows() == [(0, "start_quoting"), (10, "keep_quotes"), (20, "keep_quotes")]


def test_at_equal_times_the_message_goes_before_the_deadline() -> None:
    rig = Rig()
    rig.quote("99.9", "100.1")
    rig.now_ns += 10 * SECOND
    assert rig.driver.due_ns == rig.now_ns
    rig.quote("100.9", "101.1")
    assert rig.rows()[-1] == (10, "refresh")
    assert [str(order.price) for order in orders(rig)[-2:]] == ["99.9", "102.1"]


def test_quotes_inside_the_band_are_passed_over() -> None:
    rig = long(Rig())
    before = len(rig.seen)
    for bid in ("98.4", "98.3", "98.6"):
        rig.now_ns += 1
        rig.quote(bid, "98.8")
    assert (len(rig.seen), rig.driver.messages) == (before, 5)
    assert rig.driver.now_ns == rig.now_ns


def test_the_exchange_hears_of_a_quote_that_was_passed_over_before_the_next_order() -> None:
    rig = long(Rig(close=CloseType.MARKET))
    for bid in ("98.3", "98.4"):
        rig.now_ns += 1
        rig.quote(bid, "98.6")
    rig.say(Trade(rig.now_ns, Decimal("98.5"), Decimal(1), Side.SELL))
    rig.driver.operate("flatten", "operator", "a test", rig.now_ns)
    assert [r.fill.price for r in rig.seen if isinstance(r, FillRecord)][-1] == Decimal("98.4")


def test_an_exit_waits_for_the_next_good_quote_when_the_newest_one_has_no_bid() -> None:
    rig = long(Rig(close=CloseType.MARKET))
    rig.say(BadQuote(rig.now_ns, "the bid is missing"))
    rig.driver.operate("flatten", "operator", "a test", rig.now_ns)
    assert len([r for r in rig.seen if isinstance(r, FillRecord)]) == 1
    rig.now_ns += 10 * SECOND
    rig.quote("95.0", "95.2")
    rig.driver.advance(rig.now_ns + 5 * SECOND)  # until the next try
    assert [r.fill.price for r in rig.seen if isinstance(r, FillRecord)][1:] == [Decimal("95.0")]


@pytest.mark.parametrize("wakes", [False, True])
def test_the_mark_of_a_quote_that_was_passed_over_reaches_the_exchange_with_the_next_one(wakes: bool) -> None:
    rig = long(Rig(stop_loss_spread=50))
    for bid, mark in (("98.4", "98.4"), ("98.3", "98.5"), ("98.4", None)):
        rig.now_ns += 1
        rig.quote(bid, "98.6", mark=mark)
    if wakes:
        rig.quote("98.4", "98.6", shown=0)
    size, before = rig.exchange.account().positions[BOTH].size, rig.exchange.account()
    rig.say(Deleverage(rig.now_ns, BOTH, size))
    assert rig.exchange.account().wallet - before.wallet == Decimal("98.5") * size - before.positions[BOTH].cost


def test_the_mark_of_a_crossed_quote_is_newer_than_that_of_a_quote_passed_over_before_it() -> None:
    rig = long(Rig(stop_loss_spread=50))
    for bid, mark in (("98.4", "98.4"), ("98.3", "98.5"), ("99.0", "98.7")):
        rig.now_ns += 1
        rig.quote(bid, "98.6", mark=mark)
    size, before = rig.exchange.account().positions[BOTH].size, rig.exchange.account()
    rig.say(Deleverage(rig.now_ns, BOTH, size))
    assert rig.exchange.account().wallet - before.wallet == Decimal("98.7") * size - before.positions[BOTH].cost


def test_a_quote_that_only_matters_to_the_exchange_wakes_nobody_else() -> None:
    rig = long(Rig(stop_loss_spread=50))
    rig.quote("99.5", "99.7")
    before = len(rig.seen)
    rig.quote("100.9", "101.0", shown=0)
    rig.quote("101.0", "101.1", shown=0)
    assert len(rig.seen) == before


def test_a_crossed_quote_executes_nothing_and_is_journaled() -> None:
    rig = Rig()
    rig.quote("99.9", "100.1")
    rig.quote("101.5", "98.5")
    assert [r.health for r in rig.seen if isinstance(r, DataRecord)] == ["good", "crossed"]
    assert not [r for r in rig.seen if isinstance(r, FillRecord)]


def test_stopping_cancels_the_quotes_and_leaves_a_position_and_its_exit() -> None:  # B19
    rig = long(Rig())
    rig.quote("99.5", "99.7")
    rig.driver.operate("stop", "operator", "the run ends", rig.now_ns)
    (left,) = rig.exchange.account().orders
    assert (left.order.role, rig.session.state.quoting_status()) == ("take_profit", "stopping")


def test_stopping_waits_until_the_quotes_are_cancelled() -> None:  # B19
    rig = Rig()
    rig.quote("99.9", "100.1")
    rig.driver.operate("stop", "operator", "the run ends", rig.now_ns)
    assert rig.exchange.account().orders == ()
    assert [r.status for r in rig.seen if isinstance(r, OrderRecord)][-2:] == ["canceled", "canceled"]


def test_a_note_is_kept_and_observed() -> None:
    rig = Rig()
    footer = EndRecord(NOW, "feed end", Decimal(1), Decimal(0), Decimal(0), Decimal(0), {})
    rig.driver.note(footer)
    assert (rig.journal.lines, rig.seen) == ([footer, "kept"], [footer])


def test_the_start_adopts_what_the_venue_holds() -> None:
    rig = Rig(held=position(1, 99))
    rig.driver.start(NOW)
    assert (rig.state, rig.driver.now_ns) == ("open", NOW)
    rig.quote(94, "94.2")
    assert rig.closings == ["stop_loss"]


def test_the_mark_price_reaches_the_session() -> None:
    rig = long(Rig())
    rig.say(MarkPrice(rig.now_ns, Decimal(100)))
    assert rig.state == "closing"


def test_the_worst_drawdown_is_measured_on_every_quote() -> None:
    rig = long(Rig())
    rig.now_ns += 1
    rig.quote("95.0", "95.2")
    rig.quote("98.5", "98.7")
    assert rig.driver.meter.worst == 4 + Decimal("99.0") * Decimal("0.0002")


def test_a_machine_that_spins_is_taken_down_within_the_same_event() -> None:
    rig = Rig(restless("open"))
    rig.quote("99.9", "100.1")
    rig.quote("98.5", "98.7")
    account = rig.exchange.account()
    assert (account.orders, account.positions[BOTH].is_flat, rig.closings) == ((), True, ["risk"])


def test_orders_and_answers_that_never_rest_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perpfsm.runtime.driver.ROUNDS_MAX", 1)
    with pytest.raises(MachineFault, match="did not come to rest within 1 rounds"):
        Rig().quote("99.9", "100.1")


class Stuck(Session):
    """A session with a deadline that does not pass."""

    @property
    def due_ns(self) -> int:
        return NOW


def test_a_deadline_that_does_not_pass_is_a_fault() -> None:
    rig = Rig()
    stuck = Stuck(rig.session.state.setup)
    driver = Driver(stuck, rig.exchange, rig.journal, observe=rig.seen.append)
    with pytest.raises(MachineFault, match="does not pass"):
        driver.advance(NOW)
