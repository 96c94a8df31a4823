"""The status that views are given of a session."""

from decimal import Decimal

from perpfsm.engine.observe import status_of
from perpfsm.engine.status import LegStatus, SessionStatus
from perpfsm.market.brackets import Bracket
from perpfsm.market.margin import MarginMode
from perpfsm.market.side import LegName
from tests.builders import BOTH, BUY, LONG, NOW, QUOTE, SELL, SHORT
from tests.floor import FEE, Floor
from tests.situations import HEDGE, TRAILING, open_long, open_short, opening, taking_profit, trailing


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


ONE_PERCENT = (Bracket(Decimal(0), Decimal(10**9), 100, Decimal("0.01")),)


def liquidation(floor: Floor, wallet: int = 20, name: LegName = BOTH) -> Decimal | None:
    """Return the liquidation price of a leg when only `wallet` is left."""
    floor.session.state.books.wallet = Decimal(wallet)
    (price,) = (leg.liquidation for leg in status_of(floor.session, NOW).legs if leg.name == name)
    return price


def test_a_position_shows_where_the_venue_closes_it() -> None:
    """20 + (p - 99) = 0.01 p at 79.79… for the long, 20 + (101 - p) at 119.80… for the short."""
    assert liquidation(open_long(Floor(brackets=ONE_PERCENT))) == Decimal("79.7")
    assert liquidation(open_short(Floor(brackets=ONE_PERCENT))) == Decimal("119.9")


def test_no_liquidation_price_is_shown_where_there_is_none_or_nobody_knows() -> None:
    assert liquidation(open_long(Floor(brackets=ONE_PERCENT)), wallet=1_000) is None
    assert liquidation(open_long(Floor())) is None
    assert liquidation(opening(Floor(brackets=ONE_PERCENT))) is None


def test_an_isolated_position_is_closed_where_its_own_margin_ends() -> None:
    """9.9 - 1.9 + (p - 99) = 0.01 p at 91.91…, whatever the wallet holds."""
    floor = open_long(Floor(brackets=ONE_PERCENT, margin_mode=MarginMode.ISOLATED))
    floor.fund("1.9")
    assert liquidation(floor, wallet=1_000) == Decimal("91.9")
    assert status_of(floor.session, NOW).funding == Decimal("1.9")


def test_legs_that_share_a_wallet_show_the_price_at_which_both_go() -> None:
    """A hedge of 2 from 99 and 1 from 101 is lost by a fall, and also the short's price is that one."""
    floor = opening(Floor(mode=HEDGE, brackets=ONE_PERCENT, order_levels=2, order_level_spread=0))
    for order in (*floor.live(QUOTE, BUY), floor.live(QUOTE, SELL)[0]):
        floor.fill(order)
    assert liquidation(floor, name=LONG) == liquidation(floor, name=SHORT) == Decimal("79.3")


def test_the_net_of_a_session_is_after_fees_and_funding() -> None:
    floor = open_long(Floor())
    floor.fund(2)
    assert status_of(floor.session, NOW).net == Decimal("-0.5") - FEE - 2
