"""Waivers: by code, with a reason, for what was found and may be waived; anything else is a finding itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from perpfsm.config.strategy import load_strategy, read_strategy
from perpfsm.config.waivers import WAIVABLE, Waived
from perpfsm.errors import Severity
from perpfsm.proof.lint import CODES

Write = Callable[..., Path]
NO_STOP = {"stop_loss_spread": "0"}


def test_a_waived_finding_is_kept_with_its_reason_and_warns_no_more(write: Write, good: str) -> None:
    strategy = load_strategy(write(good + "waive: {no-stop: hedged elsewhere}\n"), overrides=NO_STOP)

    assert strategy.findings == ()
    assert strategy.waived == (
        Waived("no-stop", "stop_loss_spread is 0, so there is no stop loss.", "hedged elsewhere"),
    )


@pytest.mark.parametrize(
    ("waiver", "code", "what"),
    [
        ("{no-stop: }", "empty-value", "no-stop has no value."),
        ("{no-stop: ' '}", "waiver-without-reason", "no-stop is waived without a reason."),
        ("{no-stops: hedged}", "unknown-waiver", "no-stops is not a finding that can be waived."),
        ("{unknown-guard: I know}", "unknown-waiver", "unknown-guard is not a finding that can be waived."),
        ("{stop-beyond-liquidation: I know}", "not-waivable", "stop-beyond-liquidation cannot be waived."),
    ],
)
def test_a_waiver_that_waives_nothing_is_an_error(write: Write, good: str, waiver: str, code: str, what: str) -> None:
    strategy, findings = read_strategy(write(good + f"waive: {waiver}\n"), overrides=NO_STOP)

    assert strategy is None
    assert [(each.code, each.what) for each in findings if each.severity is Severity.ERROR] == [(code, what)]
    assert "no-stop" in [each.code for each in findings]


def test_a_waiver_of_what_was_not_found_is_a_warning_once_everything_was_looked_at(write: Write, good: str) -> None:
    waived = good + "waive: {no-stop: hedged elsewhere}\n"

    _, whole = read_strategy(write(waived))
    _, broken = read_strategy(write(waived.replace("leverage: 10", "leverage: 0")))

    assert [each.code for each in whole] == ["unused-waiver"]
    assert [each.code for each in broken] == ["out-of-range"]


def test_a_waiver_of_another_form_is_refused_by_the_schema(write: Write, good: str) -> None:
    _, findings = read_strategy(write(good + "waive: [no-stop]\n"))

    assert [each.what for each in findings] == ["waive is a list, but must be a mapping of codes to reasons."]


def test_what_stops_a_stop_from_working_is_never_waivable() -> None:
    assert {code for code, may_be_waived in CODES.items() if not may_be_waived} == {"stop-beyond-liquidation"}
    assert "stop-beyond-liquidation" not in WAIVABLE
