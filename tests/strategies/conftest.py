"""What every test of a strategy shares: a desk in an empty folder."""

from pathlib import Path

import pytest

from tests.strategies.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
