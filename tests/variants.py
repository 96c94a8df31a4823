"""Variants of the shipped lifecycles, as a user would edit them, and machines that are wrong on purpose."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from perpfsm.machine.build import Lifecycle, build_lifecycle
from perpfsm.machine.definition import Comparison, MachineDefinition, Operator, Row, Trigger
from perpfsm.machine.library import MetricSpec
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import Reading, Value
from tests.builders import shipped_definition


def built(definition: MachineDefinition) -> Lifecycle:
    """Return a definition, built with the shipped library."""
    return build_lifecycle(definition, shipped_library())


def profit_taking_with(name: str, *, actions: tuple[str, ...]) -> Lifecycle:
    """Return profit_taking with other actions on one row."""
    definition = shipped_definition("profit_taking")
    rows = tuple(replace(row, actions=actions) if row.name == name else row for row in definition.rows)
    return built(replace(definition, rows=rows))


def restless(*sources: str) -> Lifecycle:
    """Return profit_taking with a first row that fires for ever while a leg is in one of `sources`."""
    definition = shipped_definition("profit_taking")
    spin = Row(99, "spin", (Trigger.MARKET,), sources, None)
    return built(replace(definition, rows=(spin, *definition.rows)))


def trailing_no_longer_than(seconds: int) -> Lifecycle:
    """Return trailing_stop with a row that closes a trailing position `seconds` after it was opened."""
    definition = shipped_definition("trailing_stop")
    guards = {
        **definition.guards,
        "too_long": Comparison(Operator.AT_LEAST, Decimal(seconds), metric="position_age_s"),
    }
    row = Row(
        99, "too_long", (Trigger.MARKET,), ("trailing",), "closing", "flatten", ("too_long",), (), ("close_at_market",)
    )
    return built(replace(definition, guards=guards, rows=(*definition.rows, row)))


def with_strange_stop(read: Callable[[Reading], Value]) -> Lifecycle:
    """Return profit_taking with a first row, from open, that reads a metric of a stranger."""
    definition = shipped_definition("profit_taking")
    library = shipped_library().extended([MetricSpec("strange", "count", "A stranger's.", read)])
    guards = {**definition.guards, "is_strange": Comparison(Operator.ABOVE, Decimal(9), metric="strange")}
    row = Row(99, "strange", (Trigger.MARKET,), ("open",), "closing", "flatten", ("is_strange",), (), ())
    return build_lifecycle(replace(definition, guards=guards, rows=(row, *definition.rows)), library)
