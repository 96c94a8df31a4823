"""Random worlds for exchange and oracle: settings and steps from a seed, and smaller worlds of one that disagrees."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from perpfsm.market.incident import Incident
from perpfsm.market.messages import MarketMessage
from perpfsm.market.order import VenueCommand
from perpfsm.market.side import PositionMode

D = Decimal
MS = 1_000_000
Delay = tuple[int, ...] | range
"""What the latency of a path may be, ns, each with the same chance."""
NONE: Delay = (0,)


@dataclass(frozen=True)
class Rules:
    """What a world's account and venue are set to; rates are percent where the YAML has percent."""

    mode: PositionMode
    model: str
    leverage: int
    wallet: Decimal
    maker: Decimal
    taker: Decimal
    isolated: bool
    queue_cancels: str
    band_pct: Decimal | None
    liquidation_fee_pct: Decimal
    funding_pct: Decimal
    funding_interval_h: int
    per_10s: int
    per_minute: int
    order: Delay
    cancel: Delay
    ack: Delay
    market_data: Delay
    latency_seed: int
    contract: int = 0


@dataclass(frozen=True)
class Look:
    """Time passes and nothing is asked: what is due may happen."""

    time_ns: int


@dataclass(frozen=True)
class Ask:
    """A command leaves."""

    time_ns: int
    command: VenueCommand


Step = MarketMessage | Incident | Look | Ask


@dataclass(frozen=True)
class World:
    """Rules and what happens."""

    seed: int
    rules: Rules
    steps: tuple[Step, ...]


def draw_delay(chance: Random) -> Delay:
    """Draw a path: a constant, a few measured values, or every nanosecond of a range."""
    constant: Delay = (chance.choice([0, 1, 5, 20]) * MS,)
    kinds: list[Delay] = [constant, constant, (0, MS, 7 * MS), range(3 * MS)]
    return chance.choice(kinds)


def draw_rules(chance: Random) -> Rules:
    """Draw settings of which each is often the plain one, so that the others are seen alone and together."""
    slow = chance.random() < 0.5
    return Rules(
        mode=chance.choice(list(PositionMode)),
        model=chance.choice(["touch", "through", "queue", "queue", "queue"]),
        leverage=chance.choice([1, 2, 3, 5, 10, 20, 20, 50, 50, 100, 100]),
        wallet=D(chance.choice(["10", "20", "60", "60", "200", "200", "1000", "1000", "100000"])),
        maker=D(chance.choice(["0.0002", "0.0002", "-0.0001", "0"])),
        taker=D(chance.choice(["0.0005", "0.0004"])),
        isolated=chance.random() < 0.33,
        queue_cancels=chance.choice(["risk_averse", "proportional"]),
        band_pct=chance.choice([None, None, None, D(5), D(5), D(1), D("0.35")]),
        liquidation_fee_pct=D(chance.choice(["1.25", "0", "0.5"])),
        funding_pct=D(chance.choice(["0", "0", "0.01", "-0.05"])),
        funding_interval_h=chance.choice([1, 8]),
        per_10s=chance.choice([300, 300, 300, 4]),
        per_minute=chance.choice([1200, 1200, 1200, 7]),
        order=draw_delay(chance) if slow else NONE,
        cancel=draw_delay(chance) if slow else NONE,
        ack=draw_delay(chance) if slow else NONE,
        market_data=chance.choice([NONE, NONE, draw_delay(chance)]) if slow else NONE,
        latency_seed=chance.randrange(100),
        contract=chance.choice([0, 0, 0, 1, 2]),
    )


def subsets(world: World) -> Iterator[World]:
    """Yield worlds with fewer steps: first large parts left out, then single steps."""
    size = len(world.steps)
    chunk = max(1, size // 2)
    while True:
        for start in range(0, size, chunk):
            yield replace(world, steps=world.steps[:start] + world.steps[start + chunk :])
        if chunk == 1:
            return
        chunk //= 2


PLAIN = (
    {"order": (0,)},
    {"cancel": (0,)},
    {"ack": (0,)},
    {"market_data": (0,)},
    {"band_pct": None},
    {"funding_pct": D(0)},
    {"isolated": False},
    {"queue_cancels": "risk_averse"},
    {"per_10s": 300, "per_minute": 1200},
    {"maker": D("0.0002")},
    {"liquidation_fee_pct": D(0)},
)


def shrink(world: World, disagrees: Callable[[World], bool], tries_max: int = 600) -> World:
    """Return a smaller world that still disagrees."""
    tries = 0
    found = True
    while found and tries < tries_max:
        found = False
        simpler = (replace(world, rules=replace(world.rules, **change)) for change in PLAIN)
        for candidate in (*subsets(world), *simpler):
            tries += 1
            if candidate != world and disagrees(candidate):
                world, found = candidate, True
                break
    return world
