"""The session of one bot: one event at a time in, records and approved commands out; it performs nothing."""

from perpfsm.decisions.parameters import Parameters
from perpfsm.engine.configuration import change_parameters
from perpfsm.engine.health import SILENT, Health, judge, jumps
from perpfsm.engine.limits import loss_band
from perpfsm.engine.outbox import Outbox
from perpfsm.engine.records import DataRecord, OperatorRecord, RefusalRecord
from perpfsm.engine.reference import NO_REFERENCE
from perpfsm.engine.setup import SessionSetup
from perpfsm.engine.state import RISK, State
from perpfsm.engine.takedown import next_try_ns, take_down
from perpfsm.engine.venue_events import apply_event
from perpfsm.machine.definition import Trigger
from perpfsm.machine.leg import NO_REASON
from perpfsm.market.band import EVERYWHERE, NOWHERE, Band
from perpfsm.market.messages import (
    BadQuote,
    DepthSnapshot,
    DepthUpdate,
    MarketMessage,
    MarkPrice,
    Quote,
    ReferencePrice,
    Trade,
)
from perpfsm.market.moments import later
from perpfsm.market.order import OrderFilled, VenueEvent

STEPS_MAX = 32
ENGINE = "engine"


class Session:
    """One bot at the seam to its driver.

    The driver gives it one event, then calls `offer_market` until it returns False, and empties the outbox after
    every call: records are written, then commands are sent. What the venue answers is given first.
    """

    def __init__(self, setup: SessionSetup) -> None:
        """Start from `setup`, before the first message."""
        self.state = State(setup)
        self._risk = setup.parameters.risk
        self._own = self._watch = NOWHERE
        self._asleep: Quote | None = None  # the newest that slept within `_watch` as it is now
        self._heard_ns = self._steps = 0
        self._has_faulted = self._is_flattened_by_silence = False

    @property
    def outbox(self) -> Outbox:
        """Records and commands that wait for the driver."""
        return self.state.outbox

    def sleeps_through(self, quote: Quote, *, is_matched: bool = False) -> bool:
        """Return whether nothing can happen on `quote`; if so it becomes the newest one, and that is all.

        Most quotes change sizes only: one with the very prices of the last that slept sleeps, too, until something is
        due. Feeds give equal prices as one object; where they do not, they are compared, with the same result.

        Args:
            quote: The next quote of the feed.
            is_matched: Whether the exchange has seen it, so that its own band does not matter any more.
        """
        asleep, state = self._asleep, self.state
        is_known = asleep is not None and quote.bid is asleep.bid and quote.ask is asleep.ask
        if not is_known or quote.mark is not None or quote.last is not None or quote.time_ns >= self._watch.due_ns:
            band = self._own if is_matched else self._watch
            if not band.holds(quote) or quote.bid > quote.ask or jumps(state.quote, quote, self._risk.max_jump_pct):
                return False
            if quote.mark is not None:
                state.mark = quote.mark
            if quote.last is not None and state.reference.reads(quote):
                state.reference.see(quote)
            self._asleep = None if is_matched else quote
        state.quote = quote
        self._heard_ns = quote.time_ns
        return True

    def passes_over(self, message: Trade | ReferencePrice, *, use_bands: bool) -> bool:
        """Return whether nothing can happen on a price that is no quote; if so it is taken in, and that is all."""
        reference = self.state.reference
        if not reference.reads(message):
            return True
        if not use_bands or message.price is None or not self._own.holds_anchor(message.price, message.time_ns):
            return False
        reference.see(message)
        self.state.now_ns = message.time_ns
        return True

    def on_message(self, message: MarketMessage) -> None:
        """Take a message that may matter: fold it into health and prices.

        Depth is remembered for the next quotes, and nothing can happen on it: the market need not be offered.
        """
        state = self.state
        if isinstance(message, DepthSnapshot | DepthUpdate):
            if state.depth is not None:
                state.depth.fold(message)
            return
        self._begin(message.time_ns)
        match message:
            case Trade() | ReferencePrice():
                self._refer_to(message)
            case MarkPrice():
                state.mark = message.mark
                state.bands.clear()
            case Quote() | BadQuote():
                self._heard_ns = message.time_ns
                self._is_flattened_by_silence = False
                health = judge(message, before=state.quote, max_jump_pct=self._risk.max_jump_pct)
                if isinstance(message, Quote) and message.bid <= message.ask:
                    state.quote = message
                    if message.mark is not None:
                        state.mark = message.mark
                    self._refer_to(message)
                self._note_health(health)
        state.check_loss()

    def on_deadline(self, now_ns: int) -> None:
        """Let time pass to `now_ns` without a message; silence may be one of the things that are due."""
        self._begin(now_ns)
        stale, flatten = self._silence_due()
        is_silent = flatten is not None and now_ns >= flatten
        if is_silent or (stale is not None and now_ns >= stale):
            self._note_health(SILENT)
        if is_silent:
            self._flatten_for_silence()

    def on_event(self, event: VenueEvent) -> None:
        """Take one event of the venue."""
        self.state.now_ns = event.time_ns
        apply_event(self.state, event)
        if self._is_flattened_by_silence and isinstance(event, OrderFilled):
            leg = self.state.legs[event.fill.leg]
            if not leg.position.is_flat and leg.exit_reason == NO_REASON:
                self._flatten_for_silence()

    def on_operator(self, action: str, who: str, why: str, now_ns: int) -> None:
        """Pause, resume, stop, halt or flatten.

        Args:
            action: One of these five.
            who: `operator`, or what acts in that place, such as `feed end`.
            why: In words, for the journal.
            now_ns: Event time.
        """
        self._begin(now_ns)
        if action == "resume":
            self._has_faulted, self.state.fault = False, None
        self.state.operate(action, who, why)

    def on_configuration(self, wanted: Parameters, who: str, now_ns: int) -> None:
        """Take over the live parameters of `wanted` (B16); the rest of it is not looked at.

        Args:
            wanted: Of a strategy that was validated as a whole.
            who: `strategy file`, or who asked for it.
            now_ns: Event time.
        """
        self._begin(now_ns)
        change_parameters(self.state, wanted, who)

    def on_refused_change(self, what: str, why: str, now_ns: int) -> None:
        """Journal that a live change was refused; nothing changes.

        Args:
            what: Such as `change of the strategy file`.
            why: In words.
            now_ns: Event time.
        """
        self._begin(now_ns)
        self.outbox.records.append(RefusalRecord(now_ns, "", what, why))

    def offer_market(self) -> bool:
        """Release what has waited, else let the first leg that can move move; return whether anything happened.

        A machine that was found at fault is not asked any more until an operator resumes.
        """
        state = self.state
        if state.desk.release(state.legs, quote=state.quote, now_ns=state.now_ns):
            state.bands.clear()
            return True
        if self._has_faulted:
            return take_down(state)
        for name in state.legs:
            if state.fault is None and state.trigger(name, Trigger.MARKET) is not None:
                self._steps += 1
                if self._steps > STEPS_MAX * len(state.legs):
                    self._fault(f"the machine did not come to rest within {STEPS_MAX} steps")
                return True
        if state.fault is not None:
            self._fault(state.fault)
        return state.fault is not None

    def watch(self, beside: Band) -> None:
        """Remember that the exchange's band is `beside` now."""
        self._watch = self._own & beside
        self._asleep = None

    def rest(self, beside: Band) -> None:
        """Remember within which band nothing can happen here, and in which not even at the exchange (`beside`)."""
        state = self.state
        if state.stops.end_pause(state.now_ns):
            state.bands.clear()
        band = EVERYWHERE
        for name, leg in state.legs.items():
            kept = state.bands.get(name)
            if kept is None or state.now_ns >= kept.due_ns or state.quote is None or not kept.holds(state.quote):
                state.bands[name] = kept = state.band(leg)
            band &= kept
        slack = state.loss_left()
        if slack is not None:
            positions = [leg.position for leg in state.legs.values()]
            band &= loss_band(positions, state.quote, slack=slack, tick=state.setup.instrument.tick)
        next_try = next_try_ns(state) if self._has_faulted else None
        for due_ns in (state.stops.cooldown_until_ns, state.table.next_release_ns(), next_try):
            if due_ns is not None and due_ns > state.now_ns:
                band &= Band(due_ns=due_ns)
        self._own = band if state.health.is_good else band & NOWHERE
        self.watch(beside)

    @property
    def due_ns(self) -> int:
        """When something is due here without a message, nanoseconds since the epoch; NEVER when nothing is."""
        return min(due for due in (*self._silence_due(), self._own.due_ns) if due is not None)

    def _silence_due(self) -> tuple[int | None, int | None]:
        """Return when silence makes the data stale, and when it flattens; None where it does not."""
        stale, flatten = self._risk.stale_after, self._risk.stale_flatten_after
        if self.state.quote is None:
            return None, None
        return (
            None if stale is None or not self.state.health.is_good else later(self._heard_ns, stale),
            None if flatten is None or self._is_flattened_by_silence else later(self._heard_ns, flatten),
        )

    def _begin(self, now_ns: int) -> None:
        """Start an event from outside: what only the last one knew is forgotten."""
        self.state.now_ns = now_ns
        self._asleep = None
        self._steps = 0
        for name, leg in self.state.legs.items():
            if leg.peak_is_new:
                self.state.legs[name] = twin = leg.copy()
                twin.peak_is_new = False

    def _note_health(self, health: Health) -> None:
        """Journal a change of health, and tell the machine when good data turned bad."""
        state = self.state
        was, state.health = state.health, health
        if health.status == was.status:
            return
        state.bands.clear()
        state.outbox.records.append(DataRecord(state.now_ns, health.status, health.detail))
        if was.is_good:
            self._tell_data_bad()
        if health.is_good and state.reference.is_missing:
            state.outbox.records.append(DataRecord(state.now_ns, NO_REFERENCE, state.reference.why_missing))

    def _refer_to(self, message: Quote | Trade | ReferencePrice) -> None:
        """Take in what moves the reference price; journal when another source loses its price, why, and its return."""
        state, reference = self.state, self.state.reference
        if not reference.reads(message):
            return
        was_missing, was_why = reference.is_missing, reference.why_missing
        reference.see(message)
        state.bands.clear()
        if not state.health.is_good:
            return
        if reference.is_missing:
            if not was_missing or reference.why_missing != was_why:
                state.outbox.records.append(DataRecord(state.now_ns, NO_REFERENCE, reference.why_missing))
            if not was_missing:
                self._tell_data_bad()
        elif was_missing:
            state.outbox.records.append(DataRecord(state.now_ns, state.health.status, "the reference price is back"))

    def _tell_data_bad(self) -> None:
        for name in self.state.legs:
            self.state.trigger(name, Trigger.DATA_BAD)

    def _flatten_for_silence(self) -> None:
        """Close what is open, because nobody knows what it is worth; once, and again for a fill that comes late."""
        self._is_flattened_by_silence = True
        self.state.operate("flatten", RISK, f"no quote for {self._risk.stale_flatten_after} s")

    def _fault(self, why: str) -> None:
        """The machine does not come to rest, or cannot be asked: halt, and take down its orders and positions."""
        self._has_faulted = True
        state = self.state
        state.quoting.throw("halt")
        why = f"{why.rstrip('.')}, so its orders and positions are taken down"
        state.outbox.records.append(OperatorRecord(state.now_ns, "halt", ENGINE, why))
        for name, leg in state.legs.items():
            if not leg.position.is_flat:
                state.legs[name] = twin = leg.copy()
                twin.exit_reason = RISK
        take_down(state)
