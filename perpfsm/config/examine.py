"""Any file that an operator may name, examined: strategy, machine or scenario, and all that is to say about it."""

from dataclasses import dataclass
from pathlib import Path

from perpfsm.config.documents import has_errors, is_machine, is_scenario, read_document
from perpfsm.config.libraries import installed_library
from perpfsm.config.machine_file import check_machine
from perpfsm.config.scenario_file import check_scenario
from perpfsm.config.strategy import Strategy, check_strategy_document
from perpfsm.config.waivers import Waived
from perpfsm.errors import Finding, Severity
from perpfsm.machine.definition import MachineDefinition
from perpfsm.market.synthetic import Scenario


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
    """

    path: str
    kind: str
    findings: tuple[Finding, ...]
    strategy: Strategy | None = None
    machine: MachineDefinition | None = None
    scenario: Scenario | None = None

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


def examine(path: Path) -> Report:
    """Return all that is to say about the file at `path`; never raises for bad input."""
    document, findings = read_document(path)
    if document is None:
        return Report(str(path), "unknown", findings)
    if is_machine(document):
        file = check_machine(path, document, findings, installed_library())
        return Report(str(path), "machine", file.findings, machine=file.definition)
    if is_scenario(document):
        read = check_scenario(document, findings)
        return Report(str(path), "scenario", read.findings, scenario=read.scenario)
    strategy, found = check_strategy_document(path, document, findings, {})
    return Report(str(path), "strategy", found, strategy=strategy)
