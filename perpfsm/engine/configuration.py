"""A live change: which parameters it alters, when each leg takes it over, and what is known of it meanwhile (B16)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from perpfsm.decisions.parameters import LIVE, Parameters
from perpfsm.engine.records import ConfigurationRecord
from perpfsm.engine.state import State

DELAY = "filled_order_delay"  # no quote is made of it, so nothing has to be placed anew


@dataclass(frozen=True, slots=True)
class LiveParameter:
    """One live parameter of a running session.

    Attributes:
        name: As in the strategy file.
        value: With which every leg quotes, or the oldest one with which some leg still does.
        pending: What is in force for the next quotes, when some leg still quotes with `value`; else None.
        waiting: Those legs.
    """

    name: str
    value: Decimal | int
    pending: Decimal | int | None
    waiting: tuple[str, ...]


def change_parameters(state: State, wanted: Parameters, who: str) -> None:
    """Put the live parameters of `wanted` in force and journal what that changes; nothing else of it is looked at.

    Quotes that work stay as they are until their leg next refreshes; exits are made of no live parameter.
    """
    before = state.parameters
    changed = {name: getattr(wanted, name) for name in LIVE if getattr(wanted, name) != getattr(before, name)}
    if not changed:
        return
    state.parameters = replace(before, **changed)
    state.bands.clear()
    if outdates_quotes(changed):
        for name, leg in state.legs.items():
            state.legs[name] = twin = leg.copy()
            twin.quotes_outdated = True
    shown = {name: (_text(getattr(before, name)), _text(value)) for name, value in changed.items()}
    state.outbox.records.append(ConfigurationRecord(state.now_ns, who, shown))


def outdates_quotes(changed: Iterable[str]) -> bool:
    """Return whether quotes placed before a change of these parameters are to be placed anew at the next refresh."""
    return any(name != DELAY for name in changed)


def _text(value: Decimal | int) -> str:
    return f"{Decimal(value):f}"


def live_parameters(state: State) -> tuple[LiveParameter, ...]:
    """Return every live parameter as it is, and as it will be once every leg has quoted anew."""
    return tuple(_live(state, name) for name in LIVE)


def _live(state: State, name: str) -> LiveParameter:
    now = getattr(state.parameters, name)
    behind = {} if name == DELAY else {leg: getattr(quoted, name) for leg, quoted in state.quoted.items()}
    waiting = tuple(leg.value for leg, value in behind.items() if value != now)
    if not waiting:
        return LiveParameter(name, now, None, ())
    return LiveParameter(name, next(value for value in behind.values() if value != now), now, waiting)
