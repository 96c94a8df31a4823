"""In sessions of the command line nothing is made and nothing lost: journal and everybody else sum to the balance."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle.busy import BUSY, THIN, hours, marks_of, walk
from tests.oracle.counterparties import FUNDING, INSURANCE, VENUE, Marks, Others
from tests.oracle.journal_sums import RATES, Entry
from tests.strategies.desk import HEDGE, Desk, Row, Value

F = Fraction
THINNER: dict[str, Value] = {**THIN, "margin_mode": "isolated"}


def booked(entries: Sequence[Entry], marks: Mapping[int, Fraction]) -> Others:
    """Return everybody else, who took the other side of all that a journal says was done to us."""
    others = Others(F(RATES["liquidation"][1]) / 100)
    held: dict[str, tuple[Fraction, Fraction]] = {}
    for entry in entries:
        body, leg = entry["body"], entry["leg"]
        match entry["kind"]:
            case "fill":
                fill = body["fill"]
                others.trade(leg, F(fill["size"]) * (1 if fill["side"] == "buy" else -1), F(fill["price"]))
                others.paid[VENUE] += F(fill["fee"])
                held[leg] = F(body["size_after"]), F(body["cost_after"])
            case "funding":
                others.paid[FUNDING] += F(body["paid"])
            case "position":
                known = max(at_ns for at_ns in marks if at_ns <= entry["time_ns"])
                others.book(("liquidated", leg, F(body["realised"]), 0), held, Marks(mid=marks[known]))
            case _:
                pass
    return others


@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
@pytest.mark.parametrize(
    ("rows", "style"),
    [(walk(1, 400), {}), (hours(2), THIN), (hours(3), THIN), (hours(2), THINNER)],
    ids=["busy", "thin", "thin again", "isolated"],
)
def test_a_session_neither_makes_nor_loses_money(
    tmp_path: Path, rows: list[Row], style: dict[str, Value], mode: dict[str, Value]
) -> None:
    story = Desk(tmp_path).run(rows, BUSY, mode, style)

    others = booked(story.entries, marks_of(rows))

    end = story.end
    cost = sum((F(cost) for _, cost in end["positions"].values()), F(0))
    assert F(end["wallet"]) - cost + others.worth() == F(story.entries[0]["body"]["balance"])
    assert {leg: -F(size) for leg, (size, _) in end["positions"].items()} == {
        leg: size for leg, size in others.contracts.items() if size
    }
    assert F(end["funding"]) == others.paid[FUNDING]
    assert others.paid[INSURANCE] <= 0
    assert any(entry["kind"] == "position" for entry in story.entries) is bool(style)
