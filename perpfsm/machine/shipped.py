"""The library that perpfsm ships: its metrics and its actions."""

from perpfsm.machine.actions import SHIPPED_ACTIONS
from perpfsm.machine.library import Library
from perpfsm.machine.metrics import SHIPPED_METRICS


def shipped_library() -> Library:
    """Return the shipped metrics and actions."""
    return Library.of(SHIPPED_METRICS, SHIPPED_ACTIONS)
