"""Canonical JSON: every kind of record goes through it and comes back, and the text is the one that the rule says."""

import json
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.engine.records import DataRecord, Record, TransitionRecord
from perpfsm.errors import JournalError
from perpfsm.journal.canonical import KINDS, Body, described, plain, to_json
from perpfsm.journal.decode import record_of
from perpfsm.journal.reader import Entry, read_entries
from tests.journal.examples import a_fill, a_place, a_run, a_transition, one_of_each, written

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "journal-entry.schema.json").read_text(encoding="utf-8"))


def test_every_class_of_record_has_an_example_and_a_kind_of_its_own() -> None:
    examples = one_of_each()
    assert {type(record) for record in examples} == set(get_args(Record))
    assert {described(record)[0] for record in examples} == KINDS


@pytest.mark.parametrize("record", [pytest.param(r, id=f"{n}-{type(r).__name__}") for n, r in enumerate(one_of_each())])
def test_a_body_holds_every_field_but_time_and_leg(record: Record) -> None:
    _, leg, body = described(record)
    known = {field.name for field in fields(record)} - {"time_ns", "leg", "command"}
    assert leg == getattr(record, "leg", "")
    assert known <= set(body)
    if hasattr(record, "command"):
        ours = {field.name for field in fields(record.command)} | {"type"}
        assert set(body) == ours | ({"order_type"} if "price" in ours else set())


def test_every_kind_comes_back_as_it_was_written(tmp_path: Path) -> None:
    entries = read_entries(written(tmp_path / "bot.journal", one_of_each()))
    assert tuple(record_of(entry) for entry in entries) == one_of_each()


def test_every_kind_is_what_the_schema_says(tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for entry in read_entries(written(tmp_path / "bot.journal", one_of_each())):
        whole = json.loads(entry.json()) | {"hash": entry.hash}
        assert list(validator.iter_errors(whole)) == []


def test_decimals_are_plain_and_keep_their_digits() -> None:
    record = a_fill(price=Decimal("1E+2"), fee=Decimal("-1E-8"), realised=Decimal("1.00"), size_after=Decimal("-0.10"))
    body = described(record)[2]
    assert body["fill"]["price"] == "100"  # type: ignore[index,call-overload]
    assert body["fill"]["fee"] == "-0.00000001"  # type: ignore[index,call-overload]
    assert (body["realised"], body["size_after"]) == ("1.00", "-0.10")


def test_facts_of_any_depth_become_plain() -> None:
    assert plain({"a": (Decimal("1.0"), [None, True, {"b": Decimal("1E-7")}])}) == {
        "a": ["1.0", [None, True, {"b": "0.0000001"}]]
    }


def test_the_order_in_which_a_dict_was_filled_does_not_matter() -> None:
    one = a_transition(saw={"a": "1", "b": "2"}, facts={"x": 1, "y": None})
    other = a_transition(saw={"b": "2", "a": "1"}, facts={"y": None, "x": 1})
    assert to_json(described(one)[2]) == to_json(described(other)[2])


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@pytest.mark.untraced
@given(st.dictionaries(TEXTS, VALUES))
def test_canonical_json_is_what_the_standard_library_writes_sorted_and_unspaced(body: dict[str, object]) -> None:
    expected = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert to_json(body).decode() == expected


@given(TEXTS, st.lists(TEXTS), st.dictionaries(TEXTS, TEXTS))
def test_any_text_survives_the_round_trip(name: str, notes: list[str], saw: dict[str, str]) -> None:
    record = a_transition(name=name, notes=tuple(notes), saw=saw)
    kind, leg, body = described(record)
    entry = Entry(1, "e", kind, record.time_ns, leg, json.loads(to_json(body)), None, "", "")
    assert record_of(entry) == record


def test_facts_come_back_with_decimals_as_text() -> None:
    record = a_transition(facts={"peak": Decimal("1.50")})
    kind, leg, body = described(record)
    back = record_of(Entry(1, "e", kind, record.time_ns, leg, body, None, "", ""))
    assert isinstance(back, TransitionRecord)
    assert back == replace(record, facts={"peak": "1.50"})


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("dream", {}),
        ("data", {"health": 1}),
        ("transition", {"facts": []}),
        ("command", {"side": "up"}),
    ],
)
def test_an_entry_that_is_no_record_is_named(kind: str, change: Body) -> None:
    examples: dict[str, Record] = {
        "transition": a_transition(),
        "command": a_place(),
        "data": DataRecord(1, "good", ""),
        "dream": a_run(),
    }
    body = described(examples[kind])[2] | change
    with pytest.raises(JournalError, match=f"Entry 7 is no {kind} entry that this version knows"):
        record_of(Entry(7, "e", kind, 1, "BOTH", body, None, "", ""))
