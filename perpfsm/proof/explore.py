"""Every situation that a lifecycle can get into, breadth first, with the shortest way to each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from perpfsm.machine.definition import MachineDefinition
from perpfsm.proof.choices import Chosen, TooManyChoices
from perpfsm.proof.events import Event, Kind, events_in
from perpfsm.proof.run import Moment, Run, Runner, Taken, at_rest
from perpfsm.proof.situation import Situation

SITUATIONS_MAX = 4_000
OFFERS_MAX = 100_000


class Move(NamedTuple):
    """What led from one situation to another.

    Attributes:
        kind: Of the event.
        says: The event in words.
        taken: The rows that fired.
        chosen: What the snapshot was, as far as it was asked for.
    """

    kind: Kind
    says: str
    taken: tuple[Taken, ...]
    chosen: Chosen


@dataclass(slots=True)
class Graph:
    """Situations in the order in which they were found, and the moves between them.

    Attributes:
        situations: The first is the start.
        came: For each situation but the first, from which and how it was first reached.
        moves: For each, where it can go and by which kind of event.
        is_complete: Whether everything was explored; False when the bounds were reached.
        offers: How often the machine was asked.
    """

    situations: list[Situation] = field(default_factory=list)
    came: list[tuple[int, Move] | None] = field(default_factory=list)
    moves: list[set[tuple[Kind, int]]] = field(default_factory=list)
    is_complete: bool = True
    offers: int = 0
    _numbers: dict[Situation, int] = field(default_factory=dict)

    def find(self, situation: Situation) -> int | None:
        """Return the number of a situation; None of one that is new."""
        return self._numbers.get(situation)

    def add(self, situation: Situation, came: tuple[int, Move] | None) -> int:
        """Return the number of a new situation."""
        number = self._numbers[situation] = len(self.situations)
        self.situations.append(situation)
        self.came.append(came)
        self.moves.append(set())
        return number

    def way_to(self, number: int) -> tuple[tuple[Situation, Move], ...]:
        """Return the shortest way from the start to a situation: each move with the situation that it leaves."""
        way: list[tuple[Situation, Move]] = []
        came = self.came[number]
        while came is not None:
            way.append((self.situations[came[0]], came[1]))
            came = self.came[came[0]]
        return tuple(reversed(way))


Watch = Callable[[int, Situation, Event | None, Run], None]


def explore(
    definition: MachineDefinition, runner: Runner, *, is_hedge: bool, watch: Watch, has_limits: bool = True
) -> Graph:
    """Return every situation that `definition` can get into.

    Args:
        definition: Its initial state is the start.
        runner: Runs its machine.
        is_hedge: Whether the leg is one of two.
        watch: Called with the number of a situation, itself, the event (None for the market) and one way in which
            that ends.
        has_limits: Whether the lifecycle ever places an exit that may be a LIMIT.
    """
    happens = partial(events_in, is_hedge=is_hedge, has_limits=has_limits)
    graph = Graph()
    graph.add(Situation(definition.initial), None)
    at = 0
    while at < len(graph.situations):
        if len(graph.situations) > SITUATIONS_MAX or runner.offers > OFFERS_MAX:
            graph.is_complete = False
            break
        try:
            _leave(graph, at, definition, runner, happens=happens, watch=watch)
        except TooManyChoices:
            graph.is_complete = False
            break
        at += 1
    graph.offers = runner.offers
    return graph


def _leave(
    graph: Graph,
    at: int,
    definition: MachineDefinition,
    runner: Runner,
    *,
    happens: Callable[[Situation], Iterator[Event]],
    watch: Watch,
) -> None:
    """Add every move that leads away from a situation."""
    situation = graph.situations[at]
    for run in runner.runs(Moment(situation)):
        watch(at, situation, None, run)
        if run.taken:
            _record(graph, at, Kind.MARKET, "market", run)
    # What a state does not know of, it is to learn of by the market; what else happens then is no news.
    is_known = definition.state(situation.state).exposed is situation.exposed
    for event in happens(situation) if is_known else ():
        for run in _of_event(runner, event):
            watch(at, situation, event, run)
            _record(graph, at, event.kind, event.says, run)


def _of_event(runner: Runner, event: Event) -> Iterator[Run]:
    """Yield what an event comes to before the market is offered."""
    start = Moment(event.after, (), runner.pinned(event.pins))
    if event.trigger is None:
        yield Run((), start)
        return
    for way in runner.step(start, event.trigger):
        yield Run((), way) if isinstance(way, Moment) else Run((way,), way.after)


def _record(graph: Graph, at: int, kind: Kind, says: str, run: Run) -> None:
    """Add where a run leads, its stops included: the venue may answer between two rows."""
    stops = [taken.after.situation for taken in run.taken] or [run.end.situation]
    for length, stop in enumerate(stops, start=1):
        rest = at_rest(stop)
        to = graph.find(rest)
        if to is None:
            move = Move(kind, says, run.taken[:length], run.taken[length - 1].chosen if run.taken else run.end.chosen)
            to = graph.add(rest, (at, move))
        if to != at:
            graph.moves[at].add((kind, to))
