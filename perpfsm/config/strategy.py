"""A strategy file: text to a checked `Strategy`, everything that is wrong with it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from perpfsm.config.brackets import bracket_table
from perpfsm.config.documents import has_errors, in_file_order, mistaken_for_strategy, read_document
from perpfsm.config.flaws import complaints_about
from perpfsm.config.latency import check_latency
from perpfsm.config.libraries import installed_library
from perpfsm.config.lifecycle_parameters import unread_parameters
from perpfsm.config.machine_file import MachineFile, read_machine_file
from perpfsm.config.nodes import Complaint, Document, Value
from perpfsm.config.overrides import override
from perpfsm.config.paper import PaperSettings
from perpfsm.config.resources import machine_names, machine_path
from perpfsm.config.scenario_file import ScenarioFile, find_scenario, read_scenario_file, unknown_scenario
from perpfsm.config.schema import complaints, load_schema, unquoted
from perpfsm.config.settings import Settings, settle
from perpfsm.config.strategy_build import feed_file, paper_settings, parameters, reference_source, source_file
from perpfsm.config.strategy_checks import amounts_fit_brackets, check_strategy
from perpfsm.config.terms import terms_of
from perpfsm.config.waivers import Waived, waive
from perpfsm.config.wording import did_you_mean, shown
from perpfsm.decisions.parameters import Parameters, PositionManagement
from perpfsm.errors import ConfigError, Finding, Severity
from perpfsm.machine.definition import MachineDefinition
from perpfsm.market.brackets import BRACKETS, Brackets
from perpfsm.market.price_source import CustomApi, ExternalMarket
from perpfsm.market.synthetic import Scenario
from perpfsm.proof.check_reads import parameters_read
from perpfsm.proof.flaw import SourceFile
from perpfsm.proof.lint import lint
from perpfsm.proof.lint_terms import Terms

DEFAULT_MACHINES = {
    PositionManagement.PROFIT_TAKING: "profit_taking",
    PositionManagement.TRAILING_STOP: "trailing_stop",
}


@dataclass(frozen=True, slots=True)
class Strategy:
    """A strategy that can run.

    Attributes:
        path: Of the file, as it was named.
        text: Of the file, without what the command line changes.
        parameters: What the decisions need.
        derivative: The venue's name.
        paper: The paper exchange's settings.
        machine: The lifecycle.
        machine_text: Text of the machine file.
        machine_path: Where that file is.
        findings: Warnings about either file.
        values: Every parameter that the file or the command line sets, by dotted name.
        terms: What the venue offers and charges, with a price where the file's own market has one.
        price_source: Where reference prices come from; None for the traded market.
        reads: The parameters that the lifecycle reads.
        waived: What the file says is meant so.
    """

    path: Path
    text: str
    parameters: Parameters
    derivative: str
    paper: PaperSettings
    machine: MachineDefinition
    machine_text: str
    machine_path: Path
    findings: tuple[Finding, ...]
    values: Mapping[str, Value]
    terms: Terms
    price_source: ExternalMarket | CustomApi | None = None
    reads: frozenset[str] = frozenset()
    waived: tuple[Waived, ...] = ()


def load_strategy(
    path: Path, *, overrides: Mapping[str, str] | None = None, is_fed_elsewhere: bool = False
) -> Strategy:
    """Return the strategy in the file at `path`.

    Args:
        path: A strategy file.
        overrides: Dotted names to YAML texts, as `--set` gives them; judged as a part of the whole.
        is_fed_elsewhere: Whether another market than the file's own is traded, so that the price of that one says
            nothing.

    Raises:
        ConfigError: With every finding, when one of them is an error.
    """
    strategy, findings = read_strategy(path, overrides=overrides, is_fed_elsewhere=is_fed_elsewhere)
    if strategy is None:
        raise ConfigError(findings)
    return strategy


def read_strategy(
    path: Path, *, overrides: Mapping[str, str] | None = None, is_fed_elsewhere: bool = False
) -> tuple[Strategy | None, tuple[Finding, ...]]:
    """Return the strategy in the file at `path`, None when there are errors, and every finding."""
    document, findings = read_document(path)
    if document is None:
        return None, findings
    if (mistaken := mistaken_for_strategy(document)) is not None:
        return None, (*findings, mistaken)
    return check_strategy_document(path, document, findings, overrides or {}, is_fed_elsewhere=is_fed_elsewhere)


def check_strategy_document(
    path: Path,
    document: Document,
    findings: tuple[Finding, ...],
    overrides: Mapping[str, str],
    *,
    is_fed_elsewhere: bool = False,
) -> tuple[Strategy | None, tuple[Finding, ...]]:
    """Return what a document that was read already says as a strategy file.

    Args:
        path: As it was named.
        document: The file's values.
        findings: What reading found.
        overrides: As in `load_strategy`.
        is_fed_elsewhere: As in `load_strategy`.
    """
    document, refused = override(document, overrides)
    value, warnings = unquoted(document.root.value, load_schema("strategy"))
    against = tuple(complaints(value, "strategy"))
    settings = settle(value, against)
    beside, missing = _beside(path, settings)
    found = [*warnings, *against, *check_strategy(settings), *amounts_fit_brackets(settings, beside.brackets)]
    found += [*missing, *_check_feed(path, settings), *check_latency(path, settings)]
    reading = (*findings, *refused)
    lifecycle = None if beside.machine is None else beside.machine.definition
    reads = frozenset[str]() if lifecycle is None else parameters_read(lifecycle, installed_library())
    if lifecycle is not None:
        found += _unread(settings, lifecycle, reads, found)
    paper: PaperSettings | None = None
    terms: Terms | None = None
    if lifecycle is not None and not has_errors((*reading, *document.findings(found), *beside.findings)):
        paper = paper_settings(path, settings, beside.scenario, beside.brackets)
        terms = terms_of(settings, paper, is_fed_elsewhere=is_fed_elsewhere)
        found += complaints_about(lint(parameters(settings), terms, reads), SourceFile.STRATEGY)
    found, waived = waive(found, settings, is_whole=terms is not None and terms.price is not None)
    everything = (*in_file_order(reading, document.findings(found)), *beside.findings)
    if beside.machine is None or lifecycle is None or paper is None or terms is None or has_errors(everything):
        return None, everything
    strategy = Strategy(
        path=path,
        text=document.source.text,
        parameters=parameters(settings),
        derivative=settings.text("derivative") or "",
        paper=paper,
        price_source=reference_source(settings),
        machine=lifecycle,
        machine_text=beside.machine.text,
        machine_path=beside.machine.path,
        findings=everything,
        values={name: settings.values[name] for name in settings.values if name in settings.explicit},
        terms=terms,
        reads=reads,
        waived=waived,
    )
    return strategy, everything


def _unread(
    settings: Settings, lifecycle: MachineDefinition, reads: frozenset[str], found: Sequence[Complaint]
) -> list[Complaint]:
    """Return what is to be said of parameters that the lifecycle does not read, where nothing was said of them yet."""
    told = {each.path for each in found}
    return [each for each in unread_parameters(settings, lifecycle, reads) if each.path not in told]


@dataclass(frozen=True, slots=True)
class _Beside:
    """The files beside a strategy file that it names.

    Attributes:
        machine: The lifecycle's; None when it is not named as one that there is.
        scenario: The market that the paper exchange plays; None without one that can be played.
        brackets: The venue's, or the venue's usual ones.
        findings: About any of them.
    """

    machine: MachineFile | None
    scenario: Scenario | None
    brackets: Brackets
    findings: tuple[Finding, ...]


def _beside(path: Path, settings: Settings) -> tuple[_Beside, list[Complaint]]:
    """Return the files that a strategy file names, and what is wrong with the naming."""
    machine, unknown = _machine(path, settings)
    scenario, missing = _scenario(path, settings)
    table = bracket_table(path, settings)
    findings = [finding for file in (machine, scenario, table) if file is not None for finding in file.findings]
    played = None if scenario is None else scenario.scenario
    named = [each for each in (unknown, missing) if each is not None]
    return _Beside(machine, played, table.brackets or BRACKETS, tuple(findings)), [*named, *table.complaints]


def _machine(path: Path, settings: Settings) -> tuple[MachineFile | None, Complaint | None]:
    """Return the lifecycle that a strategy runs, or what is wrong with its name; neither when that was refused."""
    management = settings.text("position_management")
    name = settings.text("machine")
    if name is None and "machine" not in settings.explicit and management is not None:
        name = DEFAULT_MACHINES[PositionManagement(management)]
    if name is None:
        return None, None
    if "/" in name or name.endswith((".yaml", ".yml")):
        file = path.parent / name
        if not file.exists():
            what = f"There is no machine file at {shown(str(file))}."
            remedy = "Check the path, which starts at the strategy file's folder."
            return None, Complaint(("machine",), "missing-file", what, remedy)
    else:
        shipped = machine_path(name)
        if shipped is None:
            what = f"{shown(name)} is not a shipped lifecycle."
            remedy = did_you_mean(name, machine_names()) or "Name a file, such as machines/mine.yaml."
            return None, Complaint(("machine",), "unknown-machine", what, remedy)
        file = shipped
    return read_machine_file(file, installed_library()), None


def _scenario(path: Path, settings: Settings) -> tuple[ScenarioFile | None, Complaint | None]:
    """Return the scenario that the paper exchange plays, or what is wrong with its name; neither without one."""
    name = settings.text("paper.feed.scenario")
    if name is None:
        return None, None
    file = find_scenario(name, path.parent)
    if file is None:
        return None, Complaint(("paper", "feed", "scenario"), "unknown-scenario", *unknown_scenario(name))
    return read_scenario_file(file), None


def _check_feed(path: Path, settings: Settings) -> tuple[Complaint, ...]:
    """Return warnings about recordings that are not there; `--feed` may still name another of the traded market."""
    found = []
    for section, file, otherwise in (
        ("feed", feed_file(path, settings), ", or run with --feed."),
        ("price_source_feed", source_file(path, settings), "."),
    ):
        if file is not None and not file.exists():
            what = f"There is no recording at {shown(str(file))}."
            remedy = f"Check the path, which starts at the strategy file's folder{otherwise}"
            place = ("paper", section, "file")
            found.append(Complaint(place, "missing-feed", what, remedy, severity=Severity.WARNING))
    return tuple(found)
