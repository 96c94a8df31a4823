"""Values as canonical JSON: what comes back is equal, and what is not as annotated is refused with its place."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.exchange.plain import NotPlainError, parse, read, to_text


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Dot:
    x: int
    colour: Colour


@dataclass(frozen=True)
class Cross:
    width: Decimal


@dataclass(frozen=True)
class Sheet:
    name: str
    is_full: bool
    marks: tuple[Dot | Cross, ...]
    sizes: dict[Colour, Decimal]
    edge: tuple[Decimal, int] | None
    choice: int | Cross


@dataclass(frozen=True)
class Loose:
    numbers: list[int]


DOTS = st.builds(Dot, st.integers(), st.sampled_from(Colour))
CROSSES = st.builds(Cross, st.decimals(allow_nan=False))
SHEETS = st.builds(
    Sheet,
    st.text(),
    st.booleans(),
    st.lists(DOTS | CROSSES, max_size=4).map(tuple),
    st.dictionaries(st.sampled_from(Colour), st.decimals(allow_nan=False)),
    st.none() | st.tuples(st.decimals(allow_nan=False), st.integers()),
    st.integers() | CROSSES,
)


@pytest.mark.untraced
@given(SHEETS)
def test_a_value_comes_back_equal_and_says_the_same_again(sheet: Sheet) -> None:
    text = to_text(sheet)
    back = read(Sheet, parse(text))
    assert back == sheet
    assert to_text(back) == text
    assert list(back.sizes) == list(sheet.sizes)


def test_a_decimal_keeps_the_digits_that_it_came_with() -> None:
    assert to_text(Cross(Decimal("1.5E+3"))) == '{"is":"Cross","width":"1.5E+3"}'
    assert str(read(Cross, parse('{"is":"Cross","width":"1.5E+3"}')).width) == "1.5E+3"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"is": "Dot", "x": true, "colour": "red"}', "x is no int: 'True'"),
        ('{"is": "Dot", "x": 1, "colour": "green"}', "colour is no Colour: 'green'"),
        ('{"is": "Dot", "x": 1, "colour": 2}', "colour is no Colour: '2'"),
        ('{"is": "Cross", "width": "1"}', "it is no Dot"),
        ('{"is": "Dot", "x": 1}', "Dot lacks, or does not know, colour"),
        ('{"is": "Dot", "x": 1, "colour": "red", "y": 2}', "Dot lacks, or does not know, y"),
        ("3", "it is no Dot"),
    ],
)
def test_what_is_not_as_annotated_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotPlainError) as caught:
        read(Dot, parse(text))
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("marks", '{"is": "Dot"}', "marks is no list: \"{'is': 'Dot'}\""),
        ("marks", '[{"is": "Star"}]', "marks[0] is none of the values that can stand there: \"{'is': 'Star'}\""),
        ("sizes", '[["red", "1", 2]]', "sizes[0] is no pair: \"['red', '1', 2]\""),
        ("sizes", '[["red", "one"]]', "sizes[0] is no Decimal: 'one'"),
        ("edge", '["1"]', "edge has 1 parts, not 2"),
        ("edge", '"1"', "edge is none of the values that can stand there: '1'"),
        ("choice", "true", "choice is none of the values that can stand there: 'True'"),
    ],
)
def test_what_is_inside_is_refused_with_its_place(name: str, value: str, why: str) -> None:
    whole = {
        "name": '"a"',
        "is_full": "true",
        "marks": "[]",
        "sizes": "[]",
        "edge": "null",
        "choice": "1",
        "is": '"Sheet"',
    }
    text = ", ".join(f'"{each}": {part}' for each, part in (whole | {name: value}).items())
    with pytest.raises(NotPlainError) as caught:
        read(Sheet, parse(f"{{{text}}}"))
    assert str(caught.value) == why


def test_what_has_no_plain_form_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="list has no plain form"):
        to_text(Loose([1]))
    with pytest.raises(TypeError, match="has no plain form"):
        read(Loose, parse('{"is": "Loose", "numbers": [1]}'))
