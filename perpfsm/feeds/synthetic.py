"""A seeded random market on the tick grid, the same on any machine: integers and exact decimals only."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from random import Random

from perpfsm.feeds.regimes import (
    CHANCE_BITS,
    EXACT,
    NORMAL_BITS,
    NORMAL_MEAN,
    PARTS_PER_ONE,
    PARTS_PER_TICK,
    Regime,
    regimes_of,
    start_of,
)
from perpfsm.market.incident import FeedMessage, Halt
from perpfsm.market.messages import BadQuote, MarketMessage, Quote, Trade
from perpfsm.market.offer import Offer
from perpfsm.market.side import Side
from perpfsm.market.synthetic import Scenario, SyntheticSettings

MODEL = 1  # rises whenever the same settings give another market
START_NS = 1_704_067_200_000_000_000  # 2024-01-01T00:00:00Z
NS_PER_MS = 1_000_000
TRADE_ONE_IN = 4  # steps
CACHED_MAX = 1 << 14
SYNTHETIC = "synthetic"

_MISSING = {Side.BUY: "the ask is missing", Side.SELL: "the bid is missing"}  # by the side that is shown


def synthetic_feed(
    settings: SyntheticSettings | Scenario, *, tick: Decimal = Decimal("0.1"), step: Decimal = Decimal("0.001")
) -> "SyntheticFeed":
    """Return the random market of `settings`.

    Args:
        settings: Seed, length and character, or a scenario of several characters.
        tick: The price grid, quote currency.
        step: The size grid, base units.
    """
    return SyntheticFeed(settings, tick=tick, step=step)


class SyntheticFeed:
    """Quotes at even steps and now and then a trade between two of them.

    Attributes:
        name: `synthetic`, or `synthetic:` and the scenario's name.
        symbol: None; it is any market.
        offers: Trades.
        assumes_path: False.
        bad_lines: 0.
        skipped: Empty.
        remarks: Empty.
    """

    def __init__(self, settings: SyntheticSettings | Scenario, *, tick: Decimal, step: Decimal) -> None:
        """Keep the settings and the grids."""
        self.name = f"{SYNTHETIC}:{settings.name}" if isinstance(settings, Scenario) else SYNTHETIC
        self.symbol: str | None = None
        self.offers = frozenset({Offer.TRADES})
        self.assumes_path = False
        self.bad_lines = 0
        self.skipped: Mapping[str, int] = {}
        self.remarks: tuple[str, ...] = ()
        self._settings = settings
        self._tick = tick
        self._step = step
        self._regimes = regimes_of(settings, step)
        self._steps_total = sum(regime.steps for regime in self._regimes)
        self._steps_given = 0

    @property
    def hash(self) -> str:
        """SHA-256, hex, of the settings and grids as canonical JSON."""
        told = {**asdict(self._settings), "tick": self._tick, "step": self._step, "model": MODEL}
        text = json.dumps(_plain(told), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def progress(self) -> float:
        """The share of the duration that the present pass has given, 0 to 1."""
        return self._steps_given / max(1, self._steps_total)

    def messages(self) -> Iterator[FeedMessage]:
        """Yield the market from its beginning."""
        walk = _Walk(self._settings, tick=self._tick, step=self._step)
        self._steps_given = 0
        for regime in self._regimes:
            time_ns = START_NS + self._steps_given * walk.step_ns
            walk.mid += walk.mid * regime.first_jump // PARTS_PER_ONE
            if regime.halted_s is not None:
                yield Halt(time_ns, regime.halted_s)
                self._steps_given += regime.steps
                continue
            for _ in range(regime.steps):
                self._steps_given += 1
                yield from walk.step(time_ns, regime)
                time_ns += walk.step_ns


class _Walk:
    """A walk of the mid price, and the quotes and trades around it.

    Attributes:
        mid: Millionths of a tick.
        step_ns: Nanoseconds between two quotes.
    """

    def __init__(self, settings: SyntheticSettings | Scenario, *, tick: Decimal, step: Decimal) -> None:
        self.mid = start_of(settings, tick)
        self.step_ns = settings.step_ms * NS_PER_MS
        self._bits = _random(settings.seed).getrandbits
        self._prices = _Grid(tick)
        self._sizes = _Grid(step)

    def step(self, time_ns: int, regime: Regime) -> Iterator[MarketMessage]:
        """Yield a quote, move, and yield a trade one time in four.

        A trade happens half a step after a quote, at its best price, in the direction in which the next one moves;
        in a book of one side it takes from that side.
        """
        bits, size_max = self._bits, regime.size_max
        prices, sizes = self._prices, self._sizes
        bid = max(1, (self.mid - regime.spread * PARTS_PER_TICK // 2) // PARTS_PER_TICK)
        quote = Quote(
            time_ns,
            prices[bid],
            sizes[1 + (bits(CHANCE_BITS) * size_max >> CHANCE_BITS)],
            prices[bid + regime.spread],
            sizes[1 + (bits(CHANCE_BITS) * size_max >> CHANCE_BITS)],
        )
        shown = regime.one_sided
        yield quote if shown is None else BadQuote(time_ns, _MISSING[shown])
        move = bits(NORMAL_BITS).bit_count() - NORMAL_MEAN
        push = move * regime.deviation + regime.drift
        self.mid += self.mid * push // PARTS_PER_ONE
        if bits(CHANCE_BITS) < regime.jump_chance:
            jump = bits(NORMAL_BITS).bit_count() - NORMAL_MEAN
            self.mid += self.mid * jump * regime.jump_deviation // PARTS_PER_ONE
        if bits(CHANCE_BITS) % TRADE_ONE_IN == 0:
            size = sizes[1 + (bits(CHANCE_BITS) * size_max >> CHANCE_BITS)]
            half_ns = time_ns + self.step_ns // 2
            buys = (push or move) > 0 if shown is None else shown is Side.SELL
            if buys:
                yield Trade(half_ns, quote.ask, min(size, quote.ask_size), Side.BUY)
            else:
                yield Trade(half_ns, quote.bid, min(size, quote.bid_size), Side.SELL)


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


def _plain(value: object) -> object:
    """Return settings as JSON has them, equal numbers in equal words."""
    match value:
        case Decimal():
            return str(value.normalize(EXACT))
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case tuple():
            return [_plain(part) for part in value]
        case _:
            return value
