"""Files for tests of the configuration: written where a test wants them, from a strategy that is all right."""

from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = """\
derivative: paper
market: BTC-USDT
leverage: 10
bid_spread: 0.02
ask_spread: 0.02
order_refresh_time: 10
order_amount: 0.01
long_profit_taking_spread: 0.05
short_profit_taking_spread: 0.05
stop_loss_spread: 0.2
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a file and returns its path; without a text, the strategy that is all right."""

    def written(text: str = GOOD, *, name: str = "mine.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def good() -> str:
    """Return the text of a strategy without findings."""
    return GOOD
