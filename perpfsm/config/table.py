"""The parameters in force as a table: values with units, defaults marked, percentages beside the price they are."""

from collections.abc import Iterator
from decimal import Decimal

from perpfsm.config.nodes import Value
from perpfsm.config.schema import Schema, matches
from perpfsm.config.settings import Settings, described_parameters, settle
from perpfsm.config.strategy import Strategy
from perpfsm.config.strategy_checks import reference_price
from perpfsm.config.wording import plain, shown

_UNITS = {"percent": "%", "none": "", "count": "", "price": "", "seconds": "s", "times": "x", "milliseconds": "ms"}
_UNITS |= {"basis points": "bps", "hours": "h"}

_QUIET = ("paper.instrument.", "paper.feed.", "paper.bars.", "paper.price_source_feed.", "price_source", "custom_api_")


def parameter_rows(strategy: Strategy) -> Iterator[tuple[str, str, str]]:
    """Yield name, value with unit, and a note for every parameter in force.

    Args:
        strategy: A valid one.
    """
    settings = settle(_nested(strategy), ())
    base, _, quote = strategy.parameters.market.partition("-")
    units = _UNITS | {"base": base, "quote": quote, "price": quote}
    for name, schema in described_parameters().items():
        if name not in settings.values or not _is_in_force(name, schema, strategy, settings):
            continue
        value = settings.values[name]
        unit = units.get(str(schema["x-unit"]), str(schema["x-unit"]))
        is_off = "x-off" in schema and _is_off(value, schema["x-off"])
        text = "off" if is_off else f"{shown(value)} {unit}".rstrip()
        notes = [
            equivalent(name, settings, schema) if not is_off else "",
            "" if name in settings.explicit else "default",
        ]
        yield name, text, ", ".join(filter(None, notes))


def parameter_table(strategy: Strategy) -> tuple[str, ...]:
    """Return the table's lines, columns aligned."""
    rows = [*parameter_rows(strategy)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return tuple(f"  {name:<{widths[0]}}  {value:<{widths[1]}}  {note}".rstrip() for name, value, note in rows)


def _is_in_force(name: str, schema: Schema, strategy: Strategy, settings: Settings) -> bool:
    """Return whether a parameter is worth a line: what the file sets, and defaults that decide how the bot trades."""
    if name in settings.explicit:
        return name != "waive"
    if schema.get("x-read-by") == "lifecycle":
        return name in strategy.reads
    if schema.get("x-built") is False or name == "strategy" or name.startswith(_QUIET):
        return False
    condition = schema.get("x-prompt-when")
    needs = condition.get("position_management") if isinstance(condition, dict) else None
    return settings.values[name] is not None and needs in {None, strategy.parameters.position_management}


def _is_off(value: Value, fragment: Value) -> bool:
    return isinstance(fragment, dict) and matches(value, fragment)


def equivalent(name: str, settings: Settings, schema: Schema) -> str:
    """Return what a percentage is in money where a reference price is known; empty for anything else."""
    price, value, tick = (reference_price(settings), settings.number(name), settings.number("paper.instrument.tick"))
    if price is None or not value or tick is None or schema["x-unit"] != "percent" or name.startswith("paper."):
        return ""
    decimals = max(2, -int(tick.normalize().as_tuple().exponent))
    amount = value * price / Decimal(100)
    return f"of {plain(price, grouped=True)} = {amount:,.{decimals}f}"


def _nested(strategy: Strategy) -> Value:
    """Return what the strategy sets as the mapping that it was written as."""
    top: dict[str, Value] = {}
    for name, value in strategy.values.items():
        *sections, last = name.split(".")
        inner = top
        for section in sections:
            below = inner.setdefault(section, {})
            assert isinstance(below, dict)  # noqa: S101  # a dotted name goes through sections only
            inner = below
        inner[last] = value
    return top
