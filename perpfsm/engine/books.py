"""The session's books: cash, realised PnL and fees, and what a fill does to a leg (B8, B20)."""

from dataclasses import dataclass, replace
from decimal import Decimal

from perpfsm.engine.records import FillRecord
from perpfsm.machine.leg import Leg
from perpfsm.market.fill import Fill
from perpfsm.market.order import PlaceOrder
from perpfsm.market.position import REALISED_QUANTUM, ZERO, split_fill

FOREIGN = "foreign"


@dataclass(slots=True)
class Books:
    """Cash and sums of one session, quote currency.

    Attributes:
        wallet: Cash: the balance at the start plus realised PnL less fees.
        realised: Of the session, before fees.
        fees: Paid less rebates.
    """

    wallet: Decimal
    realised: Decimal = ZERO
    fees: Decimal = ZERO

    def book(self, fill: Fill, leg: Leg, order: PlaceOrder | None) -> FillRecord:
        """Book one part of a fill: the sums here, position and facts on `leg`, which the caller has copied.

        Args:
            fill: A part that does not flip the position.
            leg: Changed in place.
            order: Whose fill it is; None when the order is not ours.
        """
        before = leg.position
        leg.position, realised = before.after_fill(fill.side, fill.price, fill.size)
        if before.is_flat:
            leg.opened_ns, leg.realised, leg.fees = fill.time_ns, ZERO, ZERO
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

    def add(self, realised: Decimal) -> None:
        """Book cash that came or went without a fill of ours, such as a liquidation."""
        self.realised += realised
        self.wallet += realised


def parts_of(fill: Fill, leg: Leg) -> tuple[Fill, ...]:
    """Return `fill` as it is booked: in two parts, the fee shared by size, when it closes `leg` and reopens beyond."""
    sizes = split_fill(leg.position, fill.side, fill.size)
    if len(sizes) == 1:
        return (fill,)
    fee = (fill.fee * sizes[0] / fill.size).quantize(REALISED_QUANTUM)
    return replace(fill, size=sizes[0], fee=fee), replace(fill, size=sizes[1], fee=fill.fee - fee)
