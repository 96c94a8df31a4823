"""What a lifecycle's text shows: guards that are no question, rows in the wrong place, each with its place."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.config.ranges import parameter_ranges
from perpfsm.config.resources import machine_names
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
from perpfsm.machine.library import Library
from perpfsm.machine.shipped import shipped_library
from perpfsm.proof.check import check
from perpfsm.proof.check_guards import check_guards
from perpfsm.proof.check_logic import Logic
from perpfsm.proof.check_rows import check_rows
from perpfsm.proof.flaw import Flaw
from tests.builders import row, shipped_definition

ZERO = Decimal(0)
LOSS: Guard = Comparison(Operator.BELOW, ZERO, metric="pnl_pct")
GAIN: Guard = Comparison(Operator.ABOVE, ZERO, metric="pnl_pct")
BIG_GAIN: Guard = Comparison(Operator.ABOVE, Decimal(1), metric="pnl_pct")
ANY_PRICE: Guard = Comparison(Operator.AT_LEAST, Decimal(-100), metric="mark_pnl_pct")
NO_EXITS: Guard = Comparison(Operator.BELOW, ZERO, metric="exits_working")
SOME_EXITS: Guard = Comparison(Operator.AT_LEAST, ZERO, metric="exits_working")
ALLOWED: Guard = Comparison(Operator.IS, ("allowed",), metric="quoting")
GUARDS: dict[str, Guard] = {
    "loss": LOSS,
    "gain": GAIN,
    "big_gain": BIG_GAIN,
    "priced": ANY_PRICE,
    "allowed": ALLOWED,
}
STOP = row("stop", when=("loss",), do=("cancel_orders", "close_position"), reason="stop_loss")


def found(*rows: Row, guards: dict[str, Guard] = GUARDS) -> list[Flaw]:
    states = (StateDefinition("here", exposed=True), StateDefinition("there", exposed=True, closing=True))
    numbered = tuple(replace(each, number=number) for number, each in enumerate(rows, 1))
    definition = MachineDefinition("small", "here", states, guards, numbered)
    logic = Logic(definition, shipped_library(), parameter_ranges())
    return [*check_guards(definition, logic), *check_rows(definition, shipped_library(), logic)]


def said(flaws: list[Flaw]) -> list[tuple[str, Severity, tuple[str | int, ...], str]]:
    return [(flaw.code, flaw.severity, flaw.path, flaw.what) for flaw in flaws]


@pytest.mark.parametrize("name", machine_names())
def test_a_shipped_lifecycle_has_no_flaws(name: str) -> None:
    assert check(shipped_definition(name), shipped_library(), parameter_ranges()) == ()


@pytest.mark.parametrize(
    ("guard", "because"),
    [
        (NO_EXITS, "exits_working is never below 0"),
        (
            Comparison(Operator.IS_NOT, ("new", "old", "none"), metric="peak"),
            "peak is never anything but new or old or none",
        ),
        (
            Comparison(Operator.AT_MOST, ParameterOperand("exit_retry_s", negated=True), metric="exit_age_s"),
            "exit_age_s is never at most -exit_retry_s",
        ),
        (Comparison(Operator.BELOW, Decimal(1), parameter="leverage"), "leverage is never below 1"),
        (AllOf((LOSS, GAIN)), "its parts contradict each other"),
        (AnyOf((NO_EXITS, NO_EXITS)), "none of its parts ever does"),
        (Not(SOME_EXITS), "what it names always does"),
        (GuardName("nothing"), "what it names never does"),
    ],
)
def test_a_guard_that_can_never_hold_is_an_error(guard: Guard, because: str) -> None:
    flaws = found(guards={"here": guard, "nothing": NO_EXITS})

    what = f"Guard here can never hold: {because}."
    assert said(flaws)[0] == ("guard-never-holds", Severity.ERROR, ("guards", "here"), what)
    assert flaws[0].at_key


@pytest.mark.parametrize(
    ("guard", "because"),
    [
        (SOME_EXITS, "exits_working is always at least 0"),
        (
            Comparison(Operator.ABOVE, ParameterOperand("order_amount", negated=True), metric="position_size"),
            "position_size is always above -order_amount",
        ),
        (AnyOf((LOSS, SOME_EXITS)), "one of its parts always does"),
        (AllOf((SOME_EXITS, SOME_EXITS)), "each of its parts always does"),
        (Not(NO_EXITS), "what it names never does"),
        (GuardName("everything"), "what it names always does"),
    ],
)
def test_a_guard_that_always_holds_is_a_warning(guard: Guard, because: str) -> None:
    flaws = found(guards={"here": guard, "everything": SOME_EXITS})

    what = f"Guard here always holds: {because}."
    assert said(flaws)[0] == ("guard-always-holds", Severity.WARNING, ("guards", "here"), what)


def test_a_part_that_is_no_question_is_pointed_at() -> None:
    guards: dict[str, Guard] = {
        "choice": AnyOf((LOSS, AllOf((GAIN, SOME_EXITS)))),
        "negated": Not(AnyOf((LOSS, NO_EXITS))),
    }

    assert [(flaw.code, flaw.path, flaw.at_key) for flaw in found(guards=guards)] == [
        ("guard-always-holds", ("guards", "choice", "any", 1, "all", 1), False),
        ("guard-never-holds", ("guards", "negated", "not", "any", 1), False),
    ]
    assert found(guards=guards)[0].what.startswith("This part of guard choice always holds")


def test_a_row_whose_guards_exclude_each_other_never_fires_and_hides_nothing() -> None:
    flaws = found(row("never", when=("priced", "gain"), unless=("gain",)), row("later", when=("gain",)))

    assert said(flaws) == [
        (
            "row-never-fires",
            Severity.ERROR,
            ("transitions", 0),
            "Row never can never fire: gain and not gain exclude each other.",
        )
    ]


def test_guards_that_only_together_exclude_each_other_are_all_named() -> None:
    guards: dict[str, Guard] = {**GUARDS, "flat_or_gain": AnyOf((GAIN, LOSS))}

    flaws = found(row("never", when=("flat_or_gain",), unless=("gain", "loss")), guards=guards)

    assert [flaw.what for flaw in flaws] == [
        "Row never can never fire: flat_or_gain and not gain and not loss exclude each other."
    ]


def test_a_row_with_a_guard_that_never_holds_never_fires() -> None:
    flaws = found(row("never", when=("none",)), guards={"none": NO_EXITS})

    assert [flaw.what for flaw in flaws][1:] == ["Row never can never fire: none never holds."]


def test_a_row_that_an_earlier_one_covers_never_fires() -> None:
    flaws = found(row("first", when=("gain",)), row("second", when=("priced", "big_gain")))

    assert said(flaws) == [
        (
            "shadowed-row",
            Severity.ERROR,
            ("transitions", 1),
            "Row second can never fire: first before it fires whenever its guards hold.",
        )
    ]
    assert flaws[0].remedy == "Move it before first, or remove it."


def test_two_rows_may_cover_a_third_together_and_only_they_are_named() -> None:
    guards: dict[str, Guard] = {**GUARDS, "not_gain": Comparison(Operator.AT_MOST, ZERO, metric="pnl_pct")}

    flaws = found(
        row("other", when=("priced",)),
        row("up", when=("gain",)),
        row("down", when=("not_gain",)),
        row("last", when=("loss",)),
        row("rest"),
        guards=guards,
    )

    assert [flaw.what for flaw in flaws] == ["Row last can never fire: down before it fires whenever its guards hold."]

    flaws = found(
        row("up", when=("gain",)),
        row("down", when=("not_gain",)),
        row("last", when=("either",)),
        guards={**guards, "either": AnyOf((GAIN, LOSS))},
    )
    assert [flaw.what for flaw in flaws] == [
        "Row last can never fire: up and down before it fire whenever its guards hold."
    ]


def test_a_row_that_is_hidden_in_one_state_only_is_a_warning() -> None:
    flaws = found(
        row("first", when=("gain",)),
        row("second", when=("big_gain",), sources=("here", "there"), triggers=(Trigger.FILL, Trigger.MARKET)),
    )

    assert said(flaws) == [
        (
            "shadowed-row",
            Severity.WARNING,
            ("transitions", 1),
            "Row second can never fire on market in here: first before it fires whenever its guards hold.",
        )
    ]


@pytest.mark.parametrize(
    "earlier",
    [
        row("earlier", when=("priced",), do=("place_take_profit",), reason="take_profit"),
        row("earlier", when=("priced",), do=("close_position",), reason="trailing_stop"),
        row("earlier", dest=None, when=("priced", "allowed"), do=("replace_quotes",)),
        row("earlier", dest=None, when=("priced",), do=("cancel_exits", "place_take_profit")),
    ],
)
def test_quoting_and_other_exits_before_the_stop_are_errors(earlier: Row) -> None:
    flaws = found(earlier, STOP)

    assert said(flaws) == [
        (
            "before-the-stop",
            Severity.ERROR,
            ("transitions", 0),
            "Row earlier stands before stop and can fire on market in here while it is due.",
        )
    ]
    assert flaws[0].remedy == "Move stop before it."


@pytest.mark.parametrize(
    "earlier",
    [
        row("earlier", when=("priced",), do=("close_at_market",), reason="risk"),
        row("earlier", when=("gain",), do=("place_take_profit",), reason="take_profit"),
        row("earlier", dest=None, when=("priced",), do=("raise_peak",)),
        row("earlier", sources=("there",), do=("place_take_profit",), reason="take_profit"),
    ],
)
def test_what_does_not_delay_a_stop_may_stand_before_it(earlier: Row) -> None:
    assert found(earlier, STOP) == []


def test_a_stop_that_is_hidden_is_said_to_be_hidden_and_nothing_else() -> None:
    flaws = found(row("profit", do=("place_take_profit",), reason="take_profit"), STOP)

    assert [flaw.code for flaw in flaws] == ["shadowed-row"]


def test_quotes_are_placed_only_where_quoting_is_allowed() -> None:
    quote = row("quote", when=("gain",), do=("place_quotes",))
    allowed = row("quote", when=("gain", "allowed"), do=("place_quotes",))
    stands_down = row("stand_down", unless=("allowed",), do=("cancel_quotes",))
    elsewhere = row("stand_down", sources=("there",), unless=("allowed",), do=("cancel_quotes",))

    assert said(found(quote)) == [
        (
            "quotes-unallowed",
            Severity.ERROR,
            ("transitions", 0),
            "Row quote can place quotes on market in here while quoting is not allowed.",
        )
    ]
    assert found(allowed) == found(stands_down, quote) == []
    assert [flaw.code for flaw in found(elsewhere, quote)] == ["quotes-unallowed"]


def test_a_library_that_does_not_know_of_quoting_is_not_asked() -> None:
    library = Library.of((), shipped_library().actions.values())
    quote = row("quote", do=("place_quotes",))
    definition = MachineDefinition("small", "here", (StateDefinition("here"), StateDefinition("there")), {}, (quote,))

    assert [*check_rows(definition, library, Logic(definition, library, {}))] == []
