"""What a metric can be, as far as any guard can tell: values that all of them answer alike are one class."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    Guard,
    GuardName,
    Not,
    ParameterOperand,
)
from perpfsm.machine.guards import Check, compile_guard
from perpfsm.machine.leg import NO_REASON
from perpfsm.machine.library import Library, MetricSpec
from perpfsm.machine.view import Reading, Value
from perpfsm.market.ratio import Ratio
from perpfsm.proof.situation import Probe, Situation, drawn

Class = int
# How far beside the outermost bounds a number stands for all that are beyond them.
BESIDE = {"percent": Decimal("0.05")}
# Names that stand for a class only where no other does: a feed can show the others.
LAST_EXAMPLES = frozenset({NO_REASON, "dust", "paused", "stopping", "cooldown", "missing", "stale"})


class Domain:
    """The classes of one metric's values.

    Every threshold that it is compared with is a value of its own, and so is every gap between two of them; those
    between which no comparison distinguishes are one class, known by one of them.

    Attributes:
        metric: Its name.
        examples: One value of each class; a number rather than none where both are in it.
        every: All classes.
    """

    __slots__ = (
        "_beside",
        "_bounds",
        "_by_answers",
        "_by_values",
        "_checks",
        "_reading",
        "every",
        "examples",
        "metric",
    )

    def __init__(
        self, spec: MetricSpec, comparisons: Iterable[Comparison], library: Library, parameters: Parameters
    ) -> None:
        """Tell values of `spec` apart by `comparisons`."""
        comparisons = tuple(dict.fromkeys(comparisons))
        self.metric = spec.name
        self.examples: list[Value] = []
        self._reading = drawn(Situation(""), Probe(), parameters)
        self._checks: tuple[Check, ...] = tuple(compile_guard(each, {}, library) for each in comparisons)
        self._by_answers: dict[tuple[bool, ...], Class] = {}
        self._by_values: dict[tuple[Value, ...], frozenset[Class]] = {}
        self._bounds: list[Decimal] = []
        self._beside = Decimal(1)
        if spec.values is None:
            numbers = {bound_of(each, parameters) for each in comparisons if not isinstance(each.operand, tuple)}
            self._bounds = sorted(numbers)
            self._beside = BESIDE.get(spec.unit, Decimal(1))
            numbers_known = sorted(_samples(self._bounds, self._beside), key=abs)  # the mildest are the first classes
            known: list[Value] = [Ratio(number) for number in numbers_known]
        else:
            known = sorted(spec.values, key=lambda value: value in LAST_EXAMPLES)
        if spec.may_be_undefined:
            known.append(None)
        for value in known:
            self.class_of(value)
        self.every = tuple(range(len(self.examples)))

    def class_of(self, value: Value) -> Class:
        """Return the class of a value."""
        self._reading.values[self.metric] = value
        answers = tuple(check.holds(self._reading) for check in self._checks)
        found = self._by_answers.setdefault(answers, len(self.examples))
        if found == len(self.examples):
            self.examples.append(value)
        return found

    def classes_of(self, values: tuple[Value, ...]) -> frozenset[Class]:
        """Return the classes of some values."""
        found = self._by_values.get(values)
        if found is None:
            found = self._by_values[values] = frozenset(map(self.class_of, values))
        return found

    def between(self, values: Iterable[Value]) -> tuple[Class, ...]:
        """Return the classes of some values and, for numbers, of everything between the least and the greatest."""
        found: dict[Class, None] = {}
        numbers: list[Decimal] = []
        for value in values:
            found[self.class_of(value)] = None
            if isinstance(value, Ratio):
                numbers.append(value.numerator / value.denominator)
        if numbers:
            low, high = min(numbers), max(numbers)
            for number in _samples(self._bounds, self._beside):
                if low <= number <= high:
                    found[self.class_of(Ratio(number))] = None
        return tuple(sorted(found))

    def alike(self, comparisons: Iterable[Comparison], library: Library) -> tuple[Class, ...]:
        """Return for each class the first one to which some comparisons, all known here, give the same answers."""
        checks = [compile_guard(each, {}, library) for each in dict.fromkeys(comparisons)]
        first: dict[tuple[bool, ...], Class] = {}
        found = []
        for each, value in enumerate(self.examples):
            self._reading.values[self.metric] = value
            found.append(first.setdefault(tuple(check.holds(self._reading) for check in checks), each))
        return tuple(found)

    def where(self, check: Check, *, or_undefined: bool) -> frozenset[Class]:
        """Return the classes in which `check`, one that this domain distinguishes, holds."""
        found = set()
        for each, value in enumerate(self.examples):
            self._reading.values[self.metric] = value
            if check.holds(self._reading):
                found.add(each)
        if or_undefined:
            found.add(self.class_of(None))
        return frozenset(found)


def bound_of(comparison: Comparison, parameters: Parameters) -> Decimal:
    """Return the number that a comparison of numbers compares with."""
    operand = comparison.operand
    if isinstance(operand, ParameterOperand):
        value = Decimal(getattr(parameters, operand.name))
        return -value if operand.negated else value
    assert isinstance(operand, Decimal)  # noqa: S101  # names are compared with names alone
    return operand


def comparisons_in(guard: Guard, guards: Mapping[str, Guard]) -> Iterator[Comparison]:
    """Yield every comparison in a guard and in the guards that it names."""
    match guard:
        case Comparison():
            yield guard
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons_in(part, guards)
        case Not(part):
            yield from comparisons_in(part, guards)
        case GuardName(name):
            yield from comparisons_in(guards[name], guards)


def _samples(bounds: list[Decimal], beside: Decimal) -> Iterator[Decimal]:
    """Yield a number `beside` below the bounds, each bound, one in each gap, and one as far above."""
    yield bounds[0] - beside
    for low, high in pairwise(bounds):
        yield low
        yield (low + high) / 2
    yield bounds[-1]
    yield bounds[-1] + beside


def read(spec: MetricSpec, situation: Situation, probe: Probe, parameters: Parameters) -> Value:
    """Return what the production metric says of a concrete leg in `situation`."""
    reading: Reading = drawn(situation, probe, parameters)
    return spec.read(reading)
