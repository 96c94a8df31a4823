"""The library: every metric and action that a machine file may name, found by name, never by import."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from perpfsm.decisions.proposals import Proposal
from perpfsm.machine.definition import Comparison
from perpfsm.machine.view import Reading, Value
from perpfsm.market.order import Role
from perpfsm.market.ratio import Ratio


class Input(StrEnum):
    """The prices that a metric can depend on; `anchor` is a reference price that quotes do not move."""

    BID = "bid"
    ASK = "ask"
    MARK = "mark"
    MID = "mid"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True)
class Threshold:
    """The price of an input at which a metric crosses a bound."""

    input: Input
    price: Ratio


class Declared(StrEnum):
    """How a metric's dependence on the market is declared, for bands."""

    FACT = "fact"
    PRICE = "price"
    TIME = "time"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """A named, typed quantity that guards compare.

    Attributes:
        name: As machine files call it.
        unit: percent, seconds, base, count, or none for an enumerated one.
        doc: What it is, one sentence.
        read: Computes it from a reading.
        depends: On facts of the leg alone, on prices, on time, or on anything at all; the last is safe and slow.
        values: What an enumerated metric can be; None for a numeric one.
        may_be_undefined: Whether it can lack a value.
        thresholds: For a price metric: where it crosses a bound; monotone on each side of every threshold.
        moment_ns: For a time metric: when it crosses a bound, nanoseconds since the epoch, rounded up.
        least: What a numeric one is never below; None where it has no such bound.
        parameters: Those of the strategy that it reads, so that one which nothing reads can be pointed out.
        reads: What it is computed from: facts of the leg by name, `quotes`, `exits`, and of the outside `price`,
            `time`, `amount` (sizes and counts), `side`, `data`, `quoting`, `book`; None says nothing, and it is taken
            to change at any moment.
    """

    name: str
    unit: str
    doc: str
    read: Callable[[Reading], Value]
    depends: Declared = Declared.ANYTHING
    values: tuple[str, ...] | None = None
    may_be_undefined: bool = False
    thresholds: Callable[[Reading, Decimal], tuple[Threshold, ...]] | None = None
    moment_ns: Callable[[Reading, Decimal], int] | None = None
    least: Decimal | None = None
    parameters: frozenset[str] = frozenset()
    reads: frozenset[str] | None = None


class ExitType(StrEnum):
    """The type of an exit that an action places."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    AS_CONFIGURED = "as close_position_order_type says, MARKET without usable data"


class Reach(StrEnum):
    """Which orders of the roles that an action cancels it surely cancels."""

    EVERY = "every one"
    OPPOSITE = "those that would reduce the position"
    SOME = "those that the prices of the moment choose"


@dataclass(frozen=True, slots=True)
class Effects:
    """What an action may do, so that machines can be checked without running them.

    Attributes:
        sets: Facts of the leg that it changes.
        places: Roles of orders that it may place.
        cancels: Roles of orders that it may cancel.
        reach: Which of those it surely cancels.
        exit_type: Of the exits that it places, for the whole position; None when it places none.
        settles: Comparisons of metrics that hold once it has run, as long as nothing else happens; a metric without
            a value then satisfies them too.
    """

    sets: frozenset[str] = frozenset()
    places: frozenset[Role] = frozenset()
    cancels: frozenset[Role] = frozenset()
    reach: Reach = Reach.EVERY
    exit_type: ExitType | None = None
    settles: tuple[Comparison, ...] = ()


class Proposals:
    """What the actions of one row propose and say, collected in order."""

    __slots__ = ("notes", "proposals")

    def __init__(self) -> None:
        """Start empty."""
        self.proposals: list[Proposal] = []
        self.notes: list[str] = []


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """A named action of rows; it proposes and remembers, it performs nothing.

    Attributes:
        name: As machine files call it.
        doc: What it does, one sentence.
        effects: Declared, and held by a test.
        run: Adds to the proposals, and sets facts on the reading's leg, which is the step's own copy.
        parameters: Those of the strategy that it reads, so that one which nothing reads can be pointed out.
    """

    name: str
    doc: str
    effects: Effects
    run: Callable[[Reading, Proposals], None]
    parameters: frozenset[str] = frozenset()


Spec = TypeVar("Spec", MetricSpec, ActionSpec)


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """Metrics and actions by name; one library is equal to no other."""

    metrics: Mapping[str, MetricSpec]
    actions: Mapping[str, ActionSpec]

    @classmethod
    def of(cls, metrics: Iterable[MetricSpec], actions: Iterable[ActionSpec]) -> "Library":
        """Return a library of these entries.

        Raises:
            ValueError: When a name is given twice.
        """
        return cls(_by_name(metrics), _by_name(actions))

    def extended(self, metrics: Iterable[MetricSpec] = (), actions: Iterable[ActionSpec] = ()) -> "Library":
        """Return this library with more entries.

        Raises:
            ValueError: When a name is taken.
        """
        return Library.of((*self.metrics.values(), *metrics), (*self.actions.values(), *actions))


def _by_name(specs: Iterable[Spec]) -> Mapping[str, Spec]:
    """Return the specs under their names."""
    named: dict[str, Spec] = {}
    for spec in specs:
        if spec.name in named:
            raise ValueError(f"{spec.name} is in the library twice")
        named[spec.name] = spec
    return MappingProxyType(named)
