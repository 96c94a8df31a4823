"""Counterexamples happen: the faulty machine, run on the feed that its counterexample makes, shows the fault."""

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.config.resources import strategies_dir
from perpfsm.config.strategy import load_strategy
from perpfsm.machine.shipped import shipped_library
from perpfsm.proof.prove import prove
from perpfsm.proof.replay import replay
from tests.proof.faulty import Edit, faulty, saying, with_row, without

pytestmark = pytest.mark.untraced

Record = dict[str, object]
Shows = Callable[[list[Record]], None]
STOP_PCT = Decimal("0.2")


def bodies(records: list[Record], kind: str) -> list[dict[str, object]]:
    found = []
    for record in records:
        body = record["body"]
        assert isinstance(body, dict)
        if record["kind"] == kind:
            found.append(body)
    return found


def rows_of(records: list[Record]) -> list[object]:
    return [body["name"] for body in bodies(records, "transition")]


def placed(records: list[Record], role: str) -> list[dict[str, object]]:
    return [body for body in bodies(records, "command") if body["type"] == "place" and body["role"] == role]


def left_open(records: list[Record]) -> object:
    (end,) = bodies(records, "end")
    return end["positions"]


def the_stop_never_fires_at_a_loss(records: list[Record]) -> None:
    assert left_open(records) == {"BOTH": ["0.01", "599.760"]}
    assert "stop_loss" not in rows_of(records)
    assert len(placed(records, "take_profit")) == 1
    (end,) = bodies(records, "end")
    assert Decimal(str(end["open_pnl"])) * 100 <= -STOP_PCT * Decimal("599.76")


def the_position_is_left_without_any_exit(records: list[Record]) -> None:
    assert left_open(records) == {"BOTH": ["0.01", "599.760"]}
    (exit_,) = placed(records, "close")
    statuses = [body["status"] for body in bodies(records, "order") if body["client_id"] == exit_["client_id"]]
    assert statuses == ["rejected"]


def the_exit_stays_a_limit_for_an_hour_of_silence(records: list[Record]) -> None:
    types = [body["order_type"] for body in placed(records, "close")]
    assert len(types) > 50
    assert set(types) == {"LIMIT"}
    assert rows_of(records).count("replace_exit") == len(types) - 1


def a_quote_works_while_the_stop_closes(records: list[Record]) -> None:
    (bid,) = [body["client_id"] for body in placed(records, "quote") if body["side"] == "buy"]
    kinds = [(record["kind"], record["body"]) for record in records]
    (stopped,) = [n for n, (kind, body) in enumerate(kinds) if kind == "transition" and body["name"] == "stop_loss"]  # type: ignore[index]
    ends = [n for n, (kind, body) in enumerate(kinds) if kind == "operator"]
    cancels = [
        n for n, (kind, body) in enumerate(kinds) if kind == "command" and body == {"client_id": bid, "type": "cancel"}
    ]
    assert [n for n in cancels if n < ends[0]] == []
    assert stopped < ends[0] < cancels[0]


def the_machine_is_found_at_fault(records: list[Record]) -> None:
    (halt,) = [body for body in bodies(records, "operator") if body["who"] == "engine"]
    assert "did not come to rest within 32 steps" in str(halt["why"])
    assert rows_of(records).count("look_again") >= 15


def the_machine_never_leaves_its_flat_states(records: list[Record]) -> None:
    assert [body["effect"] for body in bodies(records, "fill")] == ["opened"]
    assert {body["dest"] for body in bodies(records, "transition")} == {"opening", "idle"}
    assert left_open(records) == {"BOTH": ["0.01", "599.760"]}


def the_opposite_quote_works_beside_the_position(records: list[Record]) -> None:
    (ask,) = [body["client_id"] for body in placed(records, "quote") if body["side"] == "sell"]
    (opened,) = [record["time_ns"] for record in records if record["kind"] == "fill"]
    (gone,) = [
        record["time_ns"]
        for record in records
        if record["kind"] == "command" and record["body"] == {"client_id": ask, "type": "cancel"}
    ]
    assert isinstance(gone, int)
    assert isinstance(opened, int)
    assert gone - opened > 3600 * 10**9


CASES: dict[str, tuple[Edit, str, Shows]] = {
    "a resting take-profit preempts the stop": (
        saying("stop_loss", "source: [open, closing]", "source: open"),
        "stop-first",
        the_stop_never_fires_at_a_loss,
    ),
    "a position is stranded when its exit is lost": (
        without("retry_exit", "finish_exit"),
        "can-close",
        the_position_is_left_without_any_exit,
    ),
    "a silent exchange is never escalated": (
        without("cross"),
        "escalates",
        the_exit_stays_a_limit_for_an_hour_of_silence,
    ),
    "a quote is left working while a stop closes": (
        saying("stop_loss", "after: [cancel_orders, ", "after: [cancel_exits, "),
        "no-quote-while-closing",
        a_quote_works_while_the_stop_closes,
    ),
    "two rows undo each other for ever": (
        with_row(
            "{name: look_again, trigger: market, source: closing, dest: open,"
            " conditions: [taking_profit, in_profit], after: cancel_exits}"
        ),
        "comes-to-rest",
        the_machine_is_found_at_fault,
    ),
    "an entry is not noticed": (without("entry"), "fills-are-noticed", the_machine_never_leaves_its_flat_states),
    "the opposite quote is left working": (
        saying("entry", ", after: cancel_opposite_quotes", ""),
        "no-opposite-quote",
        the_opposite_quote_works_beside_the_position,
    ),
}


def perpfsm(*arguments: str | Path, into: Path) -> str:
    """Run a command in a folder and return what it prints."""
    command = [sys.executable, "-m", "perpfsm", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=into)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("case", CASES)
def test_a_counterexample_happens_when_its_feed_is_run(case: str, tmp_path: Path) -> None:
    edit, code, shows = CASES[case]
    shipped = strategies_dir() / "one_way_profit_taking.yaml"
    (tmp_path / "faulty.yaml").write_text(faulty(edit), encoding="utf-8")
    text = shipped.read_text(encoding="utf-8").replace("\npaper:", "\nmachine: faulty.yaml\npaper:", 1)
    (tmp_path / "strategy.yaml").write_text(text, encoding="utf-8")
    strategy = load_strategy(tmp_path / "strategy.yaml")

    proof = prove(strategy.machine, shipped_library(), strategy.parameters)
    counterexample = next(each for each in proof.counterexamples if each.claim == code)
    feed = replay(counterexample.way, strategy.parameters, strategy.paper.instrument)
    assert feed.missing == ()
    (tmp_path / "feed.csv").write_text(feed.text, encoding="utf-8")

    perpfsm(
        "run",
        "strategy.yaml",
        "--feed",
        "feed.csv",
        "--journal",
        "run.journal",
        "--no-console",
        "--no-prove",
        into=tmp_path,
    )
    exported = perpfsm("audit", "export", "run.journal", "--format", "jsonl", into=tmp_path)
    shows([json.loads(line) for line in exported.splitlines()])
