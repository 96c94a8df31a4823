"""What the tally makes of a run's records."""

from dataclasses import replace
from decimal import Decimal

from perpfsm.engine.records import (
    ClosingRecord,
    CommandRecord,
    DataRecord,
    EndRecord,
    FillRecord,
    OperatorRecord,
    OrderRecord,
    PositionRecord,
    Record,
    RefusalRecord,
    RunRecord,
    TransitionRecord,
)
from perpfsm.machine.definition import MachineDefinition, Row, StateDefinition, Trigger
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.order import CancelOrder, OrderType, PlaceOrder, Role
from perpfsm.market.side import LegName, Side
from perpfsm.runtime.summary import (
    ClosingTotal,
    FillTotal,
    LegTimes,
    OpenPosition,
    OrderTotals,
    PnlTotals,
    RowCount,
    StateTime,
    Summary,
)
from perpfsm.runtime.tally import OPERATOR_RECORDS_MAX, Tally

D = Decimal
SECOND = 10**9
START = 1_000 * SECOND
MACHINE = MachineDefinition(
    "small",
    "idle",
    (StateDefinition("idle"), StateDefinition("open", exposed=True)),
    {},
    (Row(1, "enter", (Trigger.FILL,), ("idle",), "open"), Row(2, "leave", (Trigger.FILL,), ("open",), "idle")),
)
NO_FILLS = FillTotal(0, D(0), D(0), D(0))


def at(seconds: float) -> int:
    return START + int(seconds * SECOND)


def header(positions: dict[str, tuple[Decimal, Decimal]] | None = None) -> RunRecord:
    return RunRecord(START, "e", 1, "0", "", "", "", "", "synthetic", "", {}, D(10_000), positions or {})


def moved(seconds: float, source: str, dest: str, leg: str = "BOTH") -> TransitionRecord:
    row = 1 if dest == "open" else 2
    name = MACHINE.rows[row - 1].name
    return TransitionRecord(at(seconds), leg, "fill", row, name, source, dest, "none", {}, (), (), (), {})


def placed(role: Role) -> CommandRecord:
    order = PlaceOrder("pf-1", LegName.BOTH, role, Side.BUY, OrderType.LIMIT, D(100), D(1))
    return CommandRecord(START, "BOTH", order)


def filled(
    trade: int,
    side: Side,
    size: str,
    *,
    liquidity: Liquidity = Liquidity.MAKER,
    after: str = "0",
    realised: str = "0",
    leg: str = "BOTH",
) -> FillRecord:
    """A fill at 100 with a fee of 0.1 that leaves a position of `after`."""
    fill = Fill(trade, "pf-1", LegName(leg), side, D(100), D(size), D("0.1"), liquidity, START)
    return FillRecord(START, leg, fill, "quote", "none", "", D(realised), D(after), D(after) * 100, D(0))


def closed(seconds: float, reason: str, realised: str, opened: float = 0) -> ClosingRecord:
    return ClosingRecord(at(seconds), "BOTH", reason, D(realised), D("0.2"), at(opened))


def tally_of(*records: Record, legs: tuple[str, ...] = ("BOTH",)) -> Tally:
    tally = Tally(MACHINE, legs)
    for record in records:
        tally.add(record)
    return tally


def summary_of(*records: Record, seconds: float = 0) -> Summary:
    return tally_of(*records).summary(at(seconds))


def test_nothing_seen_is_a_whole_summary_of_nothing() -> None:
    assert Tally(MACHINE, ["BOTH"]).summary(START) == Summary(
        run=1,
        start_ns=START,
        end_ns=START,
        ended=None,
        orders=OrderTotals(0, 0, 0, 0, 0, 0),
        refusals=(),
        maker=NO_FILLS,
        taker=NO_FILLS,
        closings=(),
        times=(LegTimes("BOTH", (StateTime("idle", D(0), D(0)), StateTime("open", D(0), D(0)))),),
        rows=(RowCount(1, "enter", 0), RowCount(2, "leave", 0)),
        pnl=PnlTotals(None, D(0), D(0), D(0), D(0)),
        positions=(),
        data=(),
        operator=(),
        halts=0,
    )


