"""A lifecycle proved, or refuted with the shortest counterexample, for one strategy's parameters."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import localcontext

from perpfsm.decisions.parameters import Parameters
from perpfsm.errors import Severity
from perpfsm.machine.definition import MachineDefinition
from perpfsm.machine.library import Library
from perpfsm.market.arithmetic import EXACT
from perpfsm.market.order import Role
from perpfsm.proof import properties
from perpfsm.proof.choices import TooManyChoices
from perpfsm.proof.claims import NO_OPPOSITE, SAYS, Watch
from perpfsm.proof.effects import OPENS_WHILE_EXPOSED
from perpfsm.proof.explore import Graph, explore
from perpfsm.proof.flaw import Claim, Flaw, SourceFile, Verdict
from perpfsm.proof.happening import Happening
from perpfsm.proof.properties import Judged
from perpfsm.proof.reach import Silence, cannot_close, trapped
from perpfsm.proof.refutation import Refutation
from perpfsm.proof.unreached import unreached
from perpfsm.proof.world import BEYOND_STOP, IS_DUST, STOP, World, world_of

UNNOTICED = frozenset({"fills-are-noticed", "flat-is-noticed"})  # from these the others follow
ONE_WAY = frozenset({OPENS_WHILE_EXPOSED, NO_OPPOSITE})
TOO_LARGE = "too-large-to-prove"
NEVER_QUOTES = "never-quotes"
ASKS_NOTHING = "property-asks-nothing"

NOTHING_OPENED = Flaw(
    NEVER_QUOTES,
    Severity.WARNING,
    SourceFile.MACHINE,
    ("transitions",),
    "The rows that place quotes never fire from a fresh start, so nothing is ever opened or proved.",
    "Look for a guard that cannot hold there, such as one on a metric that has no value before the first fill.",
    at_key=True,
)


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A refuted claim and the shortest way to see it.

    Attributes:
        claim: Its name.
        path: Where in the machine file.
        way: What happens, from the start.
    """

    claim: str
    path: tuple[str | int, ...]
    way: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of the claims.

    Attributes:
        claims: Every claim, with its verdict.
        flaws: One for each place that refutes a claim.
        situations: How many different situations there are.
        steps: How often the machine was asked.
        counterexamples: Of the flaws, in their order.
    """

    claims: tuple[Claim, ...]
    flaws: tuple[Flaw, ...]
    situations: int
    steps: int
    counterexamples: tuple[Counterexample, ...] = ()


def prove(definition: MachineDefinition, library: Library, parameters: Parameters, *, is_alone: bool = False) -> Proof:
    """Return what is proved and what is refuted of a lifecycle with these parameters.

    Args:
        definition: Checked by the reader, every name in it known to `library`.
        library: Of metrics and actions.
        parameters: Of the strategy; for a lifecycle alone those of `parameters_for`.
        is_alone: Whether no strategy is there, so that each row is to fire somewhere.
    """
    with localcontext(EXACT):
        world = world_of(definition, library, parameters, (BEYOND_STOP, IS_DUST))
        watch = Watch(world)
        graph = explore(definition, world.runner, is_hedge=world.is_hedge, watch=watch, has_limits=world.has_limits)
        refutations = list(watch.found.values())
        judged = Judged()
        if graph.is_complete:
            lasting, judged = _of_the_whole(
                world, graph, {each.path for each in refutations if each.claim in UNNOTICED}
            )
            refutations.extend(lasting)
        proof = _proof(world, graph, refutations, judged)
        if not is_alone or proof.flaws:  # what is refuted, or too large, hides rows behind it
            return proof
        return replace(proof, flaws=tuple(unreached(world, watch.fired)))


def _of_the_whole(world: World, graph: Graph, unnoticed: set[tuple[str | int, ...]]) -> tuple[list[Refutation], Judged]:
    """Return what only the finished graph refutes, and what became of the properties.

    It is not finished when even that is too much to ask.
    """
    try:
        lasting = (*cannot_close(world, graph), *Silence(world).refuted(graph), *trapped(world, graph))
    except TooManyChoices:
        graph.is_complete = False
        return [], Judged()
    judged = properties.judged(world, graph)
    return [*(each for each in lasting if each.path not in unnoticed), *judged.refutations], judged


def _proof(world: World, graph: Graph, refutations: Iterable[Refutation], judged: Judged) -> Proof:
    """Return the verdicts with their evidence, the shortest first."""
    examples = [(refutation, _way(world, graph, refutation)) for refutation in refutations]
    names = [*SAYS, *(asked.name for asked in world.definition.properties)]
    examples.sort(key=lambda example: (names.index(example[0].claim), len(example[1])))
    flaws = [
        Flaw(
            each.claim,
            Severity.ERROR,
            SourceFile.MACHINE,
            each.path,
            each.what,
            each.remedy,
            trace=world.teller.tell(way),
        )
        for each, way in examples
    ]
    if not graph.is_complete:
        flaws.append(_too_large(graph))
    elif _never_quotes(graph) and _may_quote(world):
        flaws.append(NOTHING_OPENED)
    flaws.extend(_asks_nothing(number, world) for number in judged.moot)
    flaws.extend(_asks_too_much(number, world) for number in judged.beyond)
    refuted = {each.claim for each, _ in examples}
    not_asked = _not_asked(world, graph, judged)
    return Proof(
        tuple(_claim(name, says, refuted, not_asked) for name, says in _says(world)),
        tuple(flaws),
        len(graph.situations),
        graph.offers,
        tuple(Counterexample(each.claim, each.path, way) for each, way in examples),
    )


def _way(world: World, graph: Graph, refutation: Refutation) -> tuple[Happening, ...]:
    """Return the shortest way to what refutes a claim, in values."""
    moves = graph.way_to(refutation.at)
    if refutation.last is not None:
        moves = (*moves, (graph.situations[refutation.at], refutation.last))
    return tuple(world.teller.happening(before, move) for before, move in moves)


def _says(world: World) -> Iterator[tuple[str, str]]:
    """Yield every claim with its sentence: those of all lifecycles, and the properties of this one."""
    yield from SAYS.items()
    for asked in world.definition.properties:
        yield asked.name, properties.sentence(asked)


def _not_asked(world: World, graph: Graph, judged: Judged) -> dict[str, str]:
    """Return why some claims are not asked, the first reason that there is for each."""
    named = [asked.name for asked in world.definition.properties]
    whys: list[tuple[Iterable[str], str]] = []
    if not world.parameters.is_set(STOP):
        whys.append((["stop-first"], "stop_loss_spread is 0: there is no stop."))
    if world.is_hedge:
        whys.append((ONE_WAY, "In Hedge mode each side is a leg of its own."))
    if not graph.is_complete:
        whys.append(([*SAYS, *named], "The machine is too large to prove."))
    elif _never_quotes(graph):
        whys.append((SAYS, "Nothing is ever opened."))
    whys.append(
        ([named[number] for number in judged.moot], "The question comes up in no situation that can be reached.")
    )
    whys.append(([named[number] for number in judged.beyond], "Its guards tell too much apart to prove it."))
    return {name: why for names, why in reversed(whys) for name in names}


def _claim(name: str, says: str, refuted: set[str], not_asked: dict[str, str]) -> Claim:
    """Return the verdict on one claim."""
    if name in refuted:
        return Claim(name, says, Verdict.REFUTED)
    if name in not_asked:
        return Claim(name, f"{says} ({not_asked[name]})", Verdict.NOT_ASKED)
    return Claim(name, says, Verdict.PROVED)


def _never_quotes(graph: Graph) -> bool:
    """Return whether no position is ever opened, so that whatever is claimed of one is true and says nothing."""
    return not any(situation.quoted for situation in graph.situations)


def _may_quote(world: World) -> bool:
    """Return whether a row places quotes; that none does the text shows without a proof."""
    actions = (world.library.actions[name] for row in world.definition.rows for name in row.actions)
    return any(Role.QUOTE in action.effects.places for action in actions)


def _asks_nothing(number: int, world: World) -> Flaw:
    asked = world.definition.properties[number]
    what = f"{properties.sentence(asked)} But its question comes up in no situation that can be reached."
    remedy = "Name other states or guards: as it is it proves nothing."
    return Flaw(ASKS_NOTHING, Severity.WARNING, SourceFile.MACHINE, ("properties", number), what, remedy)


def _asks_too_much(number: int, world: World) -> Flaw:
    asked = world.definition.properties[number]
    what = f"{properties.sentence(asked)} The guards of {asked.name} tell too many cases apart, so it is not judged."
    remedy = "Ask it with fewer guards, or in fewer states. Everything else is judged."
    return Flaw(TOO_LARGE, Severity.WARNING, SourceFile.MACHINE, ("properties", number), what, remedy)


def _too_large(graph: Graph) -> Flaw:
    what = f"After {len(graph.situations)} situations and {graph.offers} questions the machine is not explored."
    remedy = "Make it smaller: fewer states, or fewer different thresholds. It can run, unproved."
    return Flaw(TOO_LARGE, Severity.WARNING, SourceFile.MACHINE, ("machine",), what, remedy)
