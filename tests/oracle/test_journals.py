"""The money in exported journals of real runs is what fractions make of their fills, funding and liquidations."""

import json
from pathlib import Path

import pytest

from tests.oracle.busy import BUSY, walk
from tests.oracle.journal_sums import Entry, flaws
from tests.strategies.desk import HEDGE, Desk, Value


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


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
