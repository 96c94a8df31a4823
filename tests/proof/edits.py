"""Edits of a lifecycle, as a person makes them, and the proof of what comes of it."""

from collections.abc import Callable
from dataclasses import replace

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.definition import MachineDefinition, Row
from perpfsm.machine.shipped import shipped_library
from perpfsm.proof.prove import Proof, prove
from perpfsm.proof.representative import parameters_for

Edit = Callable[[MachineDefinition], MachineDefinition]


def proved(definition: MachineDefinition, of: Parameters | None = None) -> Proof:
    return prove(definition, shipped_library(), of or parameters_for(definition))


def renumbered(definition: MachineDefinition, rows: list[Row]) -> MachineDefinition:
    return replace(definition, rows=tuple(replace(row, number=number) for number, row in enumerate(rows, 1)))


def without(*names: str) -> Edit:
    return lambda of: renumbered(of, [row for row in of.rows if row.name not in names])


def changed(
    name: str,
    *,
    minus: tuple[str, ...] = (),
    plus: tuple[str, ...] = (),
    sources: tuple[str, ...] | None = None,
    unless: tuple[str, ...] = (),
) -> Edit:
    """Return the edit that takes guards or actions from a row, or gives it some."""

    def edit(row: Row) -> Row:
        return replace(
            row,
            conditions=tuple(each for each in row.conditions if each not in minus),
            unless=(*(each for each in row.unless if each not in minus), *unless),
            actions=(*(each for each in row.actions if each not in minus), *plus),
            sources=sources or row.sources,
        )

    return lambda of: replace(of, rows=tuple(edit(row) if row.name == name else row for row in of.rows))


def behind(name: str, other: str) -> Edit:
    """Return the edit that moves a row behind another."""

    def edit(of: MachineDefinition) -> MachineDefinition:
        moved = next(row for row in of.rows if row.name == name)
        rows = [row for row in of.rows if row is not moved]
        rows.insert([row.name for row in rows].index(other) + 1, moved)
        return renumbered(of, rows)

    return edit


def row_number(definition: MachineDefinition, name: str) -> int:
    return next(row.number for row in definition.rows if row.name == name) - 1
