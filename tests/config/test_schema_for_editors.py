"""The schemas say enough for an editor's language server to complete, explain and check a file while it is typed."""

import json
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from perpfsm.config.nodes import Value
from perpfsm.config.quantities import parameter_quantities
from perpfsm.config.resources import machine_names, schema_path
from perpfsm.config.schema import Schema, load_schema, properties
from perpfsm.config.settings import described_parameters
from perpfsm.machine.definition import REASONS, Operator, Trigger
from perpfsm.machine.shipped import shipped_library

NAMES = ["strategy", "machine", "scenario", "journal-entry"]
SAYS_WHAT_IT_IS = {"type", "enum", "const", "$ref", "anyOf"}
SAYS_WHAT_TO_WRITE = {"enum", "const", "default", "examples", "$ref", "properties", "items", "additionalProperties"}


def schemas_in(schema: Value, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield every schema inside a schema, with the way to it."""
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from schemas_in(item, f"{path}/{index}")
    if isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            if key in {"properties", "$defs", "dependentSchemas"} and isinstance(value, dict):
                for name, part in value.items():  # a schema under every name; a name can be `properties` too
                    yield from schemas_in(part, f"{path}/{key}/{name}")
            elif key not in {"default", "examples", "enum", "const", "required"} and not key.startswith("x-"):
                yield from schemas_in(value, f"{path}/{key}")


def named(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield every property that an editor may offer; the branches of a choice say again what stands elsewhere."""
    for path, inner in schemas_in(schema):
        if "oneOf/" not in path and inner.get("type", "object") == "object":
            for name, part in properties(inner).items():
                yield f"{path}/{name}", part


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_of_the_edition_that_it_names(name: str) -> None:
    schema = json.loads(schema_path(name).read_text(encoding="utf-8"))

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert {"title", "description", "type"} <= set(schema)


@pytest.mark.parametrize("name", NAMES)
def test_every_property_has_a_description_and_says_what_it_is(name: str) -> None:
    found = list(named(load_schema(name)))

    assert found
    assert [path for path, part in found if not str(part.get("description", "")).endswith(".")] == []
    assert [path for path, part in found if not SAYS_WHAT_IT_IS & set(part)] == []


@pytest.mark.parametrize("name", ["strategy", "machine", "scenario"])
def test_every_property_that_a_person_writes_has_a_default_choices_or_an_example(name: str) -> None:
    # Of true and false an editor knows itself.
    unknown = [
        path
        for path, part in named(load_schema(name))
        if not SAYS_WHAT_TO_WRITE & set(part) and part.get("type") != "boolean"
    ]
    assert unknown == []


@pytest.mark.parametrize("name", NAMES)
def test_no_mapping_takes_names_that_nobody_described(name: str) -> None:
    mappings = [
        (path, inner)
        for path, inner in schemas_in(load_schema(name))
        if inner.get("type") == "object" and properties(inner)
    ]

    assert mappings
    assert [path for path, inner in mappings if inner.get("additionalProperties") is not False] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_example_and_every_default_is_valid_where_it_stands(name: str) -> None:
    whole = json.loads(schema_path(name).read_text(encoding="utf-8"))
    for path, part in named(whole):
        examples = part.get("examples", [])
        for value in [*_list(examples), *([part["default"]] if "default" in part else [])]:
            validator = Draft202012Validator({**whole, "type": ["object"], "properties": {"it": part}, "required": []})
            assert list(validator.iter_errors({"it": value})) == [], path


@pytest.mark.parametrize("name", NAMES)
def test_every_choice_that_is_explained_is_explained_in_full(name: str) -> None:
    for path, part in schemas_in(load_schema(name)):
        choices, meanings = part.get("enum"), part.get("enumDescriptions")
        if isinstance(meanings, list) and isinstance(choices, list):
            assert len(meanings) == len(choices), path
            assert all(str(meaning).endswith(".") for meaning in meanings), path


def test_every_choice_of_a_strategy_file_is_explained() -> None:
    assert [n for n, part in described_parameters().items() if "enum" in part and "enumDescriptions" not in part] == []
    assert set(machine_names()) <= {*_examples(described_parameters()["machine"])}


def test_a_machine_file_completes_what_the_library_knows() -> None:
    library = shipped_library()
    definitions = load_schema("machine")["$defs"]
    assert isinstance(definitions, dict)
    row, guard, trigger = (definitions[name] for name in ("row", "guard", "trigger"))
    assert isinstance(row, dict)
    assert isinstance(guard, dict)
    assert isinstance(trigger, dict)

    assert _examples(properties(guard)["metric"]) == [*library.metrics]
    assert _examples(properties(guard)["parameter"]) == [*parameter_quantities()]
    assert _examples(properties(row)["after"]) == [*library.actions]
    assert trigger["enum"] == [*Trigger]
    assert _examples(properties(row)["trigger"])[: len(Trigger)] == [*Trigger]
    assert sorted(map(str, _list(properties(row)["reason"]["enum"]))) == sorted(REASONS)
    assert {*Operator} < {*properties(guard)}


def _examples(schema: Schema) -> list[Value]:
    return _list(schema["examples"])


def _list(value: Value) -> list[Value]:
    assert isinstance(value, list)
    return value
