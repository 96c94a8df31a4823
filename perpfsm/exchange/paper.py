"""The paper exchange: approved commands and market data in, the events of a venue out.

It knows no clock, so the same calls give the same events. Where a recording cannot say what would have happened,
the less favourable of the plausible answers is taken:

- A resting order executes at its own limit for the maker fee, also when the quote jumps past it.
- An order that crosses on arrival walks the book at the book's prices. Behind the last visible level every tick is
  taken to show as much as that level. What is left of a LIMIT rests, what is left of a MARKET expires.
- After a quote that is no market, crossed or without one of its sides, nothing can be taken until the next good one.
- Executions lie on the step grid, whatever sizes the market shows; only what remains of an order may be finer.
- In One-way mode an order that is not reduce-only is margined in full, also the part that would reduce.
- Own orders never execute against each other: the one that rests expires. Buys are matched before sells.

The parts: `floor` holds what they share, books every execution (`Floor.execute`) and announces every change of value
(`Floor.revalue`); commands reach the venue in `commands.carry_out`; `timeline` holds what happens without a message
(commands on their way, funding); `mail` holds events until they are received; `matching` and `queue` are about orders
that rest, `taking` about those that do not, `stops` about those that wait for a trigger. A further part puts itself
into `Floor.hooks`: after each message, after each change of value, and with a band of its own.
"""

from dataclasses import replace

from perpfsm.decisions.approval import Approved
from perpfsm.exchange.answers import answer_late
from perpfsm.exchange.arrivals import adopt, finish
from perpfsm.exchange.bands import order_band
from perpfsm.exchange.commands import carry_out
from perpfsm.exchange.counters import Counters
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.funding import Funding, FundingState
from perpfsm.exchange.incidents import strike
from perpfsm.exchange.liquidation import Liquidation
from perpfsm.exchange.matching import match_depth, match_quote, match_trade, show_quote
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.exchange.stops import StopWatch
from perpfsm.exchange.timeline import Arrival, FundingMoment, Happening, LateAnswer, Rank
from perpfsm.market.account import Account, OpenOrder
from perpfsm.market.band import EVERYWHERE, NOWHERE, Band
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import (
    BadQuote,
    DepthSnapshot,
    DepthUpdate,
    MarkPrice,
    Quote,
    ReferencePrice,
    Trade,
)
from perpfsm.market.order import VenueEvent


