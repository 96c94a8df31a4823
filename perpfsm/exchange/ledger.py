"""The account's books at the exchange: cash, one position per leg, and with isolated margin what is behind each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.errors import PerpfsmError
from perpfsm.market.margin import isolated_margin, margin_after
from perpfsm.market.position import ZERO, Position, split_fill
from perpfsm.market.side import LegName, PositionMode, Side

FLAT = Position()


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What the books hold."""

    wallet: Decimal
    positions: dict[LegName, Position]
    margins: dict[LegName, Decimal]


class Ledger:
    """Cash in quote currency and the legs' positions; every booking is exact.

    Attributes:
        wallet: Cash after realised PnL, fees and funding, isolated margins included.
        positions: One per leg of the position mode.
        margins: With isolated margin what is set aside for each leg, part of the wallet; empty with cross margin.
    """

    __slots__ = ("_leverage", "margins", "positions", "wallet")

    def __init__(
        self,
        wallet: Decimal,
        positions: Mapping[LegName, Position],
        mode: PositionMode,
        *,
        isolated_leverage: int | None = None,
        margins: Mapping[LegName, Decimal] | None = None,
    ) -> None:
        """Open the books.

        Args:
            wallet: Cash at the start.
            positions: What is open at the start; a leg without an entry is flat.
            mode: Decides which legs there are.
            isolated_leverage: With isolated margin; None with cross margin.
            margins: What is behind each open position with isolated margin; a leg without an entry is given what an
                entry at its cost would be.

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
        self.margins: dict[LegName, Decimal] = {}
        self._leverage = isolated_leverage
        if isolated_leverage is not None:
            known = margins or {}
            for leg, position in self.positions.items():
                self.margins[leg] = known.get(leg, isolated_margin(position, isolated_leverage))

    def state(self) -> LedgerState:
        """Return what the books hold now; they can be opened with it."""
        return LedgerState(self.wallet, dict(self.positions), dict(self.margins))

    @property
    def exposed(self) -> tuple[LegName, ...]:
        """The legs that hold something, LONG before SHORT."""
        return tuple(leg for leg, position in self.positions.items() if not position.is_flat)

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
        before = self.positions[leg]
        for part in split_fill(before, side, size):
            position, realised = self.positions[leg].after_fill(side, price, part)
            self._hold(leg, position)
            self.wallet += realised
        self.wallet -= fee
        return not before.is_flat and self.positions[leg].sign != before.sign

    def pay_funding(self, leg: LegName, paid: Decimal) -> None:
        """Take funding (quote currency, negative is received) from cash, with isolated margin from the leg's own."""
        self.wallet -= paid
        if self._leverage is not None:
            self.margins[leg] -= paid

    def liquidate(self, legs: Sequence[LegName], mark: Decimal, *, fee_rate: Decimal) -> list[tuple[LegName, Decimal]]:
        """Close legs at `mark` by force, and return what each changed in cash, its fee included, quote currency.

        A loss is capped at what is behind it: an isolated margin, or the wallet, where the relief is the last leg's.

        Args:
            legs: Those that hold something; with cross margin all of them.
            mark: Quote currency per base unit.
            fee_rate: A fraction of the notional.
        """
        realised = {}
        for leg in legs:
            position = self.positions[leg]
            realised[leg] = position.open_pnl(mark) - abs(position.size) * mark * fee_rate
            if self._leverage is not None:
                realised[leg] = max(realised[leg], -self.margins[leg])
            self._hold(leg, FLAT)
        if self._leverage is None:
            realised[legs[-1]] -= min(ZERO, self.wallet + sum(realised.values()))
        self.wallet += sum(realised.values())
        return list(realised.items())

    def forgive(self) -> tuple[LegName, Decimal]:
        """Bring a wallet that is below 0 to 0; return the last leg, for which that is booked, and the gain."""
        relief, self.wallet = -self.wallet, ZERO
        return [*self.positions][-1], relief

    def _hold(self, leg: LegName, position: Position) -> None:
        """Replace a leg's position by one that is not its opposite."""
        if self._leverage is not None:
            self.margins[leg] = margin_after(self.margins[leg], self.positions[leg], position, leverage=self._leverage)
        self.positions[leg] = position
