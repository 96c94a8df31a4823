"""Every shipped scenario is a market that a strategy runs through, by name, by file and with another seed."""

import json
from pathlib import Path

import pytest

from perpfsm.config.resources import scenario_names, scenario_path, strategies_dir
from tests.strategies.desk import command

STRATEGY = strategies_dir() / "one_way_profit_taking.yaml"


def summary(folder: Path, *options: object) -> dict[str, object]:
    """Return what a run with a journal of its own tells a program."""
    journal = folder / f"{len(list(folder.iterdir()))}.journal"
    done = command("run", STRATEGY, "--journal", journal, "--json", *options)
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def error(folder: Path, *options: object) -> str:
    """Return what a run says that cannot begin."""
    journal = folder / "none.journal"
    done = command("run", STRATEGY, "--journal", journal, *options)
    assert (done.exit_code, done.stdout, journal.exists()) == (1, "", False)
    return str(done.stderr)


@pytest.mark.parametrize("name", scenario_names())
def test_a_strategy_trades_in_each_of_them_and_comes_to_the_end(tmp_path: Path, name: str) -> None:
    told = summary(tmp_path, "--feed", f"synthetic:{name}")
    assert (told["ended"], told["halts"]) == ("feed end", 0)
    assert told["closings"]


def test_a_copy_of_a_scenario_is_the_same_market_and_another_seed_another_one(tmp_path: Path) -> None:
    path = scenario_path("gap")
    assert path is not None
    copy = tmp_path / "mine.yaml"
    copy.write_text(path.read_text())
    shipped = summary(tmp_path, "--feed", "synthetic:gap")
    assert summary(tmp_path, "--feed", f"synthetic:{copy}") == shipped
    assert summary(tmp_path, "--set", "paper.feed={scenario: gap}") == shipped
    assert summary(tmp_path, "--feed", "synthetic:gap", "--seed", 8)["pnl"] != shipped["pnl"]


def test_what_is_wrong_with_a_scenario_is_said_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("scenario: mine\nphases:\n  - {for_s: 10, dirft_bps_per_s: 1}\n")
    told = error(tmp_path, "--feed", f"synthetic:{path}")
    assert told.splitlines() == [
        f"{path}:3:17: error[unknown-key]: dirft_bps_per_s is not a key of phases[1].",
        "  3 |   - {for_s: 10, dirft_bps_per_s: 1}",
        "    |                 ^",
        "  Did you mean drift_bps_per_s?",
    ]


def test_a_scenario_that_nobody_knows_and_a_seed_for_a_file_are_refused(tmp_path: Path) -> None:
    unknown = "error: --feed: flash is not a shipped scenario. Did you mean flash_crash?\n"
    assert error(tmp_path, "--feed", "synthetic:flash") == unknown
    seeded = "error: x.gz: A seed belongs to the synthetic market. Leave out --seed or --feed.\n"
    assert error(tmp_path, "--feed", "x.gz", "--seed", 8) == seeded


def test_a_scenario_file_that_validates_says_how_long_it_is() -> None:
    path = scenario_path("halt")
    assert command("validate", path).stdout == f"{path}: valid scenario file\n  halt: phases 5, 2760 s\n"


def test_a_stop_on_a_gap_shows_what_it_slipped_beyond_its_own_price(tmp_path: Path) -> None:
    quality = summary(tmp_path, "--feed", "synthetic:gap")["quality"]
    assert isinstance(quality, dict)
    stop = next(each for each in quality["stops"] if each["reason"] == "stop_loss")
    assert float(stop["slippage_bps"]) < 1  # it is filled where the gap shows itself
    assert float(stop["beyond_bps"]) > 20
