"""The contracts on which worlds are played, and a step drawn for the first of them in the units of another."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from perpfsm.market.instrument import Instrument
from perpfsm.market.messages import DepthSnapshot, DepthUpdate, Level
from tests.oracle.worlds import Ask, Step

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

D = Decimal
CONTRACTS = (
    Instrument("BTC-USDT", D("0.1"), D("0.001"), D("0.002"), D(1000), D(5)),
    Instrument("DOGE-USDT", D("0.00005"), D(5), D(10), D(2_000_000), D(5)),
    Instrument("ETH-USDT", D("0.1"), D("0.001"), D("0.002"), None, D(5), reduce_only_exempt=False),
)
PRICES = ("bid", "ask", "mark", "last", "price", "trigger_price")
SIZES = ("bid_size", "ask_size", "size")
Scalable = TypeVar("Scalable", bound="DataclassInstance")


def translated(step: Step, contract: Instrument) -> Step:
    """Return a step with its prices in ticks of another contract, and sizes that make the same notional."""
    price = contract.tick / CONTRACTS[0].tick
    match step:
        case Ask(time_ns, command):
            return Ask(time_ns, multiplied(command, price))
        case DepthSnapshot(bids=bids, asks=asks) | DepthUpdate(bids=bids, asks=asks):
            return replace(step, bids=levels(bids, price), asks=levels(asks, price))
        case _:
            return multiplied(step, price)


def levels(side: tuple[Level, ...], price: Decimal) -> tuple[Level, ...]:
    return tuple((at * price, size / price) for at, size in side)


def multiplied(value: Scalable, price: Decimal) -> Scalable:
    """Return a value with its prices multiplied and its sizes divided."""
    changes: dict[str, Decimal] = {}
    for field in fields(value):
        number = getattr(value, field.name)
        if isinstance(number, Decimal) and field.name in PRICES:
            changes[field.name] = number * price
        elif isinstance(number, Decimal) and field.name in SIZES:
            changes[field.name] = number / price
    return replace(value, **changes)
