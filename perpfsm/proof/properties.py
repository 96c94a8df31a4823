"""The properties that a machine file asks to be proved of itself, each judged in every situation."""

from collections.abc import Iterator
from itertools import product

from perpfsm.machine.definition import GuardName, Property, PropertyKind
from perpfsm.machine.guards import Check, compile_guard
from perpfsm.machine.view import Reading
from perpfsm.proof.choices import Chosen
from perpfsm.proof.domain import Class, comparisons_in
from perpfsm.proof.events import Kind
from perpfsm.proof.explore import Graph, Move
from perpfsm.proof.reach import WITHOUT_HANDS, reaching
from perpfsm.proof.refutation import Refutation
from perpfsm.proof.run import Moment, Run
from perpfsm.proof.situation import Probe, Situation, drawn
from perpfsm.proof.world import World


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


def refuted(world: World, graph: Graph) -> Iterator[Refutation]:
    """Yield the shortest refutation of each property of the lifecycle that does not hold."""
    for number, asked in enumerate(world.definition.properties):
        if asked.kind is PropertyKind.ALWAYS_CAN_REACH:
            found = _unreachable(graph, asked)
        else:
            found = next(_Asked(world, asked).broken(graph), None)
        if found is not None:
            at, last = found
            name = graph.situations[at].state
            what = f"{sentence(asked)} In {name} that is not so."
            yield Refutation(
                asked.name,
                ("properties", number),
                at,
                last,
                what,
                "Change the rows that the trace shows, or the property.",
            )


def _unreachable(graph: Graph, asked: Property) -> tuple[int, Move | None] | None:
    good = reaching(graph, lambda situation: situation.state in asked.targets, WITHOUT_HANDS)
    for at, situation in enumerate(graph.situations):
        if at not in good and (not asked.states or situation.state in asked.states):
            return at, None
    return None


class _Asked:
    """One property with guards, and every snapshot in which they hold."""

    def __init__(self, world: World, asked: Property) -> None:
        self._world = world
        self._asked = asked
        guards = world.definition.guards
        wanted = ((asked.conditions, True), (asked.unless, False))
        self._checks: list[tuple[Check, bool]] = [
            (compile_guard(GuardName(name), guards, world.library), is_wanted)
            for names, is_wanted in wanted
            for name in names
        ]
        compared = (
            each for name in (*asked.conditions, *asked.unless) for each in comparisons_in(GuardName(name), guards)
        )
        self._metrics = tuple(dict.fromkeys(each.metric for each in compared if each.metric is not None))
        self._reading: Reading = drawn(Situation(""), Probe(), world.parameters)

    def broken(self, graph: Graph) -> Iterator[tuple[int, Move]]:
        """Yield each situation in which the property does not hold, and the move that shows it."""
        asked = self._asked
        places = asked.targets if asked.kind is PropertyKind.NEVER else asked.states
        for at, situation in enumerate(graph.situations):
            if places and situation.state not in places:
                continue
            for chosen in self._snapshots(situation):
                for run in self._world.runner.runs(Moment(situation, chosen)):
                    if not run.is_told and self._breaks(run):
                        told = self._open((*run.end.chosen, *chosen), situation)
                        yield at, Move(Kind.MARKET, "market", run.taken, tuple(told.items()))

    def _snapshots(self, situation: Situation) -> Iterator[Chosen]:
        """Yield every choice of the guards' metrics with which they are as the property asks."""
        open_to = [self._world.unasked.classes(metric, situation) for metric in self._metrics]
        for classes in product(*open_to):
            chosen = tuple((metric, frozenset({each})) for metric, each in zip(self._metrics, classes, strict=True))
            self._reading.values.clear()
            self._reading.values.update(
                {metric: self._world.domains[metric].examples[min(each)] for metric, each in chosen}
            )
            if all(check.holds(self._reading) is is_wanted for check, is_wanted in self._checks):
                yield chosen

    def _open(self, chosen: Chosen, situation: Situation) -> dict[str, frozenset[Class]]:
        """Return what was chosen among several classes; the rest the situation says itself."""
        return {metric: each for metric, each in chosen if len(self._world.unasked.classes(metric, situation)) > 1}

    def _breaks(self, run: Run) -> bool:
        rows = [taken.outcome.row for taken in run.taken]
        match self._asked.kind:
            case PropertyKind.NEVER:
                return not rows
            case PropertyKind.PREEMPTS:
                return not rows or rows[0] is None or rows[0].name not in self._asked.targets
            case _:
                states = {run.end.situation.state, *(taken.after.situation.state for taken in run.taken)}
                return run.is_endless or states.isdisjoint(self._asked.targets)
