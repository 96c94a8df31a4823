"""What rows read and change: a row that repeats for ever, an order that nobody watches, a parameter that is read."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.errors import Severity
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
    Row,
    StateDefinition,
    Trigger,
)
from perpfsm.machine.library import Library, MetricSpec
from perpfsm.machine.shipped import shipped_library
from perpfsm.proof.check_reads import check_reads, parameters_read
from perpfsm.proof.flaw import Flaw
from tests.builders import row, shipped_definition

MOOD = MetricSpec("mood", "count", "Of a friend; from where nobody says.", lambda _: None)
LIBRARY = shipped_library().extended([MOOD])
GUARDS: dict[str, Guard] = {
    "gain": Comparison(Operator.ABOVE, Decimal(0), metric="pnl_pct"),
    "refresh_due": Comparison(Operator.AT_LEAST, ParameterOperand("order_refresh_time"), metric="quotes_age_s"),
    "exit_old": Comparison(Operator.AT_LEAST, ParameterOperand("time_between_stop_loss_orders"), metric="exit_age_s"),
    "no_exit": Comparison(Operator.AT_MOST, Decimal(0), metric="exits_working"),
    "happy": Comparison(Operator.ABOVE, Decimal(0), metric="mood"),
}


def machine(*rows: Row, **guards: Guard) -> MachineDefinition:
    states = (StateDefinition("here", exposed=True), StateDefinition("there", exposed=True, closing=True))
    numbered = tuple(replace(each, number=number) for number, each in enumerate(rows, 1))
    return MachineDefinition("small", "here", states, GUARDS | guards, numbered)


def found(*rows: Row) -> list[Flaw]:
    return [flaw for flaw in check_reads(machine(*rows), LIBRARY) if flaw.code != "never-quotes"]


@pytest.mark.parametrize(
    ("stays", "read"),
    [
        (row("stays", dest=None, when=("gain",), do=("close_at_market",)), "pnl_pct"),
        (row("stays", dest=None, when=("gain",), unless=("no_exit",), do=("cancel_quotes",)), "exits_working, pnl_pct"),
        (row("stays", dest=None, do=("cancel_quotes",)), "nothing"),
        (row("stays", dest=None, when=("refresh_due",)), "quotes_age_s"),
    ],
)
def test_a_row_that_stays_and_changes_nothing_that_it_reads_fires_for_ever(stays: Row, read: str) -> None:
    (flaw,) = found(stays)

    what = f"Row stays stays where it is and changes nothing of what it reads ({read}), so it fires for ever."
    assert (flaw.code, flaw.severity, flaw.path, flaw.what) == (
        "row-repeats",
        Severity.ERROR,
        ("transitions", 0),
        what,
    )


@pytest.mark.parametrize(
    "rests",
    [
        row(dest=None, when=("refresh_due",), do=("keep_quotes",)),
        row(dest=None, when=("no_exit",), do=("close_at_market",)),
        row(dest=None, when=("no_exit",), unless=("gain",), do=("cancel_exits",)),
        row(dest=None, when=("happy",)),
        row(dest="there", when=("gain",)),
        row(dest=None, triggers=(Trigger.FILL,), when=("gain",)),
    ],
)
def test_a_row_that_moves_is_answered_once_or_changes_what_it_reads_may_rest(rests: Row) -> None:
    assert found(rests) == []


def test_an_exit_that_may_be_a_limit_needs_a_row_that_reads_its_age() -> None:
    stop = row("stop", when=("gain",), do=("cancel_orders", "close_position"), reason="stop_loss")
    watching = row("renew", sources=("there",), dest=None, when=("exit_old",), do=("cancel_exits", "close_at_market"))

    (flaw,) = found(stop, row(sources=("there",), dest="here", when=("gain",)))

    assert (flaw.code, flaw.severity, flaw.path) == ("age-unread", Severity.WARNING, ("transitions", 0, "after", 1))
    assert flaw.what == (
        "Row stop places what may be a LIMIT exit by close_position, and no row on market in there cancels or replaces "
        "it by its age, so it may wait for ever."
    )
    assert flaw.remedy == "Add a row that does, with a guard on exit_age_s."
    assert found(stop, watching) == []
    assert found(row("stop", when=("gain",), do=("close_at_market",), reason="stop_loss")) == []
    elsewhere = replace(watching, sources=("here",))
    on_fill = replace(watching, triggers=(Trigger.FILL,))
    assert [flaw.code for flaw in found(stop, elsewhere, on_fill)] == ["age-unread"]


def test_quotes_need_a_row_that_reads_their_age_in_each_state_in_which_they_rest() -> None:
    refresh = row("refresh", sources=("here", "there"), dest=None, when=("refresh_due",), do=("replace_quotes",))

    (flaw,) = found(row("quote", when=("gain",), do=("place_quotes",)))

    assert flaw.what == (
        "Row quote places quotes by place_quotes, and no row on market in there cancels or replaces "
        "them by their age, so they may rest for ever."
    )
    assert flaw.remedy == "Add a row that does, with a guard on quotes_age_s."
    assert found(refresh) == []
    keeps = replace(refresh, actions=("keep_quotes",))
    assert [flaw.code for flaw in found(row("quote", when=("gain",), do=("place_quotes",)), keeps)] == ["age-unread"]


def test_parameters_are_read_by_guards_metrics_and_actions() -> None:
    deep: Guard = AllOf(
        (
            AnyOf((Comparison(Operator.IS, Decimal(0), parameter="ts_activation_spread"),)),
            Not(GuardName("stopped")),
        )
    )
    stopped = Comparison(Operator.BELOW, Decimal(0), metric="exit_backoff_left_s", when_set="stop_loss_spread")
    one = machine(row(when=("deep", "refresh_due"), do=("close_position",)), deep=deep, stopped=stopped)

    assert parameters_read(one, LIBRARY) == {
        "ts_activation_spread",
        "stop_loss_spread",
        "exit_retry_s",
        "order_refresh_time",
        "close_position_order_type",
        "stop_loss_slippage_buffer",
    }


def test_the_lifecycles_read_the_parameters_of_their_kind() -> None:
    profit, trailing = (
        parameters_read(shipped_definition(name), LIBRARY) for name in ("profit_taking", "trailing_stop")
    )

    assert profit - trailing == {"long_profit_taking_spread", "short_profit_taking_spread"}
    assert trailing - profit == {"ts_activation_spread", "ts_callback_rate"}


def test_a_lifecycle_that_never_quotes_is_a_warning() -> None:
    flat = row("flat", triggers=(Trigger.FILL,), do=("cancel_orders",))

    (flaw,) = check_reads(machine(flat), LIBRARY)

    assert (flaw.code, flaw.severity, flaw.path, flaw.at_key) == (
        "never-quotes",
        Severity.WARNING,
        ("transitions",),
        True,
    )
    assert flaw.what == "No row places quotes, so nothing is ever opened, and the proof has nothing to look at."
    no_quoting = Library.of((), [LIBRARY.actions["cancel_orders"]])
    assert [*check_reads(machine(flat), no_quoting)] == []


def test_a_parameter_of_which_only_matters_whether_it_is_set_is_told_at_the_guard() -> None:
    spread, stop = ParameterOperand("bid_spread", negated=True), ParameterOperand("stop_loss_spread", negated=True)
    astray = Comparison(Operator.AT_MOST, spread, metric="pnl_pct", when_set="stop_loss_spread")
    stops = row("stop", dest="there", when=("hit",), do=("close_at_market",))

    (flaw,) = [flaw for flaw in check_reads(machine(stops, hit=astray), LIBRARY) if flaw.code == "value-unread"]

    assert (flaw.severity, flaw.path, flaw.at_key) == (Severity.WARNING, ("guards", "hit"), True)
    assert flaw.what == "Guard hit asks whether stop_loss_spread is set, and nothing asks what it is set to."
    assert flaw.remedy == "Compare with stop_loss_spread, or ask by when_set for the parameter that is compared with."
    meant = replace(astray, operand=stop)
    for guards in ({"hit": meant}, {"hit": AllOf((astray, meant))}):
        codes = {each.code for each in check_reads(machine(stops, **guards), LIBRARY)}
        assert "value-unread" not in codes


def test_of_several_guards_the_one_that_asks_is_told_and_not_those_that_name_it() -> None:
    astray = Comparison(Operator.ABOVE, Decimal(1), metric="pnl_pct", when_set="stop_loss_spread")
    stops = row("stop", dest="there", when=("either",), do=("close_at_market",))
    definition = machine(stops, hit=astray, either=GuardName("hit"))

    assert [flaw.path for flaw in check_reads(definition, LIBRARY) if flaw.code == "value-unread"] == [
        ("guards", "hit")
    ]
