"""Drawn examples to search for something in: drawn once per process, however many tests look through them."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

Drawn = TypeVar("Drawn")
HANDFUL = 20
ONLY_DRAW = settings(
    max_examples=HANDFUL, database=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck)
)


@cache
def handful(draw: Callable[[], SearchStrategy[Drawn]], number: int) -> tuple[Drawn, ...]:
    """Return some examples, the same ones for the same number."""
    found: list[Drawn] = []

    @seed(number)
    @ONLY_DRAW
    @given(draw())
    def keep(example: Drawn) -> None:
        found.append(example)

    keep()
    return tuple(found)


def is_among(
    wanted: Callable[[Drawn], bool], draw: Callable[[], SearchStrategy[Drawn]], numbers: Iterable[int]
) -> bool:
    """Return whether one of the examples of these numbers is `wanted`."""
    return any(wanted(example) for number in numbers for example in handful(draw, number))
