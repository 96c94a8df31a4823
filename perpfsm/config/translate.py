"""What JSON Schema says, as a trader would say it: the one home of every keyword's sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from perpfsm.config.nodes import Complaint, Path, Value
from perpfsm.config.numbers import remedy_for
from perpfsm.config.wording import did_you_mean, listed, shown

_TYPES = {
    "number": "a number",
    "integer": "a whole number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (name: value)",
}
_BOUNDS = (
    ("exclusiveMinimum", "above"),
    ("minimum", "at least"),
    ("exclusiveMaximum", "below"),
    ("maximum", "at most"),
)
_LENGTHS = (
    ("minItems", "of {} or more items"),
    ("maxItems", "at most {} items"),
    ("minLength", "of {} or more characters"),
    ("maxLength", "at most {} characters"),
)
_RANGE = {keyword for keyword, _ in (*_BOUNDS, *_LENGTHS)} | {"minProperties", "items"}


@dataclass(frozen=True, slots=True)
class Violation:
    """What a validator reports: a keyword of a schema that a value does not satisfy.

    Attributes:
        path: Of the value.
        keyword: Of the schema.
        expected: The keyword's own value.
        value: What the file says.
        schema: The keyword's surroundings.
    """

    path: Path
    keyword: str
    expected: Any
    value: Value
    schema: Mapping[str, Any]


def label(path: Path) -> str:
    """Return how a path is called: `risk.max_loss`, `transitions[3].dest`; items count from 1."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{shown(step)}"
    return text.lstrip(".") or "the file"


def translate(violation: Violation, schema_name: str) -> Iterator[Complaint]:
    """Yield what one violation means.

    Args:
        violation: As the validator reports it.
        schema_name: `strategy`, whose keys are parameters, or `machine`.
    """
    path, value = violation.path, violation.value
    noun = "parameter" if schema_name == "strategy" else "key"
    match violation.keyword:
        case "additionalProperties" if isinstance(value, dict):
            yield from _unknown(violation, value, noun)
        case "required" if isinstance(value, dict):
            yield from _missing(violation, value, noun)
        case "oneOf" if isinstance(value, dict):
            yield _choose_one(violation, value)
        case "oneOf":
            return  # its type is wrong, and that is said already
        case "maxProperties" if isinstance(value, dict):
            what = f"{label(path)} has {listed(map(shown, value), 'and')}, which do not go together."
            yield Complaint(path, "exactly-one", what, "Keep one of them.", at_key=True)
        case _:
            yield _unfit(violation)


def describe(schema: Mapping[str, Any]) -> str:
    """Return in words what a schema of one value asks for, its unit included."""
    if "x-form" in schema:
        return str(schema["x-form"])
    if "const" in schema:
        return shown(schema["const"])
    if "enum" in schema:
        return listed(map(shown, schema["enum"]))
    kinds = schema.get("type", "array" if "items" in schema else "number")
    kinds = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    bounds = [f"{word} {shown(schema[keyword])}" for keyword, word in _BOUNDS if keyword in schema]
    lengths = [words.format(schema[keyword]) for keyword, words in _LENGTHS if keyword in schema]
    noun = f"{listed(_TYPES[kind] for kind in kinds)} {' and '.join(lengths)}".rstrip()
    text = ", ".join(filter(None, (noun, " and ".join(bounds))))
    if "anyOf" in schema:
        text = f"{text}, {listed(_branch(part) for part in schema['anyOf'])}"
    unit = schema.get("x-unit", "none")
    return text if unit in {"none", "count"} else f"{text} ({unit})"


