"""One entry of a stranger's library: whether it can be used, and its functions held to what they declare."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from perpfsm.config.wording import listed, shown
from perpfsm.decisions.proposals import Cancel, LeftOut, Place, Proposal
from perpfsm.errors import MachineFault
from perpfsm.machine.actions import SHIPPED_ACTIONS
from perpfsm.machine.leg import Leg
from perpfsm.machine.library import ActionSpec, Declared, Effects, Library, MetricSpec, Proposals, Threshold
from perpfsm.machine.view import Reading, Value
from perpfsm.market.order import Role
from perpfsm.market.ratio import Ratio

UNITS = ("percent", "seconds", "base", "count", "none")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
MEND = "Mend the package that adds it, then resume."
# What a metric may be declared to read beside facts, and the facts that are an action's own affair.
OUTSIDE = frozenset({"quotes", "exits", "price", "time", "amount", "side", "data", "quoting", "book"})
READABLE = OUTSIDE | set(Leg.__slots__)
SETTABLE = frozenset(fact for action in SHIPPED_ACTIONS for fact in action.effects.sets)
Answer = TypeVar("Answer")


def refusals(library: Library) -> Iterator[str]:
    """Yield what is wrong with the entries of a stranger's library, one sentence each.

    Args:
        library: Of that type, but nothing else is known of it yet.
    """
    metrics: Mapping[str, object] = library.metrics
    for name, metric in metrics.items():
        if not isinstance(metric, MetricSpec):
            yield f"The metric {shown(name)} is of type {type(metric).__name__}, not MetricSpec."
        else:
            yield from (f"The metric {shown(name)} {why}." for why in _named(name, metric.name))
            yield from (f"The metric {shown(name)} {why}." for why in _metric_faults(metric))
    actions: Mapping[str, object] = library.actions
    for name, action in actions.items():
        if not isinstance(action, ActionSpec):
            yield f"The action {shown(name)} is of type {type(action).__name__}, not ActionSpec."
        else:
            yield from (f"The action {shown(name)} {why}." for why in _named(name, action.name))
            yield from (f"The action {shown(name)} {why}." for why in _action_faults(action))


def contained_metric(spec: MetricSpec, origin: str) -> MetricSpec:
    """Return `spec` whose functions raise a MachineFault instead of anything else, and return what it declares.

    Args:
        spec: Whose declarations are in order.
        origin: The package, for the message.
    """

    def read(reading: Reading) -> Value:
        value = _contained(lambda: spec.read(reading), f"The metric {spec.name}", origin)
        if not _is_declared(spec, value):
            what = f"The metric {spec.name} answered {value!r}, which it does not declare."
            raise MachineFault(what, where=origin, remedy=MEND)
        return value

    def thresholds(reading: Reading, bound: Decimal) -> tuple[Threshold, ...]:
        assert spec.thresholds is not None  # noqa: S101  # this function is used only where there is one
        inner = spec.thresholds
        return _contained(lambda: inner(reading, bound), f"The metric {spec.name}", origin)

    def moment_ns(reading: Reading, bound: Decimal) -> int:
        assert spec.moment_ns is not None  # noqa: S101  # this function is used only where there is one
        inner = spec.moment_ns
        return _contained(lambda: inner(reading, bound), f"The metric {spec.name}", origin)

    return replace(
        spec,
        read=read,
        thresholds=None if spec.thresholds is None else thresholds,
        moment_ns=None if spec.moment_ns is None else moment_ns,
    )


def contained_action(spec: ActionSpec, origin: str) -> ActionSpec:
    """Return `spec` whose function raises a MachineFault instead of anything else.

    Args:
        spec: Whose declarations are in order.
        origin: The package, for the message.
    """

    def run(reading: Reading, out: Proposals) -> None:
        before, first = reading.leg.copy(), len(out.proposals)
        _contained(lambda: spec.run(reading, out), f"The action {spec.name}", origin)
        for slip in _slips(spec, before, reading, out.proposals[first:]):
            raise MachineFault(f"The action {spec.name} {slip}.", where=origin, remedy=MEND)

    return replace(spec, run=run)


def _contained(act: Callable[[], Answer], who: str, origin: str) -> Answer:
    """Return what `act` returns.

    Raises:
        MachineFault: Whatever it raises.
    """
    try:
        return act()
    except Exception as error:
        what = f"{who} failed: {type(error).__name__}: {error}."
        raise MachineFault(what, where=origin, remedy=MEND) from error


def _is_declared(spec: MetricSpec, value: object) -> bool:
    """Return whether a metric may have this value."""
    if value is None:
        return spec.may_be_undefined
    if spec.values is not None:
        return value in spec.values
    return isinstance(value, Ratio) and value.denominator > 0


def _slips(spec: ActionSpec, before: Leg, reading: Reading, proposed: Sequence[Proposal]) -> Iterator[str]:
    """Yield what an action did that its effects do not declare, or that would close more than there is.

    Args:
        spec: Of the action.
        before: The leg as it was.
        reading: With the leg as it is now.
        proposed: What the action added.
    """
    leg = reading.leg
    for fact in Leg.__slots__:
        if fact not in spec.effects.sets and getattr(leg, fact) != getattr(before, fact):
            yield f"changed {fact}, which its effects do not declare"
    working = {each.order.client_id: each.order.role for each in reading.view.orders}
    for proposal in proposed:
        if not _is_effect(spec, proposal, working):
            yield f"proposed {proposal}, which its effects do not declare"
    exits = [proposal for proposal in proposed if isinstance(proposal, Place) and proposal.role.is_exit]
    closes = sum((place.size for place in exits), Decimal(0))
    if closes > abs(leg.position.size) or any(place.side is not leg.position.exit_side for place in exits):
        yield f"proposed exits of {closes:f} for a position of {leg.position.size:f}"


def _is_effect(spec: ActionSpec, proposal: object, working: Mapping[str, Role]) -> bool:
    """Return whether an action may propose this."""
    match proposal:
        case Place():
            return proposal.role in spec.effects.places
        case Cancel():
            return working.get(proposal.client_id) in spec.effects.cancels
        case _:
            return isinstance(proposal, LeftOut)


def _named(key: str, name: str) -> Iterator[str]:
    if key != name:
        yield f"is called {shown(name)} inside; make the library with Library.of"
    if not NAME.fullmatch(name):
        yield "has a name that no machine file can write: use letters, digits and underscores"


def _metric_faults(spec: MetricSpec) -> Iterator[str]:
    if spec.unit not in UNITS:
        yield f"is in {shown(spec.unit)}; a unit is one of {listed(UNITS)}"
    if spec.values is not None and (spec.unit != "none" or spec.may_be_undefined or not spec.values):
        yield "is enumerated, so its unit is none, it has values, and it always has one of them"
    if spec.values is None and spec.unit == "none":
        yield "has no unit; a number is in percent, seconds, base or count"
    if not _is_function(spec.read):
        yield "cannot be read: read is no function"
    if (spec.depends is Declared.PRICE) is not (spec.thresholds is not None):
        yield "needs thresholds if it depends on prices, and only then; Declared.ANYTHING is always right, and slow"
    if unknown := sorted((spec.reads or frozenset()) - READABLE):
        yield f"reads {listed(unknown)}, but there is {listed(sorted(OUTSIDE))}, and the facts of the leg"
    if (spec.depends is Declared.TIME) is not (spec.moment_ns is not None):
        yield "needs moment_ns if it depends on time, and only then; Declared.ANYTHING is always right, and slow"


def _action_faults(spec: ActionSpec) -> Iterator[str]:
    effects: object = spec.effects
    if not isinstance(effects, Effects):
        yield f"declares its effects as {type(effects).__name__}, not Effects"
        return
    if unknown := sorted(effects.sets - SETTABLE):
        yield f"says that it sets {listed(unknown)}; an action may set {listed(sorted(SETTABLE))}"
    if not (effects.places | effects.cancels) <= set(Role):
        yield "places or cancels something that is no Role"
    elif any(role.is_exit for role in effects.places) is not (effects.exit_type is not None):
        yield "needs an exit_type if it places exits, and only then"
    if not _is_function(spec.run):
        yield "cannot be run: run is no function"


def _is_function(value: object) -> bool:
    """Return whether a value can be called, whatever its type promises."""
    return callable(value)
