"""The production machine as a tree of choices: what its guards ask in which order, and which row then fires."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from operator import itemgetter

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.build import build_lifecycle
from perpfsm.machine.definition import Comparison, MachineDefinition, Row, Trigger
from perpfsm.machine.leg import Fact, Leg
from perpfsm.machine.library import Effects, Library, MetricSpec, Proposals
from perpfsm.machine.step import take_step
from perpfsm.machine.view import Reading, Value
from perpfsm.market.side import LegName
from perpfsm.proof.domain import Class, Domain, comparisons_in, read
from perpfsm.proof.situation import MOMENTS, PARTS, PROBED, Probe, Situation, drawn, probes

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
    """

    row: Row | None
    moved: Mapping[str, Fact] = field(default_factory=dict)
    effects: tuple[Effects, ...] = ()


NO_ROW = Outcome(None)


@dataclass(slots=True)
class Question:
    """A metric that the machine asks for next, and where each class of its answer leads."""

    metric: str
    answers: dict[Class, "Question | Outcome"] = field(default_factory=dict)


class Unasked:
    """What a metric may be in a situation: read by the production metric at the extremes, else anything."""

    def __init__(self, library: Library, domains: Mapping[str, Domain], parameters: Parameters) -> None:
        """Know the metrics and what tells their values apart."""
        self._library = library
        self._domains = domains
        self._parameters = parameters
        self._known: dict[tuple[str, bool, bool, object], tuple[Class, ...]] = {}
        self._parts = {name: _parts_of(library.metrics[name]) for name in domains}

    def classes(
        self, metric: str, situation: Situation, *, is_now: bool = False, is_ever: bool = False
    ) -> tuple[Class, ...]:
        """Return what `metric` may be.

        Args:
            metric: Its name.
            situation: Of the leg.
            is_now: In the moment at which all that has a moment happened.
            is_ever: Once so much time has passed that no age matters any more.
        """
        parts = self._parts[metric]
        if parts is None:
            return self._domains[metric].every
        key = (metric, is_now, is_ever, parts(situation))
        found = self._known.get(key)
        if found is None:
            spec, domain = self._library.metrics[metric], self._domains[metric]
            extremes = probes(spec.reads or frozenset(), is_now=is_now, is_ever=is_ever)
            try:
                found = domain.between([read(spec, situation, probe, self._parameters) for probe in extremes])
            except ArithmeticError:  # a stranger's metric that cannot do with such prices may be anything
                found = domain.every
            self._known[key] = found
        return found

    def is_aging(self, metric: str) -> bool:
        """Return whether time alone changes `metric`."""
        return "time" in (self._library.metrics[metric].reads or ())


def _parts_of(spec: MetricSpec) -> Callable[[Situation], object] | None:
    """Return what picks the parts of a situation that tell a metric; None when something else tells it too."""
    if spec.reads is None:
        return None
    facts = spec.reads - PROBED - MOMENTS
    if not facts <= PARTS.keys():
        return None
    parts = {part for fact in facts for part in PARTS[fact]}
    return itemgetter(*(Situation._fields.index(part) for part in sorted(parts))) if parts else lambda _: None


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
        open_to = tuple(self._open_to(metric, situation, made.get(metric), allowed.get(metric)) for metric in asked)
        key = (situation.state, trigger, open_to)
        found = self._ways.get(key)
        if found is None:
            walk = self._walk(situation.state, trigger, dict(zip(asked, open_to, strict=True)))
            found = self._ways[key] = list(dict.fromkeys(map(self._as_told, walk)))
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
            members: dict[Class, list[Class]] = {}
            for each in open_to[metric]:
                members.setdefault(groups[metric][each], []).append(each)
            for group, classes in reversed(members.items()):
                after = node.answers.get(group)
                further = (*path, (metric, group))
                if after is None:
                    after = node.answers[group] = self._run(state, trigger, further, open_to)
                news = chosen if len(members) == 1 else (*chosen, (metric, frozenset(classes)))
                pending.append((after, further, news))

    def _open_to(
        self, metric: str, situation: Situation, made: frozenset[Class] | None, allowed: frozenset[Class] | None
    ) -> tuple[Class, ...]:
        """Return the classes that a metric may still be in; a settled one is where it was left."""
        classes = self._unasked.classes(metric, situation)
        for within in (allowed, made):
            if within is not None:
                classes = tuple(each for each in classes if each in within) or tuple(sorted(within))
        return classes

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
        end: Question | Outcome = NO_ROW
        if step is not None:
            end = Outcome(step.row, _moved(leg, step.leg), tuple(self._noted))
        for metric, answer in reversed(self._asked[len(forced) :]):
            end = Question(metric, {answer: end})
        return end

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
