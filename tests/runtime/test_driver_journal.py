"""A journal that fails: nothing is opened any more, exits leave all the same, everything is taken down (B17, B18)."""

import pytest

from perpfsm.engine.records import OperatorRecord
from tests.builders import BOTH
from tests.runtime.rig import Rig, long


def test_a_journal_that_cannot_be_written_lets_nothing_be_opened() -> None:
    rig = Rig()
    rig.journal.writes_left = 0
    rig.quote("99.9", "100.1")
    assert rig.sent == []
    assert rig.driver.failure is not None
    assert rig.session.state.quoting_status() == "halted"
    assert rig.exchange.account().orders == ()
    rig.wait(600)
    assert rig.sent == []


def test_a_journal_that_is_not_kept_lets_nothing_be_opened() -> None:
    rig = Rig()
    rig.journal.commits_left = 0
    rig.quote("99.9", "100.1")
    assert rig.sent == []
    assert [r.action for r in rig.seen if isinstance(r, OperatorRecord)] == ["halt"]


@pytest.mark.parametrize("fail", ["writes_left", "commits_left"])
def test_a_journal_that_fails_takes_quotes_and_positions_down(fail: str) -> None:
    rig = long(Rig())
    rig.quote("99.5", "99.7")
    setattr(rig.journal, fail, 0)
    rig.driver.operate("pause", "operator", "a test", rig.now_ns)
    account = rig.exchange.account()
    assert (account.orders, account.positions[BOTH].is_flat, rig.closings) == ((), True, ["risk"])


def test_an_exit_leaves_though_the_journal_cannot_be_written() -> None:
    rig = long(Rig())
    rig.journal.writes_left = 0
    rig.quote(94, "94.2")
    assert rig.exchange.account().positions[BOTH].is_flat
    assert rig.closings == ["stop_loss"]


def test_quotes_go_when_the_journal_fails_while_they_work() -> None:
    rig = Rig()
    rig.quote("99.9", "100.1")
    rig.journal.writes_left = 0
    rig.wait(10)
    assert rig.exchange.account().orders == ()
    assert rig.state == "idle"
