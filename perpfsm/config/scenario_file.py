"""A scenario file: text to a checked `Scenario`, everything that is wrong with it at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from perpfsm.config.documents import has_errors, in_file_order, read_document
from perpfsm.config.nodes import Complaint, Document, Value
from perpfsm.config.resources import scenario_names, scenario_path
from perpfsm.config.schema import Schema, complaints, load_schema, properties, unquoted
from perpfsm.config.wording import did_you_mean, shown
from perpfsm.errors import ConfigError, Finding, PerpfsmError, Severity
from perpfsm.market.side import Side
from perpfsm.market.synthetic import Phase, Scenario

_SHOWN = {"bids": Side.BUY, "asks": Side.SELL}
_IDLE_WHEN_HALTED = ("volatility_bps", "drift_bps_per_s", "spread_ticks", "size", "one_sided")


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """What was read from a scenario file.

    Attributes:
        scenario: None when there are errors.
        findings: Errors and warnings, in file order.
    """

    scenario: Scenario | None
    findings: tuple[Finding, ...]


def find_scenario(name: str, folder: Path) -> Path | None:
    """Return where a scenario is: `name` as a path from `folder`, or a shipped one's name; None when it is neither."""
    return folder / name if "/" in name or name.endswith((".yaml", ".yml")) else scenario_path(name)


def unknown_scenario(name: str) -> tuple[str, str]:
    """Return what is wrong with a name that no shipped scenario has, and the remedy."""
    remedy = did_you_mean(name, scenario_names()) or "Name a file, such as scenarios/mine.yaml."
    return f"{shown(name)} is not a shipped scenario.", remedy


def load_scenario(name: str) -> Scenario:
    """Return a shipped scenario by its name, or the one in the file at a path.

    Raises:
        ConfigError: With every finding of the file, when one of them is an error.
        PerpfsmError: When no scenario has that name.
    """
    path = find_scenario(name, Path())
    if path is None:
        what, remedy = unknown_scenario(name)
        raise PerpfsmError(what, where="--feed", remedy=remedy)
    file = read_scenario_file(path)
    if file.scenario is None:
        raise ConfigError(file.findings)
    return file.scenario


def read_scenario_file(path: Path) -> ScenarioFile:
    """Return all that the scenario file at `path` says; never raises for bad input."""
    document, findings = read_document(path)
    return ScenarioFile(None, findings) if document is None else check_scenario(document, findings)


def check_scenario(document: Document, findings: tuple[Finding, ...]) -> ScenarioFile:
    """Return what a document that was read already says as a scenario file.

    Args:
        document: The file's values.
        findings: What reading found.
    """
    schema = load_schema("scenario")
    value, warnings = unquoted(document.root.value, schema)
    found = [*warnings, *complaints(value, "scenario")]
    if not has_errors(in_file_order(findings, document.findings(found))):
        found += _check_phases(value, schema)
    everything = in_file_order(findings, document.findings(found))
    return ScenarioFile(None if has_errors(everything) else _scenario(value, schema), everything)


def _check_phases(value: Value, schema: Schema) -> Iterator[Complaint]:
    """Yield what the schema cannot say: phases without a quote, and settings that do nothing."""
    phases, step_s = _phases(value), _number(value, "step_ms", schema) / 1000
    for index, phase in enumerate(phases):
        path = ("phases", index)
        if _number(phase, "for_s", {}) < step_s:
            what = f"The phase is shorter than step_ms, {shown(step_s * 1000)} ms, so it may give no quote."
            yield Complaint((*path, "for_s"), "short-phase", what, "Make it longer, or step_ms shorter.")
        if phase.get("halted") is True:
            for name in _IDLE_WHEN_HALTED:
                if name in phase:
                    what = f"{name} does nothing while the venue is halted."
                    warning = Severity.WARNING
                    yield Complaint((*path, name), "unused-key", what, "Remove it.", at_key=True, severity=warning)
    if all(phase.get("halted") is True for phase in phases):
        yield Complaint(("phases",), "no-market", "The venue is halted in every phase.", "Add a phase that is not.")


def _scenario(value: Value, schema: Schema) -> Scenario:
    members = value if isinstance(value, dict) else {}
    items = properties(schema)["phases"]["items"]
    phase_schema = items if isinstance(items, dict) else {}
    return Scenario(
        name=str(members["scenario"]),
        phases=tuple(_phase(phase, phase_schema) for phase in _phases(value)),
        seed=int(_number(members, "seed", schema)),
        start_price=_number(members, "start_price", schema),
        step_ms=int(_number(members, "step_ms", schema)),
    )


def _phase(phase: dict[str, Value], schema: Schema) -> Phase:
    side = phase.get("one_sided")
    return Phase(
        for_s=_number(phase, "for_s", schema),
        volatility_bps=_number(phase, "volatility_bps", schema),
        drift_bps_per_s=_number(phase, "drift_bps_per_s", schema),
        jump_bps=_number(phase, "jump_bps", schema),
        spread_ticks=int(_number(phase, "spread_ticks", schema)),
        size=_number(phase, "size", schema),
        one_sided=None if side is None else _SHOWN[str(side)],
        is_halted=phase.get("halted") is True,
    )


def _phases(value: Value) -> list[dict[str, Value]]:
    phases = value.get("phases") if isinstance(value, dict) else None
    return [phase for phase in phases if isinstance(phase, dict)] if isinstance(phases, list) else []


def _number(members: Value, name: str, schema: Schema) -> Decimal:
    """Return a number that the schema has accepted, or its default."""
    given = members.get(name) if isinstance(members, dict) else None
    number = properties(schema)[name]["default"] if given is None else given
    assert isinstance(number, int | Decimal), name  # noqa: S101  # the schema requires it or gives a default
    return Decimal(number)
