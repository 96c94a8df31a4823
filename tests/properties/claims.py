"""What must hold of a session: each claim looks at a play and returns, in words, whatever contradicts it."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction

from perpfsm.decisions.exits import exit_price, is_dust
from perpfsm.engine.records import (
    ClosingRecord,
    CommandRecord,
    FillRecord,
    FundingRecord,
    PositionRecord,
    RunRecord,
)
from perpfsm.machine.leg import Leg
from perpfsm.machine.readings import exit_backoff_left_s
from perpfsm.machine.view import Reading
from perpfsm.market.order import OrderType, PlaceOrder, Role
from perpfsm.market.working import OrderStatus, WorkingOrder
from tests.properties.plays import Play
from tests.properties.worlds import World

Claim = Callable[[Play], list[str]]


def always(claim: Claim, world: World, play: Play) -> list[str]:
    """Return what contradicts `claim` after the first happening of `world` that contradicts it."""
    found: list[str] = []

    def look(play: Play) -> None:
        if not found:
            found.extend(claim(play))

    play.go(world.happenings, after=look)
    return found


def legs_are_safe(play: Play) -> list[str]:
    """What holds of every leg after every event."""
    return [*exits_cover_losses(play), *states_fit_positions(play), *nothing_opens_against_a_position(play)]


def orders_are_right(play: Play) -> list[str]:
    """What holds of every order of a play."""
    return [*exits_only_reduce(play), *nothing_opens_while_exposed(play), *ids_never_repeat(play)]


def exits_cover_losses(play: Play) -> list[str]:
    """Every leg beyond its stop is being closed as a whole, or waits to try again, or is too small to close (B11)."""
    state = play.driver.session.state
    return [
        f"{leg.name} {leg.position} in {leg.state} has lost too much and has no exit"
        for leg in state.legs.values()
        if _is_beyond_stop(play, leg) and not _is_being_closed(play, leg)
    ]


def states_fit_positions(play: Play) -> list[str]:
    """A leg is in an exposed state exactly while it holds something."""
    state = play.driver.session.state
    exposed = {each.name for each in state.setup.lifecycle.definition.states if each.exposed}
    return [
        f"{leg.name} {leg.position} is in {leg.state}"
        for leg in state.legs.values()
        if (leg.state in exposed) is leg.position.is_flat
    ]


def nothing_opens_against_a_position(play: Play) -> list[str]:
    """While a leg is exposed no quote works that would reduce it (B7)."""
    state = play.driver.session.state
    return [
        f"{working.order.client_id} works against {leg.position}"
        for leg in state.legs.values()
        for working in state.table.of_leg(leg.name)
        if not leg.position.is_flat
        and working.order.role is Role.QUOTE
        and working.order.side is leg.position.exit_side
        and working.status is not OrderStatus.CANCELING
    ]


def exits_only_reduce(play: Play) -> list[str]:
    """An exit leaves only to reduce what is open, in a form that cannot do more, and never executes more (B12)."""
    found = []
    for size, record in _with_size_before(play):
        match record:
            case CommandRecord(command=PlaceOrder() as order) if order.role.is_exit:
                is_bound = order.reduce_only or order.side not in order.leg.opening_sides
                if not is_bound or size * order.side.sign >= 0:
                    found.append(f"{order} while {size} is open")
            case FillRecord(fill=fill, role=role) if role != Role.QUOTE:
                after = size + fill.size * fill.side.sign
                if after != record.size_after or abs(after) != abs(size) - fill.size or after * size < 0:
                    found.append(f"{fill} of {role} while {size} was open")
            case _:
                pass
    return found


def nothing_opens_while_exposed(play: Play) -> list[str]:
    """No opening order is placed by a leg that holds something (B7)."""
    return [
        f"{record.command} while {size} is open"
        for size, record in _with_size_before(play)
        if isinstance(record, CommandRecord)
        and isinstance(record.command, PlaceOrder)
        and record.command.role is Role.QUOTE
        and size
    ]


def ids_never_repeat(play: Play) -> list[str]:
    """Every order has an id of its own."""
    ids = Counter(order.client_id for order in orders_placed(play))
    return [client_id for client_id, count in ids.items() if count > 1]


def cash_adds_up(play: Play) -> list[str]:
    """Cash and positions are what the fills say, exactly, here and at the venue, over all runs (B20)."""
    state, account = play.driver.session.state, play.driver.exchange.account()
    header = play.records[0]
    assert isinstance(header, RunRecord)
    cash = Fraction(header.balance) + _earned(play) - sum(Fraction(fill.fill.fee) for fill in fills(play))
    cash -= sum(Fraction(each.paid) for each in play.records if isinstance(each, FundingRecord))
    found = [
        f"{whose} wallet: {wallet}, not {float(cash)}"
        for whose, wallet in (("our", state.books.wallet), ("the venue's", account.wallet))
        if Fraction(wallet) != cash
    ]
    if {leg.name: leg.position for leg in state.legs.values()} != account.positions:
        found.append(f"positions: {account.positions}")
    return found


def sums_add_up(play: Play) -> list[str]:
    """What the session has realised and paid is what its fills say, in all and position by position (B20)."""
    books = play.driver.session.state.books
    closings = [record for record in play.records if isinstance(record, ClosingRecord)]
    still = [leg for leg in play.driver.session.state.legs.values() if not leg.position.is_flat]
    sums = {
        "realised": (books.realised, _earned(play)),
        "fees": (books.fees, sum((Fraction(fill.fill.fee) for fill in fills(play)), Fraction(0))),
        "realised by position": (
            books.realised,
            sum(Fraction(each.realised) for each in closings) + sum(Fraction(leg.realised) for leg in still),
        ),
        "funding by position": (
            books.funding,
            sum(Fraction(each.funding) for each in closings) + sum(Fraction(leg.funding) for leg in still),
        ),
        "fees by position": (
            books.fees,
            sum(Fraction(each.fees) for each in closings) + sum(Fraction(leg.fees) for leg in still),
        ),
    }
    return [f"{what}: {said}, not {float(true)}" for what, (said, true) in sums.items() if Fraction(said) != true]


def orders_placed(play: Play) -> Iterator[PlaceOrder]:
    """Yield every order that was sent."""
    for record in play.records:
        if isinstance(record, CommandRecord) and isinstance(record.command, PlaceOrder):
            yield record.command


def fills(play: Play) -> Iterator[FillRecord]:
    """Yield every fill, a flip in two parts."""
    return (record for record in play.records if isinstance(record, FillRecord))


def _with_size_before(play: Play) -> Iterator[tuple[Decimal, CommandRecord | FillRecord]]:
    """Yield commands and fills with the position of their leg before them."""
    sizes: dict[str, Decimal] = {}
    for record in play.records:
        if isinstance(record, CommandRecord | FillRecord):
            yield sizes.get(record.leg, Decimal(0)), record
        if isinstance(record, FillRecord | PositionRecord):
            sizes[record.leg] = record.size_after


def _earned(play: Play) -> Fraction:
    """Return what was realised, before fees and funding.

    That is what all fills brought in, what the venue left of positions that it closed, and what is still open has cost.
    """
    costs: dict[str, Fraction] = {}
    earned = Fraction(0)
    for record in play.records:
        if isinstance(record, FillRecord):
            earned -= record.fill.side.sign * Fraction(record.fill.size) * Fraction(record.fill.price)
            costs[record.leg] = Fraction(record.cost_after)
        elif isinstance(record, PositionRecord):
            earned += Fraction(record.realised) + costs.get(record.leg, Fraction(0)) - Fraction(record.cost_after)
            costs[record.leg] = Fraction(record.cost_after)
    return earned + sum(costs.values(), Fraction(0))


def _is_beyond_stop(play: Play, leg: Leg) -> bool:
    state = play.driver.session.state
    if leg.position.is_flat or state.quote is None:
        return False
    worth = Fraction(leg.position.open_pnl(exit_price(leg.position, state.quote)))
    stop = Fraction(state.setup.parameters.stop_loss_spread) / 100
    return worth <= -stop * abs(Fraction(leg.position.cost))


def _is_being_closed(play: Play, leg: Leg) -> bool:
    state = play.driver.session.state
    working = [each for each in state.table.of_leg(leg.name) if _closes(each)]
    covered = sum((each.remaining for each in working), Decimal(0)) >= abs(leg.position.size)
    return (
        covered
        or any(each.order.type is OrderType.MARKET for each in working)
        or bool(exit_backoff_left_s(Reading(leg, state.view(leg))).numerator)
        or is_dust(leg.position, state.quote, state.setup.instrument)
    )


def _closes(working: WorkingOrder) -> bool:
    return working.order.role is Role.CLOSE and working.status is not OrderStatus.CANCELING
