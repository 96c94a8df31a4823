"""Builders for the exchange's tests: small numbers, one contract, orders by keyword."""

from decimal import Decimal

from perpfsm.decisions.approval import Approved
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import ExchangeSettings, FillModel
from perpfsm.market.account import Account, OpenOrder
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.instrument import Instrument
from perpfsm.market.messages import DepthSnapshot, DepthUpdate, Level, MarketMessage, Quote, Trade
from perpfsm.market.order import (
    CancelOrder,
    CancelRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderType,
    PlaceOrder,
    Role,
    VenueEvent,
)
from perpfsm.market.position import Position
from perpfsm.market.side import LegName, PositionMode, Side

Number = int | str | Decimal
Execution = tuple[str, Decimal, Decimal, Liquidity]

BUY, SELL = Side.BUY, Side.SELL
BOTH, LONG, SHORT = LegName.BOTH, LegName.LONG, LegName.SHORT
MAKER, TAKER = Liquidity.MAKER, Liquidity.TAKER
INSTRUMENT = Instrument(
    symbol="BTC-USDT",
    tick=Decimal("0.1"),
    step=Decimal("0.001"),
    size_min=Decimal("0.002"),
    size_max=Decimal(1000),
    notional_min=Decimal(5),
)
NOW = 1_000


def settings(
    *,
    mode: PositionMode = PositionMode.ONE_WAY,
    model: FillModel = FillModel.TOUCH,
    instrument: Instrument = INSTRUMENT,
    leverage: int = 10,
    maker: str = "0.0002",
    taker: str = "0.0005",
) -> ExchangeSettings:
    """Return a market of ordinary fees."""
    return ExchangeSettings(instrument, mode, leverage, Decimal(maker), Decimal(taker), model)


def hedge(model: FillModel = FillModel.TOUCH) -> ExchangeSettings:
    """Return the same market in Hedge mode."""
    return settings(mode=PositionMode.HEDGE, model=model)


def position(size: Number = 0, entry: Number = 100) -> Position:
    """Return a position of signed `size` opened at `entry`."""
    return Position(Decimal(size), Decimal(size) * Decimal(entry))


def exchange(
    of: ExchangeSettings | None = None,
    *,
    wallet: Number = 10_000,
    positions: dict[LegName, Position] | None = None,
    orders: tuple[OpenOrder, ...] = (),
) -> PaperExchange:
    """Return an exchange with some cash."""
    return PaperExchange(of or settings(), Account(Decimal(wallet), positions or {}, orders))


def quote(bid: Number, ask: Number, *, shown: Number = 10, bid_size: Number | None = None, time_ns: int = NOW) -> Quote:
    """Return a quote that shows `shown` on both sides, unless `bid_size` says otherwise."""
    size = Decimal(shown)
    return Quote(time_ns, Decimal(bid), size if bid_size is None else Decimal(bid_size), Decimal(ask), size)


def limit(
    client_id: str,
    side: Side,
    price: Number,
    size: Number = 1,
    *,
    leg: LegName = BOTH,
    post_only: bool = False,
    reduce_only: bool = False,
) -> PlaceOrder:
    """Return a LIMIT order."""
    role = Role.TAKE_PROFIT if reduce_only else Role.QUOTE
    return PlaceOrder(
        client_id, leg, role, side, OrderType.LIMIT, Decimal(price), Decimal(size), post_only, reduce_only
    )


def market(
    client_id: str, side: Side, size: Number = 1, *, leg: LegName = BOTH, reduce_only: bool = False
) -> PlaceOrder:
    """Return a MARKET order."""
    return PlaceOrder(client_id, leg, Role.CLOSE, side, OrderType.MARKET, None, Decimal(size), reduce_only=reduce_only)


def place(venue: PaperExchange, *orders: PlaceOrder, now_ns: int = NOW) -> tuple[VenueEvent, ...]:
    """Submit orders and return every event since the last take."""
    for order in orders:
        venue.submit(Approved(order), now_ns)
    return venue.take(now_ns)


