"""Approval as a type: a venue takes only what risk has approved, so the wrong call cannot be written."""

from dataclasses import dataclass

from perpfsm.market.order import Command, VenueCommand


@dataclass(frozen=True, slots=True)
class Approved:
    """A command that may leave."""

    command: VenueCommand


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that may not leave, and why."""

    command: Command
    why: str
