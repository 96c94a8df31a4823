"""Limits of a running session: what halts it, what makes it wait, and the band within which they cannot bind (B18)."""

from collections.abc import Iterable
from decimal import Decimal

from perpfsm.decisions.parameters import RiskLimits
from perpfsm.decisions.risk import price_of_loss
from perpfsm.market.band import EVERYWHERE, Band
from perpfsm.market.messages import Quote
from perpfsm.market.moments import later
from perpfsm.market.position import ZERO, Position

STOP_LOSS = "stop_loss"


def open_pnl(positions: Iterable[Position], quote: Quote | None) -> Decimal:
    """Return what closing `positions` at their exit prices would realise; nothing is known before the first quote."""
    if quote is None:
        return ZERO
    return sum((p.open_pnl(quote.bid if p.size > 0 else quote.ask) for p in positions if not p.is_flat), ZERO)


def loss_band(positions: Iterable[Position], quote: Quote | None, *, slack: Decimal, tick: Decimal) -> Band:
    """Return where the open positions cannot lose `slack` more than they do now.

    Args:
        positions: Of all legs.
        quote: The newest usable best bid and ask.
        slack: Quote currency until `max_loss` is reached, positive; each open leg is given an equal share of it.
        tick: The price grid; the bounds lie one tick before the price of the loss.
    """
    exposed = [position for position in positions if not position.is_flat]
    band = EVERYWHERE
    if quote is None:
        return band
    for position in exposed:
        price = quote.bid if position.size > 0 else quote.ask
        bound = price_of_loss(position, slack / len(exposed) - position.open_pnl(price))
        band &= Band(bid_low=bound + tick) if position.size > 0 else Band(ask_high=bound - tick)
    return band


class StopCounter:
    """Counts stop-losses in a row and keeps the pause after each."""

    __slots__ = ("_limits", "cooldown_until_ns", "in_a_row")

    def __init__(self, limits: RiskLimits) -> None:
        """Start with none."""
        self._limits = limits
        self.in_a_row = 0
        self.cooldown_until_ns: int | None = None

    def closed(self, reason: str, now_ns: int) -> None:
        """Count a closing."""
        if reason != STOP_LOSS:
            self.in_a_row = 0
            return
        self.in_a_row += 1
        if self._limits.cooldown_after_stop is not None:
            self.cooldown_until_ns = later(now_ns, self._limits.cooldown_after_stop)

    def cools_down(self, now_ns: int) -> bool:
        """Return whether new quotes have to wait."""
        return self.cooldown_until_ns is not None and now_ns < self.cooldown_until_ns

    def end_pause(self, now_ns: int) -> bool:
        """Forget a pause that is over, and return whether there was one."""
        is_over = self.cooldown_until_ns is not None and now_ns >= self.cooldown_until_ns
        if is_over:
            self.cooldown_until_ns = None
        return is_over

    def start_over(self) -> None:
        """Count from none again: an operator has resumed."""
        self.in_a_row = 0

    @property
    def is_exhausted(self) -> bool:
        """Whether `max_stops_in_a_row` is reached."""
        most = self._limits.max_stops_in_a_row
        return most is not None and self.in_a_row >= most
