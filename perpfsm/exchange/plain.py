"""Values as canonical JSON and back, by their types: what is read is checked as strictly as it is annotated.

A decimal is its digits as text, an enumerated value its value, a dataclass an object that names its class under `is`,
a mapping a list of pairs, so that its order is kept. The same values give the same text.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import UnionType
from typing import TypeVar, get_args, get_origin, get_type_hints

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
CLASS = "is"

_T = TypeVar("_T")


class NotPlainError(Exception):
    """Plain JSON is not of the type that it is read as; the message says where and why."""


def to_text(value: object) -> str:
    """Return a value as canonical JSON.

    Raises:
        TypeError: When something in it has no plain form.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse(text: str) -> Json:
    """Return what a JSON text holds; its numbers have to be whole.

    Raises:
        NotPlainError: When it is no such text.
    """
    try:
        plain: Json = json.loads(text, parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NotPlainError(f"it is no JSON ({error})") from error
    return plain


def read(kind: type[_T], plain: Json) -> _T:
    """Return the value of a dataclass `kind` that `plain` holds.

    Raises:
        NotPlainError: When something in it is not of its annotated type.
    """
    value = _read(kind, plain, "")
    assert isinstance(value, kind)  # noqa: S101  # for mypy, which cannot follow types that are looked at
    return value


def _no_number(word: str) -> Json:
    raise ValueError(f"{word} is no whole number")


def _plain(value: object) -> Json:
    match value:
        case Enum():
            return _plain(value.value)
        case None | bool() | int() | str():
            return value
        case Decimal():
            return str(value)
        case Mapping():
            return [[_plain(key), _plain(each)] for key, each in value.items()]
        case tuple():
            return [_plain(each) for each in value]
        case _ if is_dataclass(value):
            named = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
            return {CLASS: type(value).__name__, **named}
        case _:
            raise TypeError(f"{type(value).__name__} has no plain form.")


def _read(kind: object, plain: Json, at: str) -> object:
    """Return what `plain` is as a `kind`, a type as it stands in an annotation."""
    origin = get_origin(kind)
    if origin is UnionType:
        return _read(_alternative(kind, plain, at), plain, at)
    if origin is tuple or origin is dict:
        return _read_many(kind, plain, at)
    if not isinstance(kind, type):
        raise TypeError(f"{kind} has no plain form.")
    if is_dataclass(kind):
        return _read_fields(kind, plain, at)
    if kind is type(plain) and kind in {bool, int, str, type(None)}:
        return plain
    if isinstance(plain, str):
        try:
            if kind is Decimal:
                return Decimal(plain)
            if issubclass(kind, Enum):
                return kind(plain)
        except (InvalidOperation, ValueError):
            pass
    raise NotPlainError(f"{at} is no {kind.__name__}: {str(plain)[:40]!r}")


def _alternative(union: object, plain: Json, at: str) -> object:
    """Return the member of a union that `plain` can be: by its class, or by the type of what stands there."""
    members = [member for member in get_args(union) if _fits(member, plain)]
    if not members:
        raise NotPlainError(f"{at} is none of the values that can stand there: {str(plain)[:40]!r}")
    return members[0]


def _fits(member: object, plain: Json) -> bool:
    if is_dataclass(member):
        return isinstance(plain, dict) and plain.get(CLASS) == getattr(member, "__name__", None)
    if get_origin(member) is not None:
        return isinstance(plain, list)
    return type(plain) is member or (isinstance(plain, str) and member not in {int, bool, type(None)})


def _read_many(kind: object, plain: Json, at: str) -> object:
    parts = get_args(kind)
    if not isinstance(plain, list):
        raise NotPlainError(f"{at} is no list: {str(plain)[:40]!r}")
    if get_origin(kind) is dict:
        found: dict[object, object] = {}
        for number, pair in enumerate(plain):
            if not isinstance(pair, list) or len(pair) != 2:
                raise NotPlainError(f"{at}[{number}] is no pair: {str(pair)[:40]!r}")
            key, value = (_read(part, each, f"{at}[{number}]") for part, each in zip(parts, pair, strict=True))
            found[key] = value
        return found
    if parts[-1] is Ellipsis:
        return tuple(_read(parts[0], each, f"{at}[{number}]") for number, each in enumerate(plain))
    if len(plain) != len(parts):
        raise NotPlainError(f"{at} has {len(plain)} parts, not {len(parts)}")
    return tuple(_read(parts[number], each, f"{at}[{number}]") for number, each in enumerate(plain))


def _read_fields(kind: type, plain: Json, at: str) -> object:
    hints = _hints(kind)
    if not isinstance(plain, dict) or plain.get(CLASS) != kind.__name__:
        raise NotPlainError(f"{at or 'it'} is no {kind.__name__}")
    if plain.keys() != {CLASS, *hints}:
        odd = ", ".join(sorted(plain.keys() ^ {CLASS, *hints}))
        raise NotPlainError(f"{at or kind.__name__} lacks, or does not know, {odd}")
    return kind(**{name: _read(hint, plain[name], f"{at}.{name}" if at else name) for name, hint in hints.items()})


@cache
def _hints(kind: type) -> dict[str, object]:
    """Return the type of every field of a dataclass."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
