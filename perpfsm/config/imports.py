"""A configuration of the well-known bot becomes a strategy file, and everything that would mean something else is said.

The file is read like any other, its values are given our names, and the result is judged by the checks that judge every
strategy file. What those call known but not offered is left at its default and listed; any other error stands, and then
there is no strategy file.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from perpfsm.config.documents import has_errors, is_machine, read_document
from perpfsm.config.imports_read import Draft, translate
from perpfsm.config.imports_table import STRATEGY
from perpfsm.config.imports_text import strategy_text
from perpfsm.config.nodes import Child, Complaint, Document, Node, Value
from perpfsm.config.paper_grid import paper_grid
from perpfsm.config.settings import described_parameters
from perpfsm.config.strategy import check_strategy_document
from perpfsm.config.wording import listed, shown
from perpfsm.errors import Finding, Severity

OURS = ("paper", "risk", "machine")  # keys that only our strategy files have
# The file is right, and perpfsm does not offer what it asks for.
NOT_OFFERED = frozenset({"not-built-yet", "not-offered"})
# A reader's complaint about what the bot itself writes for null.
AS_WRITTEN = "empty-value"


@dataclass(frozen=True, slots=True)
class Imported:
    """What becomes of a configuration.

    Attributes:
        text: The strategy file; None when there are errors.
        findings: Errors, and as warnings every change of meaning, its remedy saying what happens instead.
        notes: What else was done to the file; none changes a meaning.
    """

    text: str | None
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def changes_meaning(self) -> bool:
        """Whether the strategy file would trade otherwise than the configuration did."""
        return bool(self.findings)


def import_configuration(path: Path, *, target: str, schema: str) -> Imported:
    """Return the strategy file that the configuration at `path` becomes.

    Args:
        path: Of the configuration.
        target: How the strategy file will be called, for the commands in its head.
        schema: Where an editor finds the schema of strategy files.
    """
    document, findings = read_document(path)
    findings = tuple(finding for finding in findings if finding.code != AS_WRITTEN)
    if document is None:
        return Imported(None, findings)
    refusal = _refusal(document)
    if refusal is not None:
        return Imported(None, (*findings, *document.findings([refusal])))
    draft = translate(document)
    draft = _with_what_is_offered(path, document, draft, findings)
    errors = tuple(finding for finding in _judge(path, document, draft, findings) if finding.severity is Severity.ERROR)
    changes = document.findings(change.complaint for change in draft.changes)
    if has_errors(errors):
        return Imported(None, _in_order((*errors, *changes)), draft.notes)
    values = {name: child.node.value for name, child in draft.members.items()}
    grid, about = paper_grid(values)
    text = strategy_text({**values, **grid}, draft.changes, source=path.name, target=target, schema=schema)
    return Imported(text, _in_order(changes), (*draft.notes, *about))


def _refusal(document: Document) -> Complaint | None:
    """Return why a file is no configuration of this strategy; None when it is one."""
    members = document.root.children
    if is_machine(document):
        return Complaint((), "not-a-configuration", "This is a machine file.", "Name a configuration to import.")
    ours = [name for name in OURS if name in members]
    if ours:
        what = f"This is a strategy file of perpfsm already: it has {listed(ours, 'and')}."
        return Complaint((ours[0],), "not-a-configuration", what, "Run perpfsm validate on it.", at_key=True)
    name = members["strategy"].node.value if "strategy" in members else None
    if name is not None and name != STRATEGY:
        what = f"This is a configuration of {shown(name)}; perpfsm runs {STRATEGY} only."
        return Complaint(("strategy",), "another-strategy", what, "Name another file.")
    return None


def _judge(path: Path, document: Document, draft: Draft, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return what the checks of every strategy file say of a draft, at the places of the configuration."""
    members = draft.members
    value: dict[str, Value] = {name: child.node.value for name, child in members.items()}
    grid, _ = paper_grid(value)
    children: dict[str | int, Child] = dict(members.items())
    judged = Document(document.source, Node({**value, **grid}, document.root.place, children))
    return check_strategy_document(path, judged, findings, {})[1]


def _with_what_is_offered(path: Path, document: Document, draft: Draft, findings: tuple[Finding, ...]) -> Draft:
    """Return `draft` with what perpfsm knows and does not offer at its default, each listed as a change."""
    places = {child.node.place: name for name, child in draft.members.items()}
    for finding in _judge(path, document, draft, findings):
        name = places.get(finding.place)
        if name is None or name not in draft.members or finding.severity is not Severity.ERROR:
            continue
        if name == "derivative" or finding.code in NOT_OFFERED:
            draft = _without(draft, name, finding)
    return draft


def _without(draft: Draft, name: str, finding: Finding) -> Draft:
    members = dict(draft.members)
    child = members.pop(name)
    if name == "derivative":
        members[name] = replace(child, node=replace(child.node, value="paper"))
        instead = "It is written as paper: orders go to the exchange inside perpfsm, and no real money moves."
    else:
        default = described_parameters()[name].get("default")
        instead = "It is left out." if default is None else f"It is left out, so it is {shown(default)}, the default."
    complaint = Complaint((draft.called(name),), finding.code, finding.what, instead, severity=Severity.WARNING)
    return replace(draft, members=members).changed(name, complaint, child.node.value)


def _in_order(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.place.line, finding.place.column)))
