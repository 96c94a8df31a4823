"""A lost exit waits, whatever else is old: what the proof of the lifecycles has found."""

import pytest

from perpfsm.config.resources import machine_names
from tests.builders import CLOSE, MARKET
from tests.floor import Floor
from tests.situations import stopping


@pytest.mark.parametrize("machine", machine_names())
def test_a_market_exit_that_is_refused_waits_even_beside_an_old_one_whose_cancel_is_not_confirmed(machine: str) -> None:
    floor = stopping(Floor(machine, stop_escalation=1, stop_loss_spread=5))
    floor.wait(60)  # replaced once; the venue confirms no cancel
    floor.wait(60)
    assert floor.one(CLOSE).type is MARKET
    floor.wait(60)  # by now the newest of those that are being cancelled is a minute old
    floor.news()

    floor.reject(floor.one(CLOSE))
    assert floor.live(CLOSE) == []
    floor.wait(1)
    assert [order.type for order in floor.live(CLOSE)] == [MARKET]
