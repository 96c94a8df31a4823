"""A stop beyond the liquidation price is refused at the price of the market that is traded, known or not before."""

import pytest

from tests.strategies.desk import Desk, Value, command, mid_at

# All of the margin in one position of 1 base unit: at 10 times leverage it is liquidated some 10 % off, if at all.
FULL: dict[str, Value] = {"stop_loss_spread": 15, "margin_mode": "isolated"}
NEAR: dict[str, Value] = {"stop_loss_spread": 9, "stop_loss_slippage_buffer": 5, "margin_mode": "isolated"}


def test_a_run_on_a_feed_is_refused_at_its_first_price_and_nothing_is_journaled(desk: Desk) -> None:
    path = desk.write(FULL)

    done = command("run", path, "--journal", desk.journal, "--feed", desk.quotes([mid_at(0, 100), mid_at(9, 100)]))

    assert done.exit_code == 1
    said = " ".join(done.stderr.split())
    assert "mine.yaml on quotes1.csv: At isolated leverage 10 a " in said
    assert "before stop_loss_spread 15 % closes it at " in said
    assert not desk.journal.exists()


def test_a_stop_whose_slippage_reaches_liquidation_is_warned_of_and_runs(desk: Desk) -> None:
    path = desk.write(NEAR)

    done = command("run", path, "--journal", desk.journal, "--feed", desk.quotes([mid_at(0, 100), mid_at(9, 100)]))

    assert done.exit_code == 0
    assert "mine.yaml on quotes1.csv: warning[liquidation-in-slippage]: " in done.stderr


def test_a_waived_warning_is_not_said_again(desk: Desk) -> None:
    path = desk.write(NEAR, {"waive": {"liquidation-in-slippage": "watched by hand"}})

    done = command("run", path, "--journal", desk.journal, "--feed", desk.quotes([mid_at(0, 100), mid_at(9, 100)]))

    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize("price", [1, 150_000])
def test_the_price_of_the_files_own_market_says_nothing_of_another(desk: Desk, price: int) -> None:
    """10 units are six times the wallet at 60,000, where the synthetic market begins, and next to nothing at 1."""
    path = desk.write({"order_amount": 10, "stop_loss_spread": 40, "leverage": 20})

    done = command("run", path, "--journal", desk.journal, "--feed", desk.quotes([mid_at(0, price), mid_at(9, price)]))

    assert command("validate", path).exit_code == 1
    assert done.exit_code == (0 if price == 1 else 1), done.stderr


def test_a_scenario_is_judged_at_the_price_where_it_begins(desk: Desk) -> None:
    path = desk.write(FULL, {"paper": {"feed": {"scenario": "calm"}}})

    done = command("validate", path)

    assert done.exit_code == 1
    assert "stop-beyond-liquidation" in done.stdout