def _branch(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return f"{shown(schema['const'])} (off)"
    return " and ".join(f"{word} {shown(schema[keyword])}" for keyword, word in _BOUNDS if keyword in schema)


def _unknown(violation: Violation, value: dict[str, Value], noun: str) -> Iterator[Complaint]:
    known = list(violation.schema.get("properties", ()))
    prefix = f" of {label(violation.path)}" if violation.path else ""
    for name in value:
        if name not in known:
            what = f"{shown(name)} is not a {noun}{prefix}."
            remedy = did_you_mean(name, known) or f"Remove it; the reference of {noun}s lists what there is."
            yield Complaint((*violation.path, name), f"unknown-{noun}", what, remedy, at_key=True)


def _missing(violation: Violation, value: dict[str, Value], noun: str) -> Iterator[Complaint]:
    where = f" in {label(violation.path)}" if violation.path else ""
    for name in violation.expected:
        if name not in value:
            schema = violation.schema["properties"][name]
            remedy = f"Add {name}: {describe(schema)}." if noun == "parameter" else f"Add it: {schema['description']}"
            yield Complaint(violation.path, f"missing-{noun}", f"{name} is missing{where}.", remedy, at_key=True)


def _choose_one(violation: Violation, value: dict[str, Value]) -> Complaint:
    path = violation.path
    choices = [str(part["required"][0]) for part in violation.expected]
    present = [name for name in choices if name in value]
    if present:
        what = f"{label(path)} has {listed(present, 'and')}, but takes exactly one of them."
        return Complaint((*path, present[1]), "exactly-one", what, "Keep one of them.", at_key=True)
    return Complaint(path, "exactly-one", f"{label(path)} needs exactly one of {listed(choices)}.", at_key=True)


def _unfit(violation: Violation) -> Complaint:
    """Return the complaint about one value that is not what its schema asks for."""
    path, value, expected = violation.path, violation.value, violation.expected
    what = f"{label(path)} {_is(violation)}, but must be {describe(violation.schema)}."
    match violation.keyword:
        case "enum" | "const" if isinstance(value, str):
            choices = expected if violation.keyword == "enum" else [expected]
            return Complaint(path, "unknown-value", what, did_you_mean(value, map(str, choices)))
        case "type" if isinstance(value, str) and _wants_number(expected):
            return Complaint(path, "not-a-number", what, remedy_for(value))
        case "type" if expected == "boolean":
            return Complaint(path, "wrong-type", what, "Write true or false.")
        case "type":
            return Complaint(path, "wrong-type", what)
        case "pattern":
            is_market = str(violation.schema.get("x-form", "")).startswith("BASE-QUOTE")
            return Complaint(path, "wrong-form", what, _reform(str(value)) if is_market else "")
        case keyword if keyword in _RANGE or keyword == "anyOf":
            return Complaint(path, "out-of-range", what, _limits(violation))
        case _:
            return Complaint(path, "unknown-value", what)


def _is(violation: Violation) -> str:
    """Return what a value is; of a list that is too long or too short, how long it is."""
    value = violation.value
    is_about_length = violation.keyword in {"minItems", "maxItems"} or violation.expected is False
    if is_about_length and isinstance(value, list) and value:
        return "has 1 item" if len(value) == 1 else f"has {len(value)} items"
    return f"is {shown(value)}"


def _limits(violation: Violation) -> str:
    """Return the remedy where the form of a value hides its limits; empty where they stand in what it must be."""
    schema, keyword = violation.schema, violation.keyword
    if "x-form" in schema and keyword in {"minimum", "maximum"} and {"minimum", "maximum"} <= schema.keys():
        unit = schema.get("x-unit", "none")
        unit = "" if unit in {"none", "count"} else f" {unit}"
        return f"Write {shown(schema['minimum'])} to {shown(schema['maximum'])}{unit}."
    if keyword == "minItems" and "null" in schema.get("type", ()):
        return f"Leave {label(violation.path)} out, or list {shown(violation.expected)} or more."
    return ""


def _wants_number(kinds: str | list[str]) -> bool:
    return bool({"number", "integer"} & set([kinds] if isinstance(kinds, str) else kinds))


def _reform(text: str) -> str:
    """Return the remedy for a market in another notation; empty when it is none."""
    parts = text.upper().replace("/", "-").replace("_", "-").replace(":", "-").split("-")
    if len(parts) == 1:
        quote = next((quote for quote in ("USDT", "USDC", "FDUSD", "BUSD") if parts[0].endswith(quote)), "")
        parts = [parts[0].removesuffix(quote), quote] if quote else parts
    return f"Write {'-'.join(parts)}." if len(parts) == 2 and all(part.isalnum() for part in parts) else ""
