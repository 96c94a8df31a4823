"""What each parameter can be, off and set, as the schema has it, for questions about every strategy at once."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from perpfsm.config.quantities import parameter_quantities
from perpfsm.config.schema import Schema, load_schema, properties
from perpfsm.proof.check_logic import INFINITY, ParameterRange, Range


@cache
def parameter_ranges() -> Mapping[str, ParameterRange]:
    """Return the range of every parameter that a guard may name."""
    schemas = properties(load_schema("strategy"))
    return {
        name: _of_number(schemas[name])
        if quantity.values is None
        else ParameterRange(frozenset(quantity.values), frozenset(quantity.values))
        for name, quantity in parameter_quantities().items()
    }


def _of_number(schema: Schema) -> ParameterRange:
    off = schema.get("x-off")
    allowed = _range(schema)
    if not isinstance(off, dict):
        return ParameterRange(allowed, allowed)
    if "const" in off:
        value = _number(off["const"])
        positive = schema.get("anyOf")
        # off at a lone value: below all others, or at their low end
        others = _range(positive[1]) if isinstance(positive, list) and isinstance(positive[1], dict) else allowed
        low = max((others.low, others.low_open), (value, True))
        whole = Range(min(value, others.low), others.high, high_open=others.high_open)
        return ParameterRange(whole, Range(low[0], others.high, low[1], others.high_open), Range(value, value))
    value = _number(off["exclusiveMaximum"])
    return ParameterRange(
        allowed,
        Range(value, allowed.high, high_open=allowed.high_open),
        Range(allowed.low, value, allowed.low_open, high_open=True),
    )


def _range(schema: Schema) -> Range:
    low_open, high_open = "exclusiveMinimum" in schema, "exclusiveMaximum" in schema
    return Range(
        _number(schema.get("exclusiveMinimum", schema.get("minimum", -INFINITY))),
        _number(schema.get("exclusiveMaximum", schema.get("maximum", INFINITY))),
        low_open,
        high_open,
    )


def _number(value: object) -> Decimal:
    return Decimal(str(value))
