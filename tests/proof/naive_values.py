"""What guards answer and what metrics can be, from the definition and by hand, for the explorer without ideas."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    Guard,
    GuardName,
    MachineDefinition,
    Not,
    Operator,
    ParameterOperand,
)
from perpfsm.proof.situation import Situation

Known = Decimal | str | None
Snapshot = dict[str, Known]
# Enough of the names that no guard here tells more of them apart.
NAMES = {
    "data": ("jump", "stale"),  # a jump is bad news with prices that are as usable as good ones
    "quoting": ("allowed", "stopping", "halted"),  # a stop of the program is no pause
}


class Values:
    """The metrics of one machine: what each may be, and which guards hold then."""

    def __init__(self, definition: MachineDefinition, parameters: Parameters) -> None:
        self.definition = definition
        self.parameters = parameters
        comparisons = [each for name in definition.guards for each in self._comparisons(GuardName(name))]
        stop = Comparison(Operator.AT_MOST, ParameterOperand("stop_loss_spread", negated=True), "pnl_pct")
        usable = Comparison(Operator.IS, ("good", "jump"), "data")
        self.bounds: dict[str, set[Decimal]] = {}
        self.metrics: list[str] = []
        for each in (*comparisons, stop, usable):
            assert each.metric is not None
            if each.metric not in self.metrics:
                self.metrics.append(each.metric)
            if not isinstance(each.operand, tuple):
                self.bounds.setdefault(each.metric, set()).add(self._number(each))

    def possible(self, metric: str, now: Situation, is_fresh: bool) -> list[Known]:
        """Return every value that a metric may have in a situation, by hand."""
        regions = self._regions(metric)
        exits = now.profit + now.limit + now.market + (now.leaving != "none")
        match metric:
            case "pnl_pct" | "mark_pnl_pct":
                return [*regions, None] if now.exposed else [None]
            case "quotes_age_s":
                return [Decimal(0)] if is_fresh else [Decimal(0), *(each for each in regions if each > 0), None]
            case "exit_age_s":
                if not exits:
                    return [None]
                return [Decimal(0)] if is_fresh else [Decimal(0), *(each for each in regions if each > 0)]
            case "exit_backoff_left_s":
                return [Decimal(0), self.parameters.exit_retry_s] if now.lost else [Decimal(0)]
            case "position_size":
                return [each for each in regions if each > 0] if now.exposed else [Decimal(0)]
            case "exits_working":
                return [each for each in regions if each >= exits] if exits else [Decimal(0)]
            case "exit_replacements":
                return [each for each in regions if each >= 1] if now.placed > 1 else [Decimal(0)]
            case "exit_losses":
                return [each for each in regions if each >= 1] if now.lost else [Decimal(0)]
            case _:
                return self._name(metric, now, has_exits=bool(exits))

    @staticmethod
    def _name(metric: str, now: Situation, *, has_exits: bool) -> list[Known]:
        """Return every name that a metric may have in a situation."""
        is_market = now.market or now.leaving == "market"
        match metric:
            case "exit_reason":
                return [now.reason]
            case "exit_order_type":
                return ["market" if is_market else "limit" if has_exits else "none"]
            case "fill_effect":
                return [now.fill]
            case _:
                return list(NAMES[metric])

    def _regions(self, metric: str) -> list[Decimal]:
        """Return every bound and something in every gap."""
        bounds = sorted(self.bounds.get(metric, set()))
        gaps = [(low + high) / 2 for low, high in pairwise(bounds)]
        return [Decimal(-(10**6)), *sorted((*bounds, *gaps)), Decimal(10**6)]

    def _comparisons(self, guard: Guard) -> Iterator[Comparison]:
        match guard:
            case Comparison():
                yield guard
            case AllOf(parts) | AnyOf(parts):
                for part in parts:
                    yield from self._comparisons(part)
            case Not(part):
                yield from self._comparisons(part)
            case GuardName(name):
                yield from self._comparisons(self.definition.guards[name])

    def holds(self, guard: Guard, snapshot: Mapping[str, Known]) -> bool:
        match guard:
            case AllOf(parts):
                return all(self.holds(part, snapshot) for part in parts)
            case AnyOf(parts):
                return any(self.holds(part, snapshot) for part in parts)
            case Not(part):
                return not self.holds(part, snapshot)
            case GuardName(name):
                return self.holds(self.definition.guards[name], snapshot)
            case Comparison():
                return self._compares(guard, snapshot[str(guard.metric)])

    def _compares(self, guard: Comparison, value: Known) -> bool:
        if guard.when_set is not None and not self.parameters.is_set(guard.when_set):
            return False
        if value is None:
            return guard.when_undefined
        if isinstance(value, str):
            assert isinstance(guard.operand, tuple)
            return (value in guard.operand) is (guard.operator is Operator.IS)
        bound = self._number(guard)
        return {
            Operator.AT_MOST: value <= bound,
            Operator.AT_LEAST: value >= bound,
            Operator.BELOW: value < bound,
            Operator.ABOVE: value > bound,
            Operator.IS: value == bound,
            Operator.IS_NOT: value != bound,
        }[guard.operator]

    def _number(self, guard: Comparison) -> Decimal:
        if isinstance(guard.operand, ParameterOperand):
            value = Decimal(getattr(self.parameters, guard.operand.name))
            return -value if guard.operand.negated else value
        assert isinstance(guard.operand, Decimal)
        return guard.operand
