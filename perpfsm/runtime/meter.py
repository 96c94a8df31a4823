"""The drawdown meter: the deepest fall of the session's PnL below its best so far, measured on every quote."""

from collections.abc import Iterable
from decimal import Decimal

from perpfsm.market.messages import Quote
from perpfsm.market.position import ZERO, Position


class DrawdownMeter:
    """Watches realised plus open PnL, after fees and funding.

    Attributes:
        worst: The deepest fall so far, quote currency, not negative.
    """

    __slots__ = ("_ask", "_best", "_bid", "_booked", "_positions", "worst")

    def __init__(self) -> None:
        """Start at a PnL of zero."""
        self.worst = ZERO
        self._best = ZERO
        self._booked = ZERO
        self._positions: tuple[Position, ...] = ()
        self._bid = self._ask = ZERO

    def settle(self, positions: Iterable[Position], booked: Decimal) -> None:
        """Take over what the books say now.

        Args:
            positions: Of all legs.
            booked: Realised PnL less fees and funding, quote currency.
        """
        self._positions = tuple(position for position in positions if not position.is_flat)
        self._booked = booked
        self._bid = self._ask = ZERO
        if not self._positions:
            self._measure(booked)

    def see(self, quote: Quote) -> None:
        """Measure at the exit prices of `quote`; free of cost while flat or while prices stand still."""
        if not self._positions or (quote.bid == self._bid and quote.ask == self._ask):
            return
        self._bid, self._ask = quote.bid, quote.ask
        pnl = self._booked
        for position in self._positions:
            pnl += position.open_pnl(quote.bid if position.size > 0 else quote.ask)
        self._measure(pnl)

    def _measure(self, pnl: Decimal) -> None:
        if pnl > self._best:
            self._best = pnl
        elif self._best - pnl > self.worst:
            self.worst = self._best - pnl
