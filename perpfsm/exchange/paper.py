"""The paper exchange: approved commands and market data in, the events of a venue out.

It knows no clock, so the same calls give the same events. Where a recording cannot say what would have happened,
the less favourable of the plausible answers is taken:

- A resting order executes at its own limit for the maker fee, also when the quote jumps past it.
- An order that crosses on arrival takes at the best price shown, never more than is shown. Its rest goes on taking
  at the taker fee while the market stays at or through its limit, because at a venue it would have taken the depth
  behind the best price, which a quote does not show. From the first quote that leaves it behind it is a resting
  order like any other.
- In One-way mode an order that is not reduce-only is margined in full, also the part that would reduce.
- Own orders never execute against each other. Buys are matched before sells.
"""

from decimal import Decimal

from perpfsm.decisions.approval import Approved
from perpfsm.exchange.admission import (
    DUPLICATE_CLIENT_ID,
    UNKNOWN_ORDER,
    execution_price,
    opening_margin,
    rejection,
)
from perpfsm.exchange.bands import order_band
from perpfsm.exchange.ledger import Ledger
from perpfsm.exchange.matching import ShownBook, crosses, executes
from perpfsm.exchange.orders import OwnOrders, VenueOrder, closes
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.market.account import Account, OpenOrder
from perpfsm.market.band import HIGH, LOW, NEVER, Band
from perpfsm.market.fill import Fill, Liquidity
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
from perpfsm.market.order import (
    CancelOrder,
    CancelRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    PlaceOrder,
    VenueEvent,
)
from perpfsm.market.position import ZERO
from perpfsm.market.side import LegName, Side


