"""A counterexample becomes a feed: prices that make metrics what they are to be, moments that make ages, incidents."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.definition import Row, Trigger
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import Value
from perpfsm.market.ratio import Ratio
from perpfsm.market.side import PositionMode
from perpfsm.proof.events import Kind
from perpfsm.proof.happening import Fired, Happening, Teller, shown
from perpfsm.proof.replay import START_NS, Replay, replay
from perpfsm.proof.situation import Situation
from tests.builders import INSTRUMENT, parameters, shipped_definition

QUOTED = Situation("opening", quoted=True, same=True, opposite=True)
HELD = Situation("open", quoted=True, exposed=True)
PROFIT = Situation("closing", quoted=True, exposed=True, profit=True, reason="take_profit")
CLOSING = Situation("closing", quoted=True, exposed=True, limit=True, reason="stop_loss", placed=1)
OF = parameters(long_profit_taking_spread=2, stop_loss_spread=5, stop_loss_slippage_buffer="0.5", order_refresh_time=10)


def fired(action: str, after: Situation, source: str = "open") -> Fired:
    row = Row(1, action, (Trigger.MARKET,), (source,), after.state, actions=(action,))
    return Fired(row, source, (shipped_library().actions[action].effects,), after)


def happens(
    kind: Kind, says: str = "market", before: Situation = HELD, *rows: Fired, **values: Value | int | str
) -> Happening:
    given: dict[str, Value] = {
        name: Ratio(Decimal(value)) if isinstance(value, int | Decimal) else value for name, value in values.items()
    }
    return Happening(kind, says, before, given, given, rows)


QUOTE = happens(Kind.MARKET, "market", Situation("idle"), fired("place_quotes", QUOTED, "idle"), quoting="allowed")
FILL = happens(Kind.QUOTE_FILLS, "a quote fills", QUOTED)
STOP = happens(Kind.MARKET, "market", HELD, fired("close_position", CLOSING), pnl_pct=-6)


def played(*way: Happening, of: Parameters = OF) -> Replay:
    return replay(way, of, INSTRUMENT)


def rows(*way: Happening, of: Parameters = OF) -> list[str]:
    """Return the rows after the header and before the aftermath: seconds since the start, then the cells."""
    feed = played(*way, of=of)
    assert feed.missing == ()
    lines = feed.text.splitlines()
    assert lines[0] == "timestamp,bid_price,bid_size,ask_price,ask_size,mark_price,incident"
    found = []
    for line in lines[1:-4]:
        time_ns, rest = line.split(",", 1)
        seconds = Decimal(int(time_ns) - START_NS) / 10**9
        found.append(f"{seconds.normalize():f} {rest}")
    return found


QUOTED_ROW = "0.1 59999.9,1000,60000.1,1000,,"
FILLED_ROW = "0.2 59399.8,1000,59399.9,1000,59399.9,"


def test_a_quote_fills_when_the_market_goes_through_it() -> None:
    assert rows(QUOTE, FILL) == [QUOTED_ROW, FILLED_ROW]


def test_a_quote_fills_in_part_when_less_is_shown() -> None:
    part = happens(Kind.QUOTE_FILLS, "a quote fills, in part", QUOTED, fired("cancel_quotes", HELD, "opening"))

    assert rows(QUOTE, part)[1] == "0.2 59399.8,0.5,59399.9,0.5,59399.9,"


def test_pnl_and_mark_pnl_go_their_own_ways() -> None:
    apart = happens(Kind.MARKET, pnl_pct=-6, mark_pnl_pct=1)

    assert rows(QUOTE, FILL, apart)[2] == "0.3 55836,1000,55836.2,1000,59994,"


def test_ages_are_waited_for() -> None:
    late = happens(Kind.MARKET, quotes_age_s=10, position_age_s=30)
    refreshed = happens(Kind.MARKET, "market", QUOTED, fired("keep_quotes", QUOTED, "opening"), quotes_age_s=10)

    assert rows(QUOTE, FILL, late)[2] == "30.2 59399.8,1000,59400.0,1000,59399.9,"
    assert rows(QUOTE, refreshed)[1] == "10.1 59999.9,1000,60000.1,1000,,"


def test_an_exit_that_fills_at_once_needs_no_help() -> None:
    closed = happens(Kind.EXIT_FILLS, "the closing LIMIT fills", CLOSING)

    assert rows(QUOTE, FILL, STOP, closed) == [QUOTED_ROW, FILLED_ROW, "0.3 55836,1000,55836.2,1000,59399.9,"]


def test_an_exit_that_waits_is_kept_back_by_silence_until_it_fills() -> None:
    later = happens(Kind.MARKET, "market", CLOSING, exit_left_behind_pct=1)
    closed = happens(Kind.EXIT_FILLS, "the closing LIMIT fills", CLOSING)

    assert rows(QUOTE, FILL, STOP, later, closed)[2:] == [
        "0.299999998 ,,,,,silent 0.200000002",
        "0.3 55836,1000,55836.2,1000,59399.9,",
        "0.4 55001.2,1000,55001.4,1000,59399.9,",
    ]


def test_an_exit_that_is_lost_is_refused_and_heard_of_when_it_is_to_be() -> None:
    lost = happens(Kind.EXIT_GOES, "the closing LIMIT is lost: rejected, or expired", CLOSING)
    again = happens(Kind.MARKET, "market", CLOSING, exit_backoff_left_s=0)

    assert rows(QUOTE, FILL, STOP, lost, again)[2:] == [
        "0.299999998 ,,,,,silent 0.100000002",
        "0.299999999 ,,,,,reject 1",
        "0.3 55836,1000,55836.2,1000,59399.9,",
        "31.4 59399.8,1000,59400.0,1000,59399.9,",
    ]


def test_an_exit_of_which_nothing_is_heard_stays_unheard() -> None:
    assert rows(QUOTE, FILL, STOP)[2] == "0.299999998 ,,,,,silent 10004261.000000002"


def test_a_take_profit_fills_when_the_market_goes_through_it_and_expires_on_demand() -> None:
    taking = happens(Kind.MARKET, "market", HELD, fired("place_take_profit", PROFIT), mark_pnl_pct=1)
    filled = happens(Kind.EXIT_FILLS, "the take-profit fills", PROFIT)
    lost = happens(Kind.EXIT_GOES, "the take-profit is lost: rejected, or expired", PROFIT)

    assert rows(QUOTE, FILL, taking, filled)[2:] == [
        "0.3 59994,1000,59994.2,1000,59994,",
        "0.4 60588.1,1000,60588.3,1000,59399.9,",
    ]
    assert rows(QUOTE, FILL, taking, lost)[3] == "0.4 ,,,,,expire exits"


def test_quotes_are_lost_on_demand() -> None:
    lost = happens(Kind.QUOTE_GOES, "a quote is lost: rejected, or expired", QUOTED)

    assert rows(QUOTE, lost)[1] == "0.2 ,,,,,expire quotes"


def test_silence_is_begun_once() -> None:
    assert [row for row in rows(QUOTE, FILL, STOP, STOP) if "silent" in row] == [
        "0.299999998 ,,,,,silent 10004261.100000002"
    ]


def test_an_order_that_is_gone_of_itself_needs_no_row() -> None:
    gone = happens(Kind.EXIT_GOES, "the LIMIT exit that was being cancelled is gone", CLOSING)

    assert rows(QUOTE, FILL, gone) == [QUOTED_ROW, FILLED_ROW]


@pytest.mark.parametrize(
    ("says", "before", "incident"),
    [
        ("another hand opens a position", QUOTED, "trade BOTH buy 1 59999.9"),
        ("another hand changes the position", HELD, "trade BOTH buy 1 59999.9"),
        ("another hand closes the position", HELD, "trade BOTH sell 1 59999.9"),
    ],
)
def test_another_hand_trades(says: str, before: Situation, incident: str) -> None:
    assert rows(QUOTE, happens(Kind.VENUE, says, before))[1] == f"0.2 ,,,,,{incident}"


def test_in_hedge_mode_the_long_leg_is_shown() -> None:
    traded = happens(Kind.VENUE, "another hand opens a position", QUOTED)
    hedge = parameters(mode=PositionMode.HEDGE)

    assert rows(QUOTE, traded, of=hedge)[1] == "0.2 ,,,,,trade LONG buy 1 59999.9"


def test_bad_data_is_a_crossed_book() -> None:
    turned = happens(Kind.DATA, "the market data turns bad", QUOTED)
    seen = happens(Kind.MARKET, "market", CLOSING, fired("close_at_market", CLOSING, "closing"), data="crossed")
    kept = happens(Kind.MARKET, "market", QUOTED, quoting="data_bad")

    assert rows(QUOTE, turned)[1] == "0.2 60000.1,1000,59999.9,1000,,"
    assert rows(QUOTE, kept)[1] == "0.3 60000.1,1000,59999.9,1000,,"
    assert rows(QUOTE, FILL, seen)[3] == "0.4 59400.0,1000,59399.8,1000,,"


def test_the_reference_price_moves_by_what_quotes_are_to_be_off() -> None:
    off = happens(Kind.MARKET, "market", QUOTED, quote_drift_pct=1)
    near = happens(Kind.MARKET, "market", QUOTED, nearest_quote_pct=0)

    assert rows(QUOTE, off)[1] == "0.2 60599.9,1000,60600.1,1000,,"
    assert rows(QUOTE, near)[1] == "0.2 59399.9,1000,59400.1,1000,,"


def test_a_drawdown_counts_from_the_peak() -> None:
    trailing = Situation("trailing", quoted=True, exposed=True, peak="old")
    peak = happens(Kind.MARKET, "market", HELD, fired("start_trailing", trailing), pnl_pct=3)
    back = happens(Kind.MARKET, "market", trailing, drawdown_pct=1)

    assert [row.split(",")[0] for row in rows(QUOTE, FILL, peak, back)[2:]] == ["0.3 61182", "0.4 60570.1"]


@pytest.mark.parametrize(
    ("happening", "missing"),
    [
        (happens(Kind.OPERATOR, "the operator says pause", QUOTED), "the operator says pause"),
        (happens(Kind.MARKET, "market", QUOTED, quoting="halted"), "quoting halted"),
        (happens(Kind.MARKET, "market", HELD, remainder="dust"), "a remainder below the venue's minimum"),
        (happens(Kind.VENUE, "the venue liquidates the position"), "the venue liquidates the position"),
        (happens(Kind.QUOTE_FILLS, "another quote fills"), "another quote fills"),
        (happens(Kind.EXIT_FILLS, "the closing LIMIT fills in part", CLOSING), "the closing LIMIT fills in part"),
        (happens(Kind.EXIT_GOES, "it is cancelled by another hand"), "it is cancelled by another hand"),
    ],
)
def test_what_no_feed_can_show_is_named(happening: Happening, missing: str) -> None:
    assert played(QUOTE, happening, happening).missing == (missing,)


@pytest.mark.parametrize(
    ("band", "bid"),
    [
        ({"price_ceiling": 50_000}, "49499.9"),
        ({"price_floor": 70_000}, "70699.9"),
        ({"price_ceiling": 50_000, "price_floor": 40_000}, "44999.9"),
    ],
)
def test_prices_stay_inside_the_strategy_s_band(band: dict[str, int], bid: str) -> None:
    of = replace(OF, **{name: Decimal(value) for name, value in band.items()})  # type: ignore[arg-type]
    assert rows(QUOTE, of=of)[0].split(",")[0] == f"0.1 {bid}"


def test_a_value_reads_with_its_unit() -> None:
    assert [shown(None, "percent"), shown(Ratio(Decimal("1.50")), "percent"), shown("good", "none")] == [
        "undefined",
        "1.5 %",
        "good",
    ]
    assert Teller(shipped_definition("profit_taking"), {}, {}).tell([happens(Kind.MARKET)]) == (
        "1. market; no row fires",
    )
