"""Parameters that only guards read: set for a lifecycle that reads them not, they would do nothing in silence."""

from collections.abc import Iterator

from perpfsm.config.nodes import Complaint
from perpfsm.config.settings import Settings, described_parameters
from perpfsm.errors import Severity
from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    Guard,
    GuardName,
    MachineDefinition,
    Not,
    ParameterOperand,
)


def unread_parameters(settings: Settings, machine: MachineDefinition) -> Iterator[Complaint]:
    """Yield a warning for each parameter that is set, that nothing but guards reads, and that no guard here does.

    Args:
        settings: Of the strategy.
        machine: The lifecycle that it runs.
    """
    read = {name for guard in machine.guards.values() for name in parameters_of(guard)}
    for name, schema in described_parameters().items():
        if schema.get("x-read-by") == "guards" and name not in read and settings.number(name):
            what = f"{name} is not used: no guard of the lifecycle {machine.name} reads it."
            remedy = f"Remove it, or set machine to a lifecycle that has it, such as {schema['x-read-for-example-by']}."
            yield Complaint((name,), "unused-parameter", what, remedy, severity=Severity.WARNING)


def parameters_of(guard: Guard) -> Iterator[str]:
    """Yield the parameters that a guard itself reads; the guards that it names have their own turn."""
    match guard:
        case Comparison():
            named = (guard.parameter, guard.when_set)
            yield from (name for name in named if name is not None)
            if isinstance(guard.operand, ParameterOperand):
                yield guard.operand.name
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from parameters_of(part)
        case Not(part):
            yield from parameters_of(part)
        case GuardName():
            return
