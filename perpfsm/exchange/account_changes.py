"""Changes of the account itself: leverage, margin mode and position mode, refused while anything is open (E13)."""

from dataclasses import replace

from perpfsm.exchange.admission import Rejection
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.ledger import Ledger
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.market.account_setting import (
    MARGIN_MODE_UNCHANGED,
    POSITION_MODE_UNCHANGED,
    AccountSetting,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
    SettingChanged,
    SettingRefused,
)
from perpfsm.market.brackets import leverage_max
from perpfsm.market.position import ZERO

INVALID_LEVERAGE = -4028
ORDERS_OPEN = -4067
POSITION_OPEN = -4068


def change_account(floor: Floor, setting: AccountSetting, now_ns: int) -> None:
    """Change the account, or say why not; an order or a stop order that works forbids it, and so does a position."""
    no = _unchanged(setting, floor.settings) or _invalid(setting, floor.settings) or _busy(floor)
    if no is not None:
        floor.say(SettingRefused(now_ns, setting, no.code, no.reason))
        return
    floor.settings = settings = _changed(floor.settings, setting)
    floor.ledger = Ledger(floor.ledger.wallet, {}, settings.mode, isolated_leverage=settings.isolated_leverage)
    floor.band = None
    floor.say(SettingChanged(now_ns, setting))


def _unchanged(setting: AccountSetting, settings: ExchangeSettings) -> Rejection | None:
    """Return the venue's word for a mode that is so already; for leverage it has none and changes it again."""
    match setting:
        case SetMarginMode(mode=mode) if mode is settings.margin_mode:
            return Rejection(MARGIN_MODE_UNCHANGED, "No need to change margin type.")
        case SetPositionMode(mode=mode) if mode is settings.mode:
            return Rejection(POSITION_MODE_UNCHANGED, "No need to change position side.")
        case _:
            return None


def _invalid(setting: AccountSetting, settings: ExchangeSettings) -> Rejection | None:
    if not isinstance(setting, SetLeverage) or 1 <= setting.leverage <= leverage_max(ZERO, settings.brackets):
        return None
    return Rejection(INVALID_LEVERAGE, f"Leverage {setting.leverage} is not valid.")


def _busy(floor: Floor) -> Rejection | None:
    if floor.orders.by_id or floor.stops.by_id:
        return Rejection(ORDERS_OPEN, "It cannot be changed if there exist open orders.")
    if floor.ledger.exposed:
        return Rejection(POSITION_OPEN, "It cannot be changed if there exists a position.")
    return None


def _changed(settings: ExchangeSettings, setting: AccountSetting) -> ExchangeSettings:
    match setting:
        case SetLeverage(leverage):
            return replace(settings, leverage=leverage)
        case SetMarginMode(margin_mode):
            return replace(settings, margin_mode=margin_mode)
        case SetPositionMode(position_mode):
            return replace(settings, mode=position_mode)
