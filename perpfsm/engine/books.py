"""The session's books: cash, realised PnL, fees and funding, and what each of them does to a leg (B8, B20)."""

from dataclasses import dataclass, replace
from decimal import Decimal

from perpfsm.engine.records import FillRecord, FundingRecord, PositionRecord
from perpfsm.machine.leg import Leg
from perpfsm.market.fill import Fill
from perpfsm.market.margin import margin_after
from perpfsm.market.order import FundingPaid, PlaceOrder
from perpfsm.market.position import REALISED_QUANTUM, ZERO, Position, split_fill

FOREIGN = "foreign"


@dataclass(slots=True)
class Books:
    """Cash and sums of one session, quote currency.

    Attributes:
        wallet: Cash: the balance at the start plus realised PnL less fees and funding, isolated margins included.
        leverage: With isolated margin; None with cross margin, where no position has a margin of its own.
        realised: Of the session, before fees.
        fees: Paid less rebates.
        funding: Paid less received.
    """

    wallet: Decimal
    leverage: int | None = None
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO

    @property
    def gained(self) -> Decimal:
        """What the session has changed in cash: realised PnL less fees and funding."""
        return self.realised - self.fees - self.funding

    def book(self, fill: Fill, leg: Leg, order: PlaceOrder | None) -> FillRecord:
        """Book one part of a fill: the sums here, position and facts on `leg`, which the caller has copied.

        Args:
            fill: A part that does not flip the position.
            leg: Changed in place.
            order: Whose fill it is; None when the order is not ours.
        """
        before = leg.position
        leg.position, realised = before.after_fill(fill.side, fill.price, fill.size)
        settle_margin(leg, before, self.leverage)
        if before.is_flat:
            start_sums(leg, fill.time_ns)
            leg.fill_effect = "opened"
        elif leg.position.is_flat:
            leg.fill_effect = "closed"
        else:
            leg.fill_effect = "increased" if abs(leg.position.size) > abs(before.size) else "reduced"
        leg.last_fill_ns = fill.time_ns
        leg.realised += realised
        leg.fees += fill.fee
        if order is not None and order.role.is_exit:
            leg.exit_losses = 0
        self.realised += realised
        self.fees += fill.fee
        self.wallet += realised - fill.fee
        return FillRecord(
            fill.time_ns,
            leg.name.value,
            fill,
            FOREIGN if order is None else order.role.value,
            "none" if order is None else order.reason,
            leg.fill_effect,
            realised,
            leg.position.size,
            leg.position.cost,
            self.wallet,
        )

    def change(self, leg: Leg, position: Position, *, cause: str, realised: Decimal, now_ns: int) -> PositionRecord:
        """Book what the venue did to a leg without a fill of ours: the sums here, the rest on `leg`.

        Args:
            leg: Changed in place.
            position: What it holds now.
            cause: `liquidation` or `external`.
            realised: What the wallet gained by it, quote currency.
            now_ns: When.
        """
        before, leg.position = leg.position, position
        if before.is_flat:
            start_sums(leg, now_ns)
        settle_margin(leg, before, self.leverage)
        leg.realised += realised
        self.realised += realised
        self.wallet += realised
        return PositionRecord(now_ns, leg.name.value, cause, realised, position.size, position.cost, self.wallet)

    def pay(self, funding: FundingPaid, leg: Leg) -> FundingRecord:
        """Book funding: the sums here, the position's own on `leg`, which is changed in place."""
        pay_funding(leg, funding.paid, self.leverage)
        self.funding += funding.paid
        self.wallet -= funding.paid
        return FundingRecord(funding.time_ns, leg.name.value, funding.rate, funding.mark, funding.paid, self.wallet)


def start_sums(leg: Leg, now_ns: int) -> None:
    """Let the sums of a position that is opened now start from nothing; `leg` is changed in place."""
    leg.opened_ns, leg.realised, leg.fees, leg.funding = now_ns, ZERO, ZERO, ZERO


def settle_margin(leg: Leg, before: Position, leverage: int | None) -> None:
    """Let the margin of `leg` follow its position, changed from `before`; with cross margin (None) it has none."""
    if leverage is not None:
        leg.margin = margin_after(leg.margin, before, leg.position, leverage=leverage)


def pay_funding(leg: Leg, paid: Decimal, leverage: int | None) -> None:
    """Let the position of `leg`, if it has one, bear funding: with isolated margin out of its margin."""
    if leg.position.is_flat:
        return
    leg.funding += paid
    if leverage is not None:
        leg.margin -= paid


def parts_of(fill: Fill, leg: Leg) -> tuple[Fill, ...]:
    """Return `fill` as it is booked: in two parts, the fee shared by size, when it closes `leg` and reopens beyond."""
    sizes = split_fill(leg.position, fill.side, fill.size)
    if len(sizes) == 1:
        return (fill,)
    fee = (fill.fee * sizes[0] / fill.size).quantize(REALISED_QUANTUM)
    return replace(fill, size=sizes[0], fee=fee), replace(fill, size=sizes[1], fee=fill.fee - fee)
