"""From a path to a document: the steps that strategy and machine files share."""

from dataclasses import replace
from pathlib import Path

from perpfsm.config.nodes import Document
from perpfsm.config.resources import machine_path
from perpfsm.config.source import MISSING, Source, read_source
from perpfsm.config.yaml_reader import read_yaml
from perpfsm.errors import Finding, Severity

# What a check says of a value that reading could not take; reading has said it better.
_ECHOES = frozenset({"wrong-type", "not-a-number", "unknown-value", "out-of-range"})
_MACHINE_KEYS = frozenset({"transitions", "states", "guards"})
_SCENARIO_KEYS = frozenset({"scenario", "phases"})
_STRATEGY_KEYS = frozenset({"strategy", "derivative", "market", "leverage"})


def read_document(path: Path) -> tuple[Document | None, tuple[Finding, ...]]:
    """Return the mapping in the file at `path`, None when there is none to read, and what is wrong so far."""
    source = read_source(path)
    if isinstance(source, Source):
        return document_of(source)
    shipped = machine_path(str(path)) if source.code == MISSING else None
    if shipped is not None:
        source = replace(source, remedy=f"The shipped lifecycle of that name is {shipped}.")
    return None, (source,)


def document_of(source: Source) -> tuple[Document | None, tuple[Finding, ...]]:
    """Return the mapping in a file's text, None when there is none to read, and what is wrong so far."""
    root, findings = read_yaml(source)
    if root is None:
        return None, findings
    if not isinstance(root.value, dict):
        kind = "a list" if isinstance(root.value, list) else "a single value"
        place = root.place
        what = f"The file is {kind}, but must be a mapping (name: value)."
        finding = Finding("not-a-mapping", Severity.ERROR, place, what, "Begin with names.", source.line(place.line))
        return None, (*findings, finding)
    return Document(source, root), findings


def is_machine(document: Document) -> bool:
    """Return whether a document is a machine file rather than a strategy file."""
    return any(key in _MACHINE_KEYS for key in document.root.children)


def is_scenario(document: Document) -> bool:
    """Return whether a document is a scenario file rather than a strategy file."""
    return any(key in _SCENARIO_KEYS for key in document.root.children)


def mistaken_for_strategy(document: Document) -> Finding | None:
    """Return what is wrong with a machine or scenario file that is given where a strategy is wanted; None for others.

    A strategy that holds a stray word of theirs is a strategy all the same.
    """
    if _STRATEGY_KEYS & document.root.children.keys() or not (is_machine(document) or is_scenario(document)):
        return None
    if is_machine(document):
        kind, remedy = "machine", "Give a strategy file, and name this one there as machine."
    else:
        kind, remedy = "scenario", "Give a strategy file, and name this one there as paper.feed.scenario."
    what = f"This is a {kind} file, but a strategy file is wanted here."
    return Finding("not-a-strategy", Severity.ERROR, document.root.place, what, remedy)


def in_file_order(reading: tuple[Finding, ...], checking: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return findings by line and column, without what a check says of a value that reading refused already."""
    refused = {finding.place for finding in reading}
    news = [finding for finding in checking if finding.code not in _ECHOES or finding.place not in refused]
    return tuple(sorted((*reading, *news), key=lambda finding: (finding.place.line, finding.place.column)))


def has_errors(findings: tuple[Finding, ...]) -> bool:
    """Return whether some finding forbids running."""
    return any(finding.severity is Severity.ERROR for finding in findings)
