"""The JSON Schemas: loaded exactly, asked for all complaints at once, and read for units, defaults and off values."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from perpfsm.config.nodes import Complaint, Path, Value
from perpfsm.config.numbers import is_number, is_too_long, read_number
from perpfsm.config.resources import schema_path
from perpfsm.config.source import is_secret_name
from perpfsm.config.translate import Violation, label, translate
from perpfsm.config.wording import shown
from perpfsm.errors import Severity

Schema = dict[str, Value]


def _is_number(_: object, value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_whole(checker: object, value: object) -> bool:
    return _is_number(checker, value) and isinstance(value, int | Decimal) and value == int(value)


_EXACT = Draft202012Validator.TYPE_CHECKER.redefine_many({"number": _is_number, "integer": _is_whole})
_Validator: type[Draft202012Validator] = extend(Draft202012Validator, type_checker=_EXACT)  # type: ignore[no-untyped-call]  # jsonschema's


@cache
def load_schema(name: str) -> Schema:
    """Return the shipped schema called `name`, its numbers exact."""
    schema: Schema = json.loads(schema_path(name).read_text(encoding="utf-8"), parse_float=Decimal)
    return schema


def properties(schema: Schema) -> dict[str, Schema]:
    """Return the properties of a section of a schema; none for anything else."""
    found = schema.get("properties")
    return {name: part for name, part in found.items() if isinstance(part, dict)} if isinstance(found, dict) else {}


def matches(value: Value, fragment: Schema) -> bool:
    """Return whether `value` satisfies a fragment of a schema, such as an `x-off`."""
    return bool(_Validator(fragment).is_valid(value))


def complaints(value: Value, name: str) -> Iterator[Complaint]:
    """Yield everything that the schema called `name` has to say against `value`, and every secret in it."""
    schema = load_schema(name)
    refused = {complaint.path: complaint for complaint in _refusals(value, schema, ())}
    secret = {complaint.path: complaint for complaint in _secrets(value, ())}
    special = refused | secret
    yield from special.values()
    for error in _Validator(schema).iter_errors(value):
        violation = Violation(
            tuple(error.absolute_path), error.validator, error.validator_value, error.instance, error.schema
        )
        for complaint in translate(violation, name):
            if complaint.path not in special:
                yield complaint


def unquoted(value: Value, schema: Schema, path: Path = ()) -> tuple[Value, tuple[Complaint, ...]]:
    """Return `value` with quoted numbers as numbers where the schema wants numbers, and a warning for each."""
    if isinstance(value, dict):
        parts = {name: unquoted(part, properties(schema).get(name, {}), (*path, name)) for name, part in value.items()}
        found = tuple(complaint for _, inner in parts.values() for complaint in inner)
        return {name: part for name, (part, _) in parts.items()}, found
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        rows = [unquoted(part, items, (*path, index)) for index, part in enumerate(value)]
        return [part for part, _ in rows], tuple(complaint for _, inner in rows for complaint in inner)
    wanted = schema.get("type")
    wanted = wanted if isinstance(wanted, list) else [wanted]
    if not isinstance(value, str) or not {"number", "integer"} & {str(name) for name in wanted}:
        return value, ()
    if not is_number(value) or is_too_long(value):
        return value, ()
    what = f"{label(path)} is a number in quotes."
    warning = Complaint(path, "quoted-number", what, f"Write {shown(value)}.", severity=Severity.WARNING)
    return read_number(value), (warning,)


def _refusals(value: Value, schema: Schema, path: Path) -> Iterator[Complaint]:
    """Yield the values that the schema knows, and knows that perpfsm does not take."""
    for name, part in properties(schema).items():
        if isinstance(value, dict) and name in value:
            yield from _refusals(value[name], part, (*path, name))
    rules = schema.get("x-refused")
    for rule in rules if isinstance(rules, list) and isinstance(value, str) else []:
        if isinstance(rule, dict) and re.search(str(rule["pattern"]), str(value)):
            yield Complaint(path, str(rule["code"]), f"{shown(value)} {rule['what']}.", str(rule["remedy"]))
            return
    built = schema.get("x-built", True)
    default = schema.get("default")
    offered = built if isinstance(built, list) else [default]
    if built is True or value in offered or not matches(value, schema):
        return
    note = f": {schema['x-not-built']}" if "x-not-built" in schema else ""
    said = label(path) if isinstance(value, dict | list) else f"{label(path)} {shown(value)}"
    remedy = f"Use {shown(offered[0])}." if default is None and isinstance(built, list) else _default_remedy(default)
    yield Complaint(path, "not-built-yet", f"{said} is known, but not built yet{note}.", remedy)


def _default_remedy(default: Value) -> str:
    return "Remove the line." if default is None else f"Use {shown(default)}, the default, or remove the line."


def _secrets(value: Value, path: Path) -> Iterator[Complaint]:
    match value:
        case dict():
            for name, part in value.items():
                if is_secret_name(name):
                    what = f"{shown(name)} is a secret, and secrets never stand in a file that is kept and shown."
                    yield Complaint(
                        (*path, name),
                        "secret",
                        what,
                        "Remove it; a key that stood in a file is better replaced.",
                        at_key=True,
                    )
                else:
                    yield from _secrets(part, (*path, name))
        case list():
            for index, part in enumerate(value):
                yield from _secrets(part, (*path, index))
        case _:
            pass
