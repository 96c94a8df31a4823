"""Stop orders at the oracle (E12): they wait for a price, and then become MARKET orders that only close."""

from fractions import Fraction

from perpfsm.market.stop import PlaceStop, StopKind, TriggerBy
from tests.oracle.matching import Matching
from tests.oracle.resting import Resting
from tests.oracle.rules import off_step, off_tick
from tests.oracle.state import State
from tests.oracle.waiting_stop import Stop

F = Fraction
STOPS_MAX = 200


def watched(state: State, by: TriggerBy) -> Fraction | None:
    """Return the price that triggers: the mark, or the last price, and the mid until there is one."""
    if by is TriggerBy.MARK:
        return state.mark()
    return state.mid() if state.last is None else state.last


def refusal(state: State, stop: Stop) -> int | None:
    """Return the first rule that a stop order breaks."""
    command = stop.command
    price = watched(state, command.by)
    held = state.purse.legs.get(command.leg)
    if held is None:
        return -4061
    code = shape(command) or off_tick(state, command.trigger_price) or size(state, command)
    if code is not None:
        return code
    if held.size * command.side.sign >= 0:
        return -2022
    if price is not None and stop.is_at(price):
        return -2021
    if command.client_id in state.known:
        return -4116
    return -4045 if len(state.stops) >= STOPS_MAX else None


def shape(command: PlaceStop) -> int | None:
    if command.kind is StopKind.TRAILING:
        if command.callback_pct is None:
            return -1102
        if not F(1, 10) <= F(command.callback_pct) <= 10:
            return -1130
    elif command.callback_pct is not None:
        return -1106
    elif command.trigger_price is None:
        return -1102
    return -4006 if command.trigger_price is not None and command.trigger_price <= 0 else None


def size(state: State, command: PlaceStop) -> int | None:
    if command.size is None:
        return None
    if command.size <= 0:
        return -4003
    largest, least = state.terms.size_max, F(0) if state.terms.exempt else state.terms.size_min
    code = off_step(state, command.size)
    if code is not None:
        return code
    if largest is not None and F(command.size) > largest:
        return -4005
    return -4004 if F(command.size) < least else None


def place(state: State, command: PlaceStop) -> int | None:
    """Let a stop wait, or return why it does not."""
    stop = Stop(command)
    code = refusal(state, stop)
    if code is None:
        state.known.add(command.client_id)
        state.stops.append(stop)
        if command.kind is StopKind.TRAILING and command.trigger_price is None:
            stop.peak = watched(state, command.by)
    return code


def watch(matching: Matching) -> None:
    """Let every stop see the newest prices, the oldest first."""
    state = matching.state
    if state.is_halted():
        return
    prices = {by: watched(state, by) for by in TriggerBy}
    for stop in list(state.stops):
        price = prices[stop.command.by]
        if stop in state.stops and price is not None and stop.sees(price):
            trigger(matching, stop)


def trigger(matching: Matching, stop: Stop) -> None:
    """Turn a stop into a MARKET order over at most what is open."""
    command, state = stop.command, matching.state
    state.stops.remove(stop)
    state.hit(f"E12 {command.kind} is triggered")
    state.hit(f"E12 {command.by} triggers")
    state.hit(f"E12 closes {'the whole position' if command.size is None else 'a size'}")
    matching.told.append(("triggered", command.client_id))
    opened = abs(state.purse.legs[command.leg].size)
    wanted = opened if command.size is None else min(F(command.size), opened)
    matching.arrive(
        Resting(command.client_id, command.leg, command.side, None, wanted, closing=True, reserve=F(0), is_exit=True)
    )
