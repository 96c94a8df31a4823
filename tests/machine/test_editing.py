"""Editing a copy of a shipped machine changes the bot: the lifecycle is written down in the file and nowhere else."""

import re
from pathlib import Path

import pytest

from perpfsm.config.machine_file import load_machine
from perpfsm.config.resources import machine_path
from perpfsm.decisions.proposals import Place
from perpfsm.errors import ConfigError
from perpfsm.machine.bands import band_of
from perpfsm.machine.build import Lifecycle, build_lifecycle
from perpfsm.machine.definition import Trigger
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.step import take_step
from perpfsm.market.band import LOW
from tests.builders import CLOSE, MARKET, NOW, SECOND, SELL, leg, parameters, position, quote, view

MACHINES = ("profit_taking", "trailing_stop")
PARAMETERS = parameters(stop_loss_spread=2, ts_activation_spread=5)
OPEN = leg("open", position(1))
FALLEN = view(quote("50.0", "50.1"), PARAMETERS, mark=50)
ABOVE_THE_STOP = view(quote("99.0", "99.1"), PARAMETERS, mark=99)


def text_of(machine: str) -> str:
    path = machine_path(machine)
    assert path is not None
    return path.read_text(encoding="utf-8")


def without_row(text: str, name: str) -> str:
    """Return the text without the row called `name`, as a person would delete it."""
    shorter, rows = re.subn(rf"  - \{{name: {name},.*?\}}\n", "", text, flags=re.DOTALL)
    assert rows == 1
    return shorter


def built(text: str, folder: Path) -> Lifecycle:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return build_lifecycle(load_machine(path), shipped_library())


@pytest.mark.parametrize("machine", MACHINES)
def test_deleting_the_stop_loss_row_leaves_a_bot_without_a_stop(machine: str, tmp_path: Path) -> None:
    whole, shorter = built(text_of(machine), tmp_path), built(without_row(text_of(machine), "stop_loss"), tmp_path)
    step = take_step(whole, OPEN, Trigger.MARKET, FALLEN)
    assert step is not None
    assert step.row.name == "stop_loss"
    assert take_step(shorter, OPEN, Trigger.MARKET, FALLEN) is None
    assert band_of(whole, OPEN, ABOVE_THE_STOP).bid_low > 98
    assert band_of(shorter, OPEN, ABOVE_THE_STOP).bid_low == LOW


GIVE_UP = """
  - {name: give_up, trigger: market, source: open, dest: closing, reason: flatten, conditions: too_old, unless: is_dust,
     after: [cancel_orders, close_at_market]}
"""
TOO_OLD = "guards:\n  too_old: {metric: position_age_s, at_least: 600}\n"


@pytest.mark.parametrize("machine", MACHINES)
def test_adding_a_row_of_shipped_guards_and_actions_changes_behaviour(machine: str, tmp_path: Path) -> None:
    longer = built(text_of(machine).replace("guards:\n", TOO_OLD).rstrip() + GIVE_UP, tmp_path)
    of = leg("open", position(1))
    of.opened_ns = NOW
    early, late = (
        view(quote("99.0", "99.1"), PARAMETERS, now_ns=NOW + seconds * SECOND, mark=99) for seconds in (599, 600)
    )
    assert take_step(longer, of, Trigger.MARKET, early) is None
    assert band_of(longer, of, early).due_ns == NOW + 600 * SECOND
    step = take_step(longer, of, Trigger.MARKET, late)
    assert step is not None
    assert (step.leg.state, step.leg.exit_reason) == ("closing", "flatten")
    assert step.proposals == (Place(CLOSE, SELL, MARKET, None, position(1).size, "flatten"),)
    assert take_step(built(text_of(machine), tmp_path), of, Trigger.MARKET, late) is None


def test_changing_a_guard_changes_behaviour(tmp_path: Path) -> None:
    text = text_of("profit_taking")
    eager = text.replace(
        "in_profit:          {metric: mark_pnl_pct, above: 0}", "in_profit: {metric: mark_pnl_pct, above: -2}"
    )
    assert eager != text
    losing = view(quote("99.0", "99.2"), PARAMETERS)
    assert take_step(built(text, tmp_path), OPEN, Trigger.MARKET, losing) is None
    step = take_step(built(eager, tmp_path), OPEN, Trigger.MARKET, losing)
    assert step is not None
    assert step.row.name == "take_profit"


def test_rows_are_tried_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = text_of("profit_taking")
    early = """transitions:
  - {name: first_of_all, trigger: market, source: open, dest: idle, conditions: stop_loss_hit, after: cancel_quotes}
"""
    step = take_step(built(text.replace("transitions:\n", early), tmp_path), OPEN, Trigger.MARKET, FALLEN)
    assert step is not None
    assert (step.row.name, step.row.number, step.passed) == ("first_of_all", 1, ())


def test_a_row_into_closing_must_say_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="must say why the position is closed"):
        built(
            text_of("profit_taking").rstrip()
            + GIVE_UP.replace(" reason: flatten,", "").replace("too_old", "is_exposed"),
            tmp_path,
        )
