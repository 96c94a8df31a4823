"""Leverage, margin mode and position mode: changed while nothing is open, refused otherwise (E13)."""

from decimal import Decimal

import pytest

from perpfsm.decisions.approval import Approved
from perpfsm.exchange.paper import PaperExchange
from perpfsm.market.account_setting import (
    AccountSetting,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
    SettingChanged,
    SettingRefused,
)
from perpfsm.market.margin import MarginMode
from perpfsm.market.order import OrderAccepted
from perpfsm.market.side import PositionMode
from perpfsm.market.stop import PlaceStop, StopKind
from tests.exchange.helpers import (
    BOTH,
    BUY,
    LONG,
    NOW,
    SELL,
    exchange,
    limit,
    market,
    place,
    position,
    quote,
    reject_code,
    show,
)

CHANGES = (SetLeverage(20), SetMarginMode(MarginMode.ISOLATED), SetPositionMode(PositionMode.HEDGE))


def change(venue: PaperExchange, setting: AccountSetting) -> SettingChanged | SettingRefused:
    venue.submit(Approved(setting), NOW)
    (event,) = venue.take(NOW)
    assert isinstance(event, SettingChanged | SettingRefused)
    return event


@pytest.mark.parametrize("setting", CHANGES)
def test_a_change_with_an_open_order_is_refused_and_changes_nothing(setting: AccountSetting) -> None:
    venue = exchange()
    show(venue, quote(99, 101))
    place(venue, limit("q", BUY, 90))
    assert change(venue, setting) == SettingRefused(
        NOW, setting, -4067, "It cannot be changed if there exist open orders."
    )
    assert place(venue, limit("b", BUY, 90)) == (OrderAccepted("b", NOW),)


@pytest.mark.parametrize("setting", CHANGES)
def test_a_change_with_a_position_or_a_stop_order_is_refused(setting: AccountSetting) -> None:
    venue = exchange(positions={BOTH: position(1)})
    show(venue, quote(99, 101))
    assert change(venue, setting) == SettingRefused(
        NOW, setting, -4068, "It cannot be changed if there exists a position."
    )
    place_stop = PlaceStop("s", BOTH, SELL, StopKind.STOP, Decimal(90))
    venue.submit(Approved(place_stop), NOW)
    venue.take(NOW)
    refused = change(venue, setting)
    assert isinstance(refused, SettingRefused)
    assert refused.code == -4067


def test_leverage_decides_what_an_order_ties_up() -> None:
    venue = exchange(wallet=100)
    show(venue, quote(99, 101))
    assert reject_code(place(venue, limit("a", BUY, 99, 15))) == -2019
    assert change(venue, SetLeverage(20)) == SettingChanged(NOW, SetLeverage(20))
    assert place(venue, limit("b", BUY, 99, 15)) == (OrderAccepted("b", NOW),)


@pytest.mark.parametrize("leverage", [0, 126])
def test_a_leverage_that_no_bracket_offers_is_refused(leverage: int) -> None:
    assert change(exchange(), SetLeverage(leverage)) == SettingRefused(
        NOW, SetLeverage(leverage), -4028, f"Leverage {leverage} is not valid."
    )


def test_position_mode_decides_which_legs_there_are_and_cash_stays() -> None:
    venue = exchange(wallet=500)
    show(venue, quote(99, 101))
    assert change(venue, SetPositionMode(PositionMode.HEDGE)) == SettingChanged(
        NOW, SetPositionMode(PositionMode.HEDGE)
    )
    assert reject_code(place(venue, limit("a", BUY, 90))) == -4061
    place(venue, market("b", BUY, 1, leg=LONG))
    assert venue.account().positions[LONG] == position(1, 101)
    assert venue.account().wallet == 500 - Decimal(101) * Decimal("0.0005")


def test_isolated_margin_sets_aside_what_an_entry_needs() -> None:
    venue = exchange()
    show(venue, quote(99, 101))
    change(venue, SetMarginMode(MarginMode.ISOLATED))
    place(venue, market("a", BUY, 1))
    assert venue.account().margins == {BOTH: Decimal("10.1")}


@pytest.mark.parametrize(
    ("setting", "code", "reason"),
    [
        (SetMarginMode(MarginMode.CROSS), -4046, "No need to change margin type."),
        (SetPositionMode(PositionMode.ONE_WAY), -4059, "No need to change position side."),
    ],
)
def test_what_is_so_already_says_so_also_with_open_orders(setting: AccountSetting, code: int, reason: str) -> None:
    venue = exchange()
    show(venue, quote(99, 101))
    place(venue, limit("q", BUY, 90))
    assert change(venue, setting) == SettingRefused(NOW, setting, code, reason)
