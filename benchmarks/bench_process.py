"""Whole processes, from start to exit: a recording at full speed, and the validation of a long file."""

import resource
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import ROOT, STRATEGY

RECORDING = ROOT.parent / "shared" / "data" / "binance-usdm-btcusdt-20240808.gz"
MEMORY_MAX_KIB = 100 * 1024
LINES = 200


def perpfsm(*arguments: str | Path) -> None:
    """Run the command, and fail with what it says when it fails."""
    command = [sys.executable, "-m", "perpfsm", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not RECORDING.exists(), reason="the BTCUSDT recording is not beside this checkout")
def test_a_whole_recording(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """93,954 lines at full speed with a journal, filled at a touch; goals: 1.5 s from process start, 100 MB."""
    _run_recording(benchmark, tmp_path, "--set", "paper.fill_model=touch")


@pytest.mark.skipif(not RECORDING.exists(), reason="the BTCUSDT recording is not beside this checkout")
def test_a_whole_recording_with_its_queues_and_latency(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """The same with trades, depth and 10 ms each way; goals: 2.5 s from process start, 100 MB."""
    latency = (f"paper.latency.{path}_ms=10" for path in ("order", "cancel", "ack"))
    settings = ("paper.fill_model=queue", *latency)
    _run_recording(benchmark, tmp_path, *(word for setting in settings for word in ("--set", setting)))


def _run_recording(benchmark: BenchmarkFixture, folder: Path, *options: str) -> None:
    """Measure runs of the recording, and hold their memory to its bound."""
    numbers = count()

    def run() -> None:
        journal = folder / f"{next(numbers)}.journal"
        perpfsm("run", STRATEGY, "--feed", RECORDING, "--speed", "max", "--journal", journal, *options)

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    benchmark.extra_info["peak_kib"] = peak_kib
    assert peak_kib < MEMORY_MAX_KIB


def test_validating_a_long_file(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """A strategy file of 200 lines, its lifecycle proved as well; goal: 0.6 s from process start."""
    text = STRATEGY.read_text()
    lines = text.splitlines()
    path = tmp_path / "long.yaml"
    path.write_text("\n".join(lines + [f"# line {number}" for number in range(len(lines), LINES)]) + "\n")
    benchmark.pedantic(perpfsm, args=("validate", path), rounds=5, warmup_rounds=1)


def test_validating_a_shipped_strategy_with_its_proof(benchmark: BenchmarkFixture) -> None:
    """Reading, checking, linting and proving; goal: 0.6 s from process start."""
    benchmark.pedantic(perpfsm, args=("validate", STRATEGY), rounds=5, warmup_rounds=1)


def test_validating_the_largest_shipped_lifecycle(benchmark: BenchmarkFixture) -> None:
    """The strategy whose lifecycle has the most situations; goal: 0.6 s from process start."""
    trailing = ROOT / "strategies" / "one_way_trailing_stop_limit.yaml"
    benchmark.pedantic(perpfsm, args=("validate", trailing), rounds=5, warmup_rounds=1)
