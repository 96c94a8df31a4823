"""How often each rule was exercised, and which never was."""

from collections import Counter

REQUIRED = """
"""


def required() -> list[str]:
    """Return what a run has to exercise, one line each."""
    return [line for line in REQUIRED.strip().splitlines() if line]


def missing(exercised: Counter[str]) -> list[str]:
    """Return what was never exercised."""
    return [what for what in required() if not exercised[what]]


def table(exercised: Counter[str], worlds: int) -> str:
    """Return a line for each thing that was exercised, with how often."""
    lines = [f"{exercised[what]:9,d}  {what}" for what in sorted({*required(), *exercised})]
    return "\n".join((f"{worlds:,d} worlds", *lines))
