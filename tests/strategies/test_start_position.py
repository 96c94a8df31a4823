"""A position that is found at the start: adopted, flattened or refused (B15), from the command line."""

import pytest

from tests.strategies.desk import HEDGE, Desk, Value, bid_at, command, long_from, mid_at


def test_by_default_a_position_is_adopted(desk: Desk) -> None:
    """B15: adopt goes on with it."""
    desk.run(long_from(100))

    story = desk.run([bid_at(50, 100.5), bid_at(51, 101)], {"on_start_position": "adopt"})

    assert story.closings == ["51 take_profit"]


@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
@pytest.mark.parametrize("last", [99.5, 100.5], ids=["bare", "with a take-profit"])
def test_flatten_closes_it_at_market_once_there_is_a_price_and_then_quotes(
    desk: Desk, mode: dict[str, Value], last: float
) -> None:
    """B15: flatten, before anything is quoted; without a price the order is refused, and tried again a second later."""
    desk.run([*long_from(100), bid_at(2, last)], mode)

    story = desk.run([mid_at(50, 100), mid_at(52, 100), mid_at(200, 100)], mode, {"on_start_position": "flatten"})

    assert [text.replace("LONG ", "") for text in story.closings] == ["51 flatten"]
    assert [text.replace("LONG ", "") for text in story.fills] == ["51 sell 1 @ 99.99 taker close"]
    assert story.of_kind("operator")[0] == "50 flatten by start"


def test_flatten_without_a_position_does_nothing(desk: Desk) -> None:
    story = desk.run([mid_at(0, 100)], {"on_start_position": "flatten"})

    assert story.rows[0] == "0 start_quoting"
    assert story.of_kind("operator") == ["0 stop by feed end"]


def test_refuse_starts_nothing_and_writes_nothing(desk: Desk) -> None:
    """B15: refuse; the position, its orders and the journal are as they were."""
    desk.run([*long_from(100), bid_at(2, 100.4)])
    before = desk.story()
    desk.write({"on_start_position": "refuse"})

    refused = command("run", desk.strategy, "--journal", desk.journal, "--feed", desk.quotes([mid_at(50, 100)]))

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "A position is open (BOTH 1), and on_start_position is refuse." in refused.stderr
    assert "adopt, or flatten" in refused.stderr
    assert desk.story().entries == before.entries


def test_refuse_runs_when_flat(desk: Desk) -> None:
    assert desk.run([mid_at(0, 100)], {"on_start_position": "refuse"}).rows[0] == "0 start_quoting"


def test_any_other_word_is_refused(desk: Desk) -> None:
    refused = command("run", desk.write(), "--journal", desk.journal, "--set", "on_start_position=keep")

    assert (refused.exit_code, desk.journal.exists()) == (1, False)
    assert "on_start_position is keep, but must be adopt, flatten or refuse" in refused.stderr
