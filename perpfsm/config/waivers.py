"""Waivers: findings that a strategy file says are meant so, by code, each with its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perpfsm.config.nodes import Complaint, Value
from perpfsm.config.settings import Settings
from perpfsm.config.wording import did_you_mean, shown
from perpfsm.errors import Severity
from perpfsm.proof.lint import CODES

# Codes that may be waived: what a person may know better. What stops a bot from doing what its file says is not here.
WAIVABLE = (
    *(code for code, may_be_waived in CODES.items() if may_be_waived),
    "no-stop",
    "no-gain",
    "spread-below-tick",
    "below-notional",
)


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that is meant so.

    Attributes:
        code: Of the finding.
        what: The finding, one sentence.
        reason: Why it is meant so, in the words of the strategy file.
    """

    code: str
    what: str
    reason: str


def waive(
    complaints: Sequence[Complaint], settings: Settings, *, is_whole: bool
) -> tuple[list[Complaint], tuple[Waived, ...]]:
    """Return the complaints that stand, with those about waivers themselves, and what was waived.

    Args:
        complaints: About a strategy file.
        settings: Of that file.
        is_whole: Whether everything was looked at, so that a waiver without a finding waives nothing.
    """
    raised = {complaint.code for complaint in complaints}
    reasons: dict[str, str] = {}
    stands: list[Complaint] = []
    for code, reason in _written(settings):
        problem = _problem(code, reason, raised, is_whole=is_whole)
        if problem is None:
            reasons[code] = str(reason)
        else:
            stands.append(problem)
    stands.extend(complaint for complaint in complaints if complaint.code not in reasons)
    waived = (complaint for complaint in complaints if complaint.code in reasons)
    return stands, tuple(Waived(each.code, each.what, reasons[each.code]) for each in waived)


def _written(settings: Settings) -> Iterator[tuple[str, Value]]:
    written = settings.values.get("waive")
    yield from written.items() if isinstance(written, dict) else ()


def _problem(code: str, reason: Value, raised: set[str], *, is_whole: bool) -> Complaint | None:
    """Return what is wrong with a waiver, or None."""
    path = ("waive", code)
    if CODES.get(code) is False:
        what = f"{code} cannot be waived."
        return Complaint(path, "not-waivable", what, "Change the numbers; its own finding says how.", at_key=True)
    if code not in WAIVABLE:
        what = f"{shown(code)} is not a finding that can be waived."
        return Complaint(path, "unknown-waiver", what, did_you_mean(code, WAIVABLE), at_key=True)
    if not str(reason).strip():
        what = f"{code} is waived without a reason."
        return Complaint(path, "waiver-without-reason", what, "Say in words why it is meant so.")
    if is_whole and code not in raised:
        what = f"{code} is waived, but was not found."
        return Complaint(path, "unused-waiver", what, "Remove it.", at_key=True, severity=Severity.WARNING)
    return None
