"""The whole exchange as text and back: what is restored goes on exactly as what was saved would have."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.errors import PerpfsmError
from perpfsm.exchange.book import Book, BookState
from perpfsm.exchange.counters import Counters
from perpfsm.exchange.faults import Faults
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.funding import FundingState
from perpfsm.exchange.latency import Connection, ConnectionState
from perpfsm.exchange.ledger import LedgerState
from perpfsm.exchange.mail import Mail
from perpfsm.exchange.orders import OrdersState, OwnOrders
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.plain import NotPlainError, parse, read, to_text
from perpfsm.exchange.rates import PlacementRate
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.exchange.timeline import Timeline, TimelineState
from perpfsm.exchange.waiting import WaitingStops
from perpfsm.market.account import Account
from perpfsm.market.order import VenueEvent
from perpfsm.market.side import Side

FORMAT = "perpfsm paper exchange"
VERSION = 1
REMEDY = "Give a text as it was saved, whole and unchanged."


@dataclass(frozen=True, slots=True)
class ExchangeState:
    """Everything that an exchange remembers; what it can work out again, such as its band, is not among it.

    Attributes:
        settings: What it was told, with the changes of the account since.
        ledger: Cash, positions and margins.
        orders: What works, with places in queues.
        unfinished: Ids of MARKET orders of an earlier run that have yet to see a quote.
        stops: Stop orders that wait, and the last price.
        book: The market as it was shown, less what was used of it.
        swept_ns: By side of ours, the venue's time of the newest book that has filled an order of that side.
        mark: The feed's newest mark price.
        timeline: What is scheduled.
        connection: How far both ways have come, generators included.
        mail: Events on their way.
        funding: What is known of it.
        faults: The incidents in force.
        placements: When opening orders were taken of late.
        counters: How often what has happened.
        known: Every client id that was ever admitted, sorted.
        filled: Those of which everything was executed, sorted.
        trade_id: Of the next fill.
    """

    settings: ExchangeSettings
    ledger: LedgerState
    orders: OrdersState
    unfinished: tuple[str, ...]
    stops: WaitingStops
    book: BookState
    swept_ns: dict[Side, int]
    mark: Decimal | None
    timeline: TimelineState
    connection: ConnectionState
    mail: tuple[VenueEvent, ...]
    funding: FundingState
    faults: Faults
    placements: tuple[int, ...]
    counters: Counters
    known: tuple[str, ...]
    filled: tuple[str, ...]
    trade_id: int


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved exchange as it stands in a text."""

    format: str
    version: int
    state: ExchangeState


def save(exchange: PaperExchange) -> str:
    """Return everything that `exchange` remembers as canonical JSON; equal exchanges give equal texts."""
    return to_text(Saved(FORMAT, VERSION, _state_of(*exchange.parts)))


def restore(text: str) -> PaperExchange:
    """Return the exchange that `save` has written as `text`.

    Raises:
        PerpfsmError: When it is no such text, is of another version, or is broken.
    """
    try:
        plain = parse(text)
        if not isinstance(plain, dict) or plain.get("format") != FORMAT:
            raise NotPlainError(f"it is not marked as one ({FORMAT!r})")
        if (version := plain.get("version")) != VERSION:
            raise PerpfsmError(
                f"The exchange was saved in version {version} of the format; version {VERSION} is known here.",
                where="saved exchange",
                remedy="Use the perpfsm that saved it.",
            )
        return _exchange_of(read(Saved, plain).state)
    except (NotPlainError, KeyError, ValueError) as error:
        what = f"The text is no saved exchange: {error}."
        raise PerpfsmError(what, where="saved exchange", remedy=REMEDY) from error


def _state_of(floor: Floor, funding: FundingState) -> ExchangeState:
    return ExchangeState(
        settings=floor.settings,
        ledger=floor.ledger.state(),
        orders=floor.orders.state(),
        unfinished=tuple(working.order.client_id for working in floor.unfinished if working.remaining),
        stops=floor.stops,
        book=floor.book.state(),
        swept_ns=floor.swept_ns,
        mark=floor.mark,
        timeline=floor.timeline.state(),
        connection=floor.connection.state(),
        mail=floor.mail.on_its_way(),
        funding=funding,
        faults=floor.faults,
        placements=floor.rate.moments(),
        counters=floor.counters,
        known=tuple(sorted(floor.known)),
        filled=tuple(sorted(floor.filled)),
        trade_id=floor.trade_id,
    )


def _exchange_of(state: ExchangeState) -> PaperExchange:
    """Return an exchange that takes over the parts of `state`.

    Raises:
        KeyError: When an order is named that is not there.
        ValueError: When a part does not fit the settings.
    """
    settings, books = state.settings, state.ledger
    account = Account(books.wallet, books.positions, margins=books.margins)
    floor = Floor(settings, account, first_trade_id=state.trade_id)
    floor.orders = OwnOrders.from_state(state.orders)
    floor.unfinished = [floor.orders.by_id[client_id] for client_id in state.unfinished]
    floor.stops = state.stops
    floor.book = Book.from_state(settings.instrument.tick, state.book)
    floor.swept_ns = state.swept_ns
    floor.mark = state.mark
    floor.timeline = Timeline.from_state(state.timeline)
    floor.connection = Connection.from_state(settings.latency, state.connection)
    floor.mail = Mail(floor.connection, state.mail)
    floor.faults = state.faults
    floor.rate = PlacementRate(state.placements)
    floor.counters = state.counters
    floor.known = set(state.known)
    floor.filled = set(state.filled)
    exchange = PaperExchange(settings, account, first_trade_id=state.trade_id)
    exchange.go_on(floor, state.funding)
    return exchange
