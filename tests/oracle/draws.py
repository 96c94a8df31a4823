"""Delays drawn at the oracle (E1): splitmix64 as it was published, one generator per path."""

from collections.abc import Callable, Iterator

WORD = 2**64


def splitmix64(state: int) -> Iterator[int]:
    """Yield 64 random bits at a time.

    Source: G. Steele, D. Lea, C. Flood: Fast splittable pseudorandom number generators (2014).
    """
    while True:
        state = (state + 0x9E3779B97F4A7C15) % WORD
        bits = state
        bits = (bits ^ (bits // 2**30)) * 0xBF58476D1CE4E5B9 % WORD
        bits = (bits ^ (bits // 2**27)) * 0x94D049BB133111EB % WORD
        yield bits ^ (bits // 2**31)


def path(choices_ns: tuple[int, ...] | range, *, seed: int, number: int) -> Callable[[], int]:
    """Return what draws the next delay of a path: each of `choices_ns` with the same chance; one alone is not drawn."""
    if len(choices_ns) == 1:
        return lambda: choices_ns[0]
    bits = splitmix64(seed * 4 + number)
    return lambda: choices_ns[next(bits) * len(choices_ns) // WORD]
