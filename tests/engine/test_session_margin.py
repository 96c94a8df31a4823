"""Margin and funding in a session: what is booked, what is not lost, and what new quotes may tie up."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import RiskLimits
from perpfsm.engine.records import ClosingRecord, FundingRecord, PositionRecord
from perpfsm.market.margin import MarginMode
from perpfsm.market.order import BY_LIQUIDATION, OrderExpired
from perpfsm.market.side import LegName
from tests.builders import BOTH, BUY, LONG, NOW, QUOTE, SHORT, TAKE_PROFIT
from tests.floor import FEE, Floor
from tests.situations import HEDGE, open_long, opening, stopping, taking_profit


def liquidate(floor: Floor, name: LegName = BOTH) -> None:
    """Everything that works expires, and in the same breath the position is gone, as the venue says it."""
    for working in tuple(floor.session.state.table.live()):
        floor.session.on_event(OrderExpired(working.order.client_id, floor.now_ns, BY_LIQUIDATION))
    assert [floor.leg(each).exit_losses for each in floor.session.state.legs] in ([0], [0, 0])
    floor.liquidate(name, realised=-90)


def test_funding_is_journaled_with_the_cash_after_it_and_with_the_closing() -> None:
    floor = taking_profit(Floor())
    floor.fund("0.75")
    floor.fund("-0.25")
    floor.fill(floor.one(TAKE_PROFIT))
    rate, mark = Decimal("0.0001"), Decimal(100)
    assert floor.of(FundingRecord) == [
        FundingRecord(NOW, "BOTH", rate, mark, Decimal("0.75"), Decimal("9999.25") - FEE),
        FundingRecord(NOW, "BOTH", rate, mark, Decimal("-0.25"), Decimal("9999.5") - FEE),
    ]
    assert floor.of(ClosingRecord) == [
        ClosingRecord(NOW, "BOTH", "take_profit", Decimal("2.0"), 2 * FEE, NOW, Decimal("0.5"))
    ]
    books = floor.session.state.books
    assert books.wallet == 10_000 + books.realised - books.fees - books.funding


def test_the_next_position_starts_without_the_funding_of_the_last() -> None:
    floor = taking_profit(Floor(filled_order_delay=0))
    floor.fund(1)
    floor.fill(floor.one(TAKE_PROFIT))
    floor.quote("99.9", "100.1")
    floor.fill(floor.one(QUOTE, BUY))
    assert floor.leg().funding == 0


def test_funding_counts_towards_the_loss_of_the_session() -> None:
    floor = open_long(Floor(risk=RiskLimits(max_loss=Decimal(3))))
    floor.fund(2)
    assert floor.acts == []
    floor.fund(1)
    assert floor.acts == [("halt", "risk")]


def test_funding_is_no_part_of_what_the_stop_sees() -> None:
    floor = open_long(Floor(stop_loss_spread=5))
    floor.fund(50)
    assert (floor.news(), floor.closings) == ([], [])


@pytest.mark.parametrize("situation", [taking_profit, stopping])
def test_an_exit_that_goes_with_a_liquidation_is_not_lost(situation: Callable[[Floor], Floor]) -> None:
    floor = situation(Floor())
    floor.news()
    liquidate(floor)
    assert (floor.state, floor.news(), floor.closings) == ("idle", [], ["liquidation"])
    assert floor.of(PositionRecord) == [
        PositionRecord(NOW, "BOTH", "liquidation", Decimal(-90), Decimal(0), Decimal(0), 9_910 - FEE)
    ]


def test_the_quotes_of_a_leg_that_holds_nothing_go_too_and_no_new_ones_come() -> None:
    floor = opening(Floor(mode=HEDGE))
    floor.fill(floor.one(QUOTE, BUY))
    liquidate(floor, LONG)
    floor.wait(100)
    assert floor.live() == []
    assert {floor.leg(name).state for name in (LONG, SHORT)} == {"idle"}


def test_with_isolated_margin_what_is_set_aside_and_not_what_is_lost_leaves_the_budget() -> None:
    """B3: the free margin of the other leg's quotes, with a long of 1 from 99 that is 40 down."""
    free = {}
    for mode in MarginMode:
        floor = opening(Floor(mode=HEDGE, margin_mode=mode, stop_loss_spread=0))
        floor.fill(floor.one(QUOTE, BUY))
        floor.quote(59, 60)
        state = floor.session.state
        free[mode] = state.view(floor.leg(SHORT)).free_margin()
    assert free == {
        MarginMode.CROSS: 10_000 - FEE - Decimal("9.9") - 40,
        MarginMode.ISOLATED: 10_000 - FEE - Decimal("9.9"),
    }


def test_a_fill_moves_margin_into_the_leg_and_a_liquidation_out_of_it() -> None:
    floor = open_long(Floor(margin_mode=MarginMode.ISOLATED))
    assert floor.leg().margin == Decimal("9.9")
    floor.fund("0.9")
    assert floor.leg().margin == 9
    floor.liquidate(realised=-9)
    assert floor.leg().margin == 0
