"""Properties in a machine file become values, or every reason why not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from perpfsm.config.machine_file import load_machine, read_machine
from perpfsm.machine.definition import Property, PropertyKind
from perpfsm.machine.shipped import shipped_library

Write = Callable[..., Path]

TEXT = """\
machine: trial
initial: idle
states:
  - {name: idle}
  - {name: open, exposed: true}
  - {name: closing, exposed: true, closing: true}
guards:
  is_flat: {metric: position_size, at_most: 0}
  is_exposed: {metric: position_size, above: 0}
  hit: {metric: pnl_pct, at_most: -stop_loss_spread, when_set: stop_loss_spread}
  dust: {metric: remainder, is: dust}
transitions:
  - {name: stop, trigger: market, source: open, dest: closing, reason: stop_loss,
     conditions: hit, after: close_position}
  - {name: quote, trigger: market, source: idle, dest: open, conditions: is_exposed}
  - {name: flat, trigger: fill, source: closing, dest: idle, conditions: is_flat}
properties:
"""


def read(write: Write, *lines: str) -> tuple[str, ...]:
    """Return the errors in a file with these properties, by line of the list and code."""
    path = write(TEXT + "".join(f"  - {{{line}}}\n" for line in lines))
    first = TEXT.count("\n") + 1
    _, findings = read_machine(path, shipped_library())
    return tuple(
        f"{finding.place.line - first}: {finding.code}: {finding.what}"
        for finding in findings
        if finding.severity == "error"
    )


def test_properties_are_read_in_full(write: Write) -> None:
    path = write(
        TEXT
        + "  - {name: home, always_can_reach: idle}\n"
        + "  - {name: stops, preempts: stop, in: [open, closing], conditions: [hit, is_exposed], unless: dust}\n"
        + "  - {name: calm, never: [open, closing], conditions: is_flat}\n"
        + "  - {name: out, leads_to: [closing], in: open}\n"
    )

    assert load_machine(path).properties == (
        Property("home", PropertyKind.ALWAYS_CAN_REACH, ("idle",)),
        Property("stops", PropertyKind.PREEMPTS, ("stop",), ("open", "closing"), ("hit", "is_exposed"), ("dust",)),
        Property("calm", PropertyKind.NEVER, ("open", "closing"), (), ("is_flat",)),
        Property("out", PropertyKind.LEADS_TO, ("closing",), ("open",)),
    )


def test_a_guard_that_only_a_property_names_is_used(write: Write) -> None:
    path = write(TEXT + "  - {name: calm, never: open, conditions: dust}\n")
    _, findings = read_machine(path, shipped_library())

    assert [finding.what for finding in findings if finding.code == "unused-guard"] == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("name: a, never: opn", "unknown-state: opn is not a state."),
        ("name: a, preempts: [stop, flt]", "unknown-row: flt is not a row."),
        ("name: a, leads_to: idle, in: opn", "unknown-state: opn is not a state."),
        ("name: a, never: open, conditions: hitt", "unknown-guard: hitt is not a guard."),
        ("name: a, never: open, unless: dst", "unknown-guard: dst is not a guard."),
        (
            "name: a, always_can_reach: idle, conditions: hit",
            "needless-key: always_can_reach is asked of states; no guard can be asked there.",
        ),
        (
            "name: a, always_can_reach: idle, unless: hit",
            "needless-key: always_can_reach is asked of states; no guard can be asked there.",
        ),
        ("name: a, never: open, in: idle", "needless-key: never names its states itself; in says nothing there."),
    ],
)
def test_every_name_in_a_property_is_known(write: Write, line: str, error: str) -> None:
    assert read(write, line) == (f"0: {error}",)


def test_two_properties_have_two_names(write: Write) -> None:
    assert read(write, "name: a, never: open", "name: a, never: closing") == (
        "1: duplicate-property: Another property is called a.",
    )


def test_a_property_says_one_thing(write: Write) -> None:
    assert read(write, "name: a, never: open, leads_to: idle") == (
        "0: exactly-one: properties[1] has never and leads_to, but takes exactly one of them.",
    )
