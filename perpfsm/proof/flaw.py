"""What a proof has to say: flaws with their place in a file, and claims that were proved or refuted."""

from dataclasses import dataclass
from enum import StrEnum

from perpfsm.errors import Severity


class SourceFile(StrEnum):
    """The file in which a flaw stands."""

    MACHINE = "machine"
    STRATEGY = "strategy"


class Verdict(StrEnum):
    """What became of a claim."""

    PROVED = "proved"
    REFUTED = "refuted"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong, or questionable.

    Attributes:
        code: A stable name, kebab-case, such as `shadowed-row`.
        severity: Whether it forbids running.
        file: The file in which it stands.
        path: Where in it: keys and indices from the root, such as `("transitions", 3, "dest")`.
        what: What is wrong, one sentence, with its arithmetic where there is any.
        remedy: What to do about it, one sentence.
        at_key: Whether the key, rather than the value, is meant.
        trace: The shortest way to it as readable steps; empty where none is needed.
    """

    code: str
    severity: Severity
    file: SourceFile
    path: tuple[str | int, ...]
    what: str
    remedy: str = ""
    at_key: bool = False
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A property of a lifecycle, and what became of it.

    Attributes:
        name: A stable name, kebab-case, such as `stop-first`.
        says: The property in one sentence.
        verdict: Proved, refuted, or not asked and why (in `says`).
    """

    name: str
    says: str
    verdict: Verdict
