"""The coverage gate of the lifecycles: every row, source and trigger of every shipped machine file fires together."""

import pytest

from perpfsm.config.resources import machine_names
from tests.lifecycle import exits, interventions, quoting
from tests.lifecycle.table import EVERY_MACHINE, Scenario, every_combination

SCENARIOS = [*quoting.table.scenarios, *exits.table.scenarios, *interventions.table.scenarios]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: f"{scenario.machine}: {scenario.name}")
def test_a_scenario_fires_what_it_claims(scenario: Scenario) -> None:
    assert scenario.claims - scenario.play().fired == set()


@pytest.mark.parametrize("machine", EVERY_MACHINE)
def test_every_row_fires_from_every_source_on_every_trigger(machine: str) -> None:
    played = [scenario for scenario in SCENARIOS if scenario.machine == machine]
    fired = {claim for scenario in played for claim in scenario.claims & scenario.play().fired}
    never = sorted(every_combination(machine) - fired)
    assert never == [], "never fired: " + "; ".join(f"{row}: {source}, {trigger}" for row, source, trigger in never)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: f"{scenario.machine}: {scenario.name}")
def test_a_scenario_claims_nothing_that_its_machine_lacks(scenario: Scenario) -> None:
    assert scenario.claims - every_combination(scenario.machine) == set()


def test_every_shipped_machine_has_scenarios() -> None:
    assert sorted(machine_names()) == sorted(EVERY_MACHINE)
