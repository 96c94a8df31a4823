"""What lint holds a strategy against: the venue's terms, and the orders that the strategy places."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from perpfsm.decisions.parameters import Parameters
from perpfsm.errors import Severity
from perpfsm.market.brackets import BRACKETS, Brackets
from perpfsm.market.instrument import Instrument, round_size
from perpfsm.market.side import Side
from perpfsm.proof.flaw import Flaw, SourceFile

PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the venue offers and charges.

    Attributes:
        instrument: Grids and minima.
        balance: The wallet at the start, quote currency.
        maker_fee: Percent of the notional of a resting fill; negative is a rebate.
        taker_fee: Percent of the notional of a crossing fill; negative is a rebate.
        brackets: Maintenance margins by notional.
        is_isolated: Whether each position has its own margin.
        price: A price to reckon with; None before any market data.
        orders_per_10s: Placements that the venue takes in ten seconds; None where it does not say.
        orders_per_minute: The same in a minute.
        answer_ms: From sending an order to hearing of it.
        price_band_pct: How far from the mark price a LIMIT may stand, percent; None has no band.
    """

    instrument: Instrument
    balance: Decimal
    maker_fee: Decimal
    taker_fee: Decimal
    brackets: Brackets = BRACKETS
    is_isolated: bool = False
    price: Decimal | None = None
    orders_per_10s: int | None = None
    orders_per_minute: int | None = None
    answer_ms: Decimal = Decimal(0)
    price_band_pct: Decimal | None = None


def amounts(parameters: Parameters, side: Side) -> list[Decimal]:
    """Return the sizes of the orders of one side, base units, the nearest first."""
    if parameters.order_override is not None:
        own = [order for order in parameters.order_override if order.side is side]
        return [order.amount for order in sorted(own, key=lambda order: order.spread)]
    sizes = (
        parameters.order_amount + level * parameters.order_level_amount for level in range(parameters.order_levels)
    )
    return [size for size in sizes if size > 0]


def nearest_spread(parameters: Parameters, side: Side) -> Decimal | None:
    """Return how far the nearest order of one side is from the reference price, percent; None without any."""
    if parameters.order_override is None:
        return parameters.bid_spread if side is Side.BUY else parameters.ask_spread
    return min((order.spread for order in parameters.order_override if order.side is side), default=None)


def on_step(sizes: list[Decimal], terms: Terms) -> list[Decimal]:
    """Return sizes as they are placed: on the step grid, without those below the minimum."""
    rounded = (round_size(size, step=terms.instrument.step) for size in sizes)
    return [size for size in rounded if size >= terms.instrument.size_min]


def plain(number: Decimal) -> str:
    """Return a number in plain notation without padding zeros, its thousands apart."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(number: Decimal, places: int = 2) -> str:
    """Return a number with at most `places` decimals."""
    return plain(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN))


def finding(code: str, path: str, what: str, remedy: str, *, severity: Severity = Severity.WARNING) -> Flaw:
    """Return a finding of lint about the parameter at the dotted `path`."""
    return Flaw(code, severity, SourceFile.STRATEGY, tuple(path.split(".")), what, remedy)
