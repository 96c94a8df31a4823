"""Rows that fire in no situation that a lifecycle can get into, although no text shows it."""

from collections.abc import Collection, Iterator

from perpfsm.errors import Severity
from perpfsm.machine.definition import Row
from perpfsm.proof.domain import comparisons_in
from perpfsm.proof.flaw import Flaw, SourceFile
from perpfsm.proof.world import World

UNREACHED = "row-unreached"


def unreached(world: World, fired: Collection[int]) -> Iterator[Flaw]:
    """Yield a flaw for every row that never fired.

    Rows that ask what a parameter is set to are left out: with another strategy they may fire.

    Args:
        world: Of the lifecycle, explored to its end.
        fired: Numbers of the rows that fired.
    """
    for row in world.definition.rows:
        if row.number not in fired and not _depends_on_settings(world, row):
            guards = ", ".join((*row.conditions, *(f"not {name}" for name in row.unless)))
            when = f" where its guards hold ({guards})" if guards else ""
            what = (
                f"Row {row.name} never fires: no way leads on {' or '.join(row.triggers)} into "
                f"{' or '.join(row.sources)}{when}."
            )
            remedy = "Look for another trigger, or a guard that is over by then; or remove the row."
            yield Flaw(UNREACHED, Severity.WARNING, SourceFile.MACHINE, ("transitions", row.number - 1), what, remedy)


def _depends_on_settings(world: World, row: Row) -> bool:
    """Return whether a guard of a row compares a parameter itself."""
    guards = world.definition.guards
    comparisons = (each for name in (*row.conditions, *row.unless) for each in comparisons_in(guards[name], guards))
    return any(comparison.parameter is not None for comparison in comparisons)
