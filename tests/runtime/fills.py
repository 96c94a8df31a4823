"""Quotes and fills by hand, at seconds after a start, and what the quality meter makes of them."""

from decimal import Decimal

from perpfsm.engine.records import FillRecord, Record, RunRecord
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.messages import Quote
from perpfsm.market.order import Role
from perpfsm.market.side import LegName, Side
from perpfsm.runtime.quality import Quality
from perpfsm.runtime.quality_meter import QualityMeter

D = Decimal
SECOND = 10**9
START = 1_000 * SECOND


def at(seconds: float) -> int:
    return START + int(seconds * SECOND)


def mid(seconds: float, price: str, *, half: str = "0.5") -> Quote:
    return Quote(at(seconds), D(price) - D(half), D(1), D(price) + D(half), D(1))


def fill(
    seconds: float,
    side: Side,
    price: str,
    size: str = "1",
    *,
    trade: int = 1,
    taker: bool = False,
    heard: float | None = None,
    order: str = "q",
    role: Role = Role.QUOTE,
    reason: str = "none",
    after: str = "0",
    cost: str = "0",
) -> FillRecord:
    liquidity = Liquidity.TAKER if taker else Liquidity.MAKER
    executed_ns, heard_ns = (None, at(seconds)) if heard is None else (at(seconds), at(heard))
    of = Fill(trade, order, LegName.BOTH, side, D(price), D(size), D(0), liquidity, heard_ns, executed_ns)
    return FillRecord(heard_ns, "BOTH", of, role.value, reason, "", D(0), D(after), D(cost), D(0))


def header(**positions: tuple[str, str]) -> RunRecord:
    held = {leg: (D(size), D(cost)) for leg, (size, cost) in positions.items()}
    return RunRecord(START, "e", 1, "0", "", "", "", "", "synthetic", "", {}, D(10_000), held)


def meter_of(*happened: Quote | Record, stop_loss_pct: str = "0") -> QualityMeter:
    meter = QualityMeter(D(stop_loss_pct))
    for each in happened:
        if isinstance(each, Quote):
            meter.see(each)
        else:
            meter.add(each)
    return meter


def quality(*happened: Quote | Record, seconds: float = 100, stop_loss_pct: str = "0") -> Quality:
    return meter_of(*happened, stop_loss_pct=stop_loss_pct).at(at(seconds))
