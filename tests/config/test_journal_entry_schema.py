"""The schema of a journal entry admits what the journal writes, and nothing that lacks a field."""

from decimal import Decimal
from typing import cast

import pytest

from perpfsm.config.nodes import Value
from perpfsm.config.schema import load_schema, matches
from perpfsm.engine.records import (
    ClosingRecord,
    CommandRecord,
    ConfigurationRecord,
    DataRecord,
    EndRecord,
    FillRecord,
    FundingRecord,
    OperatorRecord,
    OrderRecord,
    PositionRecord,
    Record,
    RefusalRecord,
    RunRecord,
    TransitionRecord,
)
from perpfsm.journal.canonical import described
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.order import CancelOrder, OrderType, PlaceOrder, Role
from perpfsm.market.side import LegName, Side

HASH = "0" * 64
ONE = Decimal("1.5")
FILL = Fill(1, "pf-1-1", LegName.BOTH, Side.BUY, ONE, ONE, -ONE, Liquidity.MAKER, 5)
PLACE = PlaceOrder("pf-1-1", LegName.BOTH, Role.QUOTE, Side.BUY, OrderType.LIMIT, ONE, ONE, post_only=True)
RECORDS: tuple[Record, ...] = (
    RunRecord(5, "e", 1, "0", "s", HASH, "m", HASH, "synthetic", HASH, {"seed": "7"}, ONE, {"BOTH": (ONE, ONE)}),
    TransitionRecord(
        5,
        "BOTH",
        "fill",
        3,
        "entry",
        "idle",
        "open",
        "none",
        {"a": "1"},
        ("b",),
        (("c", "d"),),
        ("e",),
        {"f": [1, None]},
    ),
    CommandRecord(5, "BOTH", PLACE),
    CommandRecord(5, "BOTH", CancelOrder("pf-1-1")),
    RefusalRecord(5, "BOTH", "buy quote level 1", "budget"),
    OrderRecord(5, "BOTH", "pf-1-1", "working"),
    FillRecord(5, "BOTH", FILL, "quote", "none", "opened", ONE, ONE, ONE, ONE),
    PositionRecord(5, "BOTH", "liquidation", -ONE, ONE, ONE, ONE),
    ClosingRecord(5, "BOTH", "stop_loss", -ONE, ONE, 3),
    FundingRecord(5, "BOTH", ONE, ONE, -ONE, ONE),
    DataRecord(5, "stale", "6 s"),
    OperatorRecord(5, "pause", "operator", "lunch"),
    ConfigurationRecord(5, "strategy file", {"bid_spread": ("1.5", "2")}),
    EndRecord(5, "feed end", ONE, ONE, ONE, ONE, {}),
)


def entry(record: Record) -> dict[str, Value]:
    kind, leg, body = described(record)
    return {
        "seq": 1,
        "epoch": "e",
        "kind": kind,
        "time_ns": record.time_ns,
        "leg": leg,
        "body": cast(Value, body),
        "stamp": None,
        "previous": HASH,
        "hash": HASH,
    }


@pytest.mark.parametrize("record", RECORDS, ids=map(str, range(len(RECORDS))))
def test_what_the_journal_writes_is_an_entry(record: Record) -> None:
    written = entry(record)
    body = cast(dict[str, Value], written["body"])
    name = next(name for name in body if name not in {"epoch", "type"})
    without = {key: value for key, value in body.items() if key != name}

    assert matches(written, load_schema("journal-entry"))
    assert not matches(written | {"body": without}, load_schema("journal-entry"))
    assert not matches(written | {"body": body | {"more": 1}}, load_schema("journal-entry"))


def test_an_entry_of_one_kind_is_none_of_another() -> None:
    assert not matches(entry(RECORDS[0]) | {"kind": "end"}, load_schema("journal-entry"))


def test_a_deterministic_export_leaves_out_what_differs_between_runs() -> None:
    without = {
        key: value for key, value in entry(RECORDS[8]).items() if key not in {"epoch", "stamp", "previous", "hash"}
    }

    assert matches(without, load_schema("journal-entry"))
    assert not matches(without | {"hash": HASH}, load_schema("journal-entry"))
