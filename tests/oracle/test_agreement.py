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

RARE = (57, 97, 145, 150, 227, 258, 2155)
"""Seeds of worlds in which happens what the others of the gate have not."""
LENGTH = 120


def seeds() -> list[int]:
    """Return the seeds of the gate, or as many as are asked for."""
    asked = os.environ.get("ORACLE")
    return [*range(54), *RARE] if asked is None else list(range(int(asked)))


def test_exchange_and_oracle_agree_and_every_rule_is_exercised() -> None:
    exercised = Counter[str]()
    played = seeds()
    for seed in played:
        found, oracle = play(draw_world(seed, LENGTH))
        assert found is None, report(seed)
        exercised.update(oracle.state.hits)
    sys.stdout.write(f"\n{table(exercised, len(played))}\n")
    assert missing(exercised) == []


def report(seed: int) -> str:
    """Return the smallest world found in which the two still disagree."""
    world = shrink(draw_world(seed, LENGTH), lambda smaller: disagreement(smaller) is not None)
    steps = "\n".join(f"  {step}" for step in world.steps)
    return f"seed {seed} of {LENGTH} steps: {world.rules}\n{steps}\n{disagreement(world)}"
