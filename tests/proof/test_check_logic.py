"""Whether guards can hold together: a no is never wrong, and the yes of every plain case is a yes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.config.ranges import parameter_ranges
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
    StateDefinition,
)
from perpfsm.machine.guards import compile_guard
from perpfsm.machine.leg import Leg
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import Reading, View
from perpfsm.proof import check_logic
from perpfsm.proof.check_logic import Logic, row_guard
from tests.builders import row
from tests.machine.small_machines import GUARDS
from tests.machine.worlds import legs, views

LIBRARY = shipped_library()
STOP = ParameterOperand("stop_loss_spread")


def logic(**named: Guard) -> Logic:
    definition = MachineDefinition("small", "here", (StateDefinition("here"),), named, ())
    return Logic(definition, LIBRARY, parameter_ranges())


def pnl(operator: Operator, operand: Decimal | ParameterOperand, when_set: str | None = None) -> Comparison:
    return Comparison(operator, operand, metric="pnl_pct", when_set=when_set)


def number(text: str) -> Decimal:
    return Decimal(text)


AT_MOST, AT_LEAST, BELOW, ABOVE, IS, IS_NOT = Operator


@pytest.mark.untraced
@given(parts=st.lists(GUARDS, min_size=1, max_size=3), of=legs(["open", "closing"]), seen=views())
def test_what_happens_is_never_called_impossible(parts: list[Guard], of: Leg, seen: View) -> None:
    reading = Reading(of, seen)
    wanted = [(part, compile_guard(part, {}, LIBRARY).holds(reading)) for part in parts]

    assert logic().can(*wanted)


@pytest.mark.parametrize(
    "impossible",
    [
        AllOf((pnl(BELOW, number("1")), pnl(ABOVE, number("1")))),
        AllOf((pnl(AT_MOST, number("1")), pnl(ABOVE, number("1")))),
        AllOf((pnl(BELOW, STOP), pnl(AT_LEAST, STOP))),
        AllOf((pnl(IS, STOP), pnl(IS_NOT, STOP))),
        AllOf((pnl(AT_MOST, ParameterOperand("stop_loss_spread", negated=True)), pnl(ABOVE, number("0")))),
        AllOf(
            (pnl(AT_MOST, ParameterOperand("stop_loss_spread", negated=True), "stop_loss_spread"), pnl(IS, number("0")))
        ),
        AllOf((pnl(AT_LEAST, number("102")), pnl(AT_MOST, STOP))),
        Comparison(BELOW, number("0"), metric="exits_working"),
        Comparison(BELOW, number("1"), parameter="leverage"),
        AllOf(
            (
                Comparison(IS, ("LIMIT",), parameter="close_position_order_type"),
                Comparison(IS, ("MARKET",), parameter="close_position_order_type"),
            )
        ),
        Comparison(IS_NOT, ("none", "limit", "market"), metric="exit_order_type"),
        AllOf((pnl(AT_LEAST, number("0")), Not(pnl(AT_LEAST, number("0"))))),
        AllOf(
            (Comparison(AT_MOST, number("0"), parameter="stop_loss_spread"), pnl(IS, number("1"), "stop_loss_spread"))
        ),
        AnyOf(
            (
                Comparison(BELOW, number("0"), metric="exit_losses"),
                Comparison(ABOVE, number("100"), parameter="ask_spread"),
            )
        ),
    ],
)
def test_what_cannot_be_is_known(impossible: Guard) -> None:
    assert not logic().can((impossible, True))
    assert logic().can((impossible, False))


def test_a_metric_without_a_value_is_neither_above_nor_below() -> None:
    either = AnyOf((pnl(AT_LEAST, number("0")), pnl(BELOW, number("0"))))

    assert logic().can((either, False))
    assert not logic().can(
        (AnyOf((either, Comparison(BELOW, number("0"), metric="pnl_pct", when_undefined=True))), False)
    )


def test_guards_are_looked_up_by_name() -> None:
    named = logic(a=pnl(BELOW, number("0")), b=Not(GuardName("a")))

    assert not named.can((row_guard(row(when=("a", "b"))), True))
    assert not named.can((row_guard(row(when=("a",), unless=("a",))), True))
    assert named.can((row_guard(row(when=("a",), unless=("b",))), True))


def test_a_parameter_that_no_range_describes_can_be_anything() -> None:
    unknown = Logic(MachineDefinition("small", "here", (), {}, ()), LIBRARY, {})
    off = pnl(BELOW, number("0"), "stop_loss_spread")

    assert unknown.can((off, True), (pnl(AT_MOST, STOP), True), (Comparison(IS, ("x",), parameter="price_type"), True))
    assert not unknown.can((off, True), (pnl(AT_LEAST, number("0")), True))


def test_parameters_may_bound_parameters() -> None:
    below = Comparison(BELOW, ParameterOperand("ts_callback_rate"), parameter="stop_loss_spread")

    assert logic().can(
        (below, True), (pnl(AT_LEAST, STOP), True), (pnl(BELOW, ParameterOperand("ts_callback_rate")), True)
    )
    assert not logic().can((below, True), (Comparison(ABOVE, number("101"), parameter="stop_loss_spread"), True))


def test_an_always_set_parameter_is_never_off() -> None:
    asked = pnl(ABOVE, number("0"), "bid_spread")

    assert not logic().can((asked, False), (pnl(ABOVE, number("0")), True))


def test_a_question_that_is_too_hard_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    hard = AllOf((AnyOf((pnl(BELOW, number("0")), pnl(ABOVE, number("1")))), pnl(IS, number("0.5"))))
    assert not logic().can((hard, True))

    monkeypatch.setattr(check_logic, "CASES_MAX", 0)

    assert logic().can((hard, True))
    assert not logic().can((hard, True), unsure=False)
