"""What a restart makes of positions, cash and margins that changed without a fill of ours."""

from decimal import Decimal

from perpfsm.engine.records import FillRecord, FundingRecord, OrderRecord, PositionRecord
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.position import Position
from perpfsm.market.side import PositionMode
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


def funded(paid: str, wallet: str) -> FundingRecord:
    return FundingRecord(NOW + 2, "BOTH", D("0.0001"), D(100), D(paid), D(wallet))


def test_funding_and_the_cash_after_it_are_remembered() -> None:
    recovered = recover([BOUGHT, funded("0.5", "999.4"), funded("-0.2", "999.6")], "idle")
    leg = recovered.legs[BOTH]
    assert [recovered.wallet, leg.funding, leg.margin] == [D("999.6"), D("0.3"), 0]


def test_funding_of_a_leg_that_is_flat_changes_cash_alone() -> None:
    recovered = recover([funded("0.5", "999.4")], "idle", leverage=10)
    leg = recovered.legs[BOTH]
    assert [recovered.wallet, leg.funding, leg.margin] == [D("999.4"), 0, 0]


def test_the_next_position_starts_without_the_funding_of_the_last() -> None:
    closed = PositionRecord(NOW + 3, "BOTH", "liquidation", D(-9), D(0), D(0), D(990))
    leg = recover([BOUGHT, funded("0.5", "999.4"), closed, BOUGHT], "idle").legs[BOTH]
    assert [leg.funding, leg.realised] == [0, 0]


def test_an_isolated_margin_is_what_fills_reductions_and_funding_left_of_it() -> None:
    recovered = recover([BOUGHT, funded("0.5", "999.4"), REDUCED], "idle", leverage=10)
    assert recovered.legs[BOTH].margin == D("5.7")  # (10 - 0.5) * 0.6
    assert recovered.account(PositionMode.ONE_WAY, D(0)).margins == {BOTH: D("5.7")}


def test_another_margin_mode_than_wrote_the_journal_gives_a_margin_or_takes_it() -> None:
    crossed = recover([BOUGHT], "idle")
    isolated = crossed.margined(10)
    assert isolated.legs[BOTH].margin == 10
    assert isolated.margined(10).legs[BOTH].margin == 10
    assert isolated.margined(None).account(PositionMode.ONE_WAY, D(0)).margins == {}


def test_a_cancel_that_came_too_late_is_no_news_of_an_order() -> None:
    assert recover([OrderRecord(NOW, "BOTH", "pf-1-1", "cancel_rejected", "-2011")], "idle").orders == ()
