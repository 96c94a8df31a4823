"""What stops lose between the price that triggers them and their fills."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.engine.records import FillRecord, TransitionRecord
from perpfsm.market.fill import Fill
from perpfsm.market.messages import Quote
from perpfsm.market.side import Side
from perpfsm.runtime.quality import BASIS_POINTS, PERCENT, StopSlippage, ratio

ZERO = Decimal(0)
MONEY_STEP = Decimal("1e-8")
STOP_LOSS = "stop_loss"
STOPS = frozenset({STOP_LOSS, "trailing_stop", "break_even"})


@dataclass(frozen=True, slots=True)
class _Trigger:
    """A stop that was triggered.

    Attributes:
        reason: Why.
        price: The exit price that triggered it.
        level: Of a stop loss, its own price.
    """

    reason: str
    price: Decimal
    level: Decimal | None


@dataclass(slots=True)
class _Slipped:
    """Running totals of the stops of one reason."""

    stops: int = 0
    notional: Decimal = ZERO
    slippage: Decimal = ZERO
    beyond: Decimal = ZERO
    has_level: bool = True


class StopMeter:
    """What stops lost between their trigger and their fills."""

    def __init__(self, stop_loss_pct: Decimal) -> None:
        """Start from nothing.

        Args:
            stop_loss_pct: `stop_loss_spread`, percent; 0 is no stop.
        """
        self._stop_loss_pct = stop_loss_pct
        self._reasons: dict[str, str] = {}
        self._triggers: dict[str, _Trigger] = {}
        self._counted: set[str] = set()
        self._slipped: dict[str, _Slipped] = {}

    def watch(self, record: TransitionRecord, position: tuple[Decimal, Decimal], quote: Quote | None) -> None:
        """Notice a stop that is triggered: a leg whose exit reason becomes that of a stop.

        Args:
            record: A row that fired.
            position: Signed size and cost of its leg.
            quote: What triggered it, the newest one; None before any.
        """
        leg, reason = record.leg, record.reason
        if reason == self._reasons.get(leg):
            return
        self._reasons[leg] = reason
        self._counted.discard(leg)
        size, cost = position
        if reason not in STOPS or not size or quote is None:
            self._triggers.pop(leg, None)
            return
        price = quote.bid if size > 0 else quote.ask
        self._triggers[leg] = _Trigger(reason, price, self._level(reason, size, cost))

    def fill(self, record: FillRecord) -> None:
        """Take a fill; it counts where its order was for the stop that its leg is in."""
        trigger = self._triggers.get(record.leg)
        if trigger is None or record.reason != trigger.reason:
            return
        slipped = self._slipped.setdefault(trigger.reason, _Slipped())
        slipped.stops += record.leg not in self._counted
        self._counted.add(record.leg)
        fill = record.fill
        slipped.notional += fill.price * fill.size
        slipped.slippage += _lost(trigger.price, fill)
        if trigger.level is None:
            slipped.has_level = False
        else:
            slipped.beyond += _lost(trigger.level, fill)

    def total(self) -> tuple[StopSlippage, ...]:
        """Return the totals so far, in the order in which the reasons first occurred."""
        return tuple(_slippage(reason, slipped) for reason, slipped in self._slipped.items())

    def _level(self, reason: str, size: Decimal, cost: Decimal) -> Decimal | None:
        """Return the price of a stop loss: entry less, for a short plus, the stop's spread."""
        if reason != STOP_LOSS or not self._stop_loss_pct:
            return None
        away = self._stop_loss_pct / PERCENT
        return cost / size * (1 - away if size > 0 else 1 + away)


def _lost(reference: Decimal, fill: Fill) -> Decimal:
    """Return what a closing fill lost against a price, quote currency."""
    return (fill.price - reference if fill.side is Side.BUY else reference - fill.price) * fill.size


def _slippage(reason: str, slipped: _Slipped) -> StopSlippage:
    notional = slipped.notional
    bps = ratio(slipped.slippage, notional, BASIS_POINTS)
    if not slipped.has_level:
        return StopSlippage(reason, slipped.stops, slipped.slippage, bps)
    beyond = slipped.beyond.quantize(MONEY_STEP)
    beyond_bps = ratio(slipped.beyond, notional, BASIS_POINTS)
    return StopSlippage(reason, slipped.stops, slipped.slippage, bps, beyond, beyond_bps)
