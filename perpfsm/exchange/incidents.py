"""What an injected incident does at the exchange; the session learns of it by what the venue says."""

from decimal import Decimal

from perpfsm.errors import PerpfsmError
from perpfsm.exchange.floor import Floor
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
    incident_text,
)
from perpfsm.market.moments import later
from perpfsm.market.order import PositionChanged
from perpfsm.market.position import ZERO, split_fill
from perpfsm.market.side import LegName, Side

DELEVERAGED = "auto-deleveraging"
MANUAL_TRADE = "a manual trade"
EXPIRED = "expired by the venue"


def strike(floor: Floor, incident: Incident) -> None:
    """Let an incident happen, at its time.

    Raises:
        PerpfsmError: When it names a leg that the account's position mode does not have.
    """
    match incident:
        case Deleverage(leg=leg, size=size):
            _deleverage(floor, incident, leg, size)
        case ManualTrade():
            _trade(floor, incident)
        case ExpireOrders(time_ns=now_ns, which=which):
            _expire(floor, which, now_ns)
        case RejectPlacements(count=count):
            floor.faults.refusals += count
        case LoseAnswers(count=count):
            floor.faults.lost_answers += count
        case Silence(time_ns=now_ns, seconds=seconds):
            floor.mail.hold(later(now_ns, seconds))
        case Halt(time_ns=now_ns, seconds=seconds):
            floor.faults.halted_until_ns = max(floor.faults.halted_until_ns, later(now_ns, seconds))


def _deleverage(floor: Floor, incident: Deleverage, leg: LegName, size: Decimal) -> None:
    """Reduce a position at the mark price, without a fee; one that is flat, or has no price yet, stays as it is."""
    _check_leg(floor, incident, leg)
    position, mark = floor.ledger.positions[leg], floor.mark_price
    if position.is_flat or mark is None:
        return
    side = position.exit_side
    _book(floor, leg, side, price=mark, size=min(size, abs(position.size)), why=DELEVERAGED, now_ns=incident.time_ns)


def _trade(floor: Floor, trade: ManualTrade) -> None:
    """Book a trade of another hand at its price, which counts as net of fees; a Hedge leg never turns round."""
    leg, side, size = trade.leg, trade.side, trade.size
    _check_leg(floor, trade, leg)
    if side not in leg.opening_sides:
        size = min(size, floor.ledger.reducible(leg, side))
    for part in split_fill(floor.ledger.positions[leg], side, size):
        if part:
            _book(floor, leg, side, price=trade.price, size=part, why=MANUAL_TRADE, now_ns=trade.time_ns)


def _book(floor: Floor, leg: LegName, side: Side, *, price: Decimal, size: Decimal, why: str, now_ns: int) -> None:
    """Change a position and cash, say so, and let what follows from it happen."""
    ledger = floor.ledger
    before = ledger.wallet
    closed = ledger.book(leg, side, price=price, size=size, fee=ZERO)
    position = ledger.positions[leg]
    floor.band = None
    floor.say(PositionChanged(now_ns, leg, position.size, position.cost, ledger.wallet - before, why))
    if closed:
        floor.expire_closing(leg, now_ns)
    floor.revalue(now_ns)


def _expire(floor: Floor, which: Expiring, now_ns: int) -> None:
    for working in tuple(floor.orders.by_id.values()):
        if which is Expiring.ALL or working.order.role.is_exit is (which is Expiring.EXITS):
            floor.expire(working, EXPIRED, now_ns)


def _check_leg(floor: Floor, incident: Incident, leg: LegName) -> None:
    if leg not in floor.ledger.positions:
        mode = floor.settings.mode
        raise PerpfsmError(
            f"The account has no leg {leg} in {mode} mode.",
            where=f"incident '{incident_text(incident)}'",
            remedy=f"Name one of: {', '.join(mode.legs)}.",
        )
