"""Guards compiled from data: whether they hold, and within which band that answer cannot change."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Protocol

from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    Guard,
    GuardName,
    Not,
    Operand,
    Operator,
    ParameterOperand,
)
from perpfsm.machine.library import Declared, Library, MetricSpec
from perpfsm.machine.region import Region
from perpfsm.machine.view import Reading, Value
from perpfsm.market.ratio import Ratio


class Check(Protocol):
    """A compiled guard."""

    @abstractmethod
    def holds(self, reading: Reading) -> bool:
        """Return whether the guard holds."""

    @abstractmethod
    def keep(self, reading: Reading, region: Region) -> None:
        """Narrow `region` so that inside it the guard's answer stays what it is now."""


def _number(operand: Operand, reading: Reading) -> Decimal:
    """Return the number that a metric is compared with."""
    if isinstance(operand, ParameterOperand):
        value = Decimal(getattr(reading.view.parameters, operand.name))
        return -value if operand.negated else value
    assert isinstance(operand, Decimal)  # noqa: S101  # the reader admits nothing else beside a numeric metric
    return operand


def _compare(operator: Operator, value: Ratio, bound: Decimal) -> bool:
    """Return the comparison of a quotient with a number, by multiplication."""
    left, right = value.numerator, bound * value.denominator
    match operator:
        case Operator.AT_MOST:
            return left <= right
        case Operator.AT_LEAST:
            return left >= right
        case Operator.BELOW:
            return left < right
        case Operator.ABOVE:
            return left > right
        case Operator.IS:
            return left == right
        case Operator.IS_NOT:
            return left != right


class MetricCheck:
    """A comparison of a metric."""

    __slots__ = ("_comparison", "_metric")

    def __init__(self, comparison: Comparison, metric: MetricSpec) -> None:
        """Compare `metric` as `comparison` says."""
        self._comparison = comparison
        self._metric = metric

    def _value(self, reading: Reading) -> Value:
        values = reading.values
        name = self._metric.name
        if name not in values:
            values[name] = self._metric.read(reading)
        return values[name]

    def holds(self, reading: Reading) -> bool:
        """Return whether the comparison holds; an undefined metric makes it `when_undefined`."""
        comparison = self._comparison
        if comparison.when_set is not None and not reading.view.parameters.is_set(comparison.when_set):
            return False
        value = self._value(reading)
        if value is None:
            return comparison.when_undefined
        if isinstance(value, str):
            assert isinstance(comparison.operand, tuple)  # noqa: S101  # the reader admits names alone here
            return (value in comparison.operand) is (comparison.operator is Operator.IS)
        return _compare(comparison.operator, value, _number(comparison.operand, reading))

    def keep(self, reading: Reading, region: Region) -> None:
        """Narrow `region` to where this metric stays on its side of the bound."""
        comparison, metric = self._comparison, self._metric
        if comparison.when_set is not None and not reading.view.parameters.is_set(comparison.when_set):
            return
        value = self._value(reading)
        match metric.depends:
            case Declared.FACT:
                return
            case Declared.ANYTHING:
                region.close()
            case Declared.PRICE:
                if value is None:
                    if reading.view.quote is None:
                        region.close()
                    return
                assert metric.thresholds is not None  # noqa: S101  # declared with every price metric
                for threshold in metric.thresholds(reading, _number(comparison.operand, reading)):
                    region.stay_beside(threshold, reading.view)
            case Declared.TIME:
                if value is None:
                    return
                assert metric.moment_ns is not None  # noqa: S101  # declared with every time metric
                moment = metric.moment_ns(reading, _number(comparison.operand, reading))
                region.until(moment, reading.view.now_ns)


class ParameterCheck:
    """A comparison of a parameter; it changes only with the parameters."""

    __slots__ = ("_comparison", "_name")

    def __init__(self, comparison: Comparison, name: str) -> None:
        """Compare the parameter `name` as `comparison` says."""
        self._comparison = comparison
        self._name = name

    def holds(self, reading: Reading) -> bool:
        """Return whether the comparison holds."""
        value = getattr(reading.view.parameters, self._name)
        comparison = self._comparison
        if isinstance(comparison.operand, tuple):
            return (str(value) in comparison.operand) is (comparison.operator is Operator.IS)
        return _compare(comparison.operator, Ratio(Decimal(value)), _number(comparison.operand, reading))

    def keep(self, reading: Reading, region: Region) -> None:
        """Leave `region` as it is: no market moves a parameter."""


class Combination:
    """All or any of several checks."""

    __slots__ = ("_combine", "_parts")

    def __init__(self, combine: Callable[[list[bool]], bool], parts: tuple[Check, ...]) -> None:
        """Combine `parts` with `all` or `any`."""
        self._combine = combine
        self._parts = parts

    def holds(self, reading: Reading) -> bool:
        """Return whether all, or any, of the parts hold."""
        return self._combine([part.holds(reading) for part in self._parts])

    def keep(self, reading: Reading, region: Region) -> None:
        """Narrow `region` by one part that decides the answer alone, else by every part."""
        answer = self.holds(reading)
        decides_alone = answer is (self._combine is any)
        if not decides_alone:
            for part in self._parts:
                part.keep(reading, region)
            return
        region.narrow_by_best(part.keep for part in self._parts if part.holds(reading) is answer)


class Negation:
    """The opposite of a check."""

    __slots__ = ("_part",)

    def __init__(self, part: Check) -> None:
        """Negate `part`."""
        self._part = part

    def holds(self, reading: Reading) -> bool:
        """Return whether the part does not hold."""
        return not self._part.holds(reading)

    def keep(self, reading: Reading, region: Region) -> None:
        """Narrow `region` to where the part keeps its answer."""
        self._part.keep(reading, region)


def compile_guard(guard: Guard, guards: Mapping[str, Guard], library: Library) -> Check:
    """Return `guard` as a check.

    Args:
        guard: From a machine definition whose names have been checked; guards do not refer to each other in a circle.
        guards: The definition's guards by name.
        library: Where its metrics are found.

    Raises:
        KeyError: When a name is not there.
    """
    match guard:
        case Comparison(metric=None):
            return ParameterCheck(guard, str(guard.parameter))
        case Comparison():
            return MetricCheck(guard, library.metrics[str(guard.metric)])
        case AllOf(parts):
            return Combination(all, tuple(compile_guard(part, guards, library) for part in parts))
        case AnyOf(parts):
            return Combination(any, tuple(compile_guard(part, guards, library) for part in parts))
        case Not(part):
            return Negation(compile_guard(part, guards, library))
        case GuardName(name):
            return compile_guard(guards[name], guards, library)
