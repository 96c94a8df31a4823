"""What a paper exchange is told once: the contract, the account's mode, its fees and when a resting order fills."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from perpfsm.market.instrument import Instrument
from perpfsm.market.side import PositionMode


class FillModel(StrEnum):
    """When the opposite best price executes a resting order."""

    TOUCH = "touch"
    THROUGH = "through"


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """One market of one account.

    Attributes:
        instrument: The contract.
        mode: One-way or Hedge.
        leverage: At least 1.
        maker_rate: Fee of a resting order as a fraction of its notional (0.0002 is 0.02 %); negative is a rebate.
        taker_rate: Fee of an order that takes, as a fraction.
        fill_model: When a resting order fills.
    """

    instrument: Instrument
    mode: PositionMode
    leverage: int
    maker_rate: Decimal
    taker_rate: Decimal
    fill_model: FillModel = FillModel.TOUCH
