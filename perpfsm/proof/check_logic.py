"""Whether guards can hold together: their comparisons as bounds, searched case by case, whatever the parameters are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    Guard,
    GuardName,
    MachineDefinition,
    Not,
    Operand,
    Operator,
    ParameterOperand,
    Row,
)
from perpfsm.machine.library import Library

INFINITY = Decimal("Infinity")
# How many cases are looked into before a question is left open; the shipped lifecycles need a few dozen.
CASES_MAX = 4_000

Wanted = tuple[Guard, bool]


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from `low` to `high`; an open end is not among them."""

    low: Decimal = -INFINITY
    high: Decimal = INFINITY
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class ParameterRange:
    """What a parameter can be.

    Attributes:
        values: All that it can be: numbers, or names.
        when_set: What it can be while it is not off.
        when_off: What it is while it is off; None for one that cannot be.
    """

    values: Range | frozenset[str]
    when_set: Range | frozenset[str]
    when_off: Range | None = None


Ranges = Mapping[str, ParameterRange]


@dataclass(frozen=True, slots=True)
class _Bound:
    """One end of what a quantity can be: a number or a parameter, itself included unless `strict`."""

    at: Decimal | ParameterOperand
    strict: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What a case says of one quantity."""

    lows: tuple[_Bound, ...] = ()
    highs: tuple[_Bound, ...] = ()
    names: frozenset[str] | None = None
    is_defined: bool | None = None
    is_set: bool | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """One way in which a guard has the wanted answer: what it says of quantities, and what else must then hold."""

    says: tuple[tuple[str, _Known], ...] = ()
    also: tuple[Wanted, ...] = ()


class Logic:
    """Answers whether guards of one machine can hold together; a question that takes too many cases stays open."""

    __slots__ = ("_cases", "_definition", "_left", "_library", "_ranges", "_unsure")

    def __init__(self, definition: MachineDefinition, library: Library, ranges: Ranges) -> None:
        """Know the guards of `definition`, the metrics of `library` and what parameters can be."""
        self._definition = definition
        self._library = library
        self._ranges = ranges
        self._cases: dict[Wanted, tuple[_Case, ...]] = {}
        self._left = 0
        self._unsure = True

    def can(self, *wanted: Wanted, unsure: bool = True) -> bool:
        """Return whether all of `wanted` is possible at once.

        A no is certain. A yes means that nothing in the text excludes it.

        Args:
            wanted: Guards, each with the answer that it is to have.
            unsure: The answer to a question that stays open.
        """
        self._left, self._unsure = CASES_MAX, unsure
        return self._search(wanted, MappingProxyType({}))

    def _search(self, pending: tuple[Wanted, ...], known: Mapping[str, _Known]) -> bool:
        """Return whether some choice of a case for each of `pending` agrees with what is known."""
        fewest: tuple[Wanted, list[tuple[_Case, Mapping[str, _Known]]]] | None = None
        for each in pending:
            viable = [(case, after) for case in self._cases_of(each) if (after := self._with(known, case)) is not None]
            if fewest is None or len(viable) < len(fewest[1]):
                fewest = (each, viable)
            if len(viable) <= 1:
                break
        if fewest is None:
            return True
        chosen, viable = fewest
        rest = tuple(each for each in pending if each is not chosen)
        self._left -= len(viable)
        if self._left < 0:
            return self._unsure
        return any(self._search((*case.also, *rest), after) for case, after in viable)

    def _cases_of(self, wanted: Wanted) -> tuple[_Case, ...]:
        if wanted not in self._cases:
            self._cases[wanted] = tuple(self._split(*wanted))
        return self._cases[wanted]

    def _split(self, guard: Guard, wanted: bool) -> Iterator[_Case]:
        match guard:
            case Comparison():
                yield from self._comparison(guard, wanted)
            case GuardName(name):
                yield from self._cases_of((self._definition.guards[name], wanted))
            case Not(part):
                yield from self._cases_of((part, not wanted))
            case AllOf(parts) | AnyOf(parts):
                if isinstance(guard, AllOf) is wanted:
                    yield _Case(also=tuple((part, wanted) for part in parts))
                else:
                    for part in parts:
                        yield from self._cases_of((part, wanted))

    def _comparison(self, guard: Comparison, wanted: bool) -> Iterator[_Case]:
        """Yield how a comparison comes to its answer: by its value, by lacking one, or by a parameter that is off."""
        name = f"parameter {guard.parameter}" if guard.metric is None else guard.metric
        outcomes = _outcomes(guard.operator, guard.operand, self._at_first(name).names, wanted=wanted)
        if guard.metric is None:
            for known in outcomes:
                yield _Case(((name, known),))
            return
        when_set: tuple[tuple[str, _Known], ...] = ()
        if guard.when_set is not None:
            switch = f"parameter {guard.when_set}"
            when_set = ((switch, _Known(is_set=True)),)
            if not wanted:
                yield _Case(((switch, _Known(is_set=False)),))
        for known in outcomes:
            yield _Case((*when_set, (guard.metric, replace(known, is_defined=True))))
        if self._library.metrics[guard.metric].may_be_undefined and guard.when_undefined is wanted:
            yield _Case((*when_set, (guard.metric, _Known(is_defined=False))))

    def _with(self, known: Mapping[str, _Known], case: _Case) -> Mapping[str, _Known] | None:
        """Return what is known once `case` is too; None when that cannot be."""
        if not case.says:
            return known
        after = dict(known)
        for name, news in case.says:
            joined = _joined(after.get(name) or self._at_first(name), news)
            if joined is None:
                return None
            if news.is_set is not None:
                joined = self._switched(name.removeprefix("parameter "), joined, is_set=news.is_set)
                if joined is None:
                    return None
            after[name] = joined
        return after if all(self._is_possible(each, after) for each in after.values()) else None

    def _at_first(self, name: str) -> _Known:
        """Return what is known of a quantity before any case."""
        if name.startswith("parameter "):
            domain = self._ranges.get(name.removeprefix("parameter "))
            return _Known() if domain is None else _within(domain.values)
        spec = self._library.metrics[name]
        if spec.values is not None:
            return _Known(names=frozenset(spec.values))
        return _Known() if spec.least is None else _Known(lows=(_Bound(spec.least),))

    def _switched(self, parameter: str, known: _Known, *, is_set: bool) -> _Known | None:
        """Return what is known of a parameter that is set, or off; None when it cannot be."""
        domain = self._ranges.get(parameter)
        if domain is None:
            return known
        if is_set:
            return _joined(known, _within(domain.when_set))
        return None if domain.when_off is None else _joined(known, _within(domain.when_off))

    def _is_possible(self, known: _Known, among: Mapping[str, _Known]) -> bool:
        return not any(self._exclude(low, high, among) for low in known.lows for high in known.highs)

    def _exclude(self, low: _Bound, high: _Bound, among: Mapping[str, _Known]) -> bool:
        """Return whether no number is above `low` and below `high`, whatever the parameters are."""
        one, other = low.at, high.at
        if isinstance(one, ParameterOperand) and one == other:
            return low.strict or high.strict
        above, below = self._range_of(one, among), self._range_of(other, among)
        if above.low != below.high:
            return above.low > below.high
        return low.strict or high.strict or above.low_open or below.high_open

    def _range_of(self, operand: Decimal | ParameterOperand, among: Mapping[str, _Known]) -> Range:
        if isinstance(operand, Decimal):
            return Range(operand, operand)
        name = f"parameter {operand.name}"
        known = among.get(name) or self._at_first(name)
        low, low_open = max(((at, strict) for at, strict in _numbers(known.lows)), default=(-INFINITY, False))
        high, closed = min(((at, not strict) for at, strict in _numbers(known.highs)), default=(INFINITY, True))
        if operand.negated:
            return Range(-high, -low, not closed, low_open)
        return Range(low, high, low_open, not closed)


def row_guard(row: Row) -> Guard:
    """Return what a row asks for as one guard."""
    return AllOf((*map(GuardName, row.conditions), *(Not(GuardName(name)) for name in row.unless)))


def _numbers(bounds: tuple[_Bound, ...]) -> Iterator[tuple[Decimal, bool]]:
    for bound in bounds:
        if isinstance(bound.at, Decimal):
            yield bound.at, bound.strict


def _within(values: Range | frozenset[str]) -> _Known:
    if isinstance(values, frozenset):
        return _Known(names=values)
    return _Known((_Bound(values.low, values.low_open),), (_Bound(values.high, values.high_open),))


def _joined(one: _Known, other: _Known) -> _Known | None:
    """Return what both say; None when they contradict each other."""
    names = one.names if other.names is None else other.names if one.names is None else one.names & other.names
    for mine, theirs in ((one.is_defined, other.is_defined), (one.is_set, other.is_set)):
        if mine is not None and theirs is not None and mine is not theirs:
            return None
    if names is not None and not names:
        return None
    return _Known(
        tuple(dict.fromkeys((*one.lows, *other.lows))),
        tuple(dict.fromkeys((*one.highs, *other.highs))),
        names,
        one.is_defined if other.is_defined is None else other.is_defined,
        one.is_set if other.is_set is None else other.is_set,
    )


def _outcomes(operator: Operator, operand: Operand, names: frozenset[str] | None, *, wanted: bool) -> Iterator[_Known]:
    """Yield what a quantity is when it compares so, or when it does not."""
    if isinstance(operand, tuple):
        chosen = frozenset(operand)
        yield _Known(names=chosen if (operator is Operator.IS) is wanted else (names or frozenset()) - chosen)
        return
    match operator:
        case Operator.AT_MOST | Operator.ABOVE:
            is_high = (operator is Operator.AT_MOST) is wanted
            yield _Known(highs=(_Bound(operand),)) if is_high else _Known(lows=(_Bound(operand, strict=True),))
        case Operator.AT_LEAST | Operator.BELOW:
            is_low = (operator is Operator.AT_LEAST) is wanted
            yield _Known(lows=(_Bound(operand),)) if is_low else _Known(highs=(_Bound(operand, strict=True),))
        case Operator.IS | Operator.IS_NOT:
            if (operator is Operator.IS) is wanted:
                yield _Known((_Bound(operand),), (_Bound(operand),))
            else:
                yield _Known(lows=(_Bound(operand, strict=True),))
                yield _Known(highs=(_Bound(operand, strict=True),))
