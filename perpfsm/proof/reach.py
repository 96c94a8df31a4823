"""Claims about where a lifecycle can get from every situation: closed, back to the start, and out of silence."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.machine.leg import NO_REASON
from perpfsm.market.ratio import Ratio
from perpfsm.proof.events import Kind
from perpfsm.proof.explore import Graph, Move
from perpfsm.proof.refutation import Refutation
from perpfsm.proof.run import Moment, Run, Taken, at_rest
from perpfsm.proof.situation import MANY, Situation
from perpfsm.proof.told import TAKE_PROFIT
from perpfsm.proof.world import IS_DUST, World, classes_where

REPLACEMENTS = "exit_replacements"
OF_ITS_OWN = frozenset({Kind.MARKET, Kind.EXIT_FILLS, Kind.EXIT_GOES})
WITHOUT_HANDS = OF_ITS_OWN | {Kind.QUOTE_FILLS, Kind.QUOTE_GOES, Kind.DATA}


def reaching(graph: Graph, goal: Callable[[Situation], bool], kinds: frozenset[Kind]) -> set[int]:
    """Return the situations from which one with `goal` can be reached by events of `kinds`."""
    into: dict[int, list[int]] = defaultdict(list)
    for at, moves in enumerate(graph.moves):
        for kind, to in moves:
            if kind in kinds:
                into[to].append(at)
    found = {at for at, situation in enumerate(graph.situations) if goal(situation)}
    pending = deque(found)
    while pending:
        for at in into[pending.popleft()]:
            if at not in found:
                found.add(at)
                pending.append(at)
    return found


def cannot_close(world: World, graph: Graph) -> Iterator[Refutation]:
    """Yield the first situation of each exposed state from which no exit of its own makes the leg flat."""

    def is_held(situation: Situation) -> bool:
        return situation.exposed and world.definition.state(situation.state).exposed

    closable = reaching(graph, lambda situation: not situation.exposed, OF_ITS_OWN)
    for at, number in _first_of_each_state(world, graph, closable, is_held):
        name = graph.situations[at].state
        what = f"A position in {name} can never be closed by an exit."
        remedy = f"Add a row on market from {name} that closes it, or places its exit again once it is lost."
        yield Refutation("can-close", ("states", number), at, None, what, remedy)


def trapped(world: World, graph: Graph) -> Iterator[Refutation]:
    """Yield the first situation of each state from which the initial one cannot be reached again."""
    initial = world.definition.initial
    free = reaching(graph, lambda situation: situation.state == initial, WITHOUT_HANDS)
    for at, number in _first_of_each_state(world, graph, free, lambda _: True):
        name = graph.situations[at].state
        what = f"Once in {name}, the leg never gets back to {initial}."
        yield Refutation("no-trap", ("states", number), at, None, what, f"Add a row that leads out of {name}.")


def _first_of_each_state(
    world: World, graph: Graph, good: set[int], matters: Callable[[Situation], bool]
) -> Iterator[tuple[int, int]]:
    """Yield the first situation of each state that matters and is not good, with the state's place."""
    numbers = {state.name: number for number, state in enumerate(world.definition.states)}
    seen: set[str] = set()
    for at, situation in enumerate(graph.situations):
        if at not in good and matters(situation) and situation.state not in seen:
            seen.add(situation.state)
            yield at, numbers[situation.state]


@dataclass(frozen=True, slots=True)
class _Wait:
    """One way in which a long silence goes on.

    Attributes:
        run: What the machine does.
        to: Where it waits then.
        is_spent: Whether it can go on so only finitely often, since each time counts one more replacement.
    """

    run: Run
    to: Situation
    is_spent: bool


class Silence:
    """Says whether ages alone lead from a LIMIT exit to a MARKET exit, whatever prices and data do meanwhile."""

    def __init__(self, world: World) -> None:
        """Know the world."""
        self._world = world
        self._not_dust = frozenset(world.domains["remainder"].every) - classes_where(world, IS_DUST)
        self._aging = tuple(metric for metric in world.domains if world.unasked.is_aging(metric))
        count = world.domains.get(REPLACEMENTS)
        self._most = None if count is None else count.class_of(Ratio(Decimal(MANY * MANY)))

    def refuted(self, graph: Graph) -> Iterator[Refutation]:
        """Yield the first situation of each state in which a position waits for the exchange for ever."""
        waiting = {situation: at for at, situation in enumerate(graph.situations) if self._is_waiting(situation)}
        ways = {situation: tuple(self._ways(situation)) for situation in waiting}
        released: set[Situation] = set()
        for _ in waiting:  # each pass releases at least one more, or none is left
            news = {
                situation
                for situation in waiting
                if situation not in released and all(way.is_spent or way.to in released for way in ways[situation])
            }
            released |= news
            if not news:
                break
        told: set[str] = set()
        for situation, at in waiting.items():
            if situation not in released and situation.state not in told:
                told.add(situation.state)
                stuck = next(way for way in ways[situation] if not way.is_spent and way.to not in released)
                yield self._refutation(situation, at, stuck.run)

    def _refutation(self, situation: Situation, at: int, run: Run) -> Refutation:
        number = next(n for n, state in enumerate(self._world.definition.states) if state.name == situation.state)
        what = f"In {situation.state} an exit can wait for a silent exchange for ever: it never becomes MARKET."
        remedy = (
            f"Add a row on market in {situation.state} that does [cancel_exits, close_at_market] once exit_age_s is at "
            "least time_between_stop_loss_orders."
        )
        move = Move(Kind.MARKET, "market, a long silence later", run.taken, run.end.chosen)
        return Refutation("escalates", ("states", number), at, move, what, remedy)

    def _is_waiting(self, situation: Situation) -> bool:
        """Return whether an exit, other than a take-profit, ought to become MARKET from here."""
        is_closing = self._world.definition.state(situation.state).closing
        is_left = (is_closing and situation.reason not in {NO_REASON, TAKE_PROFIT}) or situation.limit
        return is_left and situation.exposed and not situation.market_in_flight

    def _ways(self, situation: Situation) -> Iterator[_Wait]:
        """Yield how a long silence goes on in `situation` without a MARKET exit."""
        unasked = self._world.unasked
        allowed = {metric: frozenset(unasked.classes(metric, situation, is_ever=True)) for metric in self._aging}
        allowed["remainder"] = self._not_dust
        for run in self._world.runner.runs(Moment(situation, (), allowed), apart=self._spends):
            stops = [taken.after.situation for taken in run.taken]
            if run.is_told or any(stop.market_in_flight for stop in stops):
                continue
            to = at_rest(run.end.situation)
            if self._is_waiting(to):
                yield _Wait(run, to, self._is_spent(situation, run))

    def _is_spent(self, situation: Situation, run: Run) -> bool:
        """Return whether a run counts a replacement while guards can still tell how many there were."""
        counts, is_below_most = self._spends(run.taken)
        return counts and self._most is not None and (situation.placed <= 1 or is_below_most)

    def _spends(self, taken: tuple[Taken, ...]) -> tuple[bool, bool]:
        """Return whether rows count a replacement, and whether a guard saw fewer than the most that one can tell."""
        counts = any("exits_placed" in effects.sets for each in taken for effects in each.outcome.effects)
        counts_seen = (dict(each.chosen).get(REPLACEMENTS) for each in taken)
        return counts, any(seen is not None and self._most not in seen for seen in counts_seen)
