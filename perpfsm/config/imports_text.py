"""A strategy file as commented text: the schema line for editors, values with what they mean, and what was changed."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from textwrap import wrap

from perpfsm.config.imports_read import Change
from perpfsm.config.imports_table import STRATEGY
from perpfsm.config.nodes import Value
from perpfsm.config.schema import Schema, load_schema, properties
from perpfsm.config.wording import plain, shown

WIDTH = 100
COMMENT_COLUMN = 38
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("where, what, and with how much leverage", ("derivative", "market", "leverage", "position_mode")),
    (
        "opening: how far from the reference price, how much, how often anew",
        (
            "bid_spread",
            "ask_spread",
            "minimum_spread",
            "order_amount",
            "order_levels",
            "order_level_amount",
            "order_level_spread",
            "order_override",
            "order_refresh_time",
            "order_refresh_tolerance_pct",
            "filled_order_delay",
            "price_ceiling",
            "price_floor",
        ),
    ),
    (
        "closing: in profit, and at a loss",
        (
            "position_management",
            "long_profit_taking_spread",
            "short_profit_taking_spread",
            "ts_activation_spread",
            "ts_callback_rate",
            "stop_loss_spread",
            "close_position_order_type",
            "time_between_stop_loss_orders",
            "stop_loss_slippage_buffer",
        ),
    ),
    (
        "the reference price, and orders that follow the book",
        (
            "price_source",
            "price_type",
            "price_source_derivative",
            "price_source_market",
            "price_source_custom_api",
            "custom_api_update_interval",
            "order_optimization_enabled",
            "bid_order_optimization_depth",
            "ask_order_optimization_depth",
        ),
    ),
    ("the paper exchange", ("paper",)),
)
_UNITS = {"none": "", "percent": "%", "seconds": "s", "count": "", "times": ""}
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def strategy_text(
    values: Mapping[str, Value], changes: Sequence[Change], *, source: str, target: str, schema: str
) -> str:
    """Return a strategy file.

    Args:
        values: Parameters by name, sections as mappings.
        changes: Shown as comments above their parameters, or at the end where there is none.
        source: Name of the file that it was made from.
        target: Name of the strategy file.
        schema: Where an editor finds the schema.
    """
    lines = [
        f"# yaml-language-server: $schema={schema}",
        "#",
        f"# Imported from {shown(source)}. {_verdict(len(changes))}",
        "#",
        f"#   perpfsm validate {shown(target)}",
        f"#   perpfsm run {shown(target)}",
        f"strategy: {STRATEGY}",
    ]
    for heading, names in GROUPS:
        present = [name for name in names if name in values]
        if present:
            lines += ["", f"# {heading}"]
        for name in present:
            lines += [line for change in changes if change.name == name for line in _comment(change)]
            lines.append(_member(name, values[name]))
    rest = [change for change in changes if change.name not in values]
    if rest:
        lines += ["", "# left out", *(line for change in rest for line in _comment(change))]
    return "\n".join(lines) + "\n"


def _verdict(changes: int) -> str:
    if not changes:
        return "It means the same here."
    places = "One line" if changes == 1 else f"{changes} lines"
    return f"{places} would mean something else here: look for CHANGED."


def _comment(change: Change) -> Iterator[str]:
    """Yield a change as comment lines."""
    complaint = change.complaint
    value = "" if change.there is None else _scalar(change.there)
    there = "" if value in complaint.what else f" There: {value}."
    text = f"CHANGED: {complaint.what}{there} {complaint.remedy}"
    yield from wrap(text, WIDTH, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False)


def _member(name: str, value: Value) -> str:
    """Return a parameter's line, with its meaning behind it."""
    written = f"{name}: {_scalar(value)}"
    schema: Schema = properties(load_schema("strategy"))[name]
    unit = str(schema.get("x-unit", "none"))
    meaning = str(schema["description"]).rstrip(".")
    unit = _UNITS.get(unit, unit)
    return f"{written:<{COMMENT_COLUMN - 1}} # {meaning}{f'; {unit}' if unit else ''}"


def _scalar(value: Value) -> str:
    """Return a value as YAML on one line that reads back as exactly this value."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return plain(value)
        case list():
            return f"[{', '.join(map(_scalar, value))}]"
        case dict():
            return f"{{{', '.join(f'{_scalar(name)}: {_scalar(part)}' for name, part in value.items())}}}"
        case str():
            is_plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
            return value if is_plain else json.dumps(value)
