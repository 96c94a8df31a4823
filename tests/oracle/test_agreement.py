"""Exchange and oracle agree to the last digit after every step of random worlds, in which every rule is exercised.

`ORACLE=10000` plays ten thousand worlds rather than the gate's few; `-s` shows how often each rule was exercised.
"""

import os
import sys
from collections import Counter

from tests.oracle.both import disagreement, play
from tests.oracle.drawing import draw_world
from tests.oracle.exercised import missing, table
from tests.oracle.worlds import shrink

WORLDS = int(os.environ.get("ORACLE", "60"))
FIRST = int(os.environ.get("ORACLE_FIRST", "207"))
LENGTH = 120


def test_exchange_and_oracle_agree_and_every_rule_is_exercised() -> None:
    exercised = Counter[str]()
    for seed in range(FIRST, FIRST + WORLDS):
        world = draw_world(seed, LENGTH)
        found, oracle = play(world)
        assert found is None, report(seed)
        exercised.update(oracle.state.hits)
    sys.stdout.write(f"\n{table(exercised, WORLDS)}\n")
    assert missing(exercised) == []


def report(seed: int) -> str:
    """Return the smallest world found in which the two still disagree."""
    world = shrink(draw_world(seed, LENGTH), lambda smaller: disagreement(smaller) is not None)
    steps = "\n".join(f"  {step}" for step in world.steps)
    return f"seed {seed} of {LENGTH} steps: {world.rules}\n{steps}\n{disagreement(world)}"
