"""What will happen at the exchange without a message of the feed: commands on their way, and what is scheduled."""

from dataclasses import dataclass
from enum import IntEnum
from heapq import heappop, heappush
from typing import Self

from perpfsm.market.band import NEVER
from perpfsm.market.order import OrderAccepted, OrderRejected, VenueCommand


class Rank(IntEnum):
    """What goes first of two happenings at the same time; a message of the feed goes before both."""

    ARRIVAL = 0
    FUNDING = 1
    ANSWER = 2


@dataclass(frozen=True, slots=True)
class Arrival:
    """A command reaches the venue."""

    command: VenueCommand

    rank = Rank.ARRIVAL


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """What the venue says, on being asked, of a placement whose answer was lost."""

    event: OrderAccepted | OrderRejected

    rank = Rank.ANSWER


@dataclass(frozen=True, slots=True)
class FundingMoment:
    """Funding is due, unless it was moved meanwhile."""

    rank = Rank.FUNDING


# One more happening: a frozen value with a `rank`, a member here, and a case in `PaperExchange._happen`.
Happening = Arrival | LateAnswer | FundingMoment


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A happening in its place: by time, then rank, then as they were scheduled.

    Attributes:
        time_ns: When, on the feed's clock, nanoseconds since the epoch.
        rank: See `Rank`.
        number: Rising, unique.
    """

    time_ns: int
    rank: int
    number: int


@dataclass(frozen=True, slots=True)
class TimelineState:
    """What is scheduled, the next first, with its time and number; and the newest number that was given."""

    scheduled: tuple[tuple[int, int, Happening], ...]
    number: int


class Timeline:
    """Everything that is scheduled, the next first. It holds values only, so that it can be saved.

    Attributes:
        due_ns: When the next one happens, nanoseconds since the epoch; `NEVER` when nothing is scheduled.
    """

    __slots__ = ("_entries", "_happenings", "_number", "due_ns")

    def __init__(self) -> None:
        """Start empty."""
        self._entries: list[Entry] = []
        self._happenings: dict[int, Happening] = {}
        self._number = 0
        self.due_ns = NEVER

    def state(self) -> TimelineState:
        """Return what is scheduled now."""
        entries = sorted(self._entries)
        return TimelineState(
            tuple((entry.time_ns, entry.number, self._happenings[entry.number]) for entry in entries), self._number
        )

    @classmethod
    def from_state(cls, state: TimelineState) -> Self:
        """Return a timeline with the schedule of `state`."""
        timeline = cls()
        for time_ns, number, happening in state.scheduled:
            timeline._number = number - 1
            timeline.schedule(happening, time_ns)
        timeline._number = state.number
        return timeline

    def schedule(self, happening: Happening, time_ns: int) -> None:
        """Let `happening` happen at `time_ns`."""
        self._number += 1
        self._happenings[self._number] = happening
        heappush(self._entries, Entry(time_ns, happening.rank, self._number))
        self.due_ns = self._entries[0].time_ns

    def has(self, time_ns: int, rank: Rank) -> bool:
        """Return whether something happens before `time_ns`, or at it with at most `rank`."""
        return self.due_ns < time_ns or (self.due_ns == time_ns and self._entries[0].rank <= rank)

    def traffic_ns(self) -> int:
        """Return when the next command or answer arrives that is on its way; `NEVER` when none is."""
        return min((entry.time_ns for entry in self._entries if entry.rank != Rank.FUNDING), default=NEVER)

    def pop(self) -> tuple[int, Happening]:
        """Remove the next happening and return it with its time; there must be one."""
        entry = heappop(self._entries)
        self.due_ns = self._entries[0].time_ns if self._entries else NEVER
        return entry.time_ns, self._happenings.pop(entry.number)
