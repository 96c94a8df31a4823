"""Everything that a proof explores with: the lifecycle on chosen metrics, for one strategy's parameters."""

from collections.abc import Iterable
from dataclasses import dataclass

from perpfsm.decisions.parameters import CloseType, Parameters
from perpfsm.machine.definition import Comparison, MachineDefinition, Operator, ParameterOperand, Property, Row
from perpfsm.machine.guards import compile_guard
from perpfsm.machine.library import ExitType, Library
from perpfsm.market.side import PositionMode
from perpfsm.proof.choices import Choices
from perpfsm.proof.domain import Domain, comparisons_in
from perpfsm.proof.happening import Teller
from perpfsm.proof.run import USABLE_DATA, Runner
from perpfsm.proof.unasked import Unasked

STOP = "stop_loss_spread"
BEYOND_STOP = Comparison(Operator.AT_MOST, ParameterOperand(STOP, negated=True), "pnl_pct", when_set=STOP)
IS_DUST = Comparison(Operator.IS, ("dust",), "remainder")
USABLE = Comparison(Operator.IS, USABLE_DATA, "data")


@dataclass(frozen=True, slots=True)
class World:
    """A lifecycle, a strategy's parameters, and what runs them.

    Attributes:
        definition: The lifecycle.
        library: Its metrics and actions.
        parameters: Of the strategy.
        domains: What every metric that a guard or a claim compares can be.
        unasked: What it may be in a situation.
        choices: The machine as trees.
        runner: Carries events to their end.
        teller: Puts them into words.
    """

    definition: MachineDefinition
    library: Library
    parameters: Parameters
    domains: dict[str, Domain]
    unasked: Unasked
    choices: Choices
    runner: Runner
    teller: Teller

    @property
    def is_hedge(self) -> bool:
        """Whether the leg is one of two."""
        return self.parameters.position_mode is PositionMode.HEDGE

    @property
    def has_limits(self) -> bool:
        """Whether any row places an exit that may be a LIMIT."""
        at_market = {ExitType.MARKET}
        if self.parameters.close_position_order_type is CloseType.MARKET:
            at_market.add(ExitType.AS_CONFIGURED)
        used = (self.library.actions[name].effects for row in self.definition.rows for name in row.actions)
        return any(each.exit_type not in at_market for each in used if any(role.is_exit for role in each.places))


def world_of(
    definition: MachineDefinition, library: Library, parameters: Parameters, more: Iterable[Comparison] = ()
) -> World:
    """Return the world of a lifecycle.

    Args:
        definition: Checked by the reader.
        library: With every name of it.
        parameters: Of the strategy.
        more: Comparisons that claims need beside those of the guards that rows name.
    """
    asked = [*more, USABLE]
    asking: tuple[Row | Property, ...] = (*definition.rows, *definition.properties)
    for each in asking:
        for name in (*each.conditions, *each.unless):
            asked.extend(comparisons_in(definition.guards[name], definition.guards))
    by_metric: dict[str, list[Comparison]] = {}
    for comparison in asked:
        if comparison.metric is not None:
            by_metric.setdefault(comparison.metric, []).append(comparison)
    used = {name for row in definition.rows for name in row.actions}
    for comparison in (each for name in used for each in library.actions[name].effects.settles):
        if comparison.metric in by_metric:
            by_metric[comparison.metric].append(comparison)
    domains = {
        metric: Domain(library.metrics[metric], comparisons, library, parameters)
        for metric, comparisons in by_metric.items()
    }
    unasked = Unasked(library, domains, parameters)
    watched = frozenset(comparison.metric for comparison in more if comparison.metric is not None)
    choices = Choices(definition, library, domains=domains, unasked=unasked, parameters=parameters, watched=watched)
    runner = Runner(choices, unasked, domains, library, parameters)
    units = {name: library.metrics[name].unit for name in domains}
    return World(definition, library, parameters, domains, unasked, choices, runner, Teller(definition, domains, units))


def classes_where(world: World, comparison: Comparison) -> frozenset[int]:
    """Return the classes of a metric in which a comparison of it holds, one that the world was made with."""
    return world.domains[str(comparison.metric)].where(compile_guard(comparison, {}, world.library), or_undefined=False)
