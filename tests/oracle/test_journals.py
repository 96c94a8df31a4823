"""The money in exported journals of real runs is what fractions make of their fills, funding and liquidations."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.oracle.busy import BUSY, THIN, hours, marks_of, walk
from tests.oracle.journal_sums import Entry, flaws
from tests.strategies.desk import HEDGE, Desk, Value, command

SHIPPED = [
    ("flash_crash", "hedge_profit_taking"),
    ("gap", "one_way_trailing_stop_limit"),
    ("halt", "hedge_profit_taking"),
    ("one_sided_book", "one_way_profit_taking"),
]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
@pytest.mark.parametrize("order_type", ["LIMIT", "MARKET"])
def test_fills_add_up_to_the_footer(desk: Desk, mode: dict[str, Value], order_type: str) -> None:
    story = desk.run(walk(len(order_type)), BUSY, mode, {"close_position_order_type": order_type})

    assert list(flaws(story.entries)) == []
    assert sum(entry["kind"] == "fill" for entry in story.entries) > 60


@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
@pytest.mark.parametrize("margin", ["cross", "isolated"])
def test_funding_and_liquidations_add_up_to_the_footer(desk: Desk, margin: str, mode: dict[str, Value]) -> None:
    seen = Counter[str]()
    for seed in (2, 3):
        rows = hours(seed)
        story = Desk(desk.folder / str(seed)).run(rows, BUSY, THIN, mode, {"margin_mode": margin})
        assert list(flaws(story.entries, marks_of(rows))) == []
        seen.update(entry["kind"] for entry in story.entries)
    assert (seen["position"] >= 2, seen["funding"] > 10) == (True, True)


@pytest.mark.parametrize(("scenario", "strategy"), SHIPPED)
def test_shipped_strategies_add_up_on_shipped_markets(tmp_path: Path, scenario: str, strategy: str) -> None:
    journal, source = tmp_path / "a.journal", f"strategies/{strategy}.yaml"
    done = command("run", source, "--feed", f"synthetic:{scenario}", "--journal", journal, "--json")
    assert done.exit_code == 0
    export = command("audit", "export", journal, "--format", "jsonl", "--deterministic").stdout.splitlines()
    entries = [json.loads(line) for line in export]
    assert (list(flaws(entries)), entries[-1]["kind"]) == ([], "end")


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