def cancel(venue: PaperExchange, client_id: str, *, now_ns: int = NOW) -> tuple[VenueEvent, ...]:
    """Cancel an order and return every event since the last take."""
    venue.submit(Approved(CancelOrder(client_id)), now_ns)
    return venue.take(now_ns)


def show(venue: PaperExchange, *quotes: MarketMessage) -> tuple[VenueEvent, ...]:
    """Deliver messages and return every event since the last take."""
    for each in quotes:
        venue.on_market(each)
    return venue.take(max(NOW, *(each.time_ns for each in quotes)))


def fills(events: tuple[VenueEvent, ...]) -> list[Fill]:
    """Return the fills among the events."""
    return [event.fill for event in events if isinstance(event, OrderFilled)]


def executions(events: tuple[VenueEvent, ...]) -> list[Execution]:
    """Return of each fill: client id, price, size, liquidity."""
    return [(fill.client_id, fill.price, fill.size, fill.liquidity) for fill in fills(events)]


def execution(client_id: str, price: Number, size: Number, liquidity: Liquidity = MAKER) -> Execution:
    """Return one entry of `executions`."""
    return client_id, Decimal(price), Decimal(size), liquidity


def reject_code(events: tuple[VenueEvent, ...]) -> int:
    """Return the code of the only event, a rejection."""
    (event,) = events
    assert isinstance(event, OrderRejected)
    return event.code


def working(venue: PaperExchange) -> dict[str, Decimal]:
    """Return what still works: client id to what remains."""
    return {each.order.client_id: each.remaining for each in venue.account().orders}


def kinds(events: tuple[VenueEvent, ...]) -> list[str]:
    """Return of each event what happened to which order, such as `filled a`."""
    words = {
        OrderAccepted: "accepted",
        OrderCanceled: "canceled",
        OrderExpired: "expired",
        OrderFilled: "filled",
        OrderRejected: "rejected",
        CancelRejected: "cancel rejected",
    }
    return [f"{words.get(type(event), type(event).__name__)} {_who(event)}" for event in events]


def _who(event: VenueEvent) -> str:
    if isinstance(event, OrderFilled):
        return event.fill.client_id
    return str(getattr(event, "client_id", ""))


def filled(client_id: str, side: Side, *levels: tuple[Number, Number], first: int = 1) -> tuple[OrderFilled, ...]:
    """Return the events of taking `levels` (price, size) in One-way at the ordinary taker fee."""
    return tuple(
        OrderFilled(
            NOW,
            Fill(
                first + number,
                client_id,
                BOTH,
                side,
                Decimal(price),
                Decimal(size),
                Decimal(price) * Decimal(size) * Decimal("0.0005"),
                TAKER,
                NOW,
            ),
        )
        for number, (price, size) in enumerate(levels)
    )


Rungs = list[tuple[Number, Number]]


def depth(bids: Rungs | None = None, asks: Rungs | None = None, *, last: int = 10) -> DepthSnapshot:
    """Return a snapshot of the depth."""
    return DepthSnapshot(NOW, last, _rungs(bids), _rungs(asks))


def change(
    bids: Rungs | None = None, asks: Rungs | None = None, *, last: int = 11, previous: int = 10, time_ns: int = NOW
) -> DepthUpdate:
    """Return the update after `depth`."""
    return DepthUpdate(time_ns, last, last, previous, _rungs(bids), _rungs(asks))


def _rungs(rungs: Rungs | None) -> tuple[Level, ...]:
    return tuple((Decimal(price), Decimal(size)) for price, size in rungs or ())


def trade(
    price: Number, size: Number, aggressor: Side = Side.SELL, *, time_ns: int = NOW, at: int | None = None
) -> Trade:
    """Return a public trade, of the venue's time `at` where it has one."""
    return Trade(time_ns, Decimal(price), Decimal(size), aggressor, at)
