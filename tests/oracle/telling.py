"""The exchange's events in the common language, money as fractions."""

from fractions import Fraction

from perpfsm.market.account_setting import SettingChanged, SettingRefused
from perpfsm.market.order import (
    CancelRejected,
    FundingPaid,
    Liquidated,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    PositionChanged,
    VenueEvent,
)
from perpfsm.market.stop import StopTriggered
from tests.oracle.matching import CLOSED, FORCED, INJECTED, STP, UNFILLED
from tests.oracle.terms import Told

F = Fraction
REASONS = {"self-trade": STP, "liquidat": FORCED, "closed": CLOSED, "by the venue": INJECTED}


def told(event: VenueEvent) -> Told:
    """Return an event: a word for what happened, its values, of a fill when it happened, and when it was received."""
    match event:
        case OrderAccepted(client_id, time_ns):
            return ("accepted", client_id, time_ns)
        case OrderRejected(client_id, time_ns, code):
            return ("rejected", client_id, code, time_ns)
        case OrderCanceled(client_id, time_ns):
            return ("canceled", client_id, time_ns)
        case OrderExpired(client_id, time_ns, reason):
            why = next((word for part, word in REASONS.items() if part in reason.lower()), UNFILLED)
            return ("expired", client_id, why, time_ns)
        case CancelRejected(client_id, time_ns, code):
            return ("cancel rejected", client_id, code, time_ns)
        case OrderUnknown(client_id, time_ns):
            return ("unknown", client_id, time_ns)
        case _:
            return told_of_the_account(event)


def told_of_the_account(
    event: OrderFilled | StopTriggered | SettingChanged | SettingRefused | Liquidated | PositionChanged | FundingPaid,
) -> Told:
    match event:
        case OrderFilled(time_ns, fill):
            who = (fill.trade_id, fill.client_id, fill.leg, fill.side)
            assert fill.time_ns == time_ns
            return ("filled", *who, F(fill.price), F(fill.size), F(fill.fee), fill.liquidity, fill.happened_ns, time_ns)
        case StopTriggered(client_id, time_ns):
            return ("triggered", client_id, time_ns)
        case SettingChanged(time_ns, setting):
            return ("changed", setting, time_ns)
        case SettingRefused(time_ns, setting, code):
            return ("refused", setting, code, time_ns)
        case Liquidated(time_ns, leg, realised):
            return ("liquidated", leg, F(realised), time_ns)
        case FundingPaid(time_ns, leg, rate, mark, paid):
            return ("funding", leg, F(rate), F(mark), F(paid), time_ns)
        case PositionChanged(time_ns, leg, size, cost, realised):
            return ("position", leg, F(size), F(cost), F(realised), time_ns)
