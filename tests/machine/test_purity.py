"""A step is pure, and every guard answers with a real bool."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.machine.definition import Trigger
from perpfsm.machine.metrics import SHIPPED_METRICS
from perpfsm.machine.step import take_step
from perpfsm.machine.view import Reading
from perpfsm.market.ratio import Ratio
from tests.machine.worlds import THOROUGHLY, World, worlds

pytestmark = pytest.mark.untraced

TRIGGERS = st.sampled_from([Trigger.MARKET, *Trigger])


@THOROUGHLY
@given(world=worlds(), trigger=TRIGGERS)
def test_a_step_changes_nothing_that_it_is_given_and_is_the_same_every_time(world: World, trigger: Trigger) -> None:
    leg, view = world.leg.copy(), deepcopy(world.view)
    step = take_step(world.lifecycle, world.leg, trigger, world.view)
    assert (world.leg, world.view) == (leg, view)
    assert take_step(world.lifecycle, leg, trigger, view) == step
    if step is not None:
        assert step.leg is not world.leg
        assert step.source == world.leg.state
        assert step.leg.state == (step.row.dest or world.leg.state)


@given(world=worlds())
def test_every_guard_answers_with_a_real_bool(world: World) -> None:
    reading = Reading(world.leg, world.view)
    for rows in world.lifecycle.market_rows.values():
        for compiled in rows:
            assert {type(requirement.check.holds(reading)) for requirement in compiled.requirements} <= {bool}


@given(world=worlds())
def test_every_metric_is_of_its_type_and_undefined_only_where_it_says_so(world: World) -> None:
    for spec in SHIPPED_METRICS:
        value = spec.read(Reading(world.leg, world.view))
        if spec.values is not None:
            assert value in spec.values
        elif value is None:
            assert spec.may_be_undefined
        else:
            assert isinstance(value, Ratio)
            assert value.denominator > 0
