"""Guards: comparisons of metrics and parameters, and what combines them."""

from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    Guard,
    GuardName,
    Not,
    Operand,
    Operator,
    ParameterOperand,
)
from perpfsm.machine.guards import compile_guard
from perpfsm.machine.leg import Leg
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import Reading, View
from perpfsm.market.position import Position
from tests.builders import BUY, Number, leg, parameters, position, quote, view

AT_MOST, AT_LEAST, BELOW, ABOVE = Operator.AT_MOST, Operator.AT_LEAST, Operator.BELOW, Operator.ABOVE
IS, IS_NOT = Operator.IS, Operator.IS_NOT
LONG = leg("open", position(1))
HOLDS = Comparison(AT_LEAST, Decimal(0), metric="position_size")
FAILS = Comparison(BELOW, Decimal(0), metric="position_size")


def holds(guard: Guard, of: Leg = LONG, seen: View | None = None, guards: dict[str, Guard] | None = None) -> bool:
    answer = compile_guard(guard, guards or {}, shipped_library()).holds(Reading(of, seen or view(quote())))
    assert type(answer) is bool  # `transitions` compares with True, so nothing merely truthy will do
    return answer


def pnl(operator: Operator, operand: Operand, when_set: str | None = None, when_undefined: bool = False) -> Comparison:
    return Comparison(operator, operand, metric="pnl_pct", when_set=when_set, when_undefined=when_undefined)


def at(bid: Number, of: Parameters | None = None) -> View:
    """Return a view in which a long from 100 stands at `bid` - 100 percent."""
    return view(quote(bid, "200"), of)


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        (AT_MOST, True, True, False),
        (AT_LEAST, False, True, True),
        (BELOW, True, False, False),
        (ABOVE, False, False, True),
        (IS, False, True, False),
        (IS_NOT, True, False, True),
    ],
)
def test_a_number_is_compared(operator: Operator, below: bool, equal: bool, above: bool) -> None:
    guard = pnl(operator, Decimal(2))
    assert [holds(guard, seen=at(bid)) for bid in ("101.99", "102", "102.01")] == [below, equal, above]


def test_a_percentage_is_compared_by_multiplication_never_by_a_rounded_quotient() -> None:
    # Cost 100 on size 3: the entry is a third, whose quotient any precision would round.
    thirds = Position(Decimal(3), Decimal(100))
    guard = pnl(IS, Decimal(-1))
    assert holds(guard, leg("open", thirds), view(quote("33", "34")))
    assert not holds(guard, leg("open", thirds), view(quote(Decimal(33) + Decimal("1e-25"), "34")))


def test_averaged_entries_exactly_on_the_threshold_hold_b11() -> None:
    averaged, _ = position(1, 100).after_fill(BUY, Decimal(103), Decimal(2))  # entry 102
    stop = pnl(AT_MOST, ParameterOperand("stop_loss_spread", negated=True), when_set="stop_loss_spread")
    of = parameters(stop_loss_spread=2)
    assert holds(stop, leg("open", averaged), view(quote("99.96", "200"), of))
    assert not holds(stop, leg("open", averaged), view(quote("99.9600001", "200"), of))


def test_a_metric_is_compared_with_a_parameter_or_its_negative() -> None:
    of = parameters(stop_loss_spread=2)
    negative = pnl(AT_MOST, ParameterOperand("stop_loss_spread", negated=True))
    positive = pnl(AT_LEAST, ParameterOperand("stop_loss_spread"))
    assert [holds(negative, seen=at(bid, of)) for bid in (98, "98.1", 102)] == [True, False, False]
    assert [holds(positive, seen=at(bid, of)) for bid in (98, "101.9", 102)] == [False, False, True]


