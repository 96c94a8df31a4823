"""How an account trades a market, and the commands that change it; a venue refuses them while anything is open."""

from dataclasses import dataclass

from perpfsm.market.margin import MarginMode
from perpfsm.market.side import PositionMode


@dataclass(frozen=True, slots=True)
class SetLeverage:
    """The command to change the leverage; at least 1."""

    leverage: int


@dataclass(frozen=True, slots=True)
class SetMarginMode:
    """The command to change what stands behind positions."""

    mode: MarginMode


@dataclass(frozen=True, slots=True)
class SetPositionMode:
    """The command to change how many positions a market can hold."""

    mode: PositionMode


AccountSetting = SetLeverage | SetMarginMode | SetPositionMode


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """The venue has carried out a change of the account."""

    time_ns: int
    setting: AccountSetting


@dataclass(frozen=True, slots=True)
class SettingRefused:
    """The venue did not change the account; codes that say that it is so already count as success.

    Attributes:
        code: The venue's code, such as -4067.
        reason: Why, in words.
    """

    time_ns: int
    setting: AccountSetting
    code: int
    reason: str
