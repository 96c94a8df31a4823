"""Guards from a machine file: each as data becomes a value, and every name, unit and operator in it is checked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from perpfsm.config.nodes import Complaint, Path, Value
from perpfsm.config.numbers import is_number, is_too_long, read_number
from perpfsm.config.quantities import Quantity, parameter_quantities, quantity_of_metric
from perpfsm.config.schema import Schema, load_schema, properties
from perpfsm.config.translate import label
from perpfsm.config.wording import did_you_mean, listed, shown
from perpfsm.errors import Severity
from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    Guard,
    GuardName,
    Not,
    Operand,
    Operator,
    ParameterOperand,
)
from perpfsm.machine.library import Library


@dataclass(slots=True)
class GuardReader:
    """Reads the guards of one file and collects what is wrong with them.

    Attributes:
        library: Metrics by name.
        guards: The file's guards, raw, those that the schema accepts.
        known: Names of all guards of the file, also of refused ones.
        complaints: What was found so far.
    """

    library: Library
    guards: Mapping[str, Value]
    known: tuple[str, ...]
    complaints: list[Complaint] = field(default_factory=list)
    parameters: Mapping[str, Quantity] = field(default_factory=parameter_quantities)
    schemas: Mapping[str, Schema] = field(default_factory=lambda: properties(load_schema("strategy")))

    def read_all(self) -> dict[str, Guard]:
        """Return every guard that could be read."""
        read = {name: self._guard(value, ("guards", name)) for name, value in self.guards.items()}
        for name in self.guards:
            self._refuse_cycle(name)
        return {name: guard for name, guard in read.items() if guard is not None}

    def holes(self, name: str, seen: tuple[str, ...] = ()) -> Iterator[str]:
        """Yield the metrics of guard `name` that may be undefined without the guard saying what it is then."""
        if name not in seen and name in self.guards:
            yield from self._holes_of(self.guards[name], (*seen, name))

    def names_in(self, value: Value) -> Iterator[str]:
        """Yield the guard names that a raw guard refers to."""
        if isinstance(value, dict):
            for part in _parts(value):
                if isinstance(part, str):
                    yield part
                else:
                    yield from self.names_in(part)

    def _guard(self, value: Value, path: Path) -> Guard | None:
        if isinstance(value, str):
            if value not in self.known:
                self._complain(
                    path, "unknown-guard", f"{shown(value)} is not a guard.", did_you_mean(value, self.known)
                )
            return GuardName(value)
        match value:
            case {"all": list(parts)}:
                return AllOf(self._all(parts, (*path, "all")))
            case {"any": list(parts)}:
                return AnyOf(self._all(parts, (*path, "any")))
            case {"not": part}:
                self._require_defined(self._holes_of(part, ()), (*path, "not"), "not")
                inner = self._guard(part, (*path, "not"))
                return None if inner is None else Not(inner)
            case dict():
                return self._comparison(value, path)
            case _:
                return None

    def _all(self, parts: list[Value], path: Path) -> tuple[Guard, ...]:
        read = (self._guard(part, (*path, index)) for index, part in enumerate(parts))
        return tuple(guard for guard in read if guard is not None)

    def _comparison(self, value: dict[str, Value], path: Path) -> Comparison | None:
        quantity = self._quantity(value, path)
        operator = next(operator for operator in Operator if operator in value)
        when_set = value.get("when_set")
        if isinstance(when_set, str):
            self._check_when_set(when_set, (*path, "when_set"))
        if quantity is None:
            return None
        if "parameter" in value:
            for needless in ("when_set", "when_undefined"):
                if needless in value:
                    what = f"{needless} goes with a metric; a parameter always has its value."
                    self._complain((*path, needless), "needless-key", what, "Remove it.", at_key=True)
        if operator is Operator.IS_NOT and quantity.may_be_undefined and "when_undefined" not in value:
            self._require_defined(iter((quantity.name,)), (*path, operator.value), "is_not")
        operand = self._operand(value[operator], quantity, operator, (*path, operator.value))
        if operand is None:
            return None
        return Comparison(
            operator,
            operand,
            metric=quantity.name if "metric" in value else None,
            parameter=quantity.name if "parameter" in value else None,
            when_set=when_set if isinstance(when_set, str) else None,
            when_undefined=value.get("when_undefined") is True,
        )

    def _quantity(self, value: dict[str, Value], path: Path) -> Quantity | None:
        kind = "metric" if "metric" in value else "parameter"
        name = str(value[kind])
        if kind == "metric" and name in self.library.metrics:
            return quantity_of_metric(self.library.metrics[name])
        if kind == "parameter" and name in self.parameters:
            return self.parameters[name]
        known: Iterable[str] = self.library.metrics if kind == "metric" else self.parameters
        self._complain((*path, kind), f"unknown-{kind}", f"{shown(name)} is not a {kind}.", did_you_mean(name, known))
        return None

    def _operand(self, value: Value, quantity: Quantity, operator: Operator, path: Path) -> Operand | None:
        if quantity.values is not None:
            return self._choice(value, quantity, quantity.values, operator, path)
        if isinstance(value, list):
            self._complain(path, "operator-mismatch", f"{quantity.name} is a number, so '{operator}' takes one number.")
            return None
        if not isinstance(value, str):
            return Decimal(value) if isinstance(value, int | Decimal) else None
        if is_number(value) and not is_too_long(value):
            what = f"{label(path)} is a number in quotes."
            self._complain(path, "quoted-number", what, f"Write {value}.", severity=Severity.WARNING)
            return Decimal(read_number(value))
        return self._parameter_operand(value, quantity, path)

    def _choice(
        self, value: Value, quantity: Quantity, known: tuple[str, ...], operator: Operator, path: Path
    ) -> Operand | None:
        if operator not in {Operator.IS, Operator.IS_NOT}:
            what = f"{quantity.name} is no number, so '{operator}' cannot compare it."
            self._complain(path, "operator-mismatch", what, f"Use 'is' or 'is_not' with {listed(known)}.", at_key=True)
            return None
        names = value if isinstance(value, list) else [value]
        for index, name in enumerate(names):
            if name not in known:
                place: Path = (*path, index) if isinstance(value, list) else path
                what = f"{quantity.name} is never {shown(name)}."
                self._complain(place, "unknown-value", what, did_you_mean(str(name), known))
        return tuple(map(str, names))

    def _parameter_operand(self, text: str, quantity: Quantity, path: Path) -> Operand | None:
        name = text.removeprefix("-")
        numbers = {known: other for known, other in self.parameters.items() if other.values is None}
        other = numbers.get(name)
        if other is None:
            what = f"{shown(name)} is not a parameter that is a number."
            self._complain(path, "unknown-parameter", what, did_you_mean(name, numbers))
            return None
        if other.unit != quantity.unit:
            what = f"{quantity.name} is in {quantity.unit}, but {name} is in {other.unit}."
            self._complain(path, "unit-mismatch", what, "Compare quantities of one unit.")
        return ParameterOperand(name, negated=text.startswith("-"))

    def _check_when_set(self, name: str, path: Path) -> None:
        if name not in self.parameters:
            self._complain(
                path, "unknown-parameter", f"{shown(name)} is not a parameter.", did_you_mean(name, self.parameters)
            )
        elif "x-off" not in self.schemas[name]:
            what = f"{name} has no off value, so it is always set."
            self._complain(path, "always-set", what, "Remove when_set.", severity=Severity.WARNING)

    def _require_defined(self, holes: Iterator[str], path: Path, word: str) -> None:
        metric = next(holes, None)
        if metric is not None:
            what = (
                f"{metric} may have no value, and under {word} a guard without a value would hold or not by accident."
            )
            self._complain(
                path, "undefined-hole", what, "Add when_undefined: true or false to its comparison.", at_key=True
            )

    def _holes_of(self, value: Value, seen: tuple[str, ...]) -> Iterator[str]:
        if isinstance(value, str):
            yield from self.holes(value, seen)
        elif isinstance(value, dict) and "metric" in value:
            spec = self.library.metrics.get(str(value["metric"]))
            if spec is not None and spec.may_be_undefined and "when_undefined" not in value:
                yield spec.name
        elif isinstance(value, dict):
            for part in _parts(value):
                yield from self._holes_of(part, seen)

    def _refuse_cycle(self, start: str) -> None:
        trail = self._trail(start, start, ())
        if trail:
            what = f"Guard {start} refers to itself: {' → '.join((*trail, start))}."
            self._complain(("guards", start), "guard-cycle", what, "Break the circle.", at_key=True)

    def _trail(self, start: str, name: str, seen: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names from `start` back to it; empty when no way leads back."""
        for inner in self.names_in(self.guards.get(name)):
            if inner == start:
                return (*seen, name)
            if inner not in (*seen, name):
                found = self._trail(start, inner, (*seen, name))
                if found:
                    return found
        return ()

    def _complain(
        self,
        path: Path,
        code: str,
        what: str,
        remedy: str = "",
        *,
        at_key: bool = False,
        severity: Severity = Severity.ERROR,
    ) -> None:
        self.complaints.append(Complaint(path, code, what, remedy, at_key, severity))


def _parts(value: dict[str, Value]) -> list[Value]:
    """Return the parts of a combination; none for a comparison."""
    match value:
        case {"all": list(parts)} | {"any": list(parts)}:
            return parts
        case {"not": part}:
            return [part]
        case _:
            return []
