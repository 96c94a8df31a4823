"""YAML becomes plain values with places, within bounds, and never a traceback."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.config.nodes import Child, Complaint, Document, Node, Value
from perpfsm.config.source import Source
from perpfsm.config.yaml_reader import read_yaml
from perpfsm.errors import Place


def read(text: str) -> Value:
    node, findings = read_yaml(Source("f", text))
    assert findings == ()
    assert node is not None
    return node.value


def codes(text: str) -> list[str]:
    return [finding.code for finding in read_yaml(Source("f", text))[1]]


def test_plain_words_follow_yaml_1_2() -> None:
    text = "a: [yes, on, true, False, null, ~, 1, 1.50, 017, 1_0, .nan, 2026-11-20]\nb: 'true'\nc: |\n  1\n"

    assert read(text) == {
        "a": ["yes", "on", True, False, None, None, 1, Decimal("1.50"), "017", "1_0", ".nan", "2026-11-20"],
        "b": "true",
        "c": "1\n",
    }


def test_keys_are_words_whatever_they_look_like() -> None:
    assert read("1: a\ntrue: b\n'null': c\n") == {"1": "a", "true": "b", "null": "c"}


def test_an_alias_stands_for_its_anchor() -> None:
    assert read("a: &x {y: &n 1}\nb: *x\nc: *n\n") == {"a": {"y": 1}, "b": {"y": 1}, "c": 1}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\na: 2\n", ["duplicate-key"]),
        ("a: &a [*a]\n", ["alias-cycle"]),
        ("a: *b\n", ["unknown-alias"]),
        ("<<: {a: 1}\n", ["merge-key"]),
        ("'<<': 1\n", []),
        ("{a: 1}: b\n", ["complex-key"]),
        ("a: &k b\n*k : 1\n", ["complex-key"]),
        ("? \n: 1\n", ["complex-key"]),
        ("a: !!int 1\n", ["tag"]),
        ("a: ! 1\n", ["tag"]),
        ("a:\nb: [1, ]\nc:\n  -\n", ["empty-value", "empty-value"]),
        ('a: "\\ud800"\n', ["control-character"]),
        ('a: "\\U99999999"\n', ["yaml-syntax"]),
        ("a: @b\n", ["yaml-syntax"]),
        ("a: 'b\n", ["yaml-syntax"]),
        ("a: b\n c\nd\n", ["yaml-syntax"]),
        ("%FOO\n", ["yaml-syntax"]),
        ("- a\nb: 1\n", ["yaml-syntax"]),
        ("a: \t\tb\n\tc: d\n", ["tab"]),
        ("---\n...\n", ["empty-file"]),
        ("a: 1\n---\nb: 1\n", ["multiple-documents"]),
    ],
)
def test_what_yaml_allows_and_nobody_means_is_refused(text: str, code: list[str]) -> None:
    assert codes(text) == code


def test_aliases_cannot_make_a_file_deep() -> None:
    nested = "a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 20 + "*a" + "]" * 20 + "\n"

    assert codes(nested) == ["too-deep"]


@pytest.mark.untraced
def test_many_values_are_too_many() -> None:
    assert codes("a: [" + "1,\n" * 50_000 + "1]") == ["too-many-values"]


def test_a_place_is_that_of_the_value_or_of_the_key_or_of_what_is_around() -> None:
    source = Source("f", "a: {b: [1, 2], c: x}\n")
    root, _ = read_yaml(source)
    assert root is not None
    document = Document(source, root)

    assert document.place(("a", "b", 1)) == Place("f", 1, 12)
    assert document.place(("a", "b"), at_key=True) == Place("f", 1, 5)
    assert document.place(("a", "d")) == Place("f", 1, 1)
    assert document.place(("a", "c", 0)) == Place("f", 1, 19)
    assert document.place(("z",)) == Place("f")
    assert [
        finding.source for finding in document.findings([Complaint((), "x", "y"), Complaint(("a",), "x", "y")])
    ] == [
        "",
        "a: {b: [1, 2], c: x}",
    ]


def test_a_member_is_put_where_it_belongs_and_sections_are_made_on_the_way() -> None:
    root, _ = read_yaml(Source("f", "a: {b: 1}\nc: 2\n"))
    assert root is not None
    child = Child(Place("--set"), Node(3, Place("--set")))

    assert root.with_member(("a", "b"), child).value == {"a": {"b": 3}, "c": 2}
    assert root.with_member(("c", "d", "e"), child).value == {"a": {"b": 1}, "c": {"d": {"e": 3}}}
    assert Node(None, Place("f")).with_member(("a",), child).value == {"a": 3}


@given(st.text(alphabet=st.sampled_from("ab:-{}[],&*!|>'\"%@#?<~ \t\n\\0x1.")))
def test_no_text_whatsoever_is_a_traceback(text: str) -> None:
    node, findings = read_yaml(Source("f", text))

    assert node is not None or findings
