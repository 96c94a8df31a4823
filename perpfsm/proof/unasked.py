"""What a metric may be in a situation: read by the production metric at the extremes, else anything."""

from collections.abc import Callable, Mapping
from operator import itemgetter

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.library import Library, MetricSpec
from perpfsm.proof.domain import Class, Domain, read
from perpfsm.proof.situation import MOMENTS, PARTS, PROBED, Situation, probes


class Unasked:
    """The classes in which each metric may be."""

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
