"""What the tally and a restart make of a live change in the journal."""

import pytest

from perpfsm.engine.records import ConfigurationRecord, RefusalRecord, TransitionRecord
from perpfsm.machine.leg import Leg
from perpfsm.market.side import LegName
from perpfsm.runtime.recovery import recover
from perpfsm.runtime.tally import Tally
from tests.builders import NOW, shipped_definition

WIDER = ConfigurationRecord(NOW, "strategy file", {"bid_spread": ("1", "2")})
LATER = ConfigurationRecord(NOW, "strategy file", {"filled_order_delay": ("1", "2")})


def quoted() -> TransitionRecord:
    leg = Leg(LegName.BOTH, "opening")
    facts = dict(leg.facts())
    return TransitionRecord(
        NOW, "BOTH", "market", 3, "start_quoting", "idle", "opening", "none", {}, (), (), (), {**facts}
    )


def test_changes_are_counted() -> None:
    tally = Tally(shipped_definition("profit_taking"), ["BOTH"])
    for record in (WIDER, LATER, RefusalRecord(NOW, "", "change of the strategy file", "broken")):
        tally.add(record)
    summary = tally.summary(NOW)
    assert (summary.live_changes, summary.refusals) == (2, (("broken", 1),))


@pytest.mark.parametrize(
    ("records", "is_outdated"),
    [((quoted(), WIDER), True), ((quoted(), LATER), False), ((WIDER, quoted()), False)],
)
def test_a_crash_forgets_no_change_that_came_after_the_quotes(
    records: tuple[TransitionRecord | ConfigurationRecord, ...], *, is_outdated: bool
) -> None:
    assert recover(records, "idle").legs[LegName.BOTH].quotes_outdated is is_outdated
