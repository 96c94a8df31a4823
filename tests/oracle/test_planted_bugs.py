"""The oracle bites: each bug that is planted in the exchange makes the two disagree in some random world."""

from itertools import islice

import pytest

from tests.oracle import plants_account  # noqa: F401  # it plants more
from tests.oracle.both import disagreement
from tests.oracle.drawing import draw_world
from tests.oracle.plants import PLANTS

LENGTH, WORLDS_MAX = 120, 300
RARE = {
    "a trade does not consume the queue": 56,
    "a sweep is used twice": 36,
    "a trade from before the order fills it": 20,
    "a traded fall counts as cancelled": 138,
    "a debt is not forgiven": 227,
}
"""Worlds in which what is seldom happens, so that the search begins there."""


@pytest.mark.parametrize("bug", PLANTS)
def test_a_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTS[bug](monkeypatch)
    found = list(islice(filter(is_seen, (RARE.get(bug, 0), *range(WORLDS_MAX))), 1))
    assert found
    monkeypatch.undo()
    assert not is_seen(*found)


def is_seen(seed: int) -> bool:
    """Return whether the two disagree in the world of a seed; an exchange that breaks disagrees, too."""
    try:
        return disagreement(draw_world(seed, LENGTH)) is not None
    except (AssertionError, ArithmeticError, KeyError, ValueError):
        return True
