"""`--set name=value`: parameters from the command line, read like the file and judged as a part of it."""

from collections.abc import Mapping
from dataclasses import replace

from perpfsm.config.nodes import Child, Document
from perpfsm.config.source import Source
from perpfsm.config.wording import shown
from perpfsm.config.yaml_reader import read_yaml
from perpfsm.errors import Finding, Place, Severity

OVERRIDE_MAX = 4096


def override(document: Document, overrides: Mapping[str, str]) -> tuple[Document, tuple[Finding, ...]]:
    """Return `document` with each override in its place, and what is wrong with the overrides as such.

    Args:
        document: The strategy file.
        overrides: Dotted names, such as `risk.max_loss`, to YAML texts.
    """
    root = document.root
    findings: list[Finding] = []
    for name, text in overrides.items():
        place = Place(f"--set {shown(name)}")
        node, found = read_yaml(Source(place.path, text[:OVERRIDE_MAX]))
        findings.extend(_refused(finding, name, place) for finding in found)
        if node is not None:
            parts = tuple(name.split("."))
            root = root.with_member(parts, Child(place, replace(node, place=place)))
    return Document(document.source, root), tuple(findings)


def _refused(finding: Finding, name: str, place: Place) -> Finding:
    if finding.code == "empty-file":
        return Finding("empty-value", Severity.ERROR, place, f"{shown(name)} has no value.", "Write --set name=value.")
    return replace(finding, place=place, source="")
