"""Findings and parameters as text: lines for people, JSON for programs, annotations for GitHub."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from perpfsm.config.examine import Report
from perpfsm.errors import Finding, Severity
from perpfsm.proof.flaw import Verdict
from perpfsm.proof.prove import Proof

SOURCE_MAX = 120


class Look(StrEnum):
    """What a line is, so that a terminal can colour it."""

    ERROR = "error"
    WARNING = "warning"
    SOURCE = "source"
    REMEDY = "remedy"
    TRACE = "trace"
    VALID = "valid"
    INVALID = "invalid"
    TABLE = "table"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text and what it is."""

    look: Look
    text: str


def finding_lines(finding: Finding) -> Iterator[Line]:
    """Yield a finding: what and where, its line of the file with a caret, the way to it, and the remedy."""
    look = Look.ERROR if finding.severity is Severity.ERROR else Look.WARNING
    yield Line(look, f"{finding.place}: {finding.severity}[{finding.code}]: {finding.what}")
    if finding.source and finding.place.line:
        number = str(finding.place.line)
        source, column = _window(finding.source, finding.place.column)
        # Tabs are kept, so that the caret stands below its letter however wide a tab is.
        padding = "".join("\t" if letter == "\t" else " " for letter in source[: column - 1])
        yield Line(Look.SOURCE, f"  {number} | {source}")
        yield Line(Look.SOURCE, f"  {' ' * len(number)} | {padding}^")
    for step in finding.trace:
        yield Line(Look.TRACE, f"    {step}")
    if finding.remedy:
        yield Line(Look.REMEDY, f"  {finding.remedy}")


def summary_line(report: Report, *, strict: bool) -> Line:
    """Return the verdict on one file.

    Args:
        report: About the file.
        strict: Whether warnings forbid running too.
    """
    errors, warnings = (report.count(severity) for severity in (Severity.ERROR, Severity.WARNING))
    counts = [_plural(count, noun) for count, noun in ((errors, "error"), (warnings, "warning")) if count]
    is_good = report.is_valid and not (strict and warnings)
    verdict = f"valid {report.kind} file" if report.is_valid else "not valid"
    return Line(Look.VALID if is_good else Look.INVALID, f"{report.path}: {', '.join([verdict, *counts])}")


def proof_lines(report: Report) -> Iterator[Line]:
    """Yield what became of the claims about a lifecycle, a line for each; none when it was not put to the proof."""
    proof = report.proof
    if proof is None:
        return
    proved = sum(claim.verdict is Verdict.PROVED for claim in proof.claims)
    asked = sum(claim.verdict is not Verdict.NOT_ASKED for claim in proof.claims)
    yield Line(
        Look.TABLE, f"  proved {proved} of {_plural(asked, 'claim')} in {_plural(proof.situations, 'situation')}"
    )
    width = max(len(claim.name) for claim in proof.claims)
    for claim in proof.claims:
        look = Look.ERROR if claim.verdict is Verdict.REFUTED else Look.MUTED
        yield Line(look, f"    {claim.verdict.value:<9}  {claim.name:<{width}}  {claim.says}")


def to_json(reports: Iterable[Report]) -> str:
    """Return reports as a JSON document."""
    files = [
        {
            "path": report.path,
            "kind": report.kind,
            "valid": report.is_valid,
            "findings": [finding_fields(finding) for finding in report.findings],
            "waived": [asdict(waived) for waived in report.waived],
            "proof": None if report.proof is None else _proof_fields(report.proof),
        }
        for report in reports
    ]
    return json.dumps({"files": files}, indent=2)


def to_github(finding: Finding) -> str:
    """Return a finding as a workflow command that annotates the line in a pull request."""
    place = finding.place
    where = f"file={_property(place.path)}"
    if place.line:
        where += f",line={place.line},col={place.column}"
    message = "\n".join([f"{finding.what} {finding.remedy}".rstrip(), *finding.trace])
    return f"::{finding.severity} {where},title={_property(finding.code)}::{_data(message)}"


def finding_fields(finding: Finding) -> dict[str, str | int | list[str]]:
    """Return a finding as what JSON can say; the way to it only where there is one."""
    trace: dict[str, str | int | list[str]] = {"trace": list(finding.trace)} if finding.trace else {}
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "path": finding.place.path,
        "line": finding.place.line,
        "column": finding.place.column,
        "what": finding.what,
        "remedy": finding.remedy,
        **trace,
    }


def _proof_fields(proof: Proof) -> dict[str, int | list[dict[str, str]]]:
    """Return a proof as what JSON can say."""
    claims = [{"name": claim.name, "says": claim.says, "verdict": claim.verdict.value} for claim in proof.claims]
    return {"situations": proof.situations, "steps": proof.steps, "claims": claims}


def _window(source: str, column: int) -> tuple[str, int]:
    """Return the part of a long line around `column` (from 1), and the column within it."""
    if len(source) <= SOURCE_MAX:
        return source, column
    start = min(max(0, column - SOURCE_MAX // 2), len(source) - SOURCE_MAX)
    return source[start : start + SOURCE_MAX], column - start


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
