"""What every test shares: the async backend, examples that are the same on every run, and which tests are traced."""

import os

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

# A flaky test is a defect, so the gate tries the same examples each time, and no machine is too slow for them;
# `make test PYTEST_FLAGS=--hypothesis-profile=explore` looks for new ones.
AT_ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", AT_ANY_SPEED, derandomize=True)
settings.register_profile("explore", AT_ANY_SPEED, max_examples=2_000)
settings.load_profile("gate")

# Coverage hands its settings to the processes that a test starts in this variable.
OF_SUBPROCESSES = "COVERAGE_PROCESS_CONFIG"
# Whole desks and drawn worlds run the same branches a thousand times over, and take three times as long when traced.
UNTRACED = frozenset({"docs", "oracle", "packaging", "properties", "strategies", "strategies_shipped"})


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio, the only backend that perpfsm runs on."""
    return "asyncio"


def is_traced(item: pytest.Item) -> bool:
    """Return whether coverage counts what a test runs: as its nearest mark says, else by its folder."""
    for mark in item.iter_markers():
        if mark.name in {"traced", "untraced"}:
            return mark.name == "traced"
    return UNTRACED.isdisjoint(item.path.relative_to(item.config.rootpath).parts)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put traced tests first, so that what is kept from test to test never hides a branch, else keep the random order.

    What runs on the recording takes longest: it comes next, so that no process is left alone with it in the end.
    """
    items.sort(key=lambda item: (not is_traced(item), not item.path.stem.endswith("_recording")))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Stop tracing in this process, and in those that it starts, once only untraced tests are left."""
    tracing = Coverage.current()
    if tracing is not None and not is_traced(item):
        tracing.stop()
        os.environ.pop(OF_SUBPROCESSES, None)
