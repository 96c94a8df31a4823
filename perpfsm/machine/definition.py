"""A lifecycle machine as neutral values: what a machine file says, before anything is built from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from perpfsm.errors import Place


class Trigger(StrEnum):
    """The closed list of events that a machine answers."""

    MARKET = "market"
    FILL = "fill"
    ORDER_LOST = "order_lost"
    DATA_BAD = "data_bad"
    PAUSE = "pause"
    STOP = "stop"
    HALT = "halt"
    FLATTEN = "flatten"
    LIQUIDATED = "liquidated"
    POSITION_CHANGED = "position_changed"


REASONS = (
    "take_profit",
    "trailing_stop",
    "stop_loss",
    "time_limit",
    "break_even",
    "netted",
    "flatten",
    "risk",
    "liquidation",
    "external",
)


class Operator(StrEnum):
    """How a guard compares; the names are the keys of the machine file."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    BELOW = "below"
    ABOVE = "above"
    IS = "is"
    IS_NOT = "is_not"


@dataclass(frozen=True, slots=True)
class ParameterOperand:
    """The value of a parameter, or its negative."""

    name: str
    negated: bool = False


Operand = Decimal | ParameterOperand | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A guard that compares one metric or one parameter.

    Attributes:
        metric: The metric's name; None when `parameter` is compared.
        parameter: The parameter's name; None when `metric` is compared.
        operator: How.
        operand: A number or a parameter for numbers; names for `is` and `is_not` of an enumerated metric.
        when_set: The guard is false while this parameter is at its off value.
        when_undefined: What the guard is while the metric has no value.
    """

    operator: Operator
    operand: Operand
    metric: str | None = None
    parameter: str | None = None
    when_set: str | None = None
    when_undefined: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """A guard that holds when every part holds."""

    parts: tuple["Guard", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A guard that holds when some part holds."""

    parts: tuple["Guard", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A guard that holds when its part does not."""

    part: "Guard"


@dataclass(frozen=True, slots=True)
class GuardName:
    """Another guard of the same file, used inside `all`, `any` or `not`."""

    name: str


Guard = Comparison | AllOf | AnyOf | Not | GuardName


@dataclass(frozen=True, slots=True)
class StateDefinition:
    """One state of a position's lifecycle.

    Attributes:
        name: As rows name it.
        exposed: Whether the leg holds a position in it.
        closing: Whether an exit works in it; a row into it gives the reason of the exit.
    """

    name: str
    exposed: bool = False
    closing: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the transition table; rows are tried in file order, the first whose guards hold fires.

    Attributes:
        number: Its place in the file, from 1.
        name: As the file calls it, else `row N`.
        triggers: The events that it answers.
        sources: The states in which it does.
        dest: The state that it leads to; None stays and acts.
        reason: Of the exit, for a row into a closing state; of the closing, for one that ends a position.
        conditions: Guards that must hold.
        unless: Guards that must not hold.
        actions: What it proposes, in order (`after` in the file).
        place: Where it stands.
    """

    number: int
    name: str
    triggers: tuple[Trigger, ...]
    sources: tuple[str, ...]
    dest: str | None
    reason: str | None = None
    conditions: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    place: Place = Place("")


class PropertyKind(StrEnum):
    """What a property of a lifecycle says; the names are the keys of the machine file."""

    ALWAYS_CAN_REACH = "always_can_reach"
    NEVER = "never"
    PREEMPTS = "preempts"
    LEADS_TO = "leads_to"


@dataclass(frozen=True, slots=True)
class Property:
    """Something that the author of a lifecycle wants proved of it.

    Attributes:
        name: As the file calls it.
        kind: What it says of its targets.
        targets: States; for `preempts` rows, by name.
        states: Where it is asked (`in` of the file); empty means everywhere.
        conditions: Guards that hold where it is asked.
        unless: Guards that do not.
    """

    name: str
    kind: PropertyKind
    targets: tuple[str, ...]
    states: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MachineDefinition:
    """A whole lifecycle."""

    name: str
    initial: str
    states: tuple[StateDefinition, ...]
    guards: Mapping[str, Guard]
    rows: tuple[Row, ...]
    properties: tuple[Property, ...] = ()

    def state(self, name: str) -> StateDefinition:
        """Return the state called `name`.

        Raises:
            KeyError: When there is none.
        """
        for state in self.states:
            if state.name == name:
                return state
        raise KeyError(name)
