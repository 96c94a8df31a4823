"""The trading floor: what every part of the exchange shares, and the few things that happen there to an order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from perpfsm.exchange.book import Book
from perpfsm.exchange.counters import Counters
from perpfsm.exchange.faults import Faults
from perpfsm.exchange.latency import Connection
from perpfsm.exchange.ledger import Ledger
from perpfsm.exchange.mail import Mail
from perpfsm.exchange.orders import OwnOrders, VenueOrder
from perpfsm.exchange.pricing import execution_price, opening_margin
from perpfsm.exchange.rates import PlacementRate
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.exchange.timeline import Timeline
from perpfsm.exchange.waiting import WaitingStops
from perpfsm.market.account import Account
from perpfsm.market.band import Band
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.incident import FeedMessage
from perpfsm.market.instrument import round_size
from perpfsm.market.order import OrderExpired, OrderFilled, VenueEvent
from perpfsm.market.position import ZERO
from perpfsm.market.side import LegName, Side

POSITION_GONE = "The position that it would reduce is closed."


@dataclass(slots=True)
class Hooks:
    """Who is called when something has happened on the floor, in the order of the lists; filled when it is set up.

    Attributes:
        on_message: After each message of the feed, once it was matched: stop orders look at marks and trades here.
        on_value: After each change of mark or quote, after each execution and funding, with the time: margin and
            liquidation are checked here. It may expire orders and close positions, so that whoever caused it looks
            at `VenueOrder.remaining` again.
        bands: Regions of quotes within which such a part needs not be called, all of them asked for together.
    """

    on_message: list[Callable[[FeedMessage], None]] = field(default_factory=list)
    on_value: list[Callable[[int], None]] = field(default_factory=list)
    bands: list[Callable[[], Band]] = field(default_factory=list)


class Floor:
    """The state that the parts of the exchange share. Times are those of the feed's clock.

    Attributes:
        settings: What the exchange was told once.
        ledger: Cash and positions.
        orders: What works.
        stops: Stop orders that wait for their trigger.
        book: The market as it was shown, less what we took of it.
        timeline: What will happen without a message.
        mail: Events on their way to us; `say` posts there.
        hooks: Who is called when something happened.
        connection: The way in and the way out.
        known: Every client id that was ever admitted.
        faults: What is wrong with the venue at the moment.
        filled: Those among them of which everything was executed.
        unfinished: MARKET orders of an earlier run that have yet to see a quote.
        swept_ns: By side of ours, the venue's time of the newest book that has filled an order of that side.
        counters: How often what has happened.
        rate: How often opening orders were taken of late.
        mark: The feed's newest mark price, None while it has none; see `mark_price`.
        trade_id: Of the next fill.
        band: The region of quotes in which nothing happens here; None once something has changed it.
    """

    __slots__ = (
        "band",
        "book",
        "connection",
        "counters",
        "faults",
        "filled",
        "hooks",
        "known",
        "ledger",
        "mail",
        "mark",
        "orders",
        "rate",
        "settings",
        "stops",
        "swept_ns",
        "timeline",
        "trade_id",
        "unfinished",
    )

    def __init__(self, settings: ExchangeSettings, account: Account, *, first_trade_id: int) -> None:
        """Open the floor with the cash and the positions of `account`, without orders."""
        self.settings = settings
        self.ledger = Ledger(
            account.wallet,
            account.positions,
            settings.mode,
            isolated_leverage=settings.isolated_leverage,
            margins=account.margins,
        )
        self.orders = OwnOrders()
        self.stops = WaitingStops()
        self.book = Book(settings.instrument.tick)
        self.timeline = Timeline()
        self.connection = Connection(settings.latency)
        self.mail = Mail(self.connection)
        self.hooks = Hooks()
        self.known: set[str] = set()
        self.filled: set[str] = set()
        self.unfinished: list[VenueOrder] = []
        self.swept_ns: dict[Side, int] = {}
        self.counters = Counters()
        self.rate = PlacementRate()
        self.faults = Faults()
        self.mark: Decimal | None = None
        self.trade_id = first_trade_id
        self.band: Band | None = None

    @property
    def mark_price(self) -> Decimal | None:
        """The mark price by which positions are valued: the feed's, else the mid, None before either."""
        if self.mark is not None:
            return self.mark
        return None if self.book.quote is None else self.book.quote.mid

    def say(self, event: VenueEvent) -> None:
        """Tell the account's owner what has just happened; `event.time_ns` is when."""
        self.mail.post(event)

    def revalue(self, now_ns: int) -> None:
        """Announce that mark, quote, positions or cash have changed. This is the one place where that is done."""
        for check in self.hooks.on_value:
            check(now_ns)

    def admit(self, working: VenueOrder) -> None:
        """Put an order that was accepted among those that work."""
        self.orders.add(working)
        self.known.add(working.order.client_id)
        self.band = None

    def rest(self, working: VenueOrder) -> None:
        """Let an order that works rest, at the end of the queue of its price."""
        working.place.join(self.book, working.order.side, working.limit)
        self.orders.rest(working)
        self.band = None

    def open_size(self, working: VenueOrder, size: Decimal) -> Decimal:
        """Return how much of `size` base units an order may execute: its rest, and if it closes what is open."""
        size = self.on_step(size, working.remaining)
        if working.closes:
            size = min(size, self.ledger.reducible(working.order.leg, working.order.side))
        return size

    def on_step(self, size: Decimal, remaining: Decimal) -> Decimal:
        """Return what an order executes of `size` base units: all that remains of it, or less in whole steps."""
        if size >= remaining:
            return remaining
        return round_size(size, step=self.settings.instrument.step) if size > ZERO else ZERO

    def price_margin(self, working: VenueOrder) -> None:
        """Let an order that opens tie up its margin at the price by which it is valued now."""
        price = None if working.closes else execution_price(working.order, self.book.quote)
        if price is not None:
            working.priced_at = price
            self._count_margin(working)

    def execute(self, working: VenueOrder, *, price: Decimal, size: Decimal, liquidity: Liquidity, now_ns: int) -> None:
        """Execute `size` base units of an order at `price`. Every execution of an order goes through here.

        Books it, says so, takes the order off when nothing of it is left, expires closing orders that have lost
        their position, and announces the change of value, by which further orders may go.
        """
        order, settings = working.order, self.settings
        rate = settings.maker_rate if liquidity is Liquidity.MAKER else settings.taker_rate
        fee = price * size * rate
        closed = self.ledger.book(order.leg, order.side, price=price, size=size, fee=fee)
        self.band = None
        fill = Fill(self.trade_id, order.client_id, order.leg, order.side, price, size, fee, liquidity, now_ns)
        self.trade_id += 1
        self.say(OrderFilled(now_ns, fill))
        working.remaining -= size
        if not working.remaining:
            self.filled.add(order.client_id)
            self.orders.remove(working)
        elif working.priced_at:
            self._count_margin(working)
        if closed:
            self.expire_closing(order.leg, now_ns)
        self.revalue(now_ns)

    def remove(self, working: VenueOrder) -> None:
        """Take an order off without a word."""
        self.orders.remove(working)
        self.band = None

    def expire(self, working: VenueOrder, reason: str, now_ns: int) -> None:
        """Take an order off although nobody asked for it, and say why."""
        self.remove(working)
        self.say(OrderExpired(working.order.client_id, now_ns, reason))

    def expire_closing(self, leg: LegName, now_ns: int) -> None:
        """Expire the closing orders of a leg whose position they do not reduce any more, the oldest first."""
        for working in tuple(self.orders.by_id.values()):
            order = working.order
            if working.closes and order.leg is leg and not self.ledger.reducible(leg, order.side):
                self.expire(working, POSITION_GONE, now_ns)

    def _count_margin(self, working: VenueOrder) -> None:
        working.margin = opening_margin(
            working.order, price=working.priced_at, size=working.remaining, settings=self.settings
        )
