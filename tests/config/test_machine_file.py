"""A machine file becomes a definition, or every reason why not."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.config.machine_file import load_machine, read_machine
from perpfsm.config.resources import machine_names, machine_path
from perpfsm.errors import ConfigError, Place
from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    GuardName,
    MachineDefinition,
    Not,
    Operator,
    ParameterOperand,
    Row,
    StateDefinition,
    Trigger,
)
from perpfsm.machine.library import ActionSpec, Effects, Library, MetricSpec

Write = Callable[..., Path]

LIBRARY = Library.of(
    [
        MetricSpec("pnl_pct", "percent", "", lambda _: None, may_be_undefined=True),
        MetricSpec("age_s", "seconds", "", lambda _: None, may_be_undefined=True),
        MetricSpec("size", "base", "", lambda _: None),
        MetricSpec("mood", "none", "", lambda _: None, values=("good", "bad", "none")),
    ],
    [ActionSpec("act", "", Effects(), lambda _, __: None), ActionSpec("rest", "", Effects(), lambda _, __: None)],
)

TEXT = """\
machine: trial
initial: idle
states:
  - {name: idle}
  - {name: closing, exposed: true, closing: true}
guards:
  hit: {metric: pnl_pct, at_most: -stop_loss_spread, when_set: stop_loss_spread}
  old: {metric: age_s, at_least: 5, when_undefined: true}
  glad: {metric: mood, is: good}
  sad: {metric: mood, is_not: [good, none]}
  either: {any: [{parameter: ts_activation_spread, is: 0}, {all: [glad, {not: old}]}]}
  market: {parameter: close_position_order_type, is: MARKET}
transitions:
  - {name: stop, trigger: [market, fill], source: idle, dest: closing, reason: stop_loss,
     conditions: [hit, either], after: act}
  - {trigger: market, source: [idle, closing], dest: null, conditions: sad, unless: [old, market], after: [act, rest]}
"""


def test_a_machine_file_says_what_it_says(write: Write) -> None:
    path = write(TEXT)

    assert load_machine(path, LIBRARY) == MachineDefinition(
        name="trial",
        initial="idle",
        states=(StateDefinition("idle"), StateDefinition("closing", exposed=True, closing=True)),
        guards={
            "hit": Comparison(
                Operator.AT_MOST,
                ParameterOperand("stop_loss_spread", negated=True),
                metric="pnl_pct",
                when_set="stop_loss_spread",
            ),
            "old": Comparison(Operator.AT_LEAST, Decimal(5), metric="age_s", when_undefined=True),
            "glad": Comparison(Operator.IS, ("good",), metric="mood"),
            "sad": Comparison(Operator.IS_NOT, ("good", "none"), metric="mood"),
            "either": AnyOf(
                (
                    Comparison(Operator.IS, Decimal(0), parameter="ts_activation_spread"),
                    AllOf((GuardName("glad"), Not(GuardName("old")))),
                )
            ),
            "market": Comparison(Operator.IS, ("MARKET",), parameter="close_position_order_type"),
        },
        rows=(
            Row(
                1,
                "stop",
                (Trigger.MARKET, Trigger.FILL),
                ("idle",),
                "closing",
                "stop_loss",
                ("hit", "either"),
                (),
                ("act",),
                Place(str(path), 14, 5),
            ),
            Row(
                2,
                "row 2",
                (Trigger.MARKET,),
                ("idle", "closing"),
                None,
                None,
                ("sad",),
                ("old", "market"),
                ("act", "rest"),
                Place(str(path), 16, 5),
            ),
        ),
    )


@pytest.mark.parametrize("name", machine_names())
def test_a_shipped_lifecycle_has_no_findings(name: str) -> None:
    path = machine_path(name)
    assert path is not None

    assert load_machine(path).name == name


def test_an_error_carries_every_finding(write: Write) -> None:
    with pytest.raises(ConfigError) as raised:
        load_machine(write(TEXT.replace("after: act", "after: atc").replace("is: good", "is: god")), LIBRARY)

    assert [finding.code for finding in raised.value.findings] == ["unknown-value", "unknown-action"]


def test_a_file_that_cannot_be_read_is_one_finding(tmp_path: Path) -> None:
    definition, findings = read_machine(tmp_path, LIBRARY)

    assert (definition, [finding.code for finding in findings]) == (None, ["not-a-file"])


def codes(path: Path) -> list[str]:
    return [finding.code for finding in read_machine(path, LIBRARY)[1]]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # a mistake in one guard is no reason to blame those that use it
        ("glad: {metric: mood, is: good}", "glad: {metric: mood}", ["exactly-one"]),
        ("{all: [glad, {not: old}]}", "{all: [glad, {not: 3}]}", ["wrong-type"]),
        ("{all: [glad, {not: old}]}", "{all: [glad, {not: {metric: nil, is: 1}}]}", ["unknown-metric"]),
        ("  - {name: idle}\n", "  - idle\n  - 3\n", ["wrong-type", "wrong-type"]),
        ("guards:\n", "guards: []\nmore:\n", ["wrong-type", "unknown-key", *["unknown-guard"] * 5]),
        # a hole is found through names, and a circle does not hang the search
        (", when_undefined: true}\n", "}\n", ["undefined-hole", "undefined-hole"]),
        ("glad: {metric: mood, is: good}", "glad: {all: [glad, either]}", ["guard-cycle", "guard-cycle"]),
        ("unless: [old, market]", "unless: [hit, old, market]", ["undefined-hole"]),
        # what an operand may be
        ("at_least: 5", "at_least: stop_loss_spread", ["unit-mismatch"]),
        ("at_least: 5", 'at_least: "5"', ["quoted-number"]),
        ("at_least: 5", "at_least: position_mode", ["unknown-parameter"]),
        ("{metric: mood, is: good}", "{metric: mood, is: 5}", ["unknown-value"]),
        ("{metric: mood, is: good}", "{metric: mood, above: 5}", ["operator-mismatch"]),
        ("is: MARKET", "is: [MARKT]", ["unknown-value"]),
        ("when_set: stop_loss_spread", "when_set: 3", ["wrong-type"]),
    ],
)
def test_a_change_is_answered_with_these_findings(write: Write, old: str, new: str, expected: list[str]) -> None:
    assert old in TEXT

    assert codes(write(TEXT.replace(old, new))) == expected


def test_a_stop_may_be_deleted_and_a_row_of_known_parts_added(write: Write) -> None:
    start, end = TEXT.index("  - {name: stop"), TEXT.index("  - {trigger: market")
    without = TEXT[:start] + TEXT[end:]

    assert set(codes(write(without))) == {"unused-guard", "unreachable-state"}
    assert codes(write(TEXT + "  - {trigger: pause, source: idle, dest: null, after: rest}\n")) == []
