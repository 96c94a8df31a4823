"""Export: every column, flat or whole, and nothing of one run where two runs are to compare."""

import csv
import json
from hashlib import sha256
from pathlib import Path

import jsonschema

from perpfsm.audit.export import Format, export
from perpfsm.engine.records import CommandRecord, FillRecord, OrderRecord
from perpfsm.journal.store import Journal
from perpfsm.market.order import CancelOrder
from tests.journal.examples import EPOCH, START_NS, a_fill, a_run, a_session, a_transition, one_of_each, written

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "journal-entry.schema.json").read_text(encoding="utf-8"))


def test_a_json_line_without_its_hash_is_what_the_hash_is_of(tmp_path: Path) -> None:
    for line in export(written(tmp_path / "bot", a_session()), Format.JSONL):
        whole = json.loads(line)
        own = whole.pop("hash")
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert sha256(text.encode()).hexdigest() == own


def test_every_kind_of_entry_is_exported_as_the_schema_says(tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    path = written(tmp_path / "bot", one_of_each())
    for deterministic in (False, True):
        lines = list(export(path, Format.JSONL, deterministic=deterministic))
        assert len(lines) == len(one_of_each())
        assert [error for line in lines for error in validator.iter_errors(json.loads(line))] == []


def test_two_runs_of_the_same_thing_export_the_same_lines(tmp_path: Path) -> None:
    clock = iter(range(5, 100))
    with Journal.create_or_continue(tmp_path / "stamped", clock=clock.__next__) as journal:
        journal.append((a_run(epoch="ffff"), OrderRecord(START_NS, "BOTH", "pf-ffff-1", "working")))
    path = written(tmp_path / "bare", (a_run(), OrderRecord(START_NS, "BOTH", f"pf-{EPOCH}-1", "working")))
    for form in Format:
        assert list(export(tmp_path / "stamped", form)) != list(export(path, form))
        stamped = list(export(tmp_path / "stamped", form, deterministic=True))
        assert stamped == list(export(path, form, deterministic=True))
        assert not any(word in line for line in stamped for word in ("ffff", "epoch", "stamp", "previous", '"hash"'))


def test_client_ids_lose_their_epoch_wherever_they_stand_and_keep_the_run_of_another(tmp_path: Path) -> None:
    path = written(
        tmp_path / "bot",
        (
            a_run(),
            a_run(2, epoch="second"),
            CommandRecord(START_NS, "BOTH", CancelOrder(f"pf-{EPOCH}-9")),
            a_transition(notes=(f"pf-second-3 and pf-{EPOCH}-4",)),
        ),
    )
    cancel, transition = list(export(path, Format.JSONL, deterministic=True, kinds=("command", "transition")))
    assert json.loads(cancel)["body"] == {"type": "cancel", "client_id": "pf-r1-9"}
    assert json.loads(transition)["body"]["notes"] == ["pf-3 and pf-r1-4"]


def test_fills_are_flat_in_csv(tmp_path: Path) -> None:
    path = written(tmp_path / "bot", a_session())
    first, second = csv.DictReader(export(path, Format.CSV, deterministic=True, kinds=("fill",)))
    assert {name: value for name, value in first.items() if value and name != "body"} == {
        "seq": "7",
        "time_ns": "1723118402123456789",
        "time": "2024-08-08T12:00:02.123456789Z",
        "leg": "BOTH",
        "kind": "fill",
        "reason": "none",
        "trade_id": "1",
        "client_id": "pf-1",
        "role": "quote",
        "side": "buy",
        "price": "60000.10",
        "size": "0.010",
        "fee": "0.12",
        "liquidity": "maker",
        "effect": "opened",
        "realised": "0",
        "size_after": "0.010",
        "cost_after": "600.0010",
        "wallet_after": "9999.88",
    }
    assert (second["realised"], second["reason"]) == ("-12.060000", "stop_loss")
    assert json.loads(second["body"])["fill"]["price"] == "58794.10"


def test_a_whole_csv_has_the_chain_and_a_line_for_each_entry(tmp_path: Path) -> None:
    rows = list(csv.DictReader(export(written(tmp_path / "bot", a_session()), Format.CSV)))
    assert [row["seq"] for row in rows] == [str(number) for number in range(1, len(a_session()) + 1)]
    assert [row["previous"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
    assert {row["epoch"] for row in rows} == {EPOCH}
    assert rows[10]["name"] == "stop"


def test_no_fills_are_a_head_line_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "bot", (a_run(),))
    assert len(list(export(path, Format.CSV, kinds=("fill",)))) == 1
    assert list(export(path, Format.JSONL, kinds=("fill",))) == []


def test_an_exported_fill_gives_the_numbers_of_the_record(tmp_path: Path) -> None:
    record = a_fill()
    path = written(tmp_path / "bot", (a_run(), record))
    (row,) = csv.DictReader(export(path, Format.CSV, kinds=("fill",)))
    assert isinstance(record, FillRecord)
    assert (row["price"], row["size"], row["fee"]) == (
        str(record.fill.price),
        str(record.fill.size),
        str(record.fill.fee),
    )
