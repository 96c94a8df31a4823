"""A guard in words, the values of a strategy filled in: `quotes_age_s ≥ 10`, `exit_reason ≠ stop_loss`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.decisions.parameters import Parameters
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
from perpfsm.machine.library import Library

SIGNS = {
    Operator.AT_MOST: "≤",
    Operator.AT_LEAST: "≥",
    Operator.BELOW: "<",
    Operator.ABOVE: ">",
    Operator.IS: "=",
    Operator.IS_NOT: "≠",
}
OPPOSITES = {
    Operator.AT_MOST: Operator.ABOVE,
    Operator.ABOVE: Operator.AT_MOST,
    Operator.AT_LEAST: Operator.BELOW,
    Operator.BELOW: Operator.AT_LEAST,
    Operator.IS: Operator.IS_NOT,
    Operator.IS_NOT: Operator.IS,
}
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """What must hold, in words.

    Attributes:
        text: The words; for a phrase that is decided already, what decides it.
        always: Whether it always holds (True) or never does (False), as the parameters stand; None when it depends.
        offers_choice: Whether it is an alternative, which needs brackets inside a conjunction.
    """

    text: str
    always: bool | None = None
    offers_choice: bool = False


def phrase(
    guard: Guard, guards: Mapping[str, Guard], library: Library, parameters: Parameters | None, *, wanted: bool
) -> Phrase:
    """Return what must be so for `guard` to hold, or not to hold.

    Args:
        guard: From a checked machine definition.
        guards: The definition's guards by name.
        library: Where its metrics are found.
        parameters: A strategy's; None leaves the parameters' names.
        wanted: Whether it must hold, or must not.
    """

    def inner(part: Guard, answer: bool) -> Phrase:
        return phrase(part, guards, library, parameters, wanted=answer)

    match guard:
        case Comparison(metric=None):
            return _of_parameter(guard, parameters, wanted=wanted)
        case Comparison():
            return _of_metric(guard, library, parameters, wanted=wanted)
        case AllOf(parts):
            said = [inner(part, wanted) for part in parts]
            return _every(said) if wanted else _some(said)
        case AnyOf(parts):
            said = [inner(part, wanted) for part in parts]
            return _some(said) if wanted else _every(said)
        case Not(part):
            return inner(part, not wanted)
        case GuardName(name):
            return inner(guards[name], wanted)


def number(value: Decimal) -> str:
    """Return a number without needless zeros, its minus as wide as a plus."""
    return format(value.normalize() + 0, "f").replace("-", MINUS)


def _of_parameter(guard: Comparison, parameters: Parameters | None, *, wanted: bool) -> Phrase:
    """Return the phrase of a compared parameter, decided where its value is known."""
    name = str(guard.parameter)
    operator = guard.operator if wanted else OPPOSITES[guard.operator]
    text = f"{name} {SIGNS[operator]} {_operand(guard.operand, parameters)}"
    if parameters is None:
        return Phrase(text)
    value = getattr(parameters, name)
    if isinstance(guard.operand, tuple):
        holds = (str(value) in guard.operand) is (guard.operator is Operator.IS)
        return Phrase(f"{name} is {value}", holds is wanted)
    other = _value(guard.operand, parameters)
    value = Decimal(value)
    holds = {
        Operator.AT_MOST: value <= other,
        Operator.AT_LEAST: value >= other,
        Operator.BELOW: value < other,
        Operator.ABOVE: value > other,
        Operator.IS: value == other,
        Operator.IS_NOT: value != other,
    }[guard.operator]
    return Phrase(f"{name} is {number(value)}", holds is wanted)


def _of_metric(guard: Comparison, library: Library, parameters: Parameters | None, *, wanted: bool) -> Phrase:
    """Return the phrase of a compared metric, with what becomes of it without a value or while a parameter is off."""
    if guard.when_set is not None and parameters is not None and not parameters.is_set(guard.when_set):
        return Phrase(f"{guard.when_set} is off", not wanted)
    operator = guard.operator if wanted else OPPOSITES[guard.operator]
    text = f"{guard.metric} {SIGNS[operator]} {_operand(guard.operand, parameters)}"
    is_choice = False
    if library.metrics[str(guard.metric)].may_be_undefined and guard.when_undefined is wanted:
        text, is_choice = f"{text} or no value", True
    if guard.when_set is not None and parameters is None:
        text, is_choice = (f"{text} (if set)", is_choice) if wanted else (f"{text} or {guard.when_set} off", True)
    return Phrase(text, offers_choice=is_choice)


def _operand(operand: Operand, parameters: Parameters | None) -> str:
    """Return what a metric is compared with: names, a number, or a parameter by name or value."""
    match operand:
        case tuple():
            return "/".join(operand)
        case ParameterOperand(name, negated):
            by_name = f"{MINUS}{name}" if negated else name
            return by_name if parameters is None else number(_value(operand, parameters))
        case Decimal():
            return number(operand)


def _value(operand: Decimal | ParameterOperand, parameters: Parameters) -> Decimal:
    """Return a number, that of a parameter where one is named."""
    if isinstance(operand, Decimal):
        return operand
    value = Decimal(getattr(parameters, operand.name))
    return -value if operand.negated else value


def _every(parts: Iterable[Phrase]) -> Phrase:
    """Return the conjunction of phrases, without those that always hold."""
    parts = tuple(parts)
    if never := [part for part in parts if part.always is False]:
        return never[0]
    open_parts = [part for part in parts if part.always is None]
    if not open_parts:
        return Phrase(parts[0].text, always=True)
    if len(open_parts) == 1:
        return open_parts[0]
    return Phrase(" and ".join(f"({part.text})" if part.offers_choice else part.text for part in open_parts))


def _some(parts: Iterable[Phrase]) -> Phrase:
    """Return the alternative of phrases, without those that never hold."""
    parts = tuple(parts)
    if always := [part for part in parts if part.always is True]:
        return always[0]
    open_parts = [part for part in parts if part.always is None]
    if not open_parts:
        return Phrase(parts[0].text, always=False)
    if len(open_parts) == 1:
        return open_parts[0]
    return Phrase(
        " or ".join(f"({part.text})" if " and " in part.text else part.text for part in open_parts), offers_choice=True
    )
