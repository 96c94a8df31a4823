"""What a lifecycle's text shows without running it: idle guards, misplaced rows, orders nobody watches."""

from perpfsm.machine.definition import MachineDefinition
from perpfsm.machine.library import Library
from perpfsm.proof.check_guards import check_guards
from perpfsm.proof.check_logic import Logic, Ranges
from perpfsm.proof.check_reads import check_reads
from perpfsm.proof.check_rows import check_rows
from perpfsm.proof.flaw import Flaw


def check(definition: MachineDefinition, library: Library, ranges: Ranges) -> tuple[Flaw, ...]:
    """Return what is wrong with a lifecycle whatever its parameters are set to.

    Args:
        definition: Without errors of names and types.
        library: The metrics and actions that it names.
        ranges: What parameters can be.
    """
    logic = Logic(definition, library, ranges)
    return (
        *check_guards(definition, logic),
        *check_rows(definition, library, logic),
        *check_reads(definition, library),
    )