class PaperExchange:
    """One market of one account; every method is synchronous and pure but for this object's own state."""

    def __init__(self, settings: ExchangeSettings, account: Account, *, first_trade_id: int = 1) -> None:
        """Open the exchange, empty or where an earlier run left it.

        Args:
            settings: The contract, mode, leverage, fees and fill model.
            account: Cash, positions, and orders that already work; those rest, a MARKET order goes on taking.
            first_trade_id: The number of the first fill; after a recovery one above the last.

        Raises:
            PerpfsmError: When the account holds a position on a leg that the mode does not have.
        """
        self._settings = settings
        self._ledger = Ledger(account.wallet, account.positions, settings.mode)
        self._orders = OwnOrders()
        self._book = ShownBook()
        self._events: list[VenueEvent] = []
        self._trade_id = first_trade_id
        self._known: set[str] = set()
        self._band: Band | None = None
        for open_order in account.orders:
            self._admit(open_order.order, open_order.remaining)

    def submit(self, approved: Approved, now_ns: int) -> None:
        """Carry out a command at once; what came of it is among the next events.

        Args:
            approved: What risk has approved.
            now_ns: Local time, nanoseconds since the epoch; it stamps the events.
        """
        match approved.command:
            case PlaceOrder() as order:
                self._place(order, now_ns)
            case CancelOrder(client_id):
                self._cancel(client_id, now_ns)

    def on_market(self, message: FeedMessage) -> None:
        """Let a message of the feed execute what it reaches.

        A driver may leave out any uncrossed quote that `band` holds, if it delivers the newest uncrossed one before
        it next submits. Delivering a quote twice, or one that was left out, changes nothing else. A crossed quote is
        no market: it executes nothing and is not kept.
        """
        match message:
            case Quote():
                if message.bid <= message.ask:
                    self._on_quote(message)
            case BadQuote() | Trade() | MarkPrice() | DepthSnapshot() | DepthUpdate():
                pass  # queue position, funding and liquidation will read these
            case ReferencePrice():
                pass  # another market's
            case _:
                pass  # an incident: exchange/incidents.py takes these

    def due(self) -> int:
        """Return when something happens here without a message, nanoseconds since the epoch: never, as yet."""
        return NEVER

    def band(self) -> Band:
        """Return the region of quotes in which nothing changes here."""
        if self._band is None:
            self._band = order_band(self._orders, self._book, self._settings)
        return self._band

    def take(self) -> tuple[VenueEvent, ...]:
        """Return the events since the last call, in the order in which they happened."""
        events = tuple(self._events)
        self._events.clear()
        return events

    def account(self) -> Account:
        """Return cash, positions and working orders, oldest first."""
        return Account(
            self._ledger.wallet,
            dict(self._ledger.positions),
            tuple(OpenOrder(working.order, working.remaining) for working in self._orders.by_id.values()),
        )

    def _place(self, order: PlaceOrder, now_ns: int) -> None:
        client_id = order.client_id
        if client_id in self._known:
            self._events.append(OrderRejected(client_id, now_ns, DUPLICATE_CLIENT_ID, "Client order id is duplicated."))
            return
        quote = self._book.quote
        no = rejection(order, settings=self._settings, quote=quote, ledger=self._ledger, orders=self._orders)
        if no is not None:
            self._events.append(OrderRejected(client_id, now_ns, no.code, no.reason))
            return
        working = self._admit(order, order.size)
        self._events.append(OrderAccepted(client_id, now_ns))
        if working.takes and quote is not None:
            self._execute(working, quote, now_ns)

    def _admit(self, order: PlaceOrder, remaining: Decimal) -> VenueOrder:
        """Put an order on the book, unchecked; what closes, or has no price yet, ties up no margin."""
        quote = self._book.quote
        limit = order.price
        if limit is None:
            limit = HIGH if order.side is Side.BUY else LOW
        closing = closes(order)
        price = None if closing else execution_price(order, quote)
        working = VenueOrder(
            order=order,
            limit=limit,
            remaining=remaining,
            closes=closing,
            takes=order.price is None or (quote is not None and crosses(order.side, limit, quote)),
            priced_at=ZERO if price is None else price,
            margin=ZERO
            if price is None
            else opening_margin(order, price=price, size=remaining, settings=self._settings),
        )
        self._orders.add(working)
        self._known.add(order.client_id)
        self._band = None
        return working

    def _cancel(self, client_id: str, now_ns: int) -> None:
        working = self._orders.by_id.get(client_id)
        if working is None:
            self._events.append(CancelRejected(client_id, now_ns, UNKNOWN_ORDER, "Unknown order sent."))
            return
        self._orders.remove(working)
        self._band = None
        self._events.append(OrderCanceled(client_id, now_ns))

    def _on_quote(self, quote: Quote) -> None:
        orders, book = self._orders, self._book
        if orders.takers or book.is_used:
            self._band = None
        book.show(quote)
        for working in tuple(orders.takers):
            if not crosses(working.order.side, working.limit, quote):
                orders.let_rest(working)
        if orders.buys and quote.ask <= orders.buys[0].limit:
            self._match(Side.BUY, quote)
        if orders.sells and quote.bid >= orders.sells[0].limit:
            self._match(Side.SELL, quote)

    def _match(self, side: Side, quote: Quote) -> None:
        """Execute the orders of one side against the quote, the best price first, then the oldest."""
        model = self._settings.fill_model
        for working in tuple(self._orders.line(side)):
            if not crosses(side, working.limit, quote) or not self._book.left(quote, side):
                return
            if working.remaining and executes(working, quote, model):
                self._execute(working, quote, quote.time_ns)

    def _execute(self, working: VenueOrder, quote: Quote, now_ns: int) -> None:
        """Execute as much of a reached order as is shown and, for a closing one, as the position allows."""
        order = working.order
        leg, side = order.leg, order.side
        size = min(working.remaining, self._book.left(quote, side))
        if working.closes:
            size = min(size, self._ledger.reducible(leg, side))
        if not size:
            return
        if working.takes:
            price, rate, liquidity = (
                quote.ask if side is Side.BUY else quote.bid,
                self._settings.taker_rate,
                Liquidity.TAKER,
            )
        else:
            price, rate, liquidity = working.limit, self._settings.maker_rate, Liquidity.MAKER
        fee = price * size * rate
        closed = self._ledger.book(leg, side, price=price, size=size, fee=fee)
        self._book.use(side, size)
        self._band = None
        fill = Fill(self._trade_id, order.client_id, leg, side, price, size, fee, liquidity, now_ns)
        self._trade_id += 1
        self._events.append(OrderFilled(now_ns, fill))
        working.remaining -= size
        if not working.remaining:
            self._orders.remove(working)
        elif working.priced_at:
            working.margin = opening_margin(
                order, price=working.priced_at, size=working.remaining, settings=self._settings
            )
        if closed:
            self._expire_closing(leg, now_ns)

    def _expire_closing(self, leg: LegName, now_ns: int) -> None:
        """Expire the closing orders of a leg whose position they no longer reduce, the oldest first."""
        for working in tuple(self._orders.by_id.values()):
            order = working.order
            if working.closes and order.leg is leg and not self._ledger.reducible(leg, order.side):
                self._orders.remove(working)
                self._events.append(
                    OrderExpired(order.client_id, now_ns, "The position that it would reduce is closed.")
                )
