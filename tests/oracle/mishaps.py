"""Draws incidents: what another hand or the venue does to the account without being asked."""

from decimal import Decimal
from random import Random

from perpfsm.market.incident import (
    Deleverage,
    ExpireOrders,
    Expiring,
    Halt,
    Incident,
    LoseAnswers,
    ManualTrade,
    RejectPlacements,
    Silence,
)
from perpfsm.market.side import LegName, Side

D = Decimal
KINDS = ["adl", "adl", "trade", "trade", "expire", "reject", "unknown", "silent", "halt"]


def draw_incident(chance: Random, now_ns: int, legs: tuple[LegName, ...], price: Decimal) -> Incident:
    """Return an incident at `now_ns`; trades of another hand happen near `price`."""
    leg, size = chance.choice(legs), chance.choice([D(1), D("0.5"), D(3), D("1.237"), D(20)])
    seconds = chance.choice([D("0.002"), D("0.3"), D(5)])
    match chance.choice(KINDS):
        case "adl":
            return Deleverage(now_ns, leg, size)
        case "trade":
            return ManualTrade(now_ns, leg, chance.choice(list(Side)), size, price + chance.choice([D(0), D(1), D(-1)]))
        case "expire":
            return ExpireOrders(now_ns, chance.choice(list(Expiring)))
        case "reject":
            return RejectPlacements(now_ns, chance.choice([1, 2]))
        case "unknown":
            return LoseAnswers(now_ns, chance.choice([1, 2]))
        case "silent":
            return Silence(now_ns, seconds)
        case _:
            return Halt(now_ns, seconds)
