"""What a view may know of a running session: one value per moment."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.market.messages import Quote
from perpfsm.market.working import WorkingOrder


@dataclass(frozen=True, slots=True)
class LegStatus:
    """One leg at one moment; prices are absolute, quote currency, None where they do not apply.

    Attributes:
        name: BOTH, LONG or SHORT.
        state: Of its lifecycle.
        since_ns: When it entered that state, nanoseconds since the epoch.
        exit_reason: In force, `none` when no exit works.
        size: Signed position, base units.
        entry: Average entry price.
        open_pnl: At the exit price, quote currency.
        pnl_pct: The same in percent of the cost, before leverage.
        take_profit: Where the take-profit belongs, with Profit_taking.
        stop_loss: Where the stop-loss fires.
        activation: Where trailing starts, with Trailing_stop, before it has.
        peak: The best exit price since trailing started.
        exit_estimate: Where the trailing stop closes; None while it is NILL.
        orders: What works for this leg.
        liquidation: The mark price at which the venue closes it by force; None where that is not known.
    """

    name: str
    state: str
    since_ns: int
    exit_reason: str
    size: Decimal
    entry: Decimal | None
    open_pnl: Decimal
    pnl_pct: Decimal | None
    take_profit: Decimal | None
    stop_loss: Decimal | None
    activation: Decimal | None
    peak: Decimal | None
    exit_estimate: Decimal | None
    orders: tuple[WorkingOrder, ...]
    liquidation: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """A whole session at one moment.

    Attributes:
        time_ns: Event time, nanoseconds since the epoch.
        quote: The newest usable best bid and ask.
        mark: The venue's mark price, None where the feed has none.
        data: Health of the market data: good, missing, stale, crossed, jump or invalid.
        quoting: allowed, paused, stopping, halted, data_bad, no_reference or cooldown.
        wallet: Cash, quote currency.
        realised: PnL of the session so far, before fees and funding.
        fees: Paid less rebates.
        legs: One per position.
        funding: Paid less received, of the session so far.
    """

    time_ns: int
    quote: Quote | None
    mark: Decimal | None
    data: str
    quoting: str
    wallet: Decimal
    realised: Decimal
    fees: Decimal
    legs: tuple[LegStatus, ...]
    funding: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        """Realised plus open PnL less fees and funding, quote currency."""
        return self.realised + self.open_pnl - self.fees - self.funding

    @property
    def open_pnl(self) -> Decimal:
        """Of all legs, at their exit prices, quote currency."""
        return sum((leg.open_pnl for leg in self.legs), Decimal(0))
