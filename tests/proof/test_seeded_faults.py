"""The gate of seeded faults: each is found with its code and at its place, and what is not found is known."""

from collections import Counter
from pathlib import Path

import pytest

from perpfsm.config.examine import examine
from perpfsm.config.resources import machine_names
from tests.proof.seeded import FAULTS, PAGE, SURVIVORS, Fault, Survivor, line_of, renewed, text_of

FAULTS_MIN = 30


def said(seeded: Fault | Survivor) -> str:
    return f"{seeded.machine}: {seeded.what}"


def traced(fault: Fault) -> pytest.MarkDecorator:
    """Return whether coverage counts what finds a fault: one lifecycle's faults run every branch."""
    return pytest.mark.traced if fault.machine == "profit_taking" else pytest.mark.untraced


@pytest.mark.parametrize("fault", [pytest.param(each, id=said(each), marks=traced(each)) for each in FAULTS])
def test_a_planted_fault_is_found_where_it_is(fault: Fault, tmp_path: Path) -> None:
    text = text_of(fault)
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")

    findings = examine(path, proves=True).findings

    assert (fault.code, line_of(text, fault.at)) in [(each.code, each.place.line) for each in findings]
    assert all(each.place.path == str(path) and each.remedy for each in findings)


@pytest.mark.untraced
@pytest.mark.parametrize("survivor", SURVIVORS, ids=said)
def test_what_nothing_finds_is_still_found_by_nothing(survivor: Survivor, tmp_path: Path) -> None:
    """When one is found at last, it moves up among the faults."""
    path = tmp_path / "mine.yaml"
    path.write_text(text_of(survivor), encoding="utf-8")

    assert examine(path, proves=True).findings == ()


def test_there_are_enough_of_them_in_every_shipped_lifecycle_and_of_every_kind() -> None:
    assert len(FAULTS) >= FAULTS_MIN
    assert {fault.machine for fault in FAULTS} == set(machine_names())
    everything: list[Fault | Survivor] = [*FAULTS, *SURVIVORS]
    assert len({(each.machine, each.edit) for each in everything}) == len(everything)
    assert len(Counter(fault.code for fault in FAULTS)) >= 15


def test_the_table_in_the_guide_is_current() -> None:
    page = PAGE.read_text("utf-8")

    assert renewed(page) == page, "`python -m tests.proof.seeded` writes it anew"
