"""Changes of the account at the oracle: leverage, margin mode and position mode (E13)."""

from dataclasses import replace

from perpfsm.market.account_setting import AccountSetting, SetLeverage, SetMarginMode, SetPositionMode
from perpfsm.market.margin import MarginMode
from tests.oracle.purse import Holding
from tests.oracle.state import State
from tests.oracle.terms import Told


def change(state: State, setting: AccountSetting) -> Told:
    """Carry out a change, or refuse it; return what is told of it."""
    code = refusal(state, setting)
    if code is not None:
        return ("refused", setting, code)
    match setting:
        case SetLeverage(leverage):
            state.terms = replace(state.terms, leverage=leverage)
        case SetMarginMode(mode):
            state.terms = replace(state.terms, isolated=mode is MarginMode.ISOLATED)
        case SetPositionMode(mode):
            state.terms = replace(state.terms, mode=mode)
    purse = state.purse
    purse.terms, purse.leverage, purse.isolated = state.terms, state.terms.leverage, state.terms.isolated
    purse.legs = {leg: Holding() for leg in state.terms.mode.legs}
    state.hit(f"E13 {type(setting).__name__} is carried out")
    return ("changed", setting)


def refusal(state: State, setting: AccountSetting) -> int | None:
    match setting:
        case SetMarginMode(mode) if (mode is MarginMode.ISOLATED) is state.terms.isolated:
            return -4046
        case SetPositionMode(mode) if mode is state.terms.mode:
            return -4059
        case SetLeverage(leverage) if not 1 <= leverage <= state.terms.tiers[0].leverage_max:
            return -4028
        case _:
            pass
    if state.orders or state.stops:
        return -4067
    return -4068 if any(held.size for held in state.purse.legs.values()) else None
