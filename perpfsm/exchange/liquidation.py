"""Liquidation: an account, or a leg with its own margin, is closed by force when it is down to maintenance (E10)."""

from collections.abc import Collection
from decimal import Decimal

from perpfsm.exchange.floor import Floor
from perpfsm.market.band import EVERYWHERE, NOWHERE, Band
from perpfsm.market.liquidation import LiquidationPrices, is_liquidated, liquidation_prices
from perpfsm.market.order import BY_LIQUIDATION, Liquidated
from perpfsm.market.position import ZERO, Position
from perpfsm.market.side import LegName

Stake = tuple[Decimal, list[Position]]
"""Cash, and the positions that live and die with it."""


class Liquidation:
    """Looks at an account whenever its value has changed; what it remembers only saves working it out again."""

    def __init__(self, floor: Floor) -> None:
        """Watch the account on `floor`, from now on."""
        self._floor = floor
        self._known: dict[tuple[LegName, ...], tuple[Stake, LiquidationPrices]] = {}
        floor.hooks.on_value.append(self.check)
        floor.hooks.bands.append(self.band)

    def check(self, now_ns: int) -> None:
        """Liquidate what has to be; not while the venue executes nothing.

        A loss that exceeds the wallet when nothing is open any more, as a close far beyond the mark price can make
        one, is borne by the venue's insurance: the balance ends at 0, and that is a liquidation, too.
        """
        ledger, exposed = self._floor.ledger, self._floor.ledger.exposed
        if exposed:
            self._liquidate(exposed, now_ns)
        if ledger.wallet < ZERO and not ledger.exposed:
            self._expire(ledger.positions.keys(), now_ns)
            self._floor.say(Liquidated(now_ns, *ledger.forgive()))

    def _liquidate(self, exposed: tuple[LegName, ...], now_ns: int) -> None:
        floor = self._floor
        ledger, mark = floor.ledger, floor.mark_price
        if mark is None or floor.faults.is_halted(now_ns):
            return
        doomed = [
            leg
            for legs in self._together(exposed)
            if is_liquidated(*self._stake(legs), mark, floor.settings.brackets)
            for leg in legs
        ]
        if not doomed:
            return
        is_cross = floor.settings.isolated_leverage is None
        self._expire(ledger.positions.keys() if is_cross else doomed, now_ns)
        for leg, realised in ledger.liquidate(doomed, mark, fee_rate=floor.settings.liquidation_rate):
            floor.say(Liquidated(now_ns, leg, realised))
        floor.band = None

    def band(self) -> Band:
        """Return the quotes whose mark liquidates nothing.

        The feed's mark price counts once there is one. Before, the mid does, until a quote brings the first mark. What
        is held back while the venue executes nothing is due with whatever quote comes next.
        """
        floor, mark, band = self._floor, self._floor.mark_price, EVERYWHERE
        for legs in self._together(floor.ledger.exposed):
            prices = self._prices(legs)
            if mark is not None and prices.reached_at(mark):
                return NOWHERE
            band &= _band(prices, floor.settings.instrument.tick, is_marked=floor.mark is not None)
        return band

    def _prices(self, legs: tuple[LegName, ...]) -> LiquidationPrices:
        stake = self._stake(legs)
        known = self._known.get(legs)
        if known is None or known[0] != stake:
            self._known[legs] = known = (stake, liquidation_prices(*stake, self._floor.settings.brackets))
        return known[1]

    def _together(self, exposed: tuple[LegName, ...]) -> list[tuple[LegName, ...]]:
        """Return the legs in groups that share their cash."""
        if self._floor.settings.isolated_leverage is None:
            return [exposed] if exposed else []
        return [(leg,) for leg in exposed]

    def _stake(self, legs: tuple[LegName, ...]) -> Stake:
        ledger = self._floor.ledger
        cash = ledger.wallet if self._floor.settings.isolated_leverage is None else ledger.margins[legs[0]]
        return cash, [ledger.positions[leg] for leg in legs]

    def _expire(self, legs: Collection[LegName], now_ns: int) -> None:
        """Expire every working order of `legs`, the oldest first."""
        for working in tuple(self._floor.orders.by_id.values()):
            if working.order.leg in legs:
                self._floor.expire(working, BY_LIQUIDATION, now_ns)


def _band(prices: LiquidationPrices, tick: Decimal, *, is_marked: bool) -> Band:
    """Return bounds on the grid, inward, within which no mark price liquidates."""
    if prices.at_any:
        return NOWHERE
    band = EVERYWHERE
    if prices.low is not None and (low := prices.low.floor_to(tick) + tick) > ZERO:
        band &= Band(mark_low=low) if is_marked else Band(mark_low=low, sum_low=2 * low)
    if prices.high is not None:
        high = prices.high.ceil_to(tick) - tick
        band &= Band(mark_high=high) if is_marked else Band(mark_high=high, sum_high=2 * high)
    return band
