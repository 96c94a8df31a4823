"""The production machine as a tree of choices: what its guards ask in which order, and which row then fires."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.build import build_lifecycle
from perpfsm.machine.definition import Comparison, MachineDefinition, Row, Trigger
from perpfsm.machine.leg import Fact, Leg
from perpfsm.machine.library import Effects, ExitType, Library, Proposals
from perpfsm.machine.step import take_step
from perpfsm.machine.view import Reading, Value
from perpfsm.market.side import LegName
from perpfsm.proof.domain import Class, Domain, comparisons_in
from perpfsm.proof.situation import Probe, Situation, drawn
from perpfsm.proof.unasked import Unasked

Chosen = tuple[tuple[str, frozenset[Class]], ...]
Answers = tuple[tuple[str, Class], ...]
Allowed = Mapping[str, frozenset[Class]]
Open = Mapping[str, tuple[Class, ...]]
RUNS_MAX = 30_000
WAYS_MAX = 60_000
UNTOUCHED = "untouched"
MOVED = ("exit_reason", "exits_placed", "exit_losses", "peak")


class TooManyChoices(Exception):
    """There are more ways through the guards than are looked into."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a trigger comes to.

    Attributes:
        row: The row that fires; None when none does.
        moved: Facts that the move itself sets, whatever they were.
        effects: Of its actions, in order.
        places_as_configured: Whether they place an exit of the type that the strategy says.
    """

    row: Row | None
    moved: Mapping[str, Fact] = field(default_factory=dict)
    effects: tuple[Effects, ...] = ()
    places_as_configured: bool = False


NO_ROW = Outcome(None)


@dataclass(slots=True)
class Question:
    """A metric that the machine asks for next, and where each class of its answer leads."""

    metric: str
    answers: dict[Class, "Question | Outcome"] = field(default_factory=dict)


class Choices:
    """Runs the production machine once for each way in which its guards can be answered, and remembers it.

    Attributes:
        runs: How often the machine was run.
        told: How many ways through its guards were told.
    """

    def __init__(
        self,
        definition: MachineDefinition,
        library: Library,
        *,
        domains: Mapping[str, Domain],
        unasked: Unasked,
        parameters: Parameters,
        watched: frozenset[str],
    ) -> None:
        """Build the lifecycle of `definition` on metrics that are chosen and actions that are noted.

        Args:
            definition: The lifecycle.
            library: Its metrics and actions.
            domains: The classes of every metric that is compared.
            unasked: Which of them are possible.
            parameters: Of the strategy.
            watched: Metrics whose choice matters also when no row fires.
        """
        self.runs = self.told = 0
        self._watched = watched
        self._domains = domains
        self._unasked = unasked
        self._trees: dict[tuple[str, Trigger], Question | Outcome] = {}
        self._asked: list[tuple[str, Class]] = []
        self._forced: Answers = ()
        self._noted: list[Effects] = []
        self._open: Open = {}
        self._ways: dict[tuple[str, Trigger, tuple[tuple[Class, ...], ...]], list[tuple[Outcome, Chosen]]] = {}
        self._anything: dict[tuple[Situation, Trigger], tuple[tuple[Class, ...], ...]] = {}
        self._narrowed: dict[tuple[tuple[Class, ...], frozenset[Class]], tuple[Class, ...]] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._definition = definition
        self._library = library
        self._asked_by: dict[tuple[str, Trigger], Mapping[str, tuple[Class, ...]]] = {}
        self._groups_now: Mapping[str, tuple[Class, ...]] = {}
        metrics = [replace(spec, read=partial(self._answer, name)) for name, spec in library.metrics.items()]
        actions = [replace(spec, run=partial(self._note, spec.effects)) for spec in library.actions.values()]
        self._lifecycle = build_lifecycle(definition, Library.of(metrics, actions))
        self._view = drawn(Situation(definition.initial), Probe(), parameters).view

    def ways(
        self, situation: Situation, trigger: Trigger, chosen: Chosen, allowed: Allowed
    ) -> list[tuple[Outcome, Chosen]]:
        """Return what `trigger` can come to in `situation`, each with what was chosen for it on the way.

        Args:
            situation: Of the leg.
            trigger: Offered to it.
            chosen: What was chosen before in this event and still stands.
            allowed: What may be chosen where less than everything may.
        """
        made = dict(chosen)
        asked = self._groups(situation.state, trigger)
        open_to = self._open_to(situation, trigger, made, allowed)
        key = (situation.state, trigger, open_to)
        found = self._ways.get(key)
        if found is None:
            walk = self._walk(situation.state, trigger, dict(zip(asked, open_to, strict=True)))
            found = self._ways[key] = list(dict.fromkeys(map(self._as_told, walk)))
        if not made:
            return found
        return [(outcome, tuple({**made, **dict(news)}.items())) for outcome, news in found]

    def _as_told(self, way: tuple[Outcome, Chosen]) -> tuple[Outcome, Chosen]:
        """Return a way on which no row fires with only that which claims want to know of it, so that most are one."""
        outcome, chosen = way
        if outcome.row is not None:
            return way
        return NO_ROW, tuple(each for each in chosen if each[0] in self._watched)

    def _walk(self, state: str, trigger: Trigger, open_to: Open) -> Iterator[tuple[Outcome, Chosen]]:
        """Yield every way through the tree of a state and a trigger, with what was chosen among several on it."""
        groups = self._groups(state, trigger)
        answers: dict[str, list[tuple[Class, Chosen]]] = {}
        root = self._trees.get((state, trigger))
        if root is None:
            root = self._trees[state, trigger] = self._run(state, trigger, (), open_to)
        pending: list[tuple[Question | Outcome, Answers, Chosen]] = [(root, (), ())]
        while pending:
            node, path, chosen = pending.pop()
            if isinstance(node, Outcome):
                self.told += 1
                if self.told > WAYS_MAX:
                    raise TooManyChoices
                yield node, chosen
                continue
            metric = node.metric
            if metric not in answers:
                answers[metric] = _answers(metric, open_to[metric], groups[metric])
            for group, news in answers[metric]:
                after = node.answers.get(group)
                further = (*path, (metric, group))
                if after is None:
                    after = node.answers[group] = self._run(state, trigger, further, open_to)
                pending.append((after, further, (*chosen, *news)))

    def _open_to(
        self, situation: Situation, trigger: Trigger, made: Allowed, allowed: Allowed
    ) -> tuple[tuple[Class, ...], ...]:
        """Return the classes that each metric which may be asked for may still be in."""
        asked = self._groups(situation.state, trigger)
        anything = self._anything.get((situation, trigger))
        if anything is None:
            anything = tuple(self._unasked.classes(metric, situation) for metric in asked)
            self._anything[situation, trigger] = anything
        if not made and not allowed:
            return anything
        open_to = dict(zip(asked, anything, strict=True))
        for within in (allowed, made):
            for metric, classes in within.items():
                if metric in open_to:
                    open_to[metric] = self._within(open_to[metric], classes)
        return tuple(open_to.values())

    def _within(self, classes: tuple[Class, ...], within: frozenset[Class]) -> tuple[Class, ...]:
        """Return those of `classes` that are `within`; a metric that was settled elsewhere is where it was left."""
        found = self._narrowed.get((classes, within))
        if found is None:
            found = tuple(each for each in classes if each in within) or tuple(sorted(within))
            self._narrowed[classes, within] = found
        return found

    def _groups(self, state: str, trigger: Trigger) -> Mapping[str, tuple[Class, ...]]:
        """Return the metrics that may be asked for, each with the first class that is answered as each class is."""
        found = self._asked_by.get((state, trigger))
        if found is None:
            asked = _comparisons_asked(self._definition, state, trigger)
            found = self._asked_by[state, trigger] = {
                metric: self._domains[metric].alike(comparisons, self._library) for metric, comparisons in asked.items()
            }
        return found

    def _run(self, state: str, trigger: Trigger, forced: Answers, open_to: Open) -> Question | Outcome:
        """Run the machine with these answers; return the rest of the path that it takes then."""
        self.runs += 1
        if self.runs > RUNS_MAX:
            raise TooManyChoices
        self._forced, self._open, self._groups_now = forced, open_to, self._groups(state, trigger)
        self._asked.clear()
        self._noted.clear()
        leg = _untouched(state)
        step = take_step(self._lifecycle, leg, trigger, self._view)
        end: Question | Outcome = NO_ROW if step is None else self._outcome(step.row, _moved(leg, step.leg))
        for metric, answer in reversed(self._asked[len(forced) :]):
            end = Question(metric, {answer: end})
        return end

    def _outcome(self, row: Row, moved: Mapping[str, Fact]) -> Outcome:
        """Return what a row that fired comes to: the same whatever was answered before it."""
        found = self._outcomes.get(row.number)
        if found is None:
            asks = any(effects.exit_type is ExitType.AS_CONFIGURED for effects in self._noted)
            found = self._outcomes[row.number] = Outcome(row, moved, tuple(self._noted), asks)
        return found

    def _answer(self, metric: str, reading: Reading) -> Value:  # noqa: ARG002  # every metric has this shape
        made = len(self._asked)
        if made < len(self._forced):
            name, answer = self._forced[made]
            assert name == metric  # noqa: S101  # guards are functions of what they read
        else:
            answer = self._groups_now[metric][self._open[metric][0]]
        self._asked.append((metric, answer))
        return self._domains[metric].examples[answer]

    def _note(self, effects: Effects, reading: Reading, out: Proposals) -> None:  # noqa: ARG002  # every action has this shape
        self._noted.append(effects)


def _answers(metric: str, open_to: Iterable[Class], groups: Sequence[Class]) -> list[tuple[Class, Chosen]]:
    """Return the answers that a metric may give, the last first, each with what it says where there are several."""
    members: dict[Class, list[Class]] = {}
    for each in open_to:
        members.setdefault(groups[each], []).append(each)
    if len(members) == 1:
        return [(group, ()) for group in members]
    return [(group, ((metric, frozenset(classes)),)) for group, classes in reversed(members.items())]


def _comparisons_asked(definition: MachineDefinition, state: str, trigger: Trigger) -> dict[str, list[Comparison]]:
    """Return the comparisons of metrics that guards may ask for when `trigger` comes in `state`."""
    asked: dict[str, list[Comparison]] = {}
    for row in definition.rows:
        if trigger in row.triggers and state in row.sources:
            for name in (*row.conditions, *row.unless):
                for comparison in comparisons_in(definition.guards[name], definition.guards):
                    if comparison.metric is not None:
                        asked.setdefault(comparison.metric, []).append(comparison)
    return asked


def _untouched(state: str) -> Leg:
    """Return a leg whose facts no move sets, so that those which a move sets are seen."""
    leg = Leg(LegName.BOTH, state)
    leg.exit_reason = UNTOUCHED
    leg.exits_placed = leg.exit_losses = -1
    leg.exit_lost_ns = -1
    leg.peak = Decimal(-1)
    return leg


def _moved(before: Leg, after: Leg) -> Mapping[str, Fact]:
    """Return the facts that a move has set."""
    was, now = before.facts(), after.facts()
    return {name: now[name] for name in MOVED if now[name] != was[name]}
