"""The production machine as a tree of choices: what its guards ask in which order, and which row then fires."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.build import build_lifecycle
from perpfsm.machine.definition import MachineDefinition, Row, Trigger
from perpfsm.machine.leg import Fact, Leg
from perpfsm.machine.library import Effects, Library, MetricSpec, Proposals
from perpfsm.machine.step import take_step
from perpfsm.machine.view import Reading, Value
from perpfsm.market.side import LegName
from perpfsm.proof.domain import Class, Domain, read
from perpfsm.proof.situation import MOMENTS, PARTS, PROBED, Probe, Situation, drawn, probes

Chosen = tuple[tuple[str, Class], ...]
UNTOUCHED = "untouched"
MOVED = ("exit_reason", "exits_placed", "exit_losses", "peak")


@dataclass(frozen=True, slots=True)
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
        self._known: dict[tuple[object, ...], tuple[Class, ...]] = {}
        self._parts = {name: _parts_of(library.metrics[name]) for name in domains}

    def classes(self, metric: str, situation: Situation, *, is_ever: bool = False) -> tuple[Class, ...]:
        """Return what `metric` may be; `is_ever` once so much time has passed that no age matters any more."""
        parts = self._parts[metric]
        if parts is None:
            return self._domains[metric].every
        key = (metric, is_ever, *(getattr(situation, part) for part in parts))
        found = self._known.get(key)
        if found is None:
            spec = self._library.metrics[metric]
            reads = spec.reads or frozenset()
            values = [read(spec, situation, probe, self._parameters) for probe in probes(reads, is_ever=is_ever)]
            found = self._known[key] = self._domains[metric].between(values)
        return found

    def is_aging(self, metric: str) -> bool:
        """Return whether time alone changes `metric`."""
        return "time" in (self._library.metrics[metric].reads or ())


def _parts_of(spec: MetricSpec) -> tuple[str, ...] | None:
    """Return the parts of a situation that tell a metric; None when something else does too."""
    if spec.reads is None:
        return None
    facts = spec.reads - PROBED - MOMENTS
    if not facts <= PARTS.keys():
        return None
    return tuple(sorted({part for fact in facts for part in PARTS[fact]}))


class Choices:
    """Runs the production machine once for each way in which its guards can be answered, and remembers it.

    Attributes:
        runs: How often the machine was run.
    """

    def __init__(
        self,
        definition: MachineDefinition,
        library: Library,
        domains: Mapping[str, Domain],
        unasked: Unasked,
        parameters: Parameters,
    ) -> None:
        """Build the lifecycle of `definition` on metrics that are chosen and actions that are noted."""
        self.runs = 0
        self._domains = domains
        self._unasked = unasked
        self._trees: dict[tuple[str, Trigger], Question | Outcome] = {}
        self._asked: list[tuple[str, Class]] = []
        self._forced: Chosen = ()
        self._situation = Situation(definition.initial)
        self._noted: list[Effects] = []
        self._allowed: Mapping[str, frozenset[Class]] = {}
        metrics = [
            replace(spec, read=partial(self._answer, name)) for name, spec in library.metrics.items() if name in domains
        ]
        actions = [replace(spec, run=partial(self._note, spec.effects)) for spec in library.actions.values()]
        self._lifecycle = build_lifecycle(definition, Library.of(metrics, actions))
        self._view = drawn(self._situation, Probe(), parameters).view

    def ways(
        self, situation: Situation, trigger: Trigger, chosen: Chosen, allowed: Mapping[str, frozenset[Class]]
    ) -> Iterator[tuple[Outcome, Chosen]]:
        """Yield what `trigger` can come to in `situation`, with what was chosen for it on the way.

        Args:
            situation: Of the leg.
            trigger: Offered to it.
            chosen: What was chosen before in this event and still stands.
            allowed: What may be chosen where less than everything may.
        """
        root = self._trees.get((situation.state, trigger))
        if root is None:
            root = self._trees[situation.state, trigger] = self._run(situation, trigger, (), allowed)
        pending: list[tuple[Question | Outcome, Chosen, Chosen]] = [(root, (), chosen)]
        while pending:
            node, path, made = pending.pop()
            if isinstance(node, Outcome):
                yield node, made
                continue
            metric = node.metric
            settled = dict(made).get(metric)
            open_to = (settled,) if settled is not None else self._open_to(metric, situation, allowed)
            for each in reversed(open_to):
                after = node.answers.get(each)
                if after is None:
                    after = self._run(situation, trigger, (*path, (metric, each)), allowed)
                    node.answers[each] = after
                pending.append((after, (*path, (metric, each)), made if len(open_to) == 1 else (*made, (metric, each))))

    def _open_to(self, metric: str, situation: Situation, allowed: Mapping[str, frozenset[Class]]) -> tuple[Class, ...]:
        classes = self._unasked.classes(metric, situation)
        within = allowed.get(metric)
        if within is None:
            return classes
        return tuple(each for each in classes if each in within) or tuple(sorted(within))

    def _run(
        self, situation: Situation, trigger: Trigger, forced: Chosen, allowed: Mapping[str, frozenset[Class]]
    ) -> Question | Outcome:
        """Run the machine with these answers; return the rest of the path that it takes then."""
        self.runs += 1
        self._forced, self._situation = forced, situation
        self._asked.clear()
        self._noted.clear()
        self._allowed = allowed
        leg = _untouched(situation.state)
        step = take_step(self._lifecycle, leg, trigger, self._view)
        end: Question | Outcome = Outcome(None)
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
            answer = self._open_to(metric, self._situation, self._allowed)[0]
        self._asked.append((metric, answer))
        return self._domains[metric].examples[answer]

    def _note(self, effects: Effects, reading: Reading, out: Proposals) -> None:  # noqa: ARG002  # every action has this shape
        self._noted.append(effects)


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
