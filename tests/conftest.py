"""What every test shares: the async backend, and examples that are the same on every run."""

import pytest
from hypothesis import settings

# A flaky test is a defect, so the gate tries the same examples each time;
# `make test PYTEST_FLAGS=--hypothesis-profile=explore` looks for new ones.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2_000, deadline=None)
settings.load_profile("gate")


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio, the only backend that perpfsm runs on."""
    return "asyncio"
