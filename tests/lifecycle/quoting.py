"""Scenarios of quoting and entry: what happens while nothing is open, and how something comes to be (B1-B8, B13)."""

from decimal import Decimal

from perpfsm.decisions.parameters import RiskLimits
from tests.builders import CLOSE, LONG
from tests.floor import Floor
from tests.lifecycle.table import Table
from tests.situations import HEDGE, entry, open_leg, open_long, opening

table = Table()


@table.fires("start_quoting: idle, market")
def the_first_quote_of_the_market_starts_quoting(machine: str) -> Floor:
    return opening(Floor(machine))


@table.fires("refresh: opening, market")
def quotes_grow_old_and_are_replaced(machine: str) -> Floor:
    floor = opening(Floor(machine))
    floor.quote("100.9", "101.1")
    floor.wait(10)
    return floor


@table.fires("keep_quotes: opening, market")
def quotes_grow_old_and_are_still_right(machine: str) -> Floor:
    floor = opening(Floor(machine))
    floor.wait(10)
    return floor


@table.fires("pull_close_quotes: opening, market")
def the_market_comes_nearer_to_a_quote_than_the_minimum_spread(machine: str) -> Floor:
    floor = opening(Floor(machine, minimum_spread="0.5"))
    floor.quote("100.6", "100.8")
    return floor


@table.fires("quoting_ended: opening, market")
def a_stop_of_the_long_leg_cools_the_quotes_of_the_short_one_down(machine: str) -> Floor:
    floor = open_leg(Floor(machine, mode=HEDGE, risk=RiskLimits(cooldown_after_stop=Decimal(30))))
    floor.quote(94, "94.2")
    floor.fill(floor.one(CLOSE, leg=LONG))
    return floor


@table.fires("entry: opening, fill")
def a_quote_fills(machine: str) -> Floor:
    return open_long(Floor(machine))


@table.fires("entry: idle, fill")
def a_quote_fills_after_its_cancel_was_asked_for(machine: str) -> Floor:
    floor = opening(Floor(machine))
    order = entry(floor)
    floor.operate("pause")
    floor.fill(order)
    return floor


@table.fires("opened_elsewhere: opening, position_changed")
def another_hand_buys_while_quotes_work(machine: str) -> Floor:
    floor = opening(Floor(machine))
    floor.another_hand(1)
    return floor


@table.fires("opened_elsewhere: idle, position_changed")
def another_hand_buys_before_the_first_quote(machine: str) -> Floor:
    floor = Floor(machine)
    floor.another_hand(1)
    return floor


@table.fires("data_bad: opening, data_bad")
def the_market_crosses_while_quotes_work(machine: str) -> Floor:
    floor = opening(Floor(machine))
    floor.quote("100.1", "99.9")
    return floor


def operator_acts(action: str) -> None:
    """Add the scenario in which the operator acts while quotes work."""

    def script(machine: str) -> Floor:
        floor = opening(Floor(machine))
        floor.operate(action)
        return floor

    table.add(f"{action} while quotes work", script, f"stand_down: opening, {action}")


for each in ("pause", "stop", "halt", "flatten"):
    operator_acts(each)
