"""Lifecycles put to the proof from their files: refutations have their place, and a question is answered once."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pytest

from perpfsm.config.examine import examine
from perpfsm.config.libraries import installed_library
from perpfsm.config.proofs import FLAWS_TOLD_MAX, OF_QUOTES, _few, prove_strategy, what_is_asked
from perpfsm.config.resources import machine_names, machine_path
from perpfsm.config.strategy import load_strategy
from perpfsm.decisions.parameters import Parameters
from perpfsm.errors import Severity
from perpfsm.machine.definition import Comparison, Operator, ParameterOperand
from perpfsm.proof.flaw import Flaw, SourceFile, Verdict
from perpfsm.proof.prove import prove
from tests.strategies_shipped.command import STRATEGIES

Write = Callable[..., Path]


def shipped(name: str) -> str:
    path = machine_path(name)
    assert path is not None
    return path.read_text(encoding="utf-8")


def without_row(text: str, name: str) -> str:
    shorter, removed = re.subn(rf"  - \{{name: {name},.*?\}}\n", "", text, flags=re.DOTALL)
    assert removed == 1
    return shorter


@pytest.mark.untraced
@pytest.mark.parametrize("name", machine_names())
def test_a_shipped_lifecycle_is_proved(name: str) -> None:
    path = machine_path(name)
    assert path is not None

    report = examine(path, proves=True)

    assert report.findings == ()
    assert report.proof is not None
    assert {claim.verdict for claim in report.proof.claims} == {Verdict.PROVED}


def test_a_refuted_claim_stands_in_the_machine_file_with_the_way_to_it(write: Write, good: str) -> None:
    machine = write(without_row(shipped("profit_taking"), "flat"), name="mine_machine.yaml")
    path = write(good + "machine: mine_machine.yaml\n")

    report = examine(path, proves=True)

    assert not report.is_valid
    assert {finding.code for finding in report.findings if finding.severity is Severity.ERROR} >= {"flat-is-noticed"}
    assert {finding.place.path for finding in report.findings} == {str(machine)}
    assert all(finding.place.line and finding.trace for finding in report.findings)
    assert report.findings == tuple(sorted(report.findings, key=lambda each: (each.place.line, each.place.column)))


def test_of_a_claim_that_is_refuted_everywhere_a_few_places_are_shown() -> None:
    def flaws(code: str, count: int) -> list[Flaw]:
        return [
            Flaw(code, Severity.ERROR, SourceFile.MACHINE, ("transitions", row), "It is so.", "Mend it.")
            for row in range(count)
        ]

    def remedies(*given: Flaw) -> list[str]:
        return [flaw.remedy for flaw in _few(given)]

    assert remedies(*flaws("one", FLAWS_TOLD_MAX), *flaws("other", 1)) == ["Mend it."] * (FLAWS_TOLD_MAX + 1)
    assert remedies(*flaws("one", FLAWS_TOLD_MAX + 1)) == [
        *["Mend it."] * (FLAWS_TOLD_MAX - 1),
        "Mend it. (1 more place not shown.)",
    ]
    assert remedies(*flaws("one", FLAWS_TOLD_MAX + 2))[-1] == "Mend it. (2 more places not shown.)"


def test_a_file_with_errors_is_not_put_to_the_proof(write: Write, good: str) -> None:
    machine = write(shipped("profit_taking").replace("dest: closing", "dest: closed", 1), name="mine.yaml")

    assert examine(machine, proves=True).proof is None
    assert examine(write(good.replace("leverage: 10", "leverage: 0")), proves=True).proof is None
    assert examine(write(good)).proof is None


def test_the_same_question_is_answered_once(write: Write) -> None:
    one, other = load_strategy(write()), load_strategy(write(), overrides={"stop_loss_spread": "0"})

    assert prove_strategy(one) is prove_strategy(load_strategy(write()))
    verdicts = {claim.name: claim.verdict for claim in prove_strategy(other).proof.claims}
    assert verdicts["stop-first"] is Verdict.NOT_ASKED


class Spied(Parameters):
    """Parameters that remember what was read of them."""

    read: ClassVar[set[str]] = set()

    def __getattribute__(self, name: str) -> object:
        Spied.read.add(name)
        return super().__getattribute__(name)


@pytest.mark.untraced
@pytest.mark.parametrize("path", sorted(STRATEGIES.glob("*.yaml")), ids=lambda path: str(path.stem))
def test_a_proof_reads_nothing_of_how_much_is_quoted_and_where(path: Path) -> None:
    strategy = load_strategy(path)
    values = {field.name: getattr(strategy.parameters, field.name) for field in fields(Parameters)}
    Spied.read.clear()

    prove(strategy.machine, installed_library(), Spied(**values))

    assert Spied.read & set(OF_QUOTES) == set()


def test_strategies_that_quote_otherwise_are_one_question() -> None:
    strategy = load_strategy(STRATEGIES / "one_way_profit_taking.yaml")

    asked = what_is_asked(strategy.machine, strategy.parameters)

    assert asked == what_is_asked(strategy.machine, replace(strategy.parameters, bid_spread=Decimal(2)))
    assert asked != what_is_asked(strategy.machine, replace(strategy.parameters, stop_loss_spread=Decimal(2)))


@pytest.mark.parametrize(
    "guard",
    [
        Comparison(Operator.AT_LEAST, Decimal(1), parameter="bid_spread"),
        Comparison(Operator.AT_LEAST, ParameterOperand("bid_spread"), metric="pnl_pct"),
        Comparison(Operator.AT_LEAST, Decimal(1), metric="of_a_package"),
    ],
)
def test_what_a_guard_reads_is_asked(guard: Comparison) -> None:
    strategy = load_strategy(STRATEGIES / "one_way_profit_taking.yaml")
    reading = replace(strategy.machine, guards={**strategy.machine.guards, "wide": guard})

    assert what_is_asked(reading, strategy.parameters).bid_spread == strategy.parameters.bid_spread
