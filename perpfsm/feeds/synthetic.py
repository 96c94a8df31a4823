"""A seeded random market on the tick grid, the same on any machine: integers and exact decimals only."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Context, Decimal, localcontext
from random import Random

from perpfsm.market.messages import MarketMessage, Quote, Trade
from perpfsm.market.offer import Offer
from perpfsm.market.side import Side
from perpfsm.market.synthetic import SyntheticSettings

MODEL = 1  # rises whenever the same settings give another market
START_NS = 1_704_067_200_000_000_000  # 2024-01-01T00:00:00Z
NS_PER_MS = 1_000_000
TRADE_ONE_IN = 4  # steps

# A normal deviate is the number of ones among 256 random bits less its mean, in units of its deviation, 8.
NORMAL_BITS = 256
NORMAL_MEAN = 128
NORMAL_DEVIATION = 8
# The mid price is a whole number of millionths of a tick, relative moves are parts of 10^15.
PARTS_PER_TICK = 10**6
PARTS_PER_ONE = 10**15
CHANCE_BITS = 32
CACHED_MAX = 1 << 14
EXACT = Context(prec=60)


def synthetic_feed(
    settings: SyntheticSettings, *, tick: Decimal = Decimal("0.1"), step: Decimal = Decimal("0.001")
) -> "SyntheticFeed":
    """Return the random market of `settings`.

    Args:
        settings: Seed, length and character.
        tick: The price grid, quote currency.
        step: The size grid, base units.
    """
    return SyntheticFeed(settings, tick=tick, step=step)


class SyntheticFeed:
    """Quotes at even steps and now and then a trade between two of them.

    Attributes:
        name: `synthetic`.
        symbol: None; it is any market.
        offers: Trades.
        bad_lines: 0.
        skipped: Empty.
    """

    def __init__(self, settings: SyntheticSettings, *, tick: Decimal, step: Decimal) -> None:
        """Keep the settings and the grids."""
        self.name = "synthetic"
        self.symbol: str | None = None
        self.offers = frozenset({Offer.TRADES})
        self.bad_lines = 0
        self.skipped: Mapping[str, int] = {}
        self._settings = settings
        self._tick = tick
        self._step = step
        self._quotes_total = max(0, int(settings.duration_s * 1000) // settings.step_ms)
        self._quotes_given = 0

    @property
    def hash(self) -> str:
        """SHA-256, hex, of the settings and grids as canonical JSON."""
        told = {**asdict(self._settings), "tick": self._tick, "step": self._step, "model": MODEL}
        plain = {
            name: str(value.normalize(EXACT)) if isinstance(value, Decimal) else value for name, value in told.items()
        }
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def progress(self) -> float:
        """The share of the duration that the present pass has given, 0 to 1."""
        return self._quotes_given / max(1, self._quotes_total)

    def messages(self) -> Iterator[MarketMessage]:
        """Yield the market from its beginning.

        A trade happens half a step after a quote, at its best price, in the direction in which the next one moves.
        """
        settings = self._settings
        bits = _random(settings.seed).getrandbits
        prices, sizes = _Grid(self._tick), _Grid(self._step)
        plan = _plan(settings, tick=self._tick, step=self._step)
        mid, size_max = plan.start, plan.size_max
        spread = settings.spread_ticks
        half_spread = spread * PARTS_PER_TICK // 2
        step_ns = settings.step_ms * NS_PER_MS

        for number in range(self._quotes_total):
            self._quotes_given = number + 1
            time_ns = START_NS + number * step_ns
            bid = max(1, (mid - half_spread) // PARTS_PER_TICK)
            quote = Quote(
                time_ns,
                prices[bid],
                sizes[1 + (bits(CHANCE_BITS) * size_max >> CHANCE_BITS)],
                prices[bid + spread],
                sizes[1 + (bits(CHANCE_BITS) * size_max >> CHANCE_BITS)],
            )
            yield quote
            move = bits(NORMAL_BITS).bit_count() - NORMAL_MEAN
            mid += mid * move * plan.deviation // PARTS_PER_ONE
            if bits(CHANCE_BITS) < plan.jump_chance:
                jump = bits(NORMAL_BITS).bit_count() - NORMAL_MEAN
                mid += mid * jump * plan.jump_deviation // PARTS_PER_ONE
            if bits(CHANCE_BITS) % TRADE_ONE_IN == 0:
                size = sizes[1 + (bits(CHANCE_BITS) * size_max >> CHANCE_BITS)]
                if move > 0:
                    yield Trade(time_ns + step_ns // 2, quote.ask, min(size, quote.ask_size), Side.BUY)
                else:
                    yield Trade(time_ns + step_ns // 2, quote.bid, min(size, quote.bid_size), Side.SELL)


class _Grid(dict[int, Decimal]):
    """Whole grid units to their exact value."""

    def __init__(self, unit: Decimal) -> None:
        super().__init__()
        self._unit = unit

    def __missing__(self, count: int) -> Decimal:
        if len(self) >= CACHED_MAX:
            self.clear()
        value = self[count] = EXACT.multiply(Decimal(count), self._unit)
        return value


def _random(seed: int) -> Random:
    """Return the generator of a seed; folded, because `Random` takes -7 for 7."""
    return Random(2 * seed if seed >= 0 else -2 * seed - 1)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A market in integers.

    Attributes:
        start: The first mid price, millionths of a tick.
        size_max: The largest size shown, steps.
        deviation: Of the mid price over one step, for each bit off the mean, parts of 10^15.
        jump_deviation: Of a jump, the same.
        jump_chance: Of a jump in one step, parts of 2^32.
    """

    start: int
    size_max: int
    deviation: int
    jump_deviation: int
    jump_chance: int


def _plan(settings: SyntheticSettings, *, tick: Decimal, step: Decimal) -> _Plan:
    with localcontext(EXACT):
        basis_point = Decimal(PARTS_PER_ONE) / 10_000 / NORMAL_DEVIATION
        step_s = Decimal(settings.step_ms) / 1000
        chance = step_s / settings.jump_every_s if settings.jump_every_s else Decimal(0)
        return _Plan(
            start=int(settings.start_price * PARTS_PER_TICK / tick),
            size_max=max(1, 2 * int(settings.size / step) - 1),
            deviation=int(settings.volatility_bps * step_s.sqrt() * basis_point),
            jump_deviation=int(settings.jump_bps * basis_point),
            jump_chance=int(chance * 2**CHANCE_BITS),
        )
