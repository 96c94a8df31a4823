"""The desk: proposals become reviewed commands with ids of their own, or wait for a cancel to be confirmed."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from perpfsm.decisions.approval import Approved
from perpfsm.decisions.proposals import Cancel, LeftOut, Place, Proposal
from perpfsm.decisions.risk import MINUTE_NS, Exposure, review
from perpfsm.engine.orders import OrderTable
from perpfsm.engine.outbox import Outbox
from perpfsm.engine.records import CommandRecord, RefusalRecord
from perpfsm.engine.setup import SessionSetup
from perpfsm.machine.leg import Leg
from perpfsm.market.margin import free_isolated, free_margin, order_margin
from perpfsm.market.messages import Quote
from perpfsm.market.order import CancelOrder, PlaceOrder, Role
from perpfsm.market.position import ZERO
from perpfsm.market.side import LegName, PositionMode
from perpfsm.market.working import OrderStatus

HEDGE_EXIT_WAIT_NS = 500_000_000


class Desk:
    """Keeps the order table, numbers orders, and asks risk before anything leaves."""

    def __init__(self, setup: SessionSetup, table: OrderTable, outbox: Outbox) -> None:
        """Work on `table` and write to `outbox`."""
        self._setup = setup
        self._mode = setup.parameters.position_mode
        self._table = table
        self._outbox = outbox
        self._placed = 0
        self._opening_moments: deque[int] = deque()

    def carry_out(self, leg: Leg, proposals: Iterable[Proposal], *, quote: Quote | None, now_ns: int) -> None:
        """Turn a step's proposals into commands, in their order."""
        for proposal in proposals:
            match proposal:
                case Cancel(client_id):
                    self._cancel(leg, client_id, now_ns)
                case Place():
                    self._place(leg, proposal, quote, now_ns)
                case LeftOut(what, why):
                    self._outbox.records.append(RefusalRecord(now_ns, leg.name.value, what, why))

    def release(self, legs: Mapping[LegName, Leg], *, quote: Quote | None, now_ns: int) -> bool:
        """Send the held orders whose wait is over, and refused cancels again; return whether there were any.

        A quote is dropped when its leg has become exposed meanwhile; an exit leaves for what is still open.
        """
        if not self._table.holds_any:
            return False
        unconfirmed = self._table.cancels_due(now_ns)
        for order in unconfirmed:
            self._cancel(legs[order.leg], order.client_id, now_ns)
        released = self._table.released(now_ns)
        open_sizes = {name: abs(leg.position.size) for name, leg in legs.items()}
        for order in released:
            leg = legs[order.leg]
            size = order.size
            if order.role.is_exit:
                size = min(size, open_sizes[order.leg])
                open_sizes[order.leg] -= size
            if not size or (order.role is Role.QUOTE and not leg.position.is_flat):
                self._table.move(order.client_id, OrderStatus.CANCELED)
                why = "nothing is open any more" if order.role.is_exit else "the leg is exposed now"
                self._refuse(order, why, now_ns)
            else:
                self._send(leg, order if size == order.size else replace(order, size=size), quote, now_ns)
        return bool(released or unconfirmed)

    def free_margin(self, leg: LegName, legs: Mapping[LegName, Leg], wallet: Decimal, quote: Quote | None) -> Decimal:
        """Return what new quotes of `leg` may tie up once its present quotes are gone, quote currency (B3)."""
        leverage = self._setup.parameters.leverage
        reserved = sum(
            (
                order_margin(
                    working.order.price or ZERO, working.remaining, leverage=leverage, fee_rate=self._setup.maker_rate
                )
                for working in self._table.live()
                if working.order.role is Role.QUOTE and working.order.leg is not leg
            ),
            ZERO,
        )
        if self._setup.isolated_leverage is not None:
            return free_isolated(wallet, (other.margin for other in legs.values()), reserved=reserved)
        return free_margin(
            wallet,
            (other.position for other in legs.values()),
            prices=None if quote is None else (quote.bid, quote.ask),
            reserved=reserved,
            leverage=leverage,
        )

    def _cancel(self, leg: Leg, client_id: str, now_ns: int) -> None:
        if self._table.status(client_id) is OrderStatus.HELD:
            self._table.move(client_id, OrderStatus.CANCELED)
            return
        self._table.move(client_id, OrderStatus.CANCELING)
        command = CancelOrder(client_id)
        self._outbox.records.append(CommandRecord(now_ns, leg.name.value, command))
        self._outbox.commands.append(Approved(command))

    def _place(self, leg: Leg, place: Place, quote: Quote | None, now_ns: int) -> None:
        """Send an order, or hold it until the cancels that it has to wait for are confirmed."""
        self._placed += 1
        order = PlaceOrder(
            f"pf-{self._setup.epoch}-{self._placed}",
            leg.name,
            place.role,
            place.side,
            place.type,
            place.price,
            place.size,
            post_only=place.role is Role.QUOTE,
            reduce_only=place.role.is_exit and self._mode is PositionMode.ONE_WAY,
            reason=place.reason,
            level=place.level,
        )
        may_wait = place.role is Role.QUOTE or self._mode is PositionMode.HEDGE
        blockers = self._table.blockers(leg.name, order) if may_wait else frozenset()
        if blockers:
            due_ns = now_ns + HEDGE_EXIT_WAIT_NS if place.role.is_exit else None
            self._table.hold(order, blockers, now_ns=now_ns, due_ns=due_ns)
        else:
            self._send(leg, order, quote, now_ns)

    def _send(self, leg: Leg, order: PlaceOrder, quote: Quote | None, now_ns: int) -> None:
        """Send an order if risk approves, else journal why not."""
        opened = self._opening_moments
        while opened and now_ns - opened[0] >= MINUTE_NS:
            opened.popleft()
        left = [working for working in self._table.of_leg(leg.name) if working.status is not OrderStatus.HELD]
        exposure = Exposure(leg.position, left, len(opened))
        answer = review(order, self._setup.parameters.risk, exposure, reference=quote.mid if quote else ZERO)
        if not isinstance(answer, Approved):
            self._table.move(order.client_id, OrderStatus.CANCELED)
            self._refuse(order, answer.why, now_ns)
            return
        if order.role is Role.QUOTE:
            opened.append(now_ns)
        self._table.sent(order, now_ns)
        self._outbox.records.append(CommandRecord(now_ns, leg.name.value, order))
        self._outbox.commands.append(answer)

    def _refuse(self, order: PlaceOrder, why: str, now_ns: int) -> None:
        what = (
            f"{order.side} {order.role}, level {order.level}"
            if order.role is Role.QUOTE
            else f"{order.side} {order.role}"
        )
        self._outbox.records.append(RefusalRecord(now_ns, order.leg.value, what, why))
