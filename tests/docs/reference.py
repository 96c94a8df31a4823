"""The reference pages, written from the schemas and the library; `python -m tests.docs.reference` writes them anew."""

import sys
from collections.abc import Iterable, Iterator, Mapping

from perpfsm.config.nodes import Value
from perpfsm.config.schema import Schema, load_schema, properties
from perpfsm.config.settings import described_parameters
from perpfsm.config.translate import describe
from perpfsm.config.wording import shown
from perpfsm.machine.definition import Operator
from perpfsm.machine.library import ActionSpec, Declared, MetricSpec
from perpfsm.machine.shipped import shipped_library
from perpfsm.market.brackets import BRACKETS
from tests.docs.pages import ROOT

FOLDER = ROOT / "docs" / "reference"
GENERATED = "<!-- Written by `make reference` from the schemas and the library. Change those, not this page. -->"
SECTIONS = {
    "": ("Trading", "At the top of the file."),
    "paper": ("The paper exchange", "In the section `paper`, or in one of its own sections."),
    "risk": ("Limits", "In the section `risk`. They bind what adds exposure; exits pass every one of them."),
}
KINDS = {
    "array": "list",
    "number": "number",
    "integer": "whole number",
    "string": "text",
    "boolean": "true or false",
    "object": "map",
}
DEPENDS = {
    Declared.FACT: "facts of the leg",
    Declared.PRICE: "prices",
    Declared.TIME: "time",
    Declared.ANYTHING: "anything",
}
OPERATORS = {
    Operator.AT_MOST: "≤: the quantity is the operand or less",
    Operator.AT_LEAST: "≥: the quantity is the operand or more",
    Operator.BELOW: "<: the quantity is less than the operand",
    Operator.ABOVE: ">: the quantity is more than the operand",
    Operator.IS: "equal to the operand, or one of several names",
    Operator.IS_NOT: "anything else than the operand, or than each of several names",
}


def parameters_page() -> str:
    """Return the page of every parameter of a strategy file."""
    described = described_parameters()
    lines = [
        GENERATED,
        "",
        "# Parameters",
        "",
        "Every parameter of a [strategy file](../guide/strategy.md), from its schema.",
        "*Asked*: asked for in a new file.",
        "*Live*: a running bot may change it. *Built*: what is not is refused, unless it has its default.",
        f"`leverage` ends with the venue's bracket, on the paper exchange at {BRACKETS[0].leverage_max}.",
    ]
    for section, (title, where) in SECTIONS.items():
        rows = [_parameter(name, schema) for name, schema in described.items() if _section(name) == section]
        head = ("parameter", "type", "range", "default", "unit", "off", "asked", "live", "built", "meaning")
        lines += ["", f"## {title}", "", where, "", *_table(head, rows)]
    return "\n".join(lines) + "\n"


def machine_page() -> str:
    """Return the page of everything that a machine file may name."""
    library = shipped_library()
    schema = load_schema("machine")
    defs = schema["$defs"]
    assert isinstance(defs, dict)
    row, guard, trigger = (_schema(defs[name]) for name in ("row", "guard", "trigger"))
    states = properties(schema)["states"]["items"]
    lines = [
        GENERATED,
        "",
        "# Machine files",
        "",
        "Everything that a [machine file](../guide/lifecycle.md) may say, from its schema and the library that ships.",
        *_heading("The file"),
        *_table(("key", "meaning"), _keys(schema)),
        *_heading("A state"),
        *_table(("key", "default", "meaning"), _keys(_schema(states), with_default=True)),
        *_heading("A row"),
        *_table(("key", "meaning"), _keys(row)),
        *_heading("Triggers"),
        *_table(("trigger", "when"), _choices(trigger)),
        *_heading("Reasons"),
        *_table(("reason", "what closed the position"), _choices(properties(row)["reason"])),
        *_heading("A guard"),
        "One of `metric`, `parameter`, `all`, `any` and `not`; the first two with one operator. Units must agree.",
        "",
        *_table(("key", "meaning"), [key for key in _keys(guard) if key[0].strip("`") not in {*Operator}]),
        *_heading("Operators"),
        *_table(("operator", "holds when", "operand"), _operators(guard)),
        *_heading("Metrics"),
        "*May be undefined*: without a value a guard is false, or what `when_undefined` says.",
        "*Depends on*: what it moves with.",
        "",
        *_table(
            ("metric", "unit", "values", "may be undefined", "depends on", "meaning"),
            map(_metric, library.metrics.values()),
        ),
        *_heading("Actions"),
        "An action proposes orders and cancels, by role, and sets facts of the leg; it performs nothing.",
        "",
        *_table(("action", "places", "cancels", "sets", "meaning"), map(_action, library.actions.values())),
    ]
    return "\n".join(lines) + "\n"


