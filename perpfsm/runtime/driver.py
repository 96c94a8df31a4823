"""The driver: brings feed, exchange, session and journal together, one event at a time, in one fixed order."""

from collections.abc import Callable, Sequence

from perpfsm.decisions.approval import Approved
from perpfsm.decisions.parameters import Parameters
from perpfsm.engine.records import Record
from perpfsm.engine.session import Session
from perpfsm.engine.start import reconcile
from perpfsm.errors import JournalError, MachineFault
from perpfsm.exchange.paper import PaperExchange
from perpfsm.market.band import EVERYWHERE, NEVER, Band
from perpfsm.market.incident import INCIDENTS, FeedMessage, Incident
from perpfsm.market.messages import DepthSnapshot, DepthUpdate, Quote, ReferencePrice, Trade
from perpfsm.market.order import OrderRejected, PlaceOrder, Role, VenueEvent
from perpfsm.runtime.meter import DrawdownMeter
from perpfsm.runtime.quality_meter import QualityMeter
from perpfsm.runtime.writer import Writer

ROUNDS_MAX = 10_000
PRICES = (Trade, ReferencePrice)


class Driver:
    """Runs one session against one paper exchange.

    At one instant: the feed's message reaches the exchange, what it executes reaches the engine, then the message
    does. A deadline earlier than the next message fires at its own time on the last snapshot; at equal times the
    message goes first.

    Attributes:
        messages: How many messages were given.
        failure: Why the journal cannot be written any more; None while it can.
        meter: What the drawdown is.
        quality: How well it trades.
    """

    def __init__(
        self,
        session: Session,
        exchange: PaperExchange,
        journal: Writer,
        *,
        observe: Callable[[Record], None],
        use_bands: bool = True,
    ) -> None:
        """Connect the parts.

        Args:
            session: The engine.
            exchange: The venue.
            journal: Where records go before commands leave.
            observe: Called with every record once it is written, for views.
            use_bands: Whether quotes inside the band are passed over; the journal is the same without.
        """
        self.session = session
        self.exchange = exchange
        self.messages = 0
        self.failure: JournalError | None = None
        self.meter = DrawdownMeter()
        self.quality = QualityMeter(session.state.setup.parameters.stop_loss_spread)
        self._journal = journal
        self._observe = observe
        self._use_bands = use_bands
        self._due = 0
        self._unseen: Quote | None = None
        self._beside: Band | None = None
        self._rest()

    @property
    def due_ns(self) -> int:
        """When something is due without a message, nanoseconds since the epoch."""
        return self._due

    @property
    def now_ns(self) -> int:
        """Event time of the newest thing that was seen, nanoseconds since the epoch."""
        state = self.session.state
        return state.now_ns if state.quote is None else max(state.now_ns, state.quote.time_ns)

    def start(self, now_ns: int) -> None:
        """Hold what the session remembers against what the venue says, before the first message."""
        state = self.session.state
        state.now_ns = now_ns
        reconcile(state, self.exchange.account())
        self._flush()
        self._deliver(self.exchange.take(now_ns))
        self._flush()
        self._commit()
        self._rest()

    def on_message(self, message: FeedMessage) -> None:
        """Take the next message of the feed; times never go backwards."""
        self.messages += 1
        if self._due < message.time_ns:
            self.advance(message.time_ns - 1)
        quote = message if self._use_bands and isinstance(message, Quote) else None
        if quote is not None and self.session.sleeps_through(quote):
            unseen = self._unseen
            self._unseen = quote.after(unseen)
            if unseen is None or quote.bid is not unseen.bid or quote.ask is not unseen.ask:
                self.meter.see(quote)  # these two look at prices only
                self.quality.see(quote)
            return
        if isinstance(message, Quote) and message.bid <= message.ask:
            unseen, self._unseen = self._unseen, None  # only a newer usable quote takes its place at the exchange
            self.quality.see(message)
            self.exchange.on_market(message.after(unseen))
        elif isinstance(message, INCIDENTS):
            self._suffer(message)
            return
        else:
            self._show_unseen()
            self.exchange.on_market(message)
        events = self.exchange.take(message.time_ns)
        if quote is not None and not events and self.session.sleeps_through(quote, is_matched=True):
            self._watch_exchange(quote.time_ns)
            self.meter.see(quote)
            return
        if events:
            self._deliver(events)
        elif isinstance(message, PRICES) and self.session.passes_over(message, use_bands=self._use_bands):
            self._watch_exchange(message.time_ns)
            return
        self.session.on_message(message)
        if isinstance(message, DepthSnapshot | DepthUpdate) and not events:
            self._watch_exchange(message.time_ns)
            return
        self._settle()

    def advance(self, now_ns: int) -> None:
        """Let every deadline up to and including `now_ns` fire at its own time, and what is due at the exchange happen.

        Raises:
            MachineFault: When deadlines do not come to an end.
        """
        while self._due <= now_ns:
            due = self._due
            self._show_unseen()
            self._hear(due)
            if self._due <= due:
                raise MachineFault(f"A deadline at {due} ns does not pass.", remedy="Report this machine file.")

    def wait_for_venue(self, until_ns: int) -> None:
        """Let the commands and events that are on their way arrive, those until `until_ns`, as `advance` does."""
        while (due := self.exchange.traffic_ns()) <= until_ns:
            self.advance(due)

    def operate(self, action: str, who: str, why: str, now_ns: int) -> None:
        """Pause, resume, stop, halt or flatten, now."""
        self.session.on_operator(action, who, why, now_ns)
        self._settle()

    def configure(self, wanted: Parameters, who: str, now_ns: int) -> None:
        """Put the live parameters of `wanted` in force, now (B16)."""
        self.session.on_configuration(wanted, who, now_ns)
        self._settle()

    def refuse(self, what: str, why: str, now_ns: int) -> None:
        """Journal that a live change was refused."""
        self.session.on_refused_change(what, why, now_ns)
        self._settle()

    def note(self, record: Record) -> None:
        """Journal a record of the run itself, such as its header.

        Raises:
            JournalError: When it cannot be kept.
        """
        self._journal.write([record])
        self._journal.commit()
        self.quality.add(record)
        self._observe(record)

    def _settle(self) -> None:
        """Write, send and answer until nothing moves: what the venue says comes before the market is offered again."""
        for _ in range(ROUNDS_MAX):
            if self.session.outbox.commands:
                self._flush()
            events = self.exchange.take(self.session.state.now_ns)
            if events:
                self._deliver(events)
            elif not self.session.offer_market() and self._keep():
                break
        else:
            raise MachineFault(f"Orders and answers did not come to rest within {ROUNDS_MAX} rounds.")
        self._rest()

    def _keep(self) -> bool:
        """Wait until everything written is kept; return whether nothing more has to leave, as when that just failed."""
        self._flush()
        self._commit()
        self._stand_down()
        return not self.session.outbox.commands

    def _deliver(self, events: tuple[VenueEvent, ...]) -> None:
        """Give the venue's events to the engine, one at a time; what each one causes leaves before the next."""
        for event in events:
            self.session.on_event(event)
            if self.session.outbox.commands:
                self._flush()

    def _flush(self) -> None:
        """Write records, then send commands: new exposure waits for the disk, a protective exit never does."""
        records, commands = self.session.outbox.take()
        if not records:
            return
        self._write(records)
        opening = []
        for approved in commands:
            match approved.command:
                case PlaceOrder(client_id=client_id, role=Role.QUOTE):
                    opening.append((client_id, approved))
                case _:
                    self._send(approved)
        if opening:
            self._commit()
        for client_id, approved in opening:
            if self.failure is None:
                self._send(approved)
            else:
                self._turn_down(client_id)
        self._stand_down()
        for record in records:
            self.quality.add(record)
            self._observe(record)

    def _suffer(self, incident: Incident) -> None:
        """Let an incident happen at the exchange; the session learns of it by what the venue says."""
        self._show_unseen()
        self.exchange.on_market(incident)
        self._hear(incident.time_ns)

    def _hear(self, now_ns: int) -> None:
        """Let what is due now happen, at the exchange first; nobody is asked while nothing is heard of it."""
        events = self.exchange.take(now_ns)
        if not events and self.session.due_ns > now_ns:
            self._watch_exchange(now_ns)
            return
        self._deliver(events)
        self.session.on_deadline(now_ns)
        self._settle()

    def _send(self, approved: Approved) -> None:
        self._show_unseen()
        self.exchange.submit(approved, self.session.state.now_ns)

    def _show_unseen(self) -> None:
        """Give the exchange the newest quote that it was spared, before anything else reaches it or happens there."""
        if self._unseen is not None:
            self.exchange.on_market(self._unseen)
            self._unseen = None

    def _turn_down(self, client_id: str) -> None:
        """Tell the engine that an opening order did not leave, because the journal does not hold it."""
        self.session.on_event(OrderRejected(client_id, self.session.state.now_ns, 0, "the journal cannot be written"))

    def _write(self, records: Sequence[Record]) -> None:
        if self.failure is None:
            try:
                self._journal.write(records)
            except JournalError as error:
                self.failure = error

    def _commit(self) -> None:
        if self.failure is None:
            try:
                self._journal.commit()
            except JournalError as error:
                self.failure = error

    def _stand_down(self) -> None:
        """Take everything down once nothing can be kept any more."""
        if self.failure is not None:
            self.session.state.halt(f"the journal cannot be written: {self.failure.what}")

    def _rest(self) -> None:
        """Remember until when, and within which prices, nothing can happen."""
        self._beside = self.exchange.band() if self._use_bands else EVERYWHERE
        self.session.rest(self._beside)
        self._due = min(self.session.due_ns, self.exchange.due())
        self.quality.remember(self.exchange.unheard_ns())
        state = self.session.state
        self.meter.settle([leg.position for leg in state.legs.values()], state.books.gained)
        if state.quote is not None:
            self.meter.see(state.quote)

    def _watch_exchange(self, now_ns: int) -> None:
        """Remember the exchange's band and what is due there, when the session has nothing to do with the change.

        What the session waits for becomes due no sooner by that; if later, it is asked when the old moment has come.
        """
        if self._use_bands and (band := self.exchange.band()) is not self._beside:
            self._beside = band
            self.session.watch(band)
        if (due := self.exchange.due()) < self._due or self._due <= now_ns:
            self._due = min(self.session.due_ns, due)
        if due != NEVER:  # as when an execution is on its way
            self.quality.remember(self.exchange.unheard_ns())
