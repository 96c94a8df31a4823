"""Glyphs, names and tables on terminals of all kinds."""

from decimal import Decimal

import pytest
from rich.console import Group
from rich.text import Text

from perpfsm.console.look import (
    ASCII,
    FANCY,
    PLAIN,
    Look,
    add_row,
    columns,
    framed,
    gain,
    look_of,
    one_line,
    section,
    sentence,
    side_by_side,
)
from tests.console.values import pipe, terminal, text


def test_a_terminal_gets_boxes_a_pipe_plain_text_and_an_old_encoding_ascii() -> None:
    assert look_of(terminal()) == FANCY
    assert look_of(pipe()) == PLAIN
    assert look_of(terminal(encoding="ascii")) == ASCII
    assert look_of(pipe(encoding="latin-1")) == ASCII


def test_a_name_cannot_break_the_terminal() -> None:
    assert FANCY.name("a\x1b[31mb\nc") == "a?[31mb?c"
    assert PLAIN.name("naïve") == "naïve"
    assert ASCII.name("naïve") == "na\\xefve"


@pytest.mark.parametrize(
    ("look", "share", "bar"),
    [
        (FANCY, "0", ""),
        (FANCY, "0.0001", "▏"),
        (FANCY, "0.5", "██"),
        (FANCY, "0.6", "██▍"),
        (FANCY, "1.5", "████"),
        (FANCY, "-1", ""),
        (PLAIN, "0", ""),
        (PLAIN, "0.0001", "#"),
        (PLAIN, "0.5", "##"),
        (PLAIN, "0.6", "###"),
        (PLAIN, "1", "####"),
    ],
)
def test_a_bar_shows_a_trace_of_whatever_is_not_nothing(look: Look, share: str, bar: str) -> None:
    assert look.bar(Decimal(share), 4) == bar


def test_a_gain_carries_its_sign_in_the_text_and_adds_a_colour() -> None:
    shown = [gain(Decimal(value), 2, unit) for value, unit in (("1", "USDT"), ("-1", ""), ("0", ""))]
    assert [(each.plain, each.style) for each in shown] == [("+1.00 USDT", "green"), ("-1.00", "red"), ("0.00", "")]


def test_a_sentence_leaves_out_what_is_empty() -> None:
    assert sentence(FANCY, "one", "", Text(), Text("two")).plain == "one · two"
    assert sentence(PLAIN, "one", "two").plain == "one - two"


def test_a_line_is_cut_and_says_so_where_it_can() -> None:
    assert text(Group(one_line(FANCY, "a long line", "and more")), terminal(12)) == "a long line…"
    assert text(Group(one_line(ASCII, "a long line", "and more")), terminal(12, encoding="ascii")) == "a long line"


def test_words_are_shortened_before_numbers() -> None:
    table = columns(FANCY, "a word", "a number")
    add_row(table, Text("stop_loss_of_the_long_leg"), Text("123,456.7"))
    assert text(table, terminal(20)) == "a word      a number\nstop_los…  123,456.7"


def test_frames_and_sections_follow_the_look() -> None:
    assert text(framed("Title", Text("body"), FANCY), terminal(16)) == (
        "╭─ Title ──────╮\n│ body         │\n╰──────────────╯"
    )
    assert text(framed("Title", Text("body"), ASCII), terminal(16)) == (
        "+- Title ------+\n| body         |\n+--------------+"
    )
    assert text(section("Title", Text("body"), FANCY)) == "\nTitle\nbody"
    assert text(section("Title", Text("body"), PLAIN)) == "\nTitle\n-----\nbody"


def test_the_left_part_is_as_wide_as_it_wants_to_be() -> None:
    assert text(side_by_side(Text("left"), Text("right")), terminal(20)) == "left  right"
