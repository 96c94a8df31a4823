"""A trading floor by hand: one session, its market and its venue played event by event, so that anything can happen."""

from dataclasses import replace
from decimal import Decimal

from perpfsm.decisions.parameters import CloseType, Parameters, PositionManagement, RiskLimits
from perpfsm.engine.session import Session
from perpfsm.engine.setup import SessionSetup
from perpfsm.machine.build import Lifecycle
from perpfsm.machine.leg import Leg
from perpfsm.market.band import EVERYWHERE
from perpfsm.market.brackets import Brackets
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.instrument import Instrument
from perpfsm.market.messages import BadQuote, MarketMessage, MarkPrice
from perpfsm.market.order import (
    CancelOrder,
    CancelRejected,
    Command,
    FundingPaid,
    Liquidated,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    PlaceOrder,
    PositionChanged,
    Role,
    VenueEvent,
)
from perpfsm.market.side import LegName, PositionMode, Side
from perpfsm.market.working import OrderStatus, WorkingOrder
from tests.builders import BOTH, INSTRUMENT, MARKET, NOW, SECOND, Number, parameters, position, quote, shipped
from tests.journaled import Journaled

ROUNDS_MAX = 1_000
FEE = Decimal("0.01")
MAKER_RATE = Decimal("0.0002")
EXITS: dict[str, Number] = {"long_profit_taking_spread": 2, "short_profit_taking_spread": 2, "stop_loss_spread": 5}
STYLES: dict[str, dict[str, Number]] = {
    "trailing_stop": {"ts_activation_spread": 2, "ts_callback_rate": 1, "stop_loss_spread": 5},
    "profit_then_trail": {**EXITS, "ts_callback_rate": 1},
    "triple_barrier": {**EXITS, "time_limit": 100_000},
    "break_even": {**EXITS, "break_even_after": 1},
}


