"""The money in exported journals of real runs is what fractions make of their fills, funding and liquidations."""

import json
from pathlib import Path
from random import Random

import pytest

from tests.oracle.journal_sums import Entry, flaws
from tests.strategies.desk import HEDGE, Desk, Row, Value

BUSY: dict[str, Value] = {
    "bid_spread": 0.05,
    "ask_spread": 0.05,
    "order_amount": 1,
    "order_levels": 3,
    "order_level_spread": 0.05,
    "order_level_amount": 0.337,
    "order_refresh_time": 3,
    "filled_order_delay": 1,
    "long_profit_taking_spread": 0.1,
    "short_profit_taking_spread": 0.1,
    "stop_loss_spread": 0.15,
    "time_between_stop_loss_orders": 5,
    "paper": {"balance": 100_000, "maker_fee": -0.005, "taker_fee": 0.04},
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def walk(seed: int, length: int = 1500) -> list[Row]:
    """Return a market that walks and now and then jumps, with few sizes shown."""
    chance = Random(seed)
    cents, rows = 10_000, list[Row]()
    for second in range(length):
        cents += round(chance.gauss(0, 3)) + (chance.choice((-40, 40)) if chance.random() < 0.01 else 0)
        sizes = (chance.choice(("0.3", "0.713", "1.1", "50")) for _ in range(2))
        rows.append((second, str(cents / 100), str((cents + 1) / 100), *sizes))
    return rows


@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
@pytest.mark.parametrize("order_type", ["LIMIT", "MARKET"])
def test_fills_add_up_to_the_footer(desk: Desk, mode: dict[str, Value], order_type: str) -> None:
    story = desk.run(walk(len(order_type)), BUSY, mode, {"close_position_order_type": order_type})

    assert list(flaws(story.entries)) == []
    assert sum(entry["kind"] == "fill" for entry in story.entries) > 100


@pytest.mark.parametrize(
    ("kind", "path"),
    [("fill", ("fill", "fee")), ("fill", ("realised",)), ("fill", ("wallet_after",)), ("end", ("wallet",))],
)
def test_a_number_that_is_wrong_by_a_hundred_millionth_is_found(desk: Desk, kind: str, path: tuple[str, ...]) -> None:
    story = desk.run(walk(1, 200), BUSY)

    entries: list[Entry] = json.loads(json.dumps(story.entries))
    place = next(entry for entry in reversed(entries) if entry["kind"] == kind)["body"]
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] += "00000001" if "." in place[path[-1]] else ".00000001"
    assert len(list(flaws(entries))) == 1
