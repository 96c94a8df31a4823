"""Every error of perpfsm and every finding of a reader: what is wrong, where, and the remedy."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: an error forbids running, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a text file; line and column count from 1, and 0 means the file as a whole."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if self.line == 0:
            return self.path
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reader or a check has to say about a file.

    Attributes:
        code: A stable name, kebab-case, such as `unknown-parameter`.
        severity: Whether it forbids running.
        place: Where it stands.
        what: What is wrong, one sentence.
        remedy: What to do about it, one sentence; empty when `what` says it all.
        source: The text of the line, for the caret; empty when there is none.
        trace: The shortest way to it, one step a line; empty where none is needed.
    """

    code: str
    severity: Severity
    place: Place
    what: str
    remedy: str = ""
    source: str = ""
    trace: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.place}: {self.what} {self.remedy}".rstrip()


class PerpfsmError(Exception):
    """Base of every error that perpfsm raises on purpose."""

    def __init__(self, what: str, *, where: Place | str = "", remedy: str = "") -> None:
        """Keep the three parts of the message.

        Args:
            what: What went wrong, one sentence.
            where: The file, line or thing that it concerns.
            remedy: What the reader of the message can do.
        """
        super().__init__(what)
        self.what = what
        self.where = str(where)
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what} {self.remedy}".rstrip()


class ConfigError(PerpfsmError):
    """A strategy or machine file cannot be used; carries every finding."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Keep all findings, in file order.

        Args:
            findings: At least one finding of severity error.
        """
        first = next(finding for finding in findings if finding.severity is Severity.ERROR)
        super().__init__(first.what, where=first.place, remedy=first.remedy)
        self.findings = findings


class FeedError(PerpfsmError):
    """A market-data file cannot be read; `where` names the file and the line."""


class JournalError(PerpfsmError):
    """A journal cannot be written, read or continued."""


class LibraryError(PerpfsmError):
    """An installed package's metrics and actions cannot be used; `where` names the package and its entry point."""


class MachineFault(PerpfsmError):
    """The lifecycle machine did something that it must never do, such as not coming to rest."""
