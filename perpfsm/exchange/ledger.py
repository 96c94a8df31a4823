"""The account's books at the exchange: cash and one position per leg."""

from collections.abc import Mapping
from decimal import Decimal

from perpfsm.errors import PerpfsmError
from perpfsm.market.position import ZERO, Position, split_fill
from perpfsm.market.side import LegName, PositionMode, Side

FLAT = Position()


class Ledger:
    """Cash in quote currency and the legs' positions; every booking is exact.

    Attributes:
        wallet: Cash after realised PnL and fees.
        positions: One per leg of the position mode.
    """

    __slots__ = ("positions", "wallet")

    def __init__(self, wallet: Decimal, positions: Mapping[LegName, Position], mode: PositionMode) -> None:
        """Open the books.

        Args:
            wallet: Cash at the start.
            positions: What is open at the start; a leg without an entry is flat.
            mode: Decides which legs there are.

        Raises:
            PerpfsmError: When a position is open on a leg that `mode` does not have.
        """
        for leg, position in positions.items():
            if leg not in mode.legs and not position.is_flat:
                raise PerpfsmError(
                    f"The account holds a position on leg {leg}, which {mode} mode does not have.",
                    where="paper account",
                    remedy="Close it in the mode in which it was opened.",
                )
        self.wallet = wallet
        self.positions = {leg: positions.get(leg, FLAT) for leg in mode.legs}

    def reducible(self, leg: LegName, side: Side) -> Decimal:
        """Return how many base units an order on `side` could close of the position of `leg`."""
        position = self.positions[leg]
        return abs(position.size) if position.sign * side.sign < 0 else ZERO

    def book(self, leg: LegName, side: Side, *, price: Decimal, size: Decimal, fee: Decimal) -> bool:
        """Book one execution and return whether it closed the position that was open before it.

        Args:
            price: Quote currency per base unit.
            size: Base units, positive; what exceeds an opposite position opens a new one.
            fee: Quote currency, a rebate negative.
        """
        before = position = self.positions[leg]
        for part in split_fill(position, side, size):
            position, realised = position.after_fill(side, price, part)
            self.wallet += realised
        self.wallet -= fee
        self.positions[leg] = position
        return not before.is_flat and position.sign != before.sign
