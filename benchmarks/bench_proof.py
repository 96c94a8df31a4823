"""Proofs: a shipped strategy, every shipped lifecycle, and one of twenty states."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import STRATEGY
from perpfsm.config.resources import machine_names
from perpfsm.config.strategy import load_strategy
from perpfsm.machine.shipped import shipped_library
from perpfsm.proof.prove import prove
from perpfsm.proof.representative import parameters_for
from tests.builders import shipped_definition
from tests.proof.ladders import ladder


def test_a_shipped_strategy(benchmark: BenchmarkFixture) -> None:
    """Goal: 0.4 s."""
    strategy = load_strategy(STRATEGY)
    proof = benchmark.pedantic(prove, args=(strategy.machine, shipped_library(), strategy.parameters), rounds=5)
    assert proof.flaws == ()


@pytest.mark.parametrize("name", machine_names())
def test_a_shipped_lifecycle(benchmark: BenchmarkFixture, name: str) -> None:
    """With every parameter set; goal: 0.4 s."""
    definition = shipped_definition(name)
    proof = benchmark.pedantic(prove, args=(definition, shipped_library(), parameters_for(definition)), rounds=3)
    assert proof.flaws == ()


def test_twenty_states(benchmark: BenchmarkFixture) -> None:
    """Goal: 1 s."""
    definition = ladder(20)
    proof = benchmark.pedantic(prove, args=(definition, shipped_library(), parameters_for(definition)), rounds=3)
    assert proof.flaws == ()
    benchmark.extra_info["situations"] = proof.situations
