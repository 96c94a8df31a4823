"""Running one action alone, and the orders on which the tests of actions run them."""

from decimal import Decimal

from perpfsm.decisions.proposals import Place, Proposal
from perpfsm.machine.leg import Leg
from perpfsm.machine.library import Proposals
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import Reading, View
from perpfsm.market.order import Role
from perpfsm.market.side import Side
from perpfsm.market.working import OrderStatus
from tests.builders import (
    BUY,
    CLOSE,
    LIMIT,
    MARKET,
    QUOTE,
    SELL,
    TAKE_PROFIT,
    Number,
    parameters,
    working,
)

BID, ASK = working("bid", QUOTE, BUY, "99.0"), working("ask", QUOTE, SELL, "101.0")
HELD = working("held", QUOTE, BUY, "98.0", status=OrderStatus.HELD)
LEAVING = working("leaving", QUOTE, BUY, "97.0", status=OrderStatus.CANCELING)
PROFIT, STOP = working("profit", TAKE_PROFIT, SELL, "105.0"), working("stop", CLOSE, SELL, "98.0")
ALL = (BID, ASK, HELD, LEAVING, PROFIT, STOP)
AT_5 = parameters(long_profit_taking_spread=5, short_profit_taking_spread=5)


def act(action: str, of: Leg, seen: View) -> tuple[list[Proposal], list[str]]:
    """Run an action on `of`, which it may change; return what it proposes and says."""
    out = Proposals()
    shipped_library().actions[action].run(Reading(of, seen), out)
    return out.proposals, out.notes


def proposed(action: str, of: Leg, seen: View) -> list[Proposal]:
    proposals, notes = act(action, of, seen)
    assert notes == []
    return proposals


def place(
    role: Role, side: Side, price: Number | None, size: Number = 1, *, reason: str = "none", level: int = 0
) -> Place:
    type_ = MARKET if price is None else LIMIT
    return Place(role, side, type_, None if price is None else Decimal(price), Decimal(size), reason, level)
