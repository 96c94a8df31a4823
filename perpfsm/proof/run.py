"""One event carried to its end: the trigger, then `market` on the same snapshot until no row fires."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from perpfsm.decisions.parameters import CloseType, Parameters
from perpfsm.machine.definition import Comparison, Trigger
from perpfsm.machine.guards import compile_guard
from perpfsm.machine.leg import NO_REASON
from perpfsm.machine.library import Library
from perpfsm.market.side import PositionMode
from perpfsm.proof.choices import Allowed, Choices, Chosen, Outcome, TooManyChoices
from perpfsm.proof.domain import Class, Domain
from perpfsm.proof.effects import Result, after_row
from perpfsm.proof.situation import Situation
from perpfsm.proof.unasked import Unasked

OFFERS_MAX = 32
WAYS_MAX = 400_000
USABLE_DATA = ("good", "jump")


MomentKey = tuple[Situation, frozenset[tuple[str, frozenset[Class]]], frozenset[tuple[str, frozenset[Class]]]]


class Moment(NamedTuple):
    """A situation inside an event.

    Attributes:
        situation: Of the leg.
        chosen: What the snapshot was found to be so far.
        allowed: What else of it is known.
        fresh: Metrics that read a moment which is now.
    """

    situation: Situation
    chosen: Chosen = ()
    allowed: Allowed = MappingProxyType({})
    fresh: tuple[str, ...] = ()

    @property
    def key(self) -> MomentKey:
        """What makes two moments the same."""
        return self.situation, frozenset(self.chosen), frozenset(self.allowed.items())


class Taken(NamedTuple):
    """A row that fired inside an event.

    Attributes:
        outcome: With the row.
        chosen: What had been chosen when it fired.
        before: The situation in which it fired.
        after: The moment after it.
        slips: Names of the claims that it breaks.
    """

    outcome: Outcome
    chosen: Chosen
    before: Situation
    after: Moment
    slips: tuple[str, ...]


class Run(NamedTuple):
    """One way in which an event ends.

    Attributes:
        taken: The rows that fired, in order.
        end: The moment at the end.
        is_endless: Whether it does not come to rest.
        is_told: Whether it ends in a moment from which another way goes on; only what it fired is news then.
    """

    taken: tuple[Taken, ...]
    end: Moment
    is_endless: bool = False
    is_told: bool = False


class Runner:
    """Carries events to their end."""

    def __init__(
        self,
        choices: Choices,
        unasked: Unasked,
        domains: Mapping[str, Domain],
        library: Library,
        parameters: Parameters,
    ) -> None:
        """Run on `choices`."""
        self.offers = self._ways = 0
        self._choices = choices
        self._unasked = unasked
        self._domains = domains
        self._reads = {name: library.metrics[name].reads for name in domains}
        self._library = library
        self._is_hedge = parameters.position_mode is PositionMode.HEDGE
        self._closes_at_market = parameters.close_position_order_type is CloseType.MARKET
        self._results: dict[tuple[Situation, Outcome, bool], Result] = {}
        self._plans: dict[Outcome, tuple[frozenset[str], dict[str, frozenset[Class]]]] = {}
        self._settled: dict[Comparison, frozenset[Class]] = {}
        self._usable = frozenset(domains["data"].class_of(value) for value in USABLE_DATA)

    @property
    def spent(self) -> tuple[int, int, int]:
        """What was taken so far of everything that is bounded."""
        return self._choices.runs, self._choices.told, self._ways

    def give_back(self, spent: tuple[int, int, int]) -> None:
        """Forget what was taken since `spent`, on a question that was given up."""
        self._choices.runs, self._choices.told, self._ways = spent

    def pinned(self, pins: Mapping[str, tuple[str, ...]]) -> Allowed:
        """Return the classes of metrics that an event makes known."""
        return {
            metric: self._domains[metric].classes_of(values)
            for metric, values in pins.items()
            if metric in self._domains
        }

    def step(self, moment: Moment, trigger: Trigger) -> Iterator[Taken | Moment]:
        """Yield what one trigger can do: a row that fires, or the moment in which none does."""
        self.offers += 1
        ways = self._choices.ways(moment.situation, trigger, moment.chosen, moment.allowed)
        self._ways += len(ways)
        if self._ways > WAYS_MAX:
            raise TooManyChoices
        for outcome, chosen in ways:
            if outcome.row is None:
                yield Moment(moment.situation, chosen, moment.allowed, moment.fresh)
            else:
                for close_at_market, seen in self._exit_types(moment, chosen, outcome):
                    yield self._fire(moment, seen, outcome, close_at_market=close_at_market)

    def runs(self, start: Moment, *, apart: Callable[[tuple[Taken, ...]], Hashable] = lambda _: None) -> Iterator[Run]:
        """Yield every way in which offering the market ends.

        Args:
            start: Before the first offer.
            apart: What of the rows that fired matters at the end; ways that differ in it are told apart.
        """
        seen = set()
        pending: list[tuple[Moment, tuple[Taken, ...], tuple[MomentKey, ...]]] = [(start, (), ())]
        while pending:
            moment, taken, passed = pending.pop()
            if taken:
                key = moment.key
                if len(taken) > OFFERS_MAX or key in passed:
                    yield Run(taken, moment, is_endless=True)
                    continue
                passed = (*passed, key)
                news = key, apart(taken)
                if news in seen:
                    yield Run(taken, moment, is_told=True)
                    continue
                seen.add(news)
            further = []
            for way in self.step(moment, Trigger.MARKET):
                if isinstance(way, Moment):
                    yield Run(taken, way)
                else:
                    further.append((way.after, (*taken, way), passed))
            pending.extend(reversed(further))

    def _fire(self, moment: Moment, chosen: Chosen, outcome: Outcome, *, close_at_market: bool) -> Taken:
        """Return what a row that fires makes of `moment`, in which `chosen` was found."""
        key = (moment.situation, outcome, close_at_market)
        result = self._results.get(key)
        if result is None:
            result = self._results[key] = after_row(
                moment.situation, outcome, close_at_market=close_at_market, is_hedge=self._is_hedge
            )
        dropped, settled = self._plans.get(outcome) or self._plan(outcome, result)
        kept = tuple([each for each in chosen if each[0] not in dropped])
        allowed = {name: within for name, within in moment.allowed.items() if name not in dropped} | settled
        for metric in moment.fresh:
            allowed[metric] = frozenset(self._unasked.classes(metric, result.situation, is_now=True))
        after = Moment(result.situation, kept, allowed, moment.fresh)
        return Taken(outcome, chosen, moment.situation, after, tuple(result.slips))

    def _exit_types(self, moment: Moment, chosen: Chosen, outcome: Outcome) -> tuple[tuple[bool, Chosen], ...]:
        """Return whether an exit that is placed as configured goes at MARKET, and what was chosen for that."""
        if self._closes_at_market or not outcome.places_as_configured or not moment.situation.exposed:
            return ((self._closes_at_market, chosen),)
        made = dict(chosen)
        within = made.get("data") or moment.allowed.get("data", frozenset(self._domains["data"].every))
        groups = ((within & self._usable, False), (within - self._usable, True))
        return tuple((is_market, tuple({**made, "data": group}.items())) for group, is_market in groups if group)

    def _plan(self, outcome: Outcome, result: Result) -> tuple[frozenset[str], dict[str, frozenset[Class]]]:
        """Return which metrics a row changes, and what its actions leave some of them at; remember both."""
        settled: dict[str, frozenset[Class]] = {}
        for changes, settles in result.settled:
            settled = {name: within for name, within in settled.items() if not self._depends(name, changes)}
            for comparison in settles:
                if comparison.metric is not None and comparison.metric in self._domains:
                    settled[comparison.metric] = self._classes_of(comparison)
        changed = frozenset(result.changed)
        dropped = frozenset(name for name in self._domains if self._depends(name, changed))
        plan = self._plans[outcome] = (dropped, settled)
        return plan

    def _depends(self, metric: str, changed: frozenset[str]) -> bool:
        reads = self._reads[metric]
        return bool(changed) and (reads is None or not reads.isdisjoint(changed))

    def _classes_of(self, comparison: Comparison) -> frozenset[Class]:
        """Return the classes in which an action leaves a metric."""
        found = self._settled.get(comparison)
        if found is None:
            metric = str(comparison.metric)
            check = compile_guard(comparison, {}, self._library)
            or_undefined = self._library.metrics[metric].may_be_undefined
            found = self._domains[metric].where(check, or_undefined=or_undefined)
            self._settled[comparison] = found
        return found


def at_rest(situation: Situation) -> Situation:
    """Return the situation once the event is over: what only the event knew is forgotten."""
    if situation.fill == NO_REASON and situation.peak != "new" and not situation.cut:
        return situation
    return situation._replace(fill=NO_REASON, peak="old" if situation.peak == "new" else situation.peak, cut=False)