class PaperExchange:
    """One market of one account; every method is synchronous and pure but for this object's own state."""

    def __init__(
        self, settings: ExchangeSettings, account: Account, *, first_trade_id: int = 1, use_band: bool = True
    ) -> None:
        """Open the exchange, empty or where an earlier run left it.

        Args:
            settings: The contract, mode, leverage, fees and fill model.
            account: Cash, positions, and orders that already work; those rest, a MARKET takes from the first quote.
            first_trade_id: The number of the first fill; after a recovery one above the last.
            use_band: Whether a quote that the band holds is only shown to the market; the events are the same without.

        Raises:
            PerpfsmError: When the account holds a position on a leg that the mode does not have.
        """
        self._use_band = use_band
        self._open(Floor(settings, account, first_trade_id=first_trade_id))
        for open_order in account.orders:
            adopt(self._floor, open_order)

    def _open(self, floor: Floor) -> None:
        self._floor = floor
        self._band = EVERYWHERE
        self._funding = Funding(floor)
        Liquidation(floor)
        StopWatch(floor)

    def go_on(self, floor: Floor, funding: FundingState) -> None:
        """Forget everything and go on where another exchange was, on its floor and with what it knew of funding."""
        self._open(floor)
        self._funding.restore(funding)

    @property
    def parts(self) -> tuple[Floor, FundingState]:
        """The floor, as it is, and what is known of funding: all that the exchange remembers."""
        return self._floor, self._funding.state()

    def submit(self, approved: Approved, now_ns: int) -> None:
        """Send a command to the venue; what comes of it is among the events that are received later.

        Args:
            approved: What risk has approved.
            now_ns: When it leaves, local time, nanoseconds since the epoch.
        """
        floor, command = self._floor, approved.command
        arrival_ns = floor.connection.arrival_ns(command, now_ns)
        if arrival_ns > now_ns:
            floor.timeline.schedule(Arrival(command), arrival_ns)
            return
        self._pass(now_ns, Rank.ARRIVAL)
        carry_out(floor, command, now_ns)

    def on_market(self, message: FeedMessage) -> None:
        """Let a message of the feed execute what it reaches, after everything that is due before it has happened.

        A driver may leave out any uncrossed quote that `band` holds, if it delivers the newest uncrossed one before
        anything else reaches the exchange or happens there: any other message, a command, what is due. The newest one
        carries the newest mark and last price of those that were left out, where it has none itself. Delivering a quote
        twice, or one that was left out, changes nothing else. A crossed quote is no market: it executes nothing and is
        not kept, but for its mark and its last price; nor can anything be taken of what was shown before it.
        """
        floor, time_ns = self._floor, message.time_ns
        if floor.timeline.due_ns < time_ns:
            self._pass(time_ns - 1)
        match message:
            case Quote():
                self._on_quote(message)
            case Trade():
                match_trade(floor, message)
            case DepthSnapshot() | DepthUpdate():
                match_depth(floor, message)
            case MarkPrice():
                floor.mark, floor.band = message.mark, None
                floor.revalue(time_ns)
            case BadQuote():
                floor.book.is_hidden = True
            case ReferencePrice():
                return  # another market's
            case _:
                floor.band = None
                strike(floor, message)
        for look in floor.hooks.on_message:
            look(message)

    def due(self) -> int:
        """Return when something happens here, or is received, without a message: nanoseconds since the epoch."""
        return min(self._floor.timeline.due_ns, self._floor.mail.due_ns)

    def traffic_ns(self) -> int:
        """Return when the next command arrives or the next event is received; `NEVER` when nothing is on its way."""
        return min(self._floor.timeline.traffic_ns(), self._floor.mail.due_ns)

    def unheard_ns(self) -> int:
        """Return when the oldest execution happened that was not received yet; `NEVER` when there is none."""
        return self._floor.mail.unheard_ns()

    def band(self) -> Band:
        """Return the region of quotes in which nothing changes here; it ends when something is due."""
        floor, due_ns = self._floor, self.due()
        if floor.band is None:
            floor.band = order_band(floor)
            for region in floor.hooks.bands if floor.band is not NOWHERE else ():
                floor.band &= region()
            self._band = floor.band
        if self._band.due_ns != due_ns:
            self._band = replace(floor.band, due_ns=due_ns)
        return self._band

    def take(self, now_ns: int) -> tuple[VenueEvent, ...]:
        """Let everything that is due up to and including `now_ns` happen; return what was received by then, in order.

        Args:
            now_ns: Local time, nanoseconds since the epoch; never before that of an earlier call.
        """
        floor = self._floor
        if floor.timeline.due_ns <= now_ns:
            self._pass(now_ns)
        return floor.mail.receive(now_ns) if floor.mail.due_ns <= now_ns else ()

    @property
    def counters(self) -> Counters:
        """How often what has happened since the exchange was opened."""
        return self._floor.counters

    def account(self) -> Account:
        """Return cash, positions and working orders, oldest first, as the venue has them, whatever was received."""
        floor = self._floor
        return Account(
            floor.ledger.wallet,
            dict(floor.ledger.positions),
            tuple(OpenOrder(working.order, working.remaining) for working in floor.orders.by_id.values()),
            dict(floor.ledger.margins),
        )

    def _on_quote(self, quote: Quote) -> None:
        floor, is_uncrossed = self._floor, quote.bid <= quote.ask
        if quote.mark is not None:
            floor.mark = quote.mark
        if self._use_band and floor.band is not None and is_uncrossed and floor.band.holds(quote):
            show_quote(floor, quote)
            return
        floor.band = None
        if is_uncrossed:
            match_quote(floor, quote)
            if floor.unfinished:
                finish(floor, quote.time_ns)
        else:
            floor.book.is_hidden = True
        floor.revalue(quote.time_ns)

    def _pass(self, until_ns: int, rank: Rank = Rank.ANSWER) -> None:
        """Let everything that is due until `until_ns`, and at it up to `rank`, happen, each at its own time."""
        timeline = self._floor.timeline
        while timeline.has(until_ns, rank):
            time_ns, happening = timeline.pop()
            self._happen(happening, time_ns)

    def _happen(self, happening: Happening, now_ns: int) -> None:
        """Let one scheduled thing happen."""
        match happening:
            case Arrival(command):
                carry_out(self._floor, command, now_ns)
            case LateAnswer(event):
                answer_late(self._floor, event, now_ns)
            case FundingMoment():
                self._funding.settle(now_ns)
