"""The quick validator and jsonschema agree: on every file, on what a slip makes of one, and on who decides."""

from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpfsm.config.conforms import UnknownKeywordError, conforms
from perpfsm.config.documents import read_document
from perpfsm.config.nodes import Value
from perpfsm.config.resources import strategies_dir
from perpfsm.config.schema import Schema, _validator, load_schema, matches

SCHEMAS = {"machines": "machine", "scenarios": "scenario"}
BAD = Path(__file__).resolve().parents[1] / "bad"


def documents(folder: Path) -> list[tuple[str, Value]]:
    """Return the values of every file in a folder that can be read, with the names of the schemas they are held to."""
    read = ((SCHEMAS.get(path.parent.name), read_document(path)[0]) for path in sorted(folder.rglob("*.yaml")))
    return [(name or "strategy", document.root.value) for name, document in read if document is not None]


SHIPPED = documents(strategies_dir())
ODD: list[Value] = [None, True, False, 0, 1, -1, Decimal("0.5"), Decimal("1.0"), Decimal("1e9"), "", "x" * 5000, [], {}]


def parts(value: Value) -> list[Value]:
    """Return a value, all that is in it, and the names in it."""
    match value:
        case dict():
            return [value, *value, *(part for each in value.values() for part in parts(each))]
        case list():
            return [value, *(part for each in value for part in parts(each))]
        case _:
            return [value]


PARTS = [*ODD, *(part for _, value in SHIPPED for part in parts(value))]
NAMES = [part for part in PARTS if isinstance(part, str)]


def with_a_slip(value: Value, random: Random) -> Value:
    """Return a document in which something, anywhere, is gone, new, or something else."""
    changed = deepcopy(value)
    holder: Value = changed
    while isinstance(holder, dict | list):
        keys: list[str | int] = [*holder] if isinstance(holder, dict) else [*range(len(holder))]
        if not keys:
            break
        key = random.choice(keys)
        inner = holder[key]  # type: ignore[index]  # a key of its own
        if isinstance(inner, dict | list) and random.random() < 0.8:
            holder = inner
            continue
        match random.randrange(4), holder:
            case 0, _:
                del holder[key]  # type: ignore[arg-type]  # a key of its own
            case 1, dict():
                holder[random.choice(NAMES)] = random.choice(PARTS)
            case 1, list():
                holder.append(random.choice(PARTS))
            case _:
                holder[key] = random.choice(PARTS)  # type: ignore[index]  # a key of its own
        break
    return changed


def is_valid(value: Value, schema: Schema) -> bool:
    return bool(_validator()(schema).is_valid(value))


@pytest.mark.parametrize("folder", [strategies_dir(), BAD], ids=["shipped", "bad"])
def test_both_say_the_same_of_every_file_against_every_schema(folder: Path) -> None:
    said = set()
    for _, value in documents(folder):
        for name in ("strategy", "machine", "scenario"):
            schema = load_schema(name)
            assert conforms(value, schema, schema) is is_valid(value, schema)
            said.add(conforms(value, schema, schema))

    assert said == {True, False}


@given(document=st.sampled_from(SHIPPED), random=st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_both_say_the_same_of_a_file_with_a_slip_in_it(document: tuple[str, Value], random: Random) -> None:
    name, value = document
    schema, changed = load_schema(name), with_a_slip(value, random)

    assert conforms(changed, schema, schema) is is_valid(changed, schema)


@pytest.mark.parametrize("value", [True, 1, Decimal("1.0"), "1", None, [1], {"a": 1}], ids=repr)
@pytest.mark.parametrize(
    "schema",
    [
        {"const": 1},
        {"const": True},
        {"enum": [True, "1", None]},
        {"type": ["integer", "null"]},
        {"type": "boolean"},
        {"minimum": 1, "exclusiveMaximum": 2},
        {"items": False},
        {"prefixItems": [{"type": "string"}], "items": {"type": "number"}},
        {"additionalProperties": {"type": "string"}},
        {"if": {"type": "number"}, "then": {"minimum": 2}},
        {"oneOf": [{"type": "number"}, {"type": "integer"}, {"type": "string"}]},
        {"$ref": "#/$defs/text", "$defs": {"text": {"type": "string"}}},
    ],
    ids=repr,
)
def test_both_say_the_same_where_python_and_json_differ(value: Value, schema: Schema) -> None:
    assert conforms(value, schema, schema) is is_valid(value, schema)


@pytest.mark.parametrize(
    ("schema", "value", "answer"),
    [
        ({"multipleOf": 2}, 3, False),
        ({"multipleOf": 2}, 4, True),
        ({"const": [1]}, [True], False),
        ({"$ref": "#/$defs/none", "$defs": {}}, 1, None),
    ],
)
def test_what_the_quick_one_does_not_know_jsonschema_decides(schema: Schema, value: Value, answer: bool | None) -> None:
    with pytest.raises(UnknownKeywordError):
        conforms(value, schema, schema)

    if answer is not None:
        assert matches(value, schema) is answer
