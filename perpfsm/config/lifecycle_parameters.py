"""Parameters that only a lifecycle reads: set for one that reads them not, they would do nothing in silence."""

from collections.abc import Iterator
from decimal import Decimal

from perpfsm.config.nodes import Complaint
from perpfsm.config.schema import matches
from perpfsm.config.settings import Settings, described_parameters
from perpfsm.errors import Severity
from perpfsm.machine.definition import MachineDefinition


def unread_parameters(settings: Settings, machine: MachineDefinition, reads: frozenset[str]) -> Iterator[Complaint]:
    """Yield a warning for each parameter that is set, that nothing but lifecycles read, and that this one does not.

    Args:
        settings: Of the strategy.
        machine: The lifecycle that it runs.
        reads: The parameters that the rows of that lifecycle read.
    """
    for name, schema in described_parameters().items():
        if schema.get("x-read-by") != "lifecycle" or name in reads or name not in settings.explicit:
            continue
        value, off = settings.values.get(name), schema.get("x-off")
        if value is None or _same(value, schema["default"]) or (isinstance(off, dict) and matches(value, off)):
            continue
        what = f"{name} is not used: no row of the lifecycle {machine.name} reads it."
        example = schema.get("x-read-for-example-by")
        remedy = "Remove it." if example is None else f"Remove it, or use a lifecycle that has it, such as {example}."
        yield Complaint((name,), "unused-parameter", what, remedy, severity=Severity.WARNING)


def _same(one: object, other: object) -> bool:
    """Return whether two values are equal, numbers however they are written."""
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return Decimal(one) == Decimal(other)
    return one == other
