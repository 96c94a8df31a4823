"""The properties that a machine file asks to be proved of itself, each judged in every situation."""

from collections.abc import Iterator
from dataclasses import dataclass

from perpfsm.machine.definition import GuardName, Property, PropertyKind
from perpfsm.machine.guards import Check, compile_guard
from perpfsm.machine.view import Reading
from perpfsm.proof.choices import Chosen, TooManyChoices
from perpfsm.proof.domain import Class, comparisons_in
from perpfsm.proof.events import Kind
from perpfsm.proof.explore import Graph, Move
from perpfsm.proof.reach import WITHOUT_HANDS, reaching
from perpfsm.proof.refutation import Refutation
from perpfsm.proof.run import Moment, Run, Taken
from perpfsm.proof.situation import Probe, Situation, drawn
from perpfsm.proof.world import World

SNAPSHOTS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the properties of a lifecycle.

    Attributes:
        refutations: The shortest of each property that does not hold.
        moot: Numbers, from 0, of those that no situation asks, so that there is nothing to prove.
        beyond: Numbers of those that tell too much apart to be judged.
    """

    refutations: tuple[Refutation, ...] = ()
    moot: tuple[int, ...] = ()
    beyond: tuple[int, ...] = ()


def sentence(asked: Property) -> str:
    """Return what a property says."""
    targets = " or ".join(asked.targets)
    where = f" in {', '.join(asked.states)}" if asked.states else ""
    guards = [*asked.conditions, *(f"not {name}" for name in asked.unless)]
    when = f" while {' and '.join(guards)}" if guards else ""
    match asked.kind:
        case PropertyKind.ALWAYS_CAN_REACH:
            return f"From every situation{where} {targets} can be reached."
        case PropertyKind.NEVER:
            return f"The leg never rests in {targets}{when}."
        case PropertyKind.PREEMPTS:
            return f"On a market event{where}{when} row {targets} fires before every other."
        case PropertyKind.LEADS_TO:
            return f"A market event{where}{when} leads to {targets}."


def judged(world: World, graph: Graph) -> Judged:
    """Return what becomes of each property of the lifecycle; one that is too large spoils no other."""
    refutations, moot, beyond = [], [], []
    for number, asked in enumerate(world.definition.properties):
        spent = world.runner.spent
        try:
            found, is_asked = _answer(world, graph, asked)
        except TooManyChoices:
            world.runner.give_back(spent)
            beyond.append(number)
            continue
        if found is not None:
            refutations.append(_refutation(number, asked, graph, *found))
        elif not is_asked:
            moot.append(number)
    return Judged(tuple(refutations), tuple(moot), tuple(beyond))


def _answer(world: World, graph: Graph, asked: Property) -> tuple[tuple[int, Move | None] | None, bool]:
    """Return where a property is broken and by what, None where it is not, and whether any situation asks it."""
    if asked.kind is PropertyKind.ALWAYS_CAN_REACH:
        is_asked = not asked.states or any(each.state in asked.states for each in graph.situations)
        return _unreachable(graph, asked), is_asked
    question = _Asked(world, asked)
    found = next(question.broken(graph), None)
    return found, question.is_asked or asked.kind is PropertyKind.NEVER


def _refutation(number: int, asked: Property, graph: Graph, at: int, last: Move | None) -> Refutation:
    what = f"{sentence(asked)} In {graph.situations[at].state} that is not so."
    remedy = "Change the rows that the trace shows, or the property."
    return Refutation(asked.name, ("properties", number), at, last, what, remedy)


def _unreachable(graph: Graph, asked: Property) -> tuple[int, Move | None] | None:
    good = reaching(graph, lambda situation: situation.state in asked.targets, WITHOUT_HANDS)
    for at, situation in enumerate(graph.situations):
        if at not in good and (not asked.states or situation.state in asked.states):
            return at, None
    return None


class _Asked:
    """One property with guards, and every snapshot in which they hold.

    Attributes:
        is_asked: Whether they hold in any situation that was looked at.
    """

    def __init__(self, world: World, asked: Property) -> None:
        self.is_asked = False
        self._world = world
        self._asked = asked
        self._looked_at = 0
        guards = world.definition.guards
        wanted = ((asked.conditions, True), (asked.unless, False))
        # Each metric with the guards that can be asked once it is known, so that few snapshots are begun in vain.
        self._metrics: list[tuple[str, list[tuple[Check, bool]]]] = []
        self._always: list[tuple[Check, bool]] = []
        known: set[str] = set()
        for name, is_wanted in ((name, is_wanted) for names, is_wanted in wanted for name in names):
            check = (compile_guard(GuardName(name), guards, world.library), is_wanted)
            for comparison in comparisons_in(GuardName(name), guards):
                if comparison.metric is not None and comparison.metric not in known:
                    known.add(comparison.metric)
                    self._metrics.append((comparison.metric, []))
            (self._metrics[-1][1] if self._metrics else self._always).append(check)
        self._reading: Reading = drawn(Situation(""), Probe(), world.parameters)

    def broken(self, graph: Graph) -> Iterator[tuple[int, Move]]:
        """Yield each situation in which the property does not hold, and the move that shows it."""
        asked = self._asked
        places = asked.targets if asked.kind is PropertyKind.NEVER else asked.states
        for at, situation in enumerate(graph.situations):
            if places and situation.state not in places:
                continue
            for chosen in self._snapshots(situation, 0):
                self.is_asked = True
                for run in self._world.runner.runs(Moment(situation, chosen), apart=self._has_passed):
                    if self._breaks(run):
                        told = self._open((*run.end.chosen, *chosen), situation)
                        yield at, Move(Kind.MARKET, "market", run.taken, tuple(told.items()))

    def _snapshots(self, situation: Situation, number: int) -> Iterator[Chosen]:
        """Yield every choice of the guards' metrics, from one on, with which they are as the property asks."""
        if number == 0 and not all(check.holds(self._reading) is is_wanted for check, is_wanted in self._always):
            return
        if number == len(self._metrics):
            yield ()
            return
        metric, checks = self._metrics[number]
        examples = self._world.domains[metric].examples
        for each in self._world.unasked.classes(metric, situation):
            self._looked_at += 1
            if self._looked_at > SNAPSHOTS_MAX:
                raise TooManyChoices
            self._reading.values[metric] = examples[each]
            if all(check.holds(self._reading) is is_wanted for check, is_wanted in checks):
                for rest in self._snapshots(situation, number + 1):
                    yield ((metric, frozenset({each})), *rest)

    def _open(self, chosen: Chosen, situation: Situation) -> dict[str, frozenset[Class]]:
        """Return what was chosen among several classes; the rest the situation says itself."""
        return {metric: each for metric, each in chosen if len(self._world.unasked.classes(metric, situation)) > 1}

    def _has_passed(self, taken: tuple[Taken, ...]) -> bool:
        """Return whether a target was passed."""
        return any(each.after.situation.state in self._asked.targets for each in taken)

    def _breaks(self, run: Run) -> bool:
        rows = [taken.outcome.row for taken in run.taken]
        match self._asked.kind:
            case PropertyKind.NEVER:
                return not rows
            case PropertyKind.PREEMPTS:  # what comes behind the first row does not matter, so neither is it told
                return not rows or rows[0] is None or rows[0].name not in self._asked.targets
            case _ if run.is_told:
                return False
            case _:
                is_there = run.end.situation.state in self._asked.targets or self._has_passed(run.taken)
                return run.is_endless or not is_there
