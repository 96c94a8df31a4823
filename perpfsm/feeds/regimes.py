"""The regimes of a synthetic market in integers, so that every machine walks the same way through them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from itertools import accumulate

from perpfsm.market.side import Side
from perpfsm.market.synthetic import Phase, Scenario, SyntheticSettings

# The mid price is a whole number of millionths of a tick, relative moves are parts of 10^15.
PARTS_PER_TICK = 10**6
PARTS_PER_ONE = 10**15
# A normal deviate is the number of ones among 256 random bits less its mean, in units of its deviation, 8.
NORMAL_BITS = 256
NORMAL_MEAN = 128
NORMAL_DEVIATION = 8
CHANCE_BITS = 32
MS_PER_S = 1000
EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Regime:
    """A stretch of a market in integers.

    Attributes:
        steps: How many quotes it lasts.
        deviation: Of the mid price over one step, for each bit off the mean, parts of 10^15.
        drift: Of the mid price over one step, parts of 10^15, signed.
        first_jump: Where it begins, the same.
        jump_deviation: Of a random jump, for each bit off the mean, the same.
        jump_chance: Of a random jump in one step, parts of 2^32.
        spread: Ticks between bid and ask.
        size_max: The largest size shown, steps of the size grid.
        one_sided: The side that is still shown; None is both.
        halted_s: How long the venue stands still; None while it does not.
    """

    steps: int
    deviation: int
    drift: int
    first_jump: int
    jump_deviation: int
    jump_chance: int
    spread: int
    size_max: int
    one_sided: Side | None = None
    halted_s: Decimal | None = None


def start_of(settings: SyntheticSettings | Scenario, tick: Decimal) -> int:
    """Return the first mid price, millionths of a tick."""
    with localcontext(EXACT):
        return int(settings.start_price * PARTS_PER_TICK / tick)


def regimes_of(settings: SyntheticSettings | Scenario, step: Decimal) -> tuple[Regime, ...]:
    """Return a market's regimes in their order.

    Args:
        settings: A market of one character, or a scenario.
        step: The size grid, base units.
    """
    with localcontext(EXACT):
        if isinstance(settings, Scenario):
            return tuple(_of_phases(settings, step))
        steps = max(0, int(settings.duration_s * MS_PER_S) // settings.step_ms)
        return (_of_one_character(settings, steps, step),)


def _of_phases(scenario: Scenario, step: Decimal) -> Iterator[Regime]:
    """Yield a regime for each phase; a phase that ends between two steps has the ones before its end."""
    step_s = Decimal(scenario.step_ms) / MS_PER_S
    ends = [int(end_s * MS_PER_S) // scenario.step_ms for end_s in accumulate(phase.for_s for phase in scenario.phases)]
    for phase, begin, end in zip(scenario.phases, [0, *ends], ends, strict=False):
        yield Regime(
            steps=end - begin,
            deviation=_deviation(phase.volatility_bps * step_s.sqrt()),
            drift=_parts(phase.drift_bps_per_s * step_s),
            first_jump=_parts(phase.jump_bps),
            jump_deviation=0,
            jump_chance=0,
            spread=phase.spread_ticks,
            size_max=_size_max(phase, step),
            one_sided=phase.one_sided,
            halted_s=phase.for_s if phase.is_halted else None,
        )


def _of_one_character(settings: SyntheticSettings, steps: int, step: Decimal) -> Regime:
    step_s = Decimal(settings.step_ms) / MS_PER_S
    chance = step_s / settings.jump_every_s if settings.jump_every_s else Decimal(0)
    return Regime(
        steps=steps,
        deviation=_deviation(settings.volatility_bps * step_s.sqrt()),
        drift=0,
        first_jump=0,
        jump_deviation=_deviation(settings.jump_bps),
        jump_chance=int(chance * 2**CHANCE_BITS),
        spread=settings.spread_ticks,
        size_max=_size_max(settings, step),
    )


def _deviation(bps: Decimal) -> int:
    """Return a standard deviation of basis points for each bit off the mean."""
    basis_point = Decimal(PARTS_PER_ONE) / 10_000 / NORMAL_DEVIATION
    return int(bps * basis_point)


def _parts(bps: Decimal) -> int:
    return int(bps * PARTS_PER_ONE / 10_000)


def _size_max(shown: Phase | SyntheticSettings, step: Decimal) -> int:
    """Return the largest of the sizes from one step on whose mean is the one asked for."""
    return max(1, 2 * int(shown.size / step) - 1)