def test_orders_are_counted_by_purpose_and_fate() -> None:
    fates = ("working", "rejected", "rejected", "canceled", "expired", "unknown", "cancel_rejected")
    summary = summary_of(
        placed(Role.QUOTE),
        placed(Role.QUOTE),
        placed(Role.TAKE_PROFIT),
        placed(Role.CLOSE),
        CommandRecord(START, "BOTH", CancelOrder("pf-1")),
        *(OrderRecord(START, "BOTH", "pf-1", fate) for fate in fates),
    )
    assert summary.orders == OrderTotals(quotes=2, exits=2, cancels=1, rejected=2, expired=1, unknown=1)


def test_refusals_are_counted_by_why_the_most_frequent_first() -> None:
    whys = ("max_position", "size_min", "budget", "size_min")
    summary = summary_of(*(RefusalRecord(START, "BOTH", "buy quote", why) for why in whys))
    assert summary.refusals == (("size_min", 2), ("budget", 1), ("max_position", 1))


def test_refusals_that_differ_by_their_numbers_alone_are_of_one_kind() -> None:
    whys = ("notional 4.99 is below the minimum of 5", "notional 0.5 is below the minimum of 5")
    summary = summary_of(*(RefusalRecord(START, "BOTH", "buy quote", why) for why in whys))
    assert summary.refusals == (("notional … is below the minimum of …", 2),)


def test_fills_are_summed_by_liquidity() -> None:
    summary = summary_of(
        filled(1, Side.BUY, "1", after="1"),
        filled(2, Side.BUY, "2", after="3"),
        filled(3, Side.SELL, "3", liquidity=Liquidity.TAKER, realised="-4"),
    )
    assert summary.maker == FillTotal(2, D(3), D(300), D("0.2"))
    assert summary.taker == FillTotal(1, D(3), D(300), D("0.1"))
    assert summary.pnl == PnlTotals(None, D(-4), D("0.3"), D(0), D(0))
    assert summary.pnl.net == D("-4.3")
    assert summary.positions == ()


def test_the_two_parts_of_a_flip_are_one_execution() -> None:
    summary = summary_of(filled(1, Side.SELL, "1", realised="1"), filled(1, Side.SELL, "2", after="-2"))
    assert summary.maker == FillTotal(1, D(3), D(300), D("0.2"))
    assert summary.positions == (OpenPosition("BOTH", D(-2), D(-200)),)


def test_closings_are_summed_by_reason_in_the_order_of_their_first() -> None:
    summary = summary_of(
        closed(5, "stop_loss", "-2"), closed(9, "take_profit", "1", opened=6), closed(20, "stop_loss", "-3", opened=19)
    )
    assert summary.closings == (
        ClosingTotal("stop_loss", 2, D(-5), D("0.4"), 6 * SECOND),
        ClosingTotal("take_profit", 1, D(1), D("0.2"), 3 * SECOND),
    )


def test_a_closing_leaves_nothing_open_also_without_a_fill_of_ours() -> None:
    summary = summary_of(filled(1, Side.BUY, "1", after="1"), closed(5, "liquidation", "-90"))
    assert summary.positions == ()


def test_what_another_hand_does_counts_in_cash_and_position() -> None:
    changed = PositionRecord(at(5), "BOTH", "auto-deleveraging", D(-3), D("0.4"), D(40), D(997))
    summary = summary_of(filled(1, Side.BUY, "1", after="1"), changed)
    assert (summary.positions, summary.pnl.realised) == ((OpenPosition("BOTH", D("0.4"), D(40)),), D(-3))


def test_time_is_booked_to_the_state_that_was_left() -> None:
    summary = summary_of(header(), moved(30, "idle", "open"), moved(40, "open", "idle"), seconds=50)
    assert summary.times == (LegTimes("BOTH", (StateTime("idle", D(40), D(80)), StateTime("open", D(10), D(20)))),)
    assert summary.rows == (RowCount(1, "enter", 1), RowCount(2, "leave", 1))


