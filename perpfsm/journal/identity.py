"""Whose journal it is: a run continues the journal of its own strategy and of no other."""

from collections.abc import Mapping

from perpfsm.engine.records import Json, RunRecord

IDENTITY = ("strategy", "derivative", "market", "position_mode")


def what_differs(last: Mapping[str, Json], run: RunRecord) -> str:
    """Return in words what makes `run` another strategy than the one of the journal; empty when it is the same.

    The parameters, the machine and the feed of a strategy may change from run to run; the name of its file, its
    venue, its market and its position mode may not, because the positions and orders in the journal hang on them.

    Args:
        last: Body of the journal's last run header.
        run: The run that would continue it; `settings` hold what IDENTITY names, a missing one is empty.
    """
    settings = last.get("settings")
    before = settings if isinstance(settings, dict) else {}
    differing = [
        f"{name} is {run.settings.get(name) or 'none'} here and {before.get(name) or 'none'} there"
        for name in IDENTITY
        if (run.settings.get(name) or "") != (before.get(name) or "")
    ]
    return ", ".join(differing)
