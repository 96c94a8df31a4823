"""Guards in words: values filled in, negations pushed inward, what is decided by the parameters said to be so."""

from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import CloseType, Parameters
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
from perpfsm.machine.shipped import shipped_library
from perpfsm.proof.diagram_guards import Phrase, number, phrase
from tests.builders import parameters

STOP = Comparison(
    Operator.AT_MOST,
    ParameterOperand("stop_loss_spread", negated=True),
    metric="pnl_pct",
    when_set="stop_loss_spread",
)
EXPOSED = Comparison(Operator.ABOVE, Decimal(0), metric="position_size")
REASON = Comparison(Operator.IS, ("none", "take_profit"), metric="exit_reason")
WITH_STOP = parameters(stop_loss_spread="0.20")


def of_parameter(operator: Operator, operand: Operand, name: str = "ts_activation_spread") -> Comparison:
    return Comparison(operator, operand, parameter=name)


def said(guard: Guard, of: Parameters | None = None, *, wanted: bool = True) -> Phrase:
    guards: dict[str, Guard] = {"exposed": EXPOSED}
    return phrase(guard, guards, shipped_library(), of, wanted=wanted)


LOSSES = Comparison(Operator.AT_LEAST, Decimal("1.50"), metric="exit_losses")
BOTH = "position_size > 0 and exit_reason = none/take_profit"
NOT_BOTH = "position_size ≤ 0 or exit_reason ≠ none/take_profit"


@pytest.mark.parametrize(
    ("guard", "yes", "no"),
    [
        (EXPOSED, "position_size > 0", "position_size ≤ 0"),
        (GuardName("exposed"), "position_size > 0", "position_size ≤ 0"),
        (Not(GuardName("exposed")), "position_size ≤ 0", "position_size > 0"),
        (REASON, "exit_reason = none/take_profit", "exit_reason ≠ none/take_profit"),
        (LOSSES, "exit_losses ≥ 1.5", "exit_losses < 1.5"),
        (AllOf((EXPOSED, REASON)), BOTH, NOT_BOTH),
        (
            AnyOf((LOSSES, AllOf((EXPOSED, REASON)))),
            f"exit_losses ≥ 1.5 or ({BOTH})",
            f"exit_losses < 1.5 and ({NOT_BOTH})",
        ),
    ],
)
def test_a_guard_is_said_as_it_must_be_and_as_it_must_not_be(guard: Guard, yes: str, no: str) -> None:
    assert (said(guard).text, said(guard, wanted=False).text) == (yes, no)


def test_a_strategys_value_stands_in_place_of_the_parameter_and_its_sign_is_kept() -> None:
    assert said(STOP, WITH_STOP) == Phrase("pnl_pct ≤ \N{MINUS SIGN}0.2")
    refresh = Comparison(Operator.AT_LEAST, ParameterOperand("order_refresh_time"), metric="exit_losses")
    assert (said(refresh, WITH_STOP).text, said(refresh).text) == (
        "exit_losses ≥ 10",
        "exit_losses ≥ order_refresh_time",
    )


def test_without_a_strategy_a_parameter_that_may_be_off_is_said_to_need_setting() -> None:
    assert said(STOP).text == "pnl_pct ≤ \N{MINUS SIGN}stop_loss_spread (if set)"
    open_end = Comparison(
        Operator.AT_MOST, Decimal(1), metric="pnl_pct", when_set="stop_loss_spread", when_undefined=True
    )
    assert said(open_end, wanted=False) == Phrase("pnl_pct > 1 or stop_loss_spread off", offers_choice=True)


def test_a_guard_whose_parameter_is_off_is_decided() -> None:
    off = parameters(stop_loss_spread=0)
    assert said(STOP, off) == Phrase("stop_loss_spread is off", always=False)
    assert said(STOP, off, wanted=False) == Phrase("stop_loss_spread is off", always=True)


def test_what_a_metric_without_a_value_makes_of_a_guard_is_said_where_it_makes_it_hold() -> None:
    waits = Comparison(Operator.AT_LEAST, Decimal(5), metric="since_fill_s", when_undefined=True)
    assert said(waits) == Phrase("since_fill_s ≥ 5 or no value", offers_choice=True)
    assert said(waits, wanted=False) == Phrase("since_fill_s < 5")
    assert said(AllOf((waits, EXPOSED))).text == "(since_fill_s ≥ 5 or no value) and position_size > 0"


@pytest.mark.parametrize(
    ("operator", "operand", "holds"),
    [
        (Operator.AT_MOST, Decimal(2), True),
        (Operator.AT_LEAST, Decimal(3), False),
        (Operator.BELOW, Decimal(2), False),
        (Operator.ABOVE, ParameterOperand("ts_callback_rate", negated=True), True),
        (Operator.IS, ParameterOperand("ts_callback_rate"), False),
        (Operator.IS_NOT, Decimal(2), False),
    ],
)
def test_a_compared_parameter_is_decided_by_its_value(operator: Operator, operand: Operand, holds: bool) -> None:
    of = parameters(ts_activation_spread="2.0", ts_callback_rate=1)
    assert said(of_parameter(operator, operand), of) == Phrase("ts_activation_spread is 2", always=holds)
    assert said(of_parameter(operator, operand), of, wanted=False).always is not holds


def test_a_compared_choice_is_decided_by_its_value_and_open_without_one() -> None:
    limit = of_parameter(Operator.IS, ("LIMIT",), "close_position_order_type")
    assert said(limit, parameters(close=CloseType.MARKET)) == Phrase(
        "close_position_order_type is MARKET", always=False
    )
    assert said(limit) == Phrase("close_position_order_type = LIMIT")


def test_decided_parts_leave_the_rest_of_a_combination() -> None:
    of = parameters(ts_activation_spread=0, ts_callback_rate=1)
    yes, no = of_parameter(Operator.IS, Decimal(0)), of_parameter(Operator.ABOVE, Decimal(0))
    assert said(AllOf((yes, EXPOSED)), of) == said(AnyOf((no, EXPOSED)), of) == Phrase("position_size > 0")
    assert said(AllOf((EXPOSED, no)), of) == Phrase("ts_activation_spread is 0", always=False)
    assert said(AnyOf((EXPOSED, yes)), of) == Phrase("ts_activation_spread is 0", always=True)
    assert said(AllOf((yes, yes)), of).always is True
    assert said(AnyOf((no, no)), of).always is False


def test_numbers_have_no_needless_zeros_and_a_minus_of_their_own() -> None:
    assert [number(Decimal(text)) for text in ("1.500", "100", "-0.20", "0E+3", "-0")] == [
        "1.5",
        "100",
        "\N{MINUS SIGN}0.2",
        "0",
        "0",
    ]
