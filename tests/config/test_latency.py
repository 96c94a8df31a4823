"""Latencies in a strategy file: a number, an even draw, or a CSV, and what is wrong with one."""

from pathlib import Path

import pytest

from perpfsm.config.latency import BYTES_MAX
from perpfsm.config.strategy import load_strategy
from perpfsm.errors import ConfigError
from perpfsm.exchange.latency import NO_LATENCY, LatencySettings, Sampled, Uniform
from tests.config.conftest import Write

LATENCY = "paper: {{latency: {{{}}}}}\n"


def latency_of(path: Path) -> LatencySettings:
    return load_strategy(path).paper.latency


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_strategy(path)
    (finding,) = caught.value.findings
    return f"{finding.place.line}:{finding.place.column} {finding.what} {finding.remedy}"


def test_without_a_word_nothing_takes_any_time(write: Write) -> None:
    latency = latency_of(write())
    assert latency == NO_LATENCY
    assert latency.is_none


def test_a_number_is_milliseconds(write: Write, good: str) -> None:
    path = write(good + LATENCY.format("order_ms: 10, cancel_ms: 0.5, ack_ms: 1e1, market_data_ms: 0"))
    latency = latency_of(path)
    assert latency == LatencySettings(10_000_000, 500_000, 10_000_000, 0, seed=1)
    assert latency.in_words() == "order 10 ms, cancel 0.5 ms, ack 10 ms, market data 0 ms"


def test_a_draw_is_even_or_from_a_csv_with_or_without_a_heading(write: Write, good: str) -> None:
    write('latency_ms\n5\n\n "7.25" \n', name="with.csv")
    write("3\n1\n", name="without.csv")
    draws = "{uniform: [5, 20]}, cancel_ms: {file: with.csv}, ack_ms: {file: without.csv}, seed: 4"
    latency = latency_of(write(good + LATENCY.format(f"order_ms: {draws}")))
    assert latency == LatencySettings(
        Uniform(5_000_000, 20_000_000), Sampled((5_000_000, 7_250_000)), Sampled((3_000_000, 1_000_000)), 0, seed=4
    )
    assert (
        latency.in_words()
        == "order 5 to 20 ms, cancel 5 to 7.25 ms, one of 2, ack 1 to 3 ms, one of 2, market data 0 ms"
    )


FORMS = "Write a number, {uniform: [low, high]} or {file: latencies.csv}."
RANGE = "it may from 0 to 60000, the lower first. Write {uniform: [low, high]}."


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{}", f"paper.latency.order_ms has nothing. {FORMS}"),
        ("{uniform: [1, 2], file: a.csv}", f"paper.latency.order_ms has uniform and file. {FORMS}"),
        ("{uniform: 5}", f"paper.latency.order_ms has uniform. {FORMS}"),
        ("{uniform: [5]}", f"paper.latency.order_ms has uniform. {FORMS}"),
        ("{normal: [5, 1]}", f"paper.latency.order_ms has normal. {FORMS}"),
        ("{uniform: [20, 5]}", f"paper.latency.order_ms draws from 20 to 5; {RANGE}"),
        ("{uniform: [0, 60001]}", f"paper.latency.order_ms draws from 0 to 60001; {RANGE}"),
    ],
)
def test_another_form_is_refused_with_the_forms_there_are(write: Write, good: str, value: str, said: str) -> None:
    line = good.count("\n") + 1
    assert refusal(write(good + LATENCY.format(f"order_ms: {value}"))) == f"{line}:29 {said}"


@pytest.mark.parametrize(
    ("value", "code"), [("-1", "out-of-range"), ("60001", "out-of-range"), ("fast", "not-a-number")]
)
def test_a_number_out_of_range_and_a_word_are_refused(write: Write, good: str, value: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_strategy(write(good + LATENCY.format(f"ack_ms: {value}")))
    assert [finding.code for finding in caught.value.findings] == [code]
    if code == "out-of-range":
        assert [finding.remedy for finding in caught.value.findings] == ["Write 0 to 60000 milliseconds."]


@pytest.mark.parametrize("value", ["true", "[1]"])
def test_what_is_no_latency_at_all_is_refused_once(write: Write, good: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_strategy(write(good + LATENCY.format(f"ack_ms: {value}")))
    assert {finding.code for finding in caught.value.findings} <= {"wrong-type", "latency"}


def test_a_csv_that_is_not_there_is_refused(write: Write, good: str) -> None:
    path = write(good + LATENCY.format("order_ms: {file: gone.csv}"))
    assert f"names {path.parent / 'gone.csv'}"[:40] in refusal(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1\nfast\n", "whose line 2 is fast. Write one number of milliseconds a line, 0 to 60000."),
        ("1\n-2\n", "whose line 2 is -2. Write one number of milliseconds a line, 0 to 60000."),
        ("1\n60000.5\n", "whose line 2 is 60000.5. Write one number of milliseconds a line, 0 to 60000."),
        ("1\n" + "9" * 50 + "\n", f"whose line 2 is {'9' * 50}. Write one number of milliseconds a line, 0 to 60000."),
        ("latency\n\n", "which holds no number. Write one number a line."),
        ("1\n" * (BYTES_MAX // 2 + 1), "which is above 16 MiB. Take a sample."),
    ],
    ids=["word", "negative", "too long a time", "too many digits", "empty", "too large"],
)
def test_a_csv_with_something_else_in_it_is_refused_with_its_line(
    write: Write, good: str, text: str, said: str
) -> None:
    write(text, name="some.csv")
    assert refusal(write(good + LATENCY.format("order_ms: {file: some.csv}"))).endswith(said)


def test_a_csv_that_is_no_text_is_refused(write: Write, good: str) -> None:
    path = write(good + LATENCY.format("order_ms: {file: some.csv}"))
    (path.parent / "some.csv").write_bytes(b"\xff\xfe")
    assert "cannot be read" in refusal(path)
