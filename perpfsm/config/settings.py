"""Every parameter by its dotted name: what the file sets, what the schema gives, and nothing that it refused."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.config.nodes import Complaint, Path, Value
from perpfsm.config.schema import Schema, load_schema, properties


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters in force.

    Attributes:
        values: By dotted name, such as `bid_spread` or `risk.max_loss`; a refused one is absent.
        explicit: What the file or the command line sets.
    """

    values: Mapping[str, Value]
    explicit: frozenset[str]

    def number(self, name: str) -> Decimal | None:
        """Return a number as a decimal; None when it is off, absent or was refused."""
        value = self.values.get(name)
        return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None

    def text(self, name: str) -> str | None:
        """Return a text; None when it is absent or was refused."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def overrides(self) -> Iterator[tuple[str, tuple[str, int | Decimal, int | Decimal]]]:
        """Yield name, side, spread and amount of every order of `order_override`; none when it was refused."""
        orders = self.values.get("order_override")
        for name, order in orders.items() if isinstance(orders, dict) else ():
            match order:
                case [str() as side, int() | Decimal() as spread, int() | Decimal() as amount]:
                    yield name, (side, spread, amount)
                case _:
                    pass  # the schema refuses any other form


def described_parameters() -> dict[str, Schema]:
    """Return the schema of every parameter of a strategy file by dotted name, in the schema's order."""
    return dict(_leaves(load_schema("strategy"), ""))


def settle(value: Value, complaints: Iterable[Complaint]) -> Settings:
    """Return the parameters in force.

    Args:
        value: The strategy file's content.
        complaints: What the schema has against it; whatever they concern is left out.
    """
    broken = {complaint.path for complaint in complaints}
    values: dict[str, Value] = {}
    explicit: set[str] = set()
    for name, schema in described_parameters().items():
        path: Path = tuple(name.split("."))
        if any(path[: len(each)] == each or each[: len(path)] == path for each in broken if each):
            continue
        found, present = _look_up(value, path)
        if present:
            explicit.add(name)
            values[name] = found
        elif "default" in schema:
            values[name] = schema["default"]
    return Settings(values, frozenset(explicit))


def _look_up(value: Value, path: Path) -> tuple[Value, bool]:
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return None, False
        value = value[str(step)]
    return value, True


def _leaves(schema: Schema, prefix: str) -> Iterable[tuple[str, Schema]]:
    for name, part in properties(schema).items():
        if "properties" in part:
            yield from _leaves(part, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", part
