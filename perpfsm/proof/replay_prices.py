"""Where prices are while a counterexample is played: the book, the entry, the peak, on the grid of ticks."""

from collections.abc import Mapping
from decimal import Decimal

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.view import Value
from perpfsm.market.instrument import round_price
from perpfsm.market.ratio import Ratio
from perpfsm.market.side import Side

BASE_PRICE = Decimal(60_000)
PERCENT = Decimal(100)


class Prices:
    """The prices of a long position, and the book that metrics are to be computed from.

    Attributes:
        entry: None while flat.
        limit: Of the last closing order.
        peak: The best price since trailing began.
        bid: The best bid.
    """

    def __init__(self, parameters: Parameters, tick: Decimal) -> None:
        """Start flat, inside the strategy's price band."""
        self._parameters = parameters
        self._tick = tick
        self.entry: Decimal | None = None
        self.limit: Decimal | None = None
        self.peak: Decimal | None = None
        self._middle = self._down(_base_price(parameters))
        self.bid = self._middle

    def forget_position(self) -> None:
        """Be flat again."""
        self.entry = self.peak = self.limit = None

    def move_to(self, values: Mapping[str, Value]) -> Decimal | None:
        """Move the book to where the metrics are what they are to be, and return the mark price."""
        entry = self.entry
        if entry is None:
            self._drift(values)
            return None
        pnl, drawdown, behind = (
            _number(values.get(name)) for name in ("pnl_pct", "drawdown_pct", "exit_left_behind_pct")
        )
        mark_pnl = _number(values.get("mark_pnl_pct"))
        if pnl is not None:
            self.bid = self.at(entry, pnl)
        elif drawdown is not None and self.peak is not None:
            self.bid = self.at(self.peak, -drawdown)
        elif behind is not None and self.limit is not None:
            self.bid = self.at(self.limit, -behind)
        elif mark_pnl is not None and mark_pnl > 0:
            self.bid = self.at(entry, mark_pnl)
        else:
            self.bid = entry - 2 * self._tick
        return self.at(entry, mark_pnl) if mark_pnl is not None else self.neutral_mark()

    def _drift(self, values: Mapping[str, Value]) -> None:
        """Move the reference price by what quotes are to be off."""
        drift, nearest = _number(values.get("quote_drift_pct")), _number(values.get("nearest_quote_pct"))
        if drift is not None and drift > 0:
            self._middle = self.at(self._middle, drift)
        elif nearest is not None:
            bid = self.quoted()
            self._middle = self._up(bid * PERCENT / (PERCENT - nearest))
        self.bid = self._middle - self._tick

    def neutral_mark(self) -> Decimal:
        """Return a mark price at which a position is a little under water."""
        return (self.entry or self.bid) - self._tick

    def quoted(self) -> Decimal:
        """Return the price of the nearest bid."""
        spread = self._parameters.bid_spread
        return self._down(self._middle * (PERCENT - spread) / PERCENT)

    def at(self, price: Decimal, pct: Decimal) -> Decimal:
        """Return the price `pct` percent away, on the grid and not nearer."""
        target = price * (PERCENT + pct) / PERCENT
        return self._up(target) if pct > 0 else self._down(target)

    def _up(self, price: Decimal) -> Decimal:
        return round_price(price, tick=self._tick, side=Side.SELL)

    def _down(self, price: Decimal) -> Decimal:
        return round_price(price, tick=self._tick, side=Side.BUY)


def _number(value: Value) -> Decimal | None:
    return value.numerator / value.denominator if isinstance(value, Ratio) else None


def _base_price(parameters: Parameters) -> Decimal:
    """Return a price inside the strategy's price band."""
    ceiling = parameters.price_ceiling if parameters.is_set("price_ceiling") else None
    floor = parameters.price_floor if parameters.is_set("price_floor") else None
    if ceiling is not None and floor is not None:
        return (ceiling + floor) / 2
    if ceiling is not None:
        return min(BASE_PRICE, ceiling * 99 / PERCENT)
    return BASE_PRICE if floor is None else max(BASE_PRICE, floor * 101 / PERCENT)
