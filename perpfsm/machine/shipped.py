"""The library that perpfsm ships: its metrics and its actions."""

from functools import cache

from perpfsm.machine.actions import SHIPPED_ACTIONS
from perpfsm.machine.library import Library
from perpfsm.machine.metrics import SHIPPED_METRICS


@cache
def shipped_library() -> Library:
    """Return the shipped metrics and actions, always the same value."""
    return Library.of(SHIPPED_METRICS, SHIPPED_ACTIONS)
