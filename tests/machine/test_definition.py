"""A machine as neutral values."""

import pytest

from perpfsm.machine.definition import MachineDefinition, StateDefinition

CLOSING = StateDefinition("closing", exposed=True, closing=True)
DEFINITION = MachineDefinition("small", "idle", (StateDefinition("idle"), CLOSING), {}, ())


def test_a_state_is_found_by_its_name() -> None:
    assert DEFINITION.state("closing") is CLOSING


def test_a_state_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(KeyError, match="trailing"):
        DEFINITION.state("trailing")
