"""Flaws of a lifecycle or a strategy as complaints about the file in which they stand."""

from collections.abc import Iterable, Iterator

from perpfsm.config.nodes import Complaint
from perpfsm.proof.flaw import Flaw, SourceFile


def complaints_about(flaws: Iterable[Flaw], file: SourceFile) -> Iterator[Complaint]:
    """Yield the flaws that stand in `file` as complaints."""
    for flaw in flaws:
        if flaw.file is file:
            yield Complaint(flaw.path, flaw.code, flaw.what, flaw.remedy, flaw.at_key, flaw.severity, flaw.trace)
