"""How long a command takes to the venue, and an event back to us: constants, or draws that a seed repeats.

The feed's times are local receipt: what is seen here at T happened at the venue at T less the market data's latency.
So, on the feed's clock, a command that leaves at t arrives at t + its way in + market data; what happens at S is
received at S + what its way out takes longer than market data does. One connection each way keeps its order.
"""

from dataclasses import dataclass
from typing import Self

from perpfsm.market.order import CancelOrder, VenueCommand

NS_PER_MS = 1_000_000
MASK = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every whole nanosecond from `low_ns` to `high_ns` with the same chance."""

    low_ns: int
    high_ns: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """One of measured latencies, each with the same chance; at least one, nanoseconds, not negative."""

    values_ns: tuple[int, ...]


Delay = int | Uniform | Sampled
"""The latency of a path: a constant in nanoseconds, or what is drawn."""


@dataclass(frozen=True, slots=True)
class LatencySettings:
    """The latencies of the four paths.

    Attributes:
        order: Of a placement on its way in.
        cancel: Of a cancel on its way in.
        ack: Of an event on its way out.
        market_data: Of the feed.
        seed: Decides the draws; each path has its own.
    """

    order: Delay = 0
    cancel: Delay = 0
    ack: Delay = 0
    market_data: Delay = 0
    seed: int = 1

    @property
    def is_none(self) -> bool:
        """Whether nothing takes any time."""
        return not any((self.order, self.cancel, self.ack, self.market_data))

    def in_words(self) -> str:
        """Return the latencies for a person, such as `order 10 ms, cancel 5 to 20 ms, ack 0 ms, market data 1 ms`."""
        paths = (("order", self.order), ("cancel", self.cancel), ("ack", self.ack), ("market data", self.market_data))
        return ", ".join(f"{name} {_words(delay)}" for name, delay in paths)


def _words(delay: Delay) -> str:
    match delay:
        case Uniform(low, high):
            return f"{_ms(low)} to {_ms(high)} ms"
        case Sampled(values):
            return f"{_ms(min(values))} to {_ms(max(values))} ms, one of {len(values)}"
        case int(constant):
            return f"{_ms(constant)} ms"


def _ms(time_ns: int) -> str:
    return f"{time_ns / NS_PER_MS:.6f}".rstrip("0").rstrip(".")


NO_LATENCY = LatencySettings()


class Path:
    """One path: its latency, drawn again for each thing that takes it.

    The generator is splitmix64, whole numbers only, so that every machine draws the same.

    Attributes:
        state: Of the generator, 64 bits.

    Source: G. Steele, D. Lea, C. Flood: Fast splittable pseudorandom number generators (2014).
    """

    __slots__ = ("_delay", "state")

    def __init__(self, delay: Delay, *, seed: int, number: int) -> None:
        """Start the generator of path `number` of a seed."""
        self._delay = delay
        self.state = (seed * 4 + number) & MASK

    def delay_ns(self) -> int:
        """Return the latency of the next thing."""
        match self._delay:
            case int(constant):
                return constant
            case Uniform(low, high):
                return low + self._draw(high - low + 1)
            case Sampled(values):
                return values[self._draw(len(values))]

    def _draw(self, count: int) -> int:
        """Return a whole number from 0 to below `count`, which is far below 2^64."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        mixed = self.state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & MASK
        return (mixed ^ mixed >> 31) * count >> 64


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """Of each path the state of its generator; and when the newest command arrives and the newest event is received."""

    paths: tuple[int, ...]
    arrived_ns: int
    received_ns: int


class Connection:
    """The way in and the way out of one account; nothing overtakes on either.

    Attributes:
        paths: Order, cancel, ack and market data, in this order.
        arrived_ns: When the newest command arrives, on the feed's clock, nanoseconds since the epoch.
        received_ns: When the newest event is received.
    """

    __slots__ = ("arrived_ns", "paths", "received_ns")

    def __init__(self, settings: LatencySettings) -> None:
        """Open both ways."""
        delays = (settings.order, settings.cancel, settings.ack, settings.market_data)
        self.paths = tuple(Path(delay, seed=settings.seed, number=number) for number, delay in enumerate(delays))
        self.arrived_ns = 0
        self.received_ns = 0

    def state(self) -> ConnectionState:
        """Return how far both ways have come."""
        return ConnectionState(tuple(path.state for path in self.paths), self.arrived_ns, self.received_ns)

    @classmethod
    def from_state(cls, settings: LatencySettings, state: ConnectionState) -> Self:
        """Return a connection that goes on where `state` is.

        Raises:
            ValueError: When it does not have a state for each path.
        """
        connection = cls(settings)
        for path, drawn in zip(connection.paths, state.paths, strict=True):
            path.state = drawn
        connection.arrived_ns, connection.received_ns = state.arrived_ns, state.received_ns
        return connection

    def arrival_ns(self, command: VenueCommand, sent_ns: int) -> int:
        """Return when a command that leaves at `sent_ns` arrives."""
        order, cancel, _, market_data = self.paths
        path = cancel if isinstance(command, CancelOrder) else order
        self.arrived_ns = max(self.arrived_ns, sent_ns + path.delay_ns() + market_data.delay_ns())
        return self.arrived_ns

    def receipt_ns(self, happened_ns: int) -> int:
        """Return when an event that happens at `happened_ns` is received."""
        _, _, ack, market_data = self.paths
        self.received_ns = max(self.received_ns, happened_ns + max(0, ack.delay_ns() - market_data.delay_ns()))
        return self.received_ns
