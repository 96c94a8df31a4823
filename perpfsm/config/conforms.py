"""Whether a value satisfies a schema: a yes spares loading jsonschema, which says what is wrong with one that does not.

Both have to agree, so this one knows the keywords of our schemas and raises at any other, on which jsonschema decides.
"""

import operator
import re
from collections.abc import Callable
from decimal import Decimal

from perpfsm.config.nodes import Value

_Schema = dict[str, Value]
_Check = Callable[[Value, Value, _Schema, _Schema], bool]

# They explain, or are read with the keyword that they belong to.
_CHECKS_NOTHING = frozenset(
    {"$schema", "$defs", "title", "description", "default", "examples", "enumDescriptions", "then", "else"}
)


class UnknownKeywordError(Exception):
    """A schema asks for something that is not known here."""


def conforms(value: Value, schema: Value, root: _Schema) -> bool:
    """Return whether `value` satisfies `schema`.

    Args:
        value: Of a file, its numbers exact.
        schema: A whole schema or a part of one.
        root: The whole, for references.

    Raises:
        UnknownKeywordError: When jsonschema is to be asked instead.
    """
    if not isinstance(schema, dict):
        return bool(schema)
    for keyword, wanted in schema.items():
        check = _CHECKS.get(keyword)
        if check is None:
            if keyword not in _CHECKS_NOTHING and not keyword.startswith("x-"):
                raise UnknownKeywordError(keyword)
        elif not check(value, wanted, schema, root):
            return False
    return True


def is_exact_number(_: object, value: object) -> bool:
    """Return whether `value` is a number, in the form in which jsonschema asks; true and false are none."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def is_whole(_: object, value: object) -> bool:
    """Return whether `value` is a number without a fraction, however it is written."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value)


_IS_OF_TYPE: dict[Value, Callable[[object, object], bool]] = {
    "array": lambda _, value: isinstance(value, list),
    "boolean": lambda _, value: isinstance(value, bool),
    "integer": is_whole,
    "null": lambda _, value: value is None,
    "number": is_exact_number,
    "object": lambda _, value: isinstance(value, dict),
    "string": lambda _, value: isinstance(value, str),
}


def _is_of_type(value: Value, wanted: Value, _schema: _Schema, _root: _Schema) -> bool:
    return any(_IS_OF_TYPE[str(name)](None, value) for name in _listed(wanted))


def _is_one_of(value: Value, wanted: Value, _schema: _Schema, _root: _Schema) -> bool:
    return any(_is_same(value, each) for each in _listed(wanted))


def _is_same(value: Value, wanted: Value) -> bool:
    if isinstance(wanted, list | dict):
        raise UnknownKeywordError("a constant that is not a single value")
    return value == wanted and isinstance(value, bool) is isinstance(wanted, bool)


def _bound(holds: Callable[[Decimal, Decimal], bool]) -> _Check:
    """Return the check of a bound of numbers; anything else has none."""

    def check(value: Value, wanted: Value, _schema: _Schema, _root: _Schema) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return True
        return holds(Decimal(value), Decimal(str(wanted)))

    return check


def _length(kind: type[str | list[Value] | dict[str, Value]], holds: Callable[[int, int], bool]) -> _Check:
    """Return the check of how long values of one kind are."""

    def check(value: Value, wanted: Value, _schema: _Schema, _root: _Schema) -> bool:
        return not isinstance(value, kind) or holds(len(value), int(str(wanted)))

    return check


def _has_form(value: Value, wanted: Value, _schema: _Schema, _root: _Schema) -> bool:
    return not isinstance(value, str) or re.search(str(wanted), value) is not None


def _has_required(value: Value, wanted: Value, _schema: _Schema, _root: _Schema) -> bool:
    return not isinstance(value, dict) or all(name in value for name in _listed(wanted))


def _members_conform(value: Value, wanted: Value, _schema: _Schema, root: _Schema) -> bool:
    if not isinstance(value, dict):
        return True
    return all(conforms(value[name], part, root) for name, part in _named(wanted).items() if name in value)


def _others_conform(value: Value, wanted: Value, schema: _Schema, root: _Schema) -> bool:
    if not isinstance(value, dict):
        return True
    known = _named(schema.get("properties"))
    return all(conforms(part, wanted, root) for name, part in value.items() if name not in known)


def _dependent_conform(value: Value, wanted: Value, _schema: _Schema, root: _Schema) -> bool:
    if not isinstance(value, dict):
        return True
    return all(conforms(value, part, root) for name, part in _named(wanted).items() if name in value)


def _first_items_conform(value: Value, wanted: Value, _schema: _Schema, root: _Schema) -> bool:
    if not isinstance(value, list):
        return True
    return all(conforms(item, part, root) for item, part in zip(value, _listed(wanted), strict=False))


def _items_conform(value: Value, wanted: Value, schema: _Schema, root: _Schema) -> bool:
    if not isinstance(value, list):
        return True
    first = len(_listed(schema["prefixItems"])) if "prefixItems" in schema else 0
    return all(conforms(item, wanted, root) for item in value[first:])


def _referred_conforms(value: Value, wanted: Value, _schema: _Schema, root: _Schema) -> bool:
    part: Value = root
    for name in str(wanted).removeprefix("#/").split("/"):
        part = _named(part).get(name)
    if part is None:
        raise UnknownKeywordError(str(wanted))
    return conforms(value, part, root)


def _any_conforms(value: Value, wanted: Value, _schema: _Schema, root: _Schema) -> bool:
    return any(conforms(value, part, root) for part in _listed(wanted))


def _just_one_conforms(value: Value, wanted: Value, _schema: _Schema, root: _Schema) -> bool:
    return sum(conforms(value, part, root) for part in _listed(wanted)) == 1


def _consequence_conforms(value: Value, wanted: Value, schema: _Schema, root: _Schema) -> bool:
    return conforms(value, schema.get("then" if conforms(value, wanted, root) else "else", True), root)


def _listed(wanted: Value) -> list[Value]:
    return wanted if isinstance(wanted, list) else [wanted]


def _named(wanted: Value) -> dict[str, Value]:
    return wanted if isinstance(wanted, dict) else {}


_CHECKS: dict[str, _Check] = {
    "type": _is_of_type,
    "const": lambda value, wanted, _schema, _root: _is_same(value, wanted),
    "enum": _is_one_of,
    "minimum": _bound(operator.ge),
    "maximum": _bound(operator.le),
    "exclusiveMinimum": _bound(operator.gt),
    "exclusiveMaximum": _bound(operator.lt),
    "pattern": _has_form,
    "minLength": _length(str, operator.ge),
    "maxLength": _length(str, operator.le),
    "minItems": _length(list, operator.ge),
    "maxItems": _length(list, operator.le),
    "prefixItems": _first_items_conform,
    "items": _items_conform,
    "minProperties": _length(dict, operator.ge),
    "maxProperties": _length(dict, operator.le),
    "required": _has_required,
    "properties": _members_conform,
    "additionalProperties": _others_conform,
    "dependentSchemas": _dependent_conform,
    "$ref": _referred_conforms,
    "anyOf": _any_conforms,
    "oneOf": _just_one_conforms,
    "if": _consequence_conforms,
}
