"""Metrics and actions read the parameters that they declare and no others, and no metric is below its least."""

from collections import defaultdict
from dataclasses import fields, replace
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.leg import Leg
from perpfsm.machine.library import Proposals
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import Reading, View
from perpfsm.market.ratio import Ratio
from tests.builders import SECOND
from tests.machine.worlds import THOROUGHLY, legs, views

pytestmark = pytest.mark.untraced

NAMES = {field.name for field in fields(Parameters)}


class Watched(Parameters):
    """Parameters that write down which of them are read."""

    seen: ClassVar[set[str]] = set()

    def __getattribute__(self, name: str) -> object:
        """Note the name, and answer as ever."""
        if name in NAMES:
            Watched.seen.add(name)
        return super().__getattribute__(name)


def watched(parameters: Parameters) -> Watched:
    return Watched(**{name: getattr(parameters, name) for name in NAMES})


def test_what_metrics_and_actions_read_is_what_they_declare() -> None:
    library = shipped_library()
    read: dict[str, set[str]] = defaultdict(set)

    @THOROUGHLY
    @given(of=st.one_of(legs(["open", "trailing", "closing"]), legs(["idle"], ["open"])), seen=views())
    def look(of: Leg, seen: View) -> None:
        view = replace(seen, parameters=watched(seen.parameters))
        for name, metric in library.metrics.items():
            Watched.seen = read[name]
            metric.read(Reading(of.copy(), view))
        for name, action in library.actions.items():
            Watched.seen = read[name]
            action.run(Reading(of.copy(), view), Proposals())

    look()
    declared = {name: set(metric.parameters) for name, metric in library.metrics.items()}
    declared |= {name: set(action.parameters) for name, action in library.actions.items()}
    assert {name: names for name, names in read.items() if names} == {
        name: names for name, names in declared.items() if names
    }


@given(of=st.one_of(legs(["open", "trailing", "closing"]), legs(["idle"], ["open"])), seen=views())
def test_no_metric_is_below_its_least(of: Leg, seen: View) -> None:
    # some of the moments that are drawn lie a nanosecond ahead, and time does not run back
    later = replace(seen, now_ns=seen.now_ns + SECOND)
    for metric in shipped_library().metrics.values():
        value = metric.read(Reading(of, later))
        if metric.least is not None and isinstance(value, Ratio):
            assert value.numerator >= metric.least * value.denominator, metric.name
