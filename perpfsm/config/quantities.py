"""What a guard can compare: metrics and parameters, by name, unit and kind."""

from dataclasses import dataclass, fields

from perpfsm.config.schema import load_schema, properties
from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.library import MetricSpec


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a comparison reads: a metric or a parameter.

    Attributes:
        name: As the file calls it.
        unit: percent, seconds, base and so on; `none` for an enumerated one.
        values: What an enumerated one can be; None for a number.
        may_be_undefined: Whether it can lack a value.
    """

    name: str
    unit: str
    values: tuple[str, ...] | None
    may_be_undefined: bool = False


def parameter_quantities() -> dict[str, Quantity]:
    """Return every parameter that a guard may name."""
    schemas = properties(load_schema("strategy"))
    names = [parameter.name for parameter in fields(Parameters) if parameter.name in schemas]
    numbers = {name for name in names if str(schemas[name].get("type")) in {"number", "integer"}}
    found = {name: Quantity(name, str(schemas[name]["x-unit"]), None) for name in names if name in numbers}
    for name in names:
        choices = schemas[name].get("enum")
        if isinstance(choices, list):
            found[name] = Quantity(name, "none", tuple(map(str, choices)))
    return found


def quantity_of_metric(spec: MetricSpec) -> Quantity:
    """Return a metric as a quantity."""
    return Quantity(spec.name, spec.unit, spec.values, spec.may_be_undefined)
