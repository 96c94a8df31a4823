"""The status that views are given of a session."""

from decimal import Decimal

from perpfsm.engine.observe import status_of
from perpfsm.engine.status import LegStatus, SessionStatus
from tests.builders import NOW
from tests.floor import FEE, Floor
from tests.situations import TRAILING, open_long, open_short, opening, taking_profit, trailing


def only_leg(floor: Floor) -> LegStatus:
    (leg,) = status_of(floor.session, NOW).legs
    return leg


def test_a_session_before_its_first_quote() -> None:
    status = status_of(Floor().session, NOW)
    assert status == SessionStatus(
        NOW,
        None,
        None,
        "missing",
        "data_bad",
        Decimal(10_000),
        Decimal(0),
        Decimal(0),
        (LegStatus("BOTH", "idle", 0, "none", Decimal(0), None, Decimal(0), None, None, None, None, None, None, ()),),
    )
    assert status.open_pnl == 0


def test_a_position_shows_where_its_exits_lie() -> None:
    floor = taking_profit(Floor())
    leg = only_leg(floor)
    assert (leg.state, leg.exit_reason) == ("closing", "take_profit")
    assert [leg.size, leg.entry] == [1, 99]
    assert (leg.take_profit, leg.stop_loss, leg.activation) == (Decimal("101.0"), Decimal("94.0"), None)
    assert (leg.open_pnl, leg.pnl_pct) == (Decimal("0.5"), Decimal("0.505051"))
    assert [working.order.role for working in leg.orders] == ["take_profit"]
    status = status_of(floor.session, NOW)
    assert (status.open_pnl, status.fees, status.wallet) == (Decimal("0.5"), FEE, 10_000 - FEE)


def test_a_short_shows_its_stop_above_and_its_activation_below() -> None:
    leg = only_leg(open_short(Floor(TRAILING)))
    assert (leg.take_profit, leg.stop_loss, leg.activation) == (None, Decimal("106.1"), Decimal("98.9"))


def test_a_trailing_position_shows_its_peak_and_its_estimate() -> None:
    leg = only_leg(trailing(Floor(TRAILING)))
    assert (leg.activation, leg.peak, leg.exit_estimate) == (None, Decimal(102), Decimal("100.98"))


def test_an_estimate_that_is_nill_and_a_stop_that_is_off_are_not_shown() -> None:
    leg = only_leg(trailing(Floor(TRAILING, ts_callback_rate=10, stop_loss_spread=0)))
    assert (leg.exit_estimate, leg.stop_loss) == (None, None)


def test_quotes_are_shown_while_nothing_is_open() -> None:
    leg = only_leg(opening(Floor()))
    assert (leg.state, len(leg.orders)) == ("opening", 2)
    assert leg.open_pnl == 0


def test_an_open_position_without_trailing_shows_no_peak() -> None:
    leg = only_leg(open_long(Floor(TRAILING)))
    assert (leg.peak, leg.exit_estimate, leg.activation) == (None, None, Decimal("101.0"))