def test_a_guard_is_false_while_the_parameter_that_it_wants_set_is_off() -> None:
    stop = pnl(AT_MOST, ParameterOperand("stop_loss_spread", negated=True), "stop_loss_spread", when_undefined=True)
    assert not holds(stop, seen=at(50, parameters(stop_loss_spread=0)))
    assert not holds(stop, leg("idle"), at(50, parameters(stop_loss_spread=0)))
    assert holds(stop, seen=at(50, parameters(stop_loss_spread=1)))


@pytest.mark.parametrize("operator", Operator)
def test_an_undefined_number_makes_a_guard_false_unless_it_says_otherwise(operator: Operator) -> None:
    assert not holds(pnl(operator, Decimal(0)), leg("idle"))
    assert holds(pnl(operator, Decimal(0), when_undefined=True), leg("idle"))


def test_a_name_is_one_of_several_or_none_of_them() -> None:
    one = Comparison(IS, ("stop_loss", "risk"), metric="exit_reason")
    none = Comparison(IS_NOT, ("stop_loss", "risk"), metric="exit_reason")
    reasons = ("none", "stop_loss", "risk")
    assert [holds(one, leg("closing", reason=reason)) for reason in reasons] == [False, True, True]
    assert [holds(none, leg("closing", reason=reason)) for reason in reasons] == [True, False, False]


def test_a_parameter_that_is_a_number_is_compared() -> None:
    off = Comparison(IS, Decimal(0), parameter="ts_activation_spread")
    assert holds(off, seen=view(None, parameters(ts_activation_spread=0)))
    assert not holds(off, seen=view(None, parameters(ts_activation_spread=1)))
    wider = Comparison(ABOVE, ParameterOperand("ask_spread"), parameter="bid_spread")
    assert holds(wider, seen=view(None, parameters(bid_spread=2)))
    assert not holds(wider, seen=view(None, parameters(bid_spread=1)))
    many = Comparison(AT_LEAST, Decimal(2), parameter="order_levels")
    assert holds(many, seen=view(None, parameters(order_levels=2)))


def test_a_parameter_that_is_a_name_is_compared() -> None:
    limit = Comparison(IS, ("LIMIT",), parameter="close_position_order_type")
    market = Comparison(IS_NOT, ("LIMIT",), parameter="close_position_order_type")
    assert (holds(limit), holds(market)) == (True, False)


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        (AllOf((HOLDS, HOLDS)), True),
        (AllOf((HOLDS, FAILS)), False),
        (AllOf((FAILS, FAILS)), False),
        (AnyOf((HOLDS, HOLDS)), True),
        (AnyOf((FAILS, HOLDS)), True),
        (AnyOf((FAILS, FAILS)), False),
        (Not(HOLDS), False),
        (Not(FAILS), True),
        (Not(AllOf((HOLDS, Not(AnyOf((FAILS, FAILS)))))), False),
        (AllOf((GuardName("yes"), Not(GuardName("no")))), True),
        (AnyOf((GuardName("no"), GuardName("nested"))), True),
    ],
)
def test_guards_combine(guard: Guard, expected: bool) -> None:
    named: dict[str, Guard] = {"yes": HOLDS, "no": FAILS, "nested": AllOf((GuardName("yes"), Not(GuardName("no"))))}
    assert holds(guard, guards=named) is expected


def test_a_guard_that_names_an_unknown_metric_or_guard_is_not_compiled() -> None:
    with pytest.raises(KeyError, match="vibes"):
        compile_guard(Comparison(IS, Decimal(0), metric="vibes"), {}, shipped_library())
    with pytest.raises(KeyError, match="missing"):
        compile_guard(Not(GuardName("missing")), {}, shipped_library())


def test_each_metric_is_read_once_per_reading() -> None:
    reading = Reading(LONG, at(102))
    twice = AllOf((pnl(ABOVE, Decimal(1)), pnl(BELOW, Decimal(3))))
    check = compile_guard(twice, {}, shipped_library())
    assert check.holds(reading)
    value = reading.values["pnl_pct"]
    assert check.holds(reading)
    assert reading.values == {"pnl_pct": value}
    assert reading.values["pnl_pct"] is value
