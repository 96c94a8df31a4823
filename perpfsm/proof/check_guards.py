"""Guards that are no question: one that can never hold, one that always holds, and parts of them that are so."""

from collections.abc import Iterator
from decimal import Decimal

from perpfsm.errors import Severity
from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    Guard,
    MachineDefinition,
    Not,
    Operator,
    ParameterOperand,
)
from perpfsm.proof.check_logic import Logic
from perpfsm.proof.flaw import Flaw, SourceFile

Path = tuple[str | int, ...]

_WORDS = {
    Operator.AT_MOST: "at most",
    Operator.AT_LEAST: "at least",
    Operator.BELOW: "below",
    Operator.ABOVE: "above",
    Operator.IS: "",
    Operator.IS_NOT: "anything but",
}


def check_guards(definition: MachineDefinition, logic: Logic) -> Iterator[Flaw]:
    """Yield a flaw for every guard, or part of one, whose answer is always the same."""
    for name, guard in definition.guards.items():
        yield from _check(guard, ("guards", name), name, logic)


def _check(guard: Guard, path: Path, name: str, logic: Logic) -> Iterator[Flaw]:
    """Say it of the whole where it is so; else of the parts."""
    subject = f"Guard {name}" if len(path) == 2 else f"This part of guard {name}"
    if not logic.can((guard, True)):
        what = f"{subject} can never hold: {_why(guard, holds=False)}."
        remedy = "Compare with what it can be, or remove the guard."
        yield Flaw("guard-never-holds", Severity.ERROR, SourceFile.MACHINE, path, what, remedy, at_key=len(path) == 2)
        return
    if not logic.can((guard, False)):
        what = f"{subject} always holds: {_why(guard, holds=True)}."
        remedy = "Compare with what it can miss, or remove the guard."
        yield Flaw(
            "guard-always-holds", Severity.WARNING, SourceFile.MACHINE, path, what, remedy, at_key=len(path) == 2
        )
        return
    match guard:
        case AllOf(parts) | AnyOf(parts):
            word = "all" if isinstance(guard, AllOf) else "any"
            for index, part in enumerate(parts):
                yield from _check(part, (*path, word, index), name, logic)
        case Not(part):
            yield from _check(part, (*path, "not"), name, logic)
        case _:
            pass


def _why(guard: Guard, *, holds: bool) -> str:
    """Return the reason in the words of the guard."""
    match guard:
        case Comparison():
            return f"{guard.metric or guard.parameter} is {'always' if holds else 'never'} {_said(guard)}"
        case AllOf():
            return "each of its parts always does" if holds else "its parts contradict each other"
        case AnyOf():
            return "one of its parts always does" if holds else "none of its parts ever does"
        case _:
            return "what it names never does" if holds is isinstance(guard, Not) else "what it names always does"


def _said(guard: Comparison) -> str:
    """Return the right side of a comparison in words."""
    match guard.operand:
        case tuple() as names:
            return f"{_WORDS[guard.operator]} {' or '.join(names)}".lstrip()
        case ParameterOperand(name, negated):
            return f"{_WORDS[guard.operator]} {'-' if negated else ''}{name}".lstrip()
        case Decimal() as number:
            return f"{_WORDS[guard.operator]} {number:f}".lstrip()
