"""Money is computed exactly in every test of this room, as the session does."""

from collections.abc import Iterator
from decimal import localcontext

import pytest

from perpfsm.market.arithmetic import EXACT


@pytest.fixture(autouse=True)
def _exact_arithmetic() -> Iterator[None]:
    with localcontext(EXACT):
        yield