class Floor(Journaled):
    """A session whose venue says only what a test lets it say.

    Attributes:
        session: The session.
        sent: Every command that left, in order.
        now_ns: Event time.
    """

    def __init__(
        self,
        machine: str | Lifecycle = "profit_taking",
        *,
        mode: PositionMode = PositionMode.ONE_WAY,
        close: CloseType = CloseType.LIMIT,
        risk: RiskLimits | None = None,
        instrument: Instrument = INSTRUMENT,
        legs: dict[LegName, Leg] | None = None,
        orders: tuple[WorkingOrder, ...] = (),
        brackets: Brackets = (),
        **changes: Number,
    ) -> None:
        """Open the floor: quotes 1 % from the mid price, exits at 2 % (profit) and 5 % (loss) unless changed."""
        self.parameters: Parameters = parameters(
            mode=mode,
            management=PositionManagement.TRAILING_STOP
            if machine == "trailing_stop"
            else PositionManagement.PROFIT_TAKING,
            close=close,
            risk=risk,
            **{**(STYLES.get(machine, EXITS) if isinstance(machine, str) else EXITS), **changes},
        )
        lifecycle = shipped(machine) if isinstance(machine, str) else machine
        setup = SessionSetup(
            lifecycle,
            self.parameters,
            instrument,
            MAKER_RATE,
            "test",
            Decimal(10_000),
            legs or {},
            orders,
            brackets=brackets,
        )
        super().__init__()
        self.session = Session(setup)
        self.sent: list[Command] = []
        self.now_ns = NOW
        self._trades = 0
        self._rest()

    def quote(self, bid: Number, ask: Number, *, mark: Number | None = None) -> None:
        """Show a new best bid and ask."""
        self.say(quote(bid, ask, time_ns=self.now_ns, mark=mark))

    def mark(self, price: Number) -> None:
        """Publish a mark price."""
        self.say(MarkPrice(self.now_ns, Decimal(price)))

    def bad_quote(self) -> None:
        """Show a quote that cannot be used."""
        self.say(BadQuote(self.now_ns, "the bid is missing"))

    def say(self, message: MarketMessage) -> None:
        """Give the session a message, and let it come to rest."""
        self.session.on_message(message)
        self._rest()

    def wait(self, seconds: Number) -> None:
        """Let time pass; every deadline on the way fires at its own moment."""
        until_ns = self.now_ns + int(Decimal(seconds) * SECOND)
        while self.session.due_ns <= until_ns:
            assert self.session.due_ns > self.now_ns or not self.session.state.now_ns, "a deadline does not pass"
            self.now_ns = self.session.due_ns
            self.session.on_deadline(self.now_ns)
            self._rest()
        self.now_ns = until_ns

    def operate(self, action: str) -> None:
        """Pause, resume, stop, halt or flatten."""
        self.session.on_operator(action, "operator", "a test", self.now_ns)
        self._rest()

    def configure(self, **changes: Number) -> None:
        """Change live parameters."""
        before = self.session.state.parameters
        wanted = {name: int(value) if name == "order_levels" else Decimal(value) for name, value in changes.items()}
        self.session.on_configuration(replace(before, **wanted), "a test", self.now_ns)  # type: ignore[arg-type]
        self._rest()

    def tell(self, event: VenueEvent) -> None:
        """Give the session one event of the venue, and let it come to rest."""
        self.session.on_event(event)
        self._rest()

    def accept(self, order: PlaceOrder) -> None:
        """The venue takes the order."""
        self.tell(OrderAccepted(order.client_id, self.now_ns))

    def fill(self, order: PlaceOrder, size: Number | None = None, *, price: Number | None = None) -> None:
        """Execute an order, wholly unless `size` says otherwise; MARKET at the exit price of the newest quote."""
        self.tell(self.execution(order, size, price=price))

    def execution(self, order: PlaceOrder, size: Number | None = None, *, price: Number | None = None) -> OrderFilled:
        """Return the event of an execution."""
        self._trades += 1
        at = order.price if price is None else Decimal(price)
        if at is None:
            seen = self.session.state.quote
            assert seen is not None
            at = seen.ask if order.side is Side.BUY else seen.bid
        filled = self._remaining(order) if size is None else Decimal(size)
        fill = Fill(self._trades, order.client_id, order.leg, order.side, at, filled, FEE, Liquidity.MAKER, self.now_ns)
        return OrderFilled(self.now_ns, fill)

    def cancel(self, order: PlaceOrder) -> None:
        """The venue confirms that an order is cancelled."""
        self.tell(OrderCanceled(order.client_id, self.now_ns))

    def confirm_cancels(self) -> None:
        """The venue confirms every cancel that was asked for."""
        for working in tuple(self.session.state.table.live()):
            if working.status is OrderStatus.CANCELING:
                self.cancel(working.order)

    def refuse_cancel(self, order: PlaceOrder) -> None:
        """The venue does not cancel."""
        self.tell(CancelRejected(order.client_id, self.now_ns, -2011, "Unknown order sent."))

    def reject(self, order: PlaceOrder) -> None:
        """The venue refuses an order."""
        self.tell(OrderRejected(order.client_id, self.now_ns, -2019, "Margin is insufficient."))

    def expire(self, order: PlaceOrder) -> None:
        """The venue drops an order."""
        self.tell(OrderExpired(order.client_id, self.now_ns, "dropped"))

    def lose_answer(self, order: PlaceOrder) -> None:
        """What the venue answered is lost."""
        self.tell(OrderUnknown(order.client_id, self.now_ns))

    def liquidate(self, name: LegName = BOTH, *, realised: Number = -100) -> None:
        """The venue closes a position by force."""
        self.tell(Liquidated(self.now_ns, name, Decimal(realised)))

    def fund(self, paid: Number, name: LegName = BOTH) -> None:
        """Funding is exchanged for a position."""
        self.tell(FundingPaid(self.now_ns, name, Decimal("0.0001"), Decimal(100), Decimal(paid)))

    def another_hand(
        self, size: Number, *, entry: Number = 99, name: LegName = BOTH, realised: Number = 0, reason: str = "a friend"
    ) -> None:
        """Somebody else changes a position to `size`, which realises `realised` in cash."""
        held = position(size, entry)
        self.tell(PositionChanged(self.now_ns, name, held.size, held.cost, Decimal(realised), reason))

    def leg(self, name: LegName = BOTH) -> Leg:
        """Return a leg."""
        return self.session.state.legs[name]

    @property
    def state(self) -> str:
        """The state of the only leg."""
        return self.leg().state

    def live(
        self, role: Role | None = None, side: Side | None = None, *, leg: LegName | None = None
    ) -> list[PlaceOrder]:
        """Return the live orders of a kind, oldest first, those being cancelled left out."""
        return [
            working.order
            for working in self.session.state.table.live()
            if working.status is not OrderStatus.CANCELING
            and (role is None or working.order.role is role)
            and (side is None or working.order.side is side)
            and (leg is None or working.order.leg is leg)
        ]

    def one(self, role: Role, side: Side | None = None, *, leg: LegName | None = None) -> PlaceOrder:
        """Return the only live order of a kind."""
        (order,) = self.live(role, side, leg=leg)
        return order

    def status(self, order: PlaceOrder) -> OrderStatus | None:
        """Return an order's status; None when it is not live."""
        return self.session.state.table.status(order.client_id)

    def news(self) -> list[str]:
        """Return what has left since this was last asked, as words."""
        words = [self._words(command) for command in self.sent]
        self.sent.clear()
        return words

    def _remaining(self, order: PlaceOrder) -> Decimal:
        for working in self.session.state.table.live():
            if working.order.client_id == order.client_id:
                return working.remaining
        return order.size

    def _words(self, command: Command) -> str:
        if isinstance(command, CancelOrder):
            order = self.session.state.table.find(command.client_id)
            assert order is not None
            return f"cancel {order.side} {order.role}"
        at = "at market" if command.type is MARKET else f"@ {command.price}"
        return f"{command.side} {command.size} {at} {command.role}"

    def _rest(self) -> None:
        """Let the session come to rest, collecting what it writes and sends."""
        for _ in range(ROUNDS_MAX):
            self._take()
            if not self.session.offer_market():
                break
        else:
            raise AssertionError("the session does not come to rest")
        self._take()
        self.session.rest(EVERYWHERE)

    def _take(self) -> None:
        records, commands = self.session.outbox.take()
        self.records.extend(records)
        asked = [approved.command for approved in commands]
        self.sent.extend(each for each in asked if isinstance(each, PlaceOrder | CancelOrder))
