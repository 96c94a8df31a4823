"""Everything a session remembers, and the one way in which a leg of it moves."""

from decimal import Decimal
from functools import partial

from perpfsm.decisions.optimisation import Tops, remaining_tops
from perpfsm.engine.books import Books
from perpfsm.engine.desk import Desk
from perpfsm.engine.health import Health
from perpfsm.engine.limits import StopCounter, open_pnl
from perpfsm.engine.orders import OrderTable
from perpfsm.engine.outbox import Outbox
from perpfsm.engine.quoting import Quoting
from perpfsm.engine.records import ClosingRecord, OperatorRecord, TransitionRecord
from perpfsm.engine.reference import Reference
from perpfsm.engine.setup import SessionSetup
from perpfsm.errors import MachineFault
from perpfsm.machine.bands import band_of
from perpfsm.machine.definition import Trigger
from perpfsm.machine.leg import Leg
from perpfsm.machine.step import Step, take_step
from perpfsm.machine.view import View
from perpfsm.market.band import NOWHERE, Band
from perpfsm.market.depth import DepthBook
from perpfsm.market.messages import Quote
from perpfsm.market.position import ZERO
from perpfsm.market.side import LegName

RISK = "risk"


class State:
    """Legs, orders, books, health and switches of one bot.

    Attributes:
        setup: What does not change; of its parameters, the live ones are those of the start.
        parameters: In force.
        quoted: With which parameters each leg last quoted.
        outbox: Records and commands not yet written and sent.
        legs: By name, in the order in which they are offered events.
        table: Our orders.
        books: Cash and sums.
        desk: Proposals to commands.
        health: Of the market data.
        quoting: Switches of operator and limits.
        stops: Stop-losses in a row.
        loss_from: The PnL from which `max_loss` counts: zero, or what it was when an operator last resumed.
        quote: The newest usable best bid and ask; None before the first.
        depth: The book behind them; None where nobody asks for it.
        mark: The venue's mark price; None where the feed has none.
        reference: What the reference price rests on beside quotes.
        now_ns: Event time, nanoseconds since the epoch.
        bands: Each leg's band since it last came to rest; emptied by everything that could change one.
    """

    def __init__(self, setup: SessionSetup) -> None:
        """Start from `setup`, before the first message."""
        self.setup = setup
        self.parameters = setup.parameters
        self.outbox = Outbox()
        self.legs = setup.starting_legs()
        self.quoted = dict.fromkeys(self.legs, setup.parameters)
        self.table = OrderTable(setup.orders)
        self.books = Books(setup.wallet, setup.isolated_leverage)
        self.desk = Desk(setup, self.table, self.outbox)
        self.health = Health()
        self.quoting = Quoting(is_halted=setup.is_halted)
        self.stops = StopCounter(setup.parameters.risk)
        self.loss_from = ZERO
        self.quote: Quote | None = None
        self.depth = DepthBook() if setup.parameters.order_optimization_enabled else None
        self.mark: Decimal | None = None
        self.reference = Reference(setup.parameters, setup.last_own_price)
        self.now_ns = 0
        self.bands: dict[LegName, Band] = {}
        self.fault: str | None = None  # why the machine cannot be asked; a metric or an action of it failed

    def quoting_status(self) -> str:
        """Return `allowed`, or why no new quotes may leave."""
        return self.quoting.status(
            data_is_good=self.health.is_good,
            has_reference=not self.reference.is_missing,
            cools_down=self.stops.cools_down(self.now_ns),
        )

    def view(self, leg: Leg) -> View:
        """Return what `leg` may see now."""
        setup = self.setup
        return View(
            self.now_ns,
            self.quote,
            self.mark,
            self.health.status,
            self.quoting_status(),
            self.parameters,
            setup.instrument,
            self.table.of_leg(leg.name),
            partial(self.desk.free_margin, leg.name, self.legs, self.books.wallet, self.quote),
            setup.maker_rate,
            self.reference.anchor,
            self.tops,
        )

    def tops(self) -> Tops:
        """Return the best prices that remain of the book for order optimisation (B4)."""
        own = self.table.live() if self.setup.shows_own_orders else ()
        return remaining_tops(self.parameters, self.quote, self.depth, own)

    def trigger(self, name: LegName, trigger: Trigger) -> Step | None:
        """Offer `trigger` to a leg; keep, journal and carry out what it does."""
        leg = self.legs[name]
        try:
            step = take_step(self.setup.lifecycle, leg, trigger, self.view(leg))
        except MachineFault as fault:
            self.fault = str(fault)
            return None
        if step is None:
            return None
        self.bands.clear()
        self.legs[name] = step.leg
        if not step.leg.quotes_outdated:
            self.quoted[name] = self.parameters
        self.outbox.records.append(
            TransitionRecord(
                self.now_ns,
                name.value,
                trigger.value,
                step.row.number,
                step.row.name,
                step.source,
                step.leg.state,
                step.leg.exit_reason,
                step.saw,
                step.held,
                step.passed,
                step.notes,
                dict(step.leg.facts()),
            )
        )
        self.desk.carry_out(step.leg, step.proposals, quote=self.quote, now_ns=self.now_ns)
        return step

    def band(self, leg: Leg) -> Band:
        """Return within which prices and until when none of the leg's rows can fire; none while that cannot be told."""
        try:
            return band_of(self.setup.lifecycle, leg, self.view(leg))
        except MachineFault as fault:
            self.fault = str(fault)
            return NOWHERE

    def operate(self, action: str, who: str, why: str) -> None:
        """Pause, resume, stop, halt or flatten: journal it, throw the switch, tell every leg."""
        self.bands.clear()
        self.outbox.records.append(OperatorRecord(self.now_ns, action, who, why))
        self.quoting.throw(action)
        if action == "resume":
            self.stops.start_over()
            self.loss_from = self.pnl()
            return
        for name in self.legs:
            self.trigger(name, Trigger(action))

    def halt(self, why: str) -> None:
        """Latch `halted` on a limit's behalf; once."""
        if not self.quoting.is_halted:
            self.operate("halt", RISK, why)

    def closed(self, leg: Leg, reason: str) -> None:
        """Journal that a leg became flat, and count its stop-losses.

        Args:
            leg: With the sums of the position that it held.
            reason: Of the closing.
        """
        self.outbox.records.append(
            ClosingRecord(
                self.now_ns,
                leg.name.value,
                reason,
                leg.realised,
                leg.fees,
                leg.opened_ns or self.now_ns,
                leg.funding,
            )
        )
        self.stops.closed(reason, self.now_ns)
        if self.stops.is_exhausted:
            self.halt(f"{self.stops.in_a_row} stop-losses in a row (risk.max_stops_in_a_row)")

    def loss_left(self) -> Decimal | None:
        """Return how much more the session may lose before `max_loss`, quote currency; None while nothing can bind."""
        limit = self.setup.parameters.risk.max_loss
        return None if limit is None or self.quoting.is_halted else limit + self.pnl() - self.loss_from

    def pnl(self) -> Decimal:
        """Return what the session has made: realised plus open, after fees and funding, quote currency."""
        positions = [leg.position for leg in self.legs.values()]
        return self.books.gained + open_pnl(positions, self.quote)

    def check_loss(self) -> None:
        """Halt when the session has lost `max_loss`: realised plus open, after fees and funding."""
        left = self.loss_left()
        if left is not None and left <= 0:
            self.halt(f"the session has lost risk.max_loss, {self.setup.parameters.risk.max_loss:f}")
