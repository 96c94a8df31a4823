"""The switches that say whether new quotes are allowed."""

import pytest

from perpfsm.engine.quoting import Quoting


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ((), "allowed"),
        (("flatten",), "allowed"),
        (("pause",), "paused"),
        (("pause", "resume"), "allowed"),
        (("pause", "stop"), "stopping"),
        (("stop", "resume"), "stopping"),
        (("stop", "halt"), "halted"),
        (("halt", "resume"), "allowed"),
    ],
)
def test_the_strongest_switch_answers(actions: tuple[str, ...], expected: str) -> None:
    quoting = Quoting()
    for action in actions:
        quoting.throw(action)
    assert quoting.status(data_is_good=True, has_reference=True, cools_down=False) == expected


def test_bad_data_a_missing_reference_price_and_a_pause_after_a_stop_forbid_quotes() -> None:
    quoting = Quoting()
    assert quoting.status(data_is_good=False, has_reference=False, cools_down=True) == "data_bad"
    assert quoting.status(data_is_good=True, has_reference=False, cools_down=True) == "no_reference"
    assert quoting.status(data_is_good=True, has_reference=True, cools_down=True) == "cooldown"