PAGES = {"parameters.md": parameters_page, "machine.md": machine_page}


def _parameter(name: str, schema: Schema) -> tuple[str, ...]:
    required = load_schema("strategy")["required"]
    assert isinstance(required, list)
    default = "required" if name in required else _default(name, schema)
    built = schema.get("x-built", True)
    return (
        f"`{name}`",
        _kind(schema),
        _range(schema),
        default,
        _unit(schema),
        _off(schema),
        _yes(schema["x-prompt-on-new"]) + _asked_when(schema),
        _yes(schema["x-reconfigurable"]),
        f"only {_codes(built)}" if isinstance(built, list) else ("yes" if built else "not yet"),
        str(schema["description"]),
    )


def _kind(schema: Schema) -> str:
    if "enum" in schema or "const" in schema:
        return "choice"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(KINDS[str(kind)] for kind in kinds if kind != "null")


def _range(schema: Schema) -> str:
    """Return what values are allowed beyond their type, in the words of `validate`."""
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if isinstance(choices, list):
        return _codes(choices)
    if "x-form" in schema:
        return str(schema["x-form"])
    described = describe({key: value for key, value in schema.items() if key != "x-unit"})
    return described.partition(", ")[2]


def _default(name: str, schema: Schema) -> str:
    if name == "machine":
        return "by `position_management`"
    default = schema.get("default")
    return "none" if default is None else f"`{shown(default)}`"


def _unit(schema: Schema) -> str:
    return "" if schema["x-unit"] == "none" else str(schema["x-unit"])


def _off(schema: Schema) -> str:
    match schema.get("x-off"):
        case {"const": value}:
            return f"`{shown(value)}`"
        case {"exclusiveMaximum": bound}:
            return f"below `{shown(bound)}`"
        case {"type": "null"}:
            return "absent"
        case _:
            return ""


def _asked_when(schema: Schema) -> str:
    condition = schema.get("x-prompt-when")
    return f", with {_codes(condition.values())}" if isinstance(condition, dict) else ""


def _section(name: str) -> str:
    return name.partition(".")[0] if "." in name else ""


def _keys(schema: Schema, *, with_default: bool = False) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    required = schema.get("required", [])
    assert isinstance(required, list)
    for name, part in properties(schema).items():
        default = "required" if name in required else f"`{shown(part.get('default'))}`"
        needed = "; required" if name in required and not with_default else ""
        meaning = f"{str(part['description']).rstrip('.')}{needed}"
        rows.append((f"`{name}`", default, meaning) if with_default else (f"`{name}`", meaning))
    return rows


def _choices(schema: Schema) -> Iterator[tuple[str, str]]:
    names, meanings = schema["enum"], schema["enumDescriptions"]
    assert isinstance(names, list)
    assert isinstance(meanings, list)
    for name, meaning in zip(names, meanings, strict=True):
        yield f"`{name}`", str(meaning).rstrip(".")


def _operators(guard: Schema) -> Iterator[tuple[str, str, str]]:
    for operator, meaning in OPERATORS.items():
        yield f"`{operator}`", meaning, str(properties(guard)[operator]["description"]).rstrip(".")


def _metric(spec: MetricSpec) -> tuple[str, ...]:
    unit = "" if spec.unit == "none" else spec.unit
    return (
        f"`{spec.name}`",
        unit,
        _codes(spec.values or ()),
        _yes(spec.may_be_undefined),
        DEPENDS[spec.depends],
        spec.doc.rstrip("."),
    )


def _action(spec: ActionSpec) -> tuple[str, ...]:
    effects = spec.effects
    roles = (_codes(sorted(effects.places)), _codes(sorted(effects.cancels)), _codes(sorted(effects.sets)))
    return (f"`{spec.name}`", *roles, spec.doc.rstrip("."))


def _schema(value: Value) -> Schema:
    assert isinstance(value, dict)
    return value


def _codes(values: Iterable[object]) -> str:
    return ", ".join(f"`{shown(value)}`" for value in values)


def _yes(holds: Value) -> str:
    return "yes" if holds else ""


def _heading(text: str) -> tuple[str, str, str]:
    return "", f"## {text}", ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    divider = tuple("---" for _ in head)
    cells = ([cell.replace("|", "\\|") for cell in row] for row in (head, divider, *rows))
    return [f"| {' | '.join(row)} |" for row in cells]


def refresh() -> Mapping[str, bool]:
    """Write every page, and return which of them are not what they were."""
    changed = {}
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        path = FOLDER / name
        text = page()
        changed[name] = not path.exists() or path.read_text("utf-8") != text
        path.write_text(text, "utf-8")
    return changed


if __name__ == "__main__":
    for each, is_new in refresh().items():
        if is_new:
            sys.stdout.write(f"docs/reference/{each} changed\n")