def test_each_leg_has_its_own_time_and_a_silent_one_stays_where_it_began() -> None:
    tally = tally_of(header(), moved(75, "idle", "open", "LONG"), legs=("LONG", "SHORT"))
    assert tally.summary(at(100)).times == (
        LegTimes("LONG", (StateTime("idle", D(75), D(75)), StateTime("open", D(25), D(25)))),
        LegTimes("SHORT", (StateTime("idle", D(100), D(100)), StateTime("open", D(0), D(0)))),
    )


def test_a_continued_leg_began_in_the_state_that_it_left_first() -> None:
    summary = summary_of(header(), moved(10, "open", "idle"), seconds=10)
    assert summary.times == (LegTimes("BOTH", (StateTime("idle", D(0), D(0)), StateTime("open", D(10), D(100)))),)


def test_a_row_that_stays_is_counted_and_costs_no_time() -> None:
    stays = replace(moved(10, "idle", "idle"), row=2)
    summary = summary_of(header(), stays, stays, seconds=20)
    assert summary.rows[1] == RowCount(2, "leave", 2)
    assert summary.times[0].states[0] == StateTime("idle", D(20), D(100))


def test_a_moment_before_the_last_record_counts_as_its_time() -> None:
    assert summary_of(header(), moved(30, "idle", "open"), seconds=10).end_ns == at(30)


def test_taking_a_summary_changes_nothing() -> None:
    tally = tally_of(header(), moved(30, "idle", "open"))
    assert tally.summary(at(40)) == tally.summary(at(40))
    assert tally.summary(at(40)).times[0].states[1].seconds == 10


def test_open_pnl_and_drawdown_are_as_given() -> None:
    tally = tally_of(header(), filled(1, Side.BUY, "1", after="1", realised="2"))
    assert tally.summary(START, open_pnl=D(-1), worst_drawdown=D(7)).pnl == PnlTotals(
        D(10_000), D(2), D("0.1"), D(-1), D(7)
    )


def test_positions_found_at_the_start_are_open_until_they_are_closed() -> None:
    found = {"LONG": (D(2), D(200)), "SHORT": (D(0), D(0))}
    tally = tally_of(header(found), legs=("LONG", "SHORT"))
    assert tally.summary(START).positions == (OpenPosition("LONG", D(2), D(200)),)
    tally.add(filled(1, Side.SELL, "2", leg="LONG"))
    assert tally.summary(START).positions == ()


def test_the_footer_is_the_authority_on_money_and_positions() -> None:
    footer = EndRecord(at(60), "feed end", D(0), D(5), D(1), D("-0.5"), {"BOTH": (D(1), D(101))})
    summary = tally_of(header(), filled(1, Side.BUY, "1"), footer).summary(START, worst_drawdown=D(3))
    assert (summary.ended, summary.end_ns) == ("feed end", at(60))
    assert summary.pnl == PnlTotals(D(10_000), D(5), D(1), D("-0.5"), D(3))
    assert summary.pnl.net == D("3.5")
    assert summary.positions == (OpenPosition("BOTH", D(1), D(101)),)


def test_data_health_operator_acts_and_halts_are_kept_in_bounds() -> None:
    halt = OperatorRecord(START, "halt", "risk", "max_loss")
    pause = OperatorRecord(START, "pause", "operator", "lunch")
    healths = ("stale", "good", "stale", "good", "jump")
    summary = summary_of(
        pause, *(DataRecord(START, health, "") for health in healths), *[halt] * (OPERATOR_RECORDS_MAX + 5)
    )
    assert summary.data == (("stale", 2), ("good", 2), ("jump", 1))
    assert summary.operator == (pause, *[halt] * (OPERATOR_RECORDS_MAX - 1))
    assert summary.halts == OPERATOR_RECORDS_MAX + 5
