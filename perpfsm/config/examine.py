"""Any file that an operator may name, examined: strategy, machine or scenario, and all that is to say about it."""

from dataclasses import dataclass, replace
from pathlib import Path

from perpfsm.config.documents import has_errors, is_machine, is_scenario, read_document
from perpfsm.config.libraries import installed_library
from perpfsm.config.machine_file import check_machine
from perpfsm.config.proofs import Proved, prove_machine, prove_strategy
from perpfsm.config.scenario_file import check_scenario
from perpfsm.config.strategy import Strategy, check_strategy_document
from perpfsm.config.waivers import Waived
from perpfsm.errors import Finding, Severity
from perpfsm.machine.definition import MachineDefinition
from perpfsm.market.synthetic import Scenario
from perpfsm.proof.prove import Proof


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say about one file.

    Attributes:
        path: As it was named.
        kind: `strategy`, `machine` or `scenario`; `unknown` when it could not be read.
        findings: Errors and warnings, in file order.
        strategy: When it is a valid strategy file.
        machine: When it is a valid machine file.
        scenario: When it is a valid scenario file.
        proof: What became of the claims about its lifecycle; None when it was not put to the proof.
    """

    path: str
    kind: str
    findings: tuple[Finding, ...]
    strategy: Strategy | None = None
    machine: MachineDefinition | None = None
    scenario: Scenario | None = None
    proof: Proof | None = None

    @property
    def is_valid(self) -> bool:
        """Whether nothing forbids running it."""
        return not has_errors(self.findings)

    @property
    def waived(self) -> tuple[Waived, ...]:
        """What the file says is meant so."""
        return () if self.strategy is None else self.strategy.waived

    def count(self, severity: Severity) -> int:
        """Return how many findings are of this severity."""
        return sum(finding.severity is severity for finding in self.findings)


def examine(path: Path, *, proves: bool = False) -> Report:
    """Return all that is to say about the file at `path`; never raises for bad input.

    Args:
        path: As it was named.
        proves: Whether the lifecycle is put to the proof, when nothing else forbids running it.
    """
    document, findings = read_document(path)
    if document is None:
        return Report(str(path), "unknown", findings)
    if is_machine(document):
        file = check_machine(path, document, findings, installed_library())
        report = Report(str(path), "machine", file.findings, machine=file.definition)
        if proves and file.definition is not None:
            return _with_proof(report, prove_machine(file, file.definition))
        return report
    if is_scenario(document):
        read = check_scenario(document, findings)
        return Report(str(path), "scenario", read.findings, scenario=read.scenario)
    strategy, found = check_strategy_document(path, document, findings, {})
    report = Report(str(path), "strategy", found, strategy=strategy)
    return report if strategy is None or not proves else _with_proof(report, prove_strategy(strategy))


def _with_proof(report: Report, proved: Proved) -> Report:
    return replace(report, findings=(*report.findings, *proved.findings), proof=proved.proof)
