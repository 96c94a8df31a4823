"""`run --compare-fills`: the run, and a range around it, as a person, a page and a program see it."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.config.resources import strategies_dir
from tests.strategies.desk import command

pytestmark = pytest.mark.traced

STRATEGY = strategies_dir() / "one_way_profit_taking.yaml"
SHORT = ("--feed", "synthetic:gap", "--duration", "300")


def run(folder: Path, *options: object) -> str:
    """Return what a run on a journal in `folder` prints."""
    done = command("run", STRATEGY, "--journal", folder / "own.journal", *SHORT, *options)
    assert done.exit_code == 0, done.stderr
    return str(done.stdout)


def test_the_summary_names_its_model_and_the_table_below_says_what_the_others_would_have_given(tmp_path: Path) -> None:
    told = run(tmp_path, "--compare-fills")
    assert "Market making, fills by queue" in told
    table = told[told.index("Compared\n") :].splitlines()
    assert [line.split()[0] for line in table[2:6]] == ["model", "touch", "through", "queue"]
    assert [" * " in line for line in table[3:6]] == [False, False, True]
    assert "; this run used queue" in table[7]


def test_a_program_finds_the_comparison_beside_the_summary(tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, "--compare-fills", "--latencies", "0, 25", "--json"))
    rows = {(row["fill_model"], row["latency_ms"]): row for row in told["comparison"]}
    assert list(rows) == [(model, ms) for model in ("touch", "through", "queue") for ms in ("0", "25")]
    used = [key for key, row in rows.items() if row["is_used"]]
    assert used == [("queue", "0")]
    own = rows["queue", "0"]
    assert (own["quotes"], own["maker"]) == (told["quality"]["quotes"], told["quality"]["maker"])
    assert own["fills"] == told["maker"]["count"] + told["taker"]["count"]


def test_nobody_compares_unasked(tmp_path: Path) -> None:
    assert "comparison" not in json.loads(run(tmp_path, "--json"))
    assert "Compared" not in run(tmp_path)


def test_csv_and_markdown_stand_alone_and_leave_no_journal(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(tmp_path, "--compare-fills", "--format", "csv"))))
    assert [(row["fill_model"], row["latency_ms"], row["used"]) for row in rows] == [
        ("touch", "", "no"),
        ("through", "", "no"),
        ("queue", "", "yes"),
    ]
    lines = run(tmp_path, "--compare-fills", "--format", "markdown", "--set", "paper.fill_model=touch").splitlines()
    assert [line.split(" | ")[0] for line in lines] == ["| fill model", "| ---", "| **touch**", "| through", "| queue"]
    assert list(tmp_path.iterdir()) == []


def test_a_strategys_own_latency_is_used_where_none_is_asked_for(tmp_path: Path) -> None:
    latency = ("--set", "paper.latency={order_ms: 50, cancel_ms: 50, ack_ms: 50, market_data_ms: 50}")
    own = run(tmp_path, "--compare-fills", "--format", "csv", *latency).splitlines()
    asked = run(tmp_path, "--compare-fills", "--format", "csv", "--latencies", "50").splitlines()
    same = run(tmp_path, "--compare-fills", "--format", "csv", "--latencies", "50", *latency).splitlines()
    assert [line.replace(",,", ",50,", 1) for line in own[1:]] == same[1:]
    assert [line.replace(",yes,", ",no,") for line in same] == asked


def test_a_feed_without_trades_is_compared_without_a_queue(tmp_path: Path) -> None:
    quotes = tmp_path / "quotes.csv"
    rows = "".join(f"{1_700_000_000 + second},{60000 - second},1,{60001 - second},1\n" for second in range(120))
    quotes.write_text(f"timestamp,bid_price,bid_size,ask_price,ask_size\n{rows}")
    done = command("run", STRATEGY, "--feed", quotes, "--compare-fills", "--format", "csv")
    assert [line.split(",")[0] for line in done.stdout.splitlines()[1:]] == ["touch", "through"]
    assert [line.split(",")[2] for line in done.stdout.splitlines()[1:]] == ["no", "yes"]


def test_bars_are_compared_without_latencies_because_they_hold_no_moments(tmp_path: Path) -> None:
    bars = tmp_path / "bars.csv"
    bars.write_text(
        "timestamp,open,high,low,close,volume\n"
        "2024-08-08T07:00:00Z,60000,60010,59900,59950,80\n2024-08-08T07:01:00Z,59950,59960,59700,59900,80\n"
    )
    done = command("run", STRATEGY, "--feed", bars, "--compare-fills", "--format", "csv", "--latencies", "0,10")
    why = "Bars hold no moments, so no latency can be told. Leave out --latencies, or give a feed of quotes."
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"error: bars.csv: {why}\n")


def test_on_bars_a_stop_is_filled_at_the_worst_price_whatever_the_latency(tmp_path: Path) -> None:
    bars = tmp_path / "bars.csv"
    bars.write_text(
        "timestamp,open,high,low,close,volume\n"
        "2024-08-08T07:00:00Z,60000,60010,59900,59950,80\n2024-08-08T07:01:00Z,59950,59960,59700,59900,80\n"
    )
    changes = ("bid_spread=0.1", "ask_spread=5", "stop_loss_spread=0.2", "order_refresh_time=100")
    options = [option for change in changes for option in ("--set", change)]
    plain = command("run", STRATEGY, "--feed", bars, "--json", "--journal", tmp_path / "a", *options)
    slow = command(
        *("run", STRATEGY, "--feed", bars, "--json", "--journal", tmp_path / "b", *options),
        *("--set", "paper.latency={order_ms: 10}"),
    )
    realised = [json.loads(done.stdout)["pnl"]["realised"] for done in (plain, slow)]
    assert realised[0] == realised[1]
    assert Decimal(realised[0]) < 0
    assert "paper.latency counts for nothing" in slow.stderr
    assert "paper.latency" not in plain.stderr


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--latencies", "10"], "--latencies and --format belong to --compare-fills."),
        (["--format", "csv"], "--latencies and --format belong to --compare-fills."),
        (["--compare-fills", "--speed", "10"], "--compare-fills goes with --speed max only."),
        (["--compare-fills", "--json", "--format", "csv"], "--json has the comparison in it; leave out --format."),
        (["--compare-fills", "--latencies", "10,-1"], "'-1' is not a number of milliseconds from 0 to 60,000."),
        (["--compare-fills", "--latencies", "1e3"], "'1e3' is not a number of milliseconds from 0 to 60,000."),
        (["--compare-fills", "--latencies", "60001"], "'60001' is not a number of milliseconds from 0 to 60,000."),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(tmp_path: Path, options: list[str], problem: str) -> None:
    done = command("run", STRATEGY, "--journal", tmp_path / "x.journal", *options)
    assert done.exit_code == 2
    said = " ".join(done.stderr.replace("│", " ").split())
    assert problem in said
    assert list(tmp_path.iterdir()) == []
