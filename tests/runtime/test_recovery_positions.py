"""What a restart makes of positions that changed without a fill of ours."""

from decimal import Decimal

from perpfsm.engine.records import FillRecord, PositionRecord
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.position import Position
from perpfsm.runtime.recovery import recover
from tests.builders import BOTH, BUY, NOW

D = Decimal
BOUGHT = FillRecord(
    NOW,
    "BOTH",
    Fill(1, "pf-1-1", BOTH, BUY, D(100), D(1), D("0.1"), Liquidity.MAKER, NOW),
    "quote",
    "none",
    "opened",
    D(0),
    D(1),
    D(100),
    D("999.9"),
)
REDUCED = PositionRecord(NOW + 1, "BOTH", "auto-deleveraging", D(-4), D("0.6"), D(60), D("995.9"))


def test_a_position_that_was_reduced_and_its_cash_are_remembered() -> None:
    recovered = recover([BOUGHT, REDUCED], "idle")
    leg = recovered.legs[BOTH]
    assert (recovered.wallet, leg.position, leg.realised, leg.fees, leg.opened_ns) == (
        D("995.9"),
        Position(D("0.6"), D(60)),
        D(-4),
        D("0.1"),
        NOW,
    )


def test_a_position_that_another_hand_opened_starts_from_nothing() -> None:
    leg = recover([REDUCED], "idle").legs[BOTH]
    assert (leg.position, leg.realised, leg.opened_ns) == (Position(D("0.6"), D(60)), D(-4), NOW + 1)
