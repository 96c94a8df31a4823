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


MARGIN_MODE_UNCHANGED = -4046
POSITION_MODE_UNCHANGED = -4059


@dataclass(frozen=True, slots=True)
class SettingRefused:
    """The venue did not change the account.

    Attributes:
        code: The venue's code, such as -4067.
        reason: Why, in words.
    """

    time_ns: int
    setting: AccountSetting
    code: int
    reason: str

    @property
    def is_so_already(self) -> bool:
        """Whether nothing had to be changed, which counts as success."""
        return self.code in {MARGIN_MODE_UNCHANGED, POSITION_MODE_UNCHANGED}
