"""Reload under fire on a real recording: random edits of the strategy file while it is replayed at x100 (B16)."""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from tests.strategies.desk import Desk, Value, command
from tests.strategies.remote import until
from tests.strategies.test_live_changes import edit, whole
from tests.strategies.test_processes import PATIENCE_S, POLL_S, ROOT, raw, started

RECORDING = ROOT.parent / "shared" / "data" / "binance-usdm-btcusdt-20240808.gz"
EDITS = int(os.environ.get("EDITS", "60"))  # EDITS=1000 takes two minutes
PASSES_MAX = max(4, EDITS // 10)
BASE: dict[str, Value] = {
    "market": "BTC-USDT",
    "order_refresh_time": 2,
    "order_level_spread": "0.005",
    "bid_spread": "0.02",
    "ask_spread": "0.02",
    "order_amount": "0.01",
    "filled_order_delay": 1,
    "long_profit_taking_spread": "0.02",
    "short_profit_taking_spread": "0.02",
    "stop_loss_spread": "0.05",
    "paper": {"balance": 10_000, "instrument": {"tick": 0.1, "step": 0.001}},
}
UNIT = Decimal("0.001")

pytestmark = pytest.mark.skipif(
    not RECORDING.is_file(), reason="the BTCUSDT recording of 2024-08-08 is not at ../shared/data"
)


@pytest.fixture(autouse=True)
def _own_runtime_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="pf") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


def test_edits_while_the_recording_runs_never_crash_it_and_never_apply_by_half(tmp_path: Path) -> None:
    """The recording takes three and a half seconds at x100; it runs again on one journal until all edits are in.

    On a machine that is too slow to take a change over meanwhile, it runs again at half the speed.
    """
    desk = Desk(tmp_path)
    chance = random.Random(11)
    wholes: set[tuple[tuple[str, Decimal], ...]] = set()
    edits = applied = 0
    speed = 100.0
    for _ in range(PASSES_MAX):
        if edits >= EDITS and applied:
            break
        desk.write(BASE)
        wholes.add(whole(desk))
        runs, changes = number_of(desk, "run"), number_of(desk, "configuration")
        with started(desk, "--feed", RECORDING, "--speed", speed, "--no-console") as process:
            until(partial(has_more, desk, "run", runs), process)
            desk.write(BASE, {"filled_order_delay": 2})
            wholes.add(whole(desk))
            while process.poll() is None and not has_more(desk, "configuration", changes):
                time.sleep(POLL_S)
            while process.poll() is None:
                edit(desk, chance, wholes, base=BASE, unit=UNIT)
                edits += 1
                time.sleep(0.35 if chance.random() < 0.15 else chance.random() / 100)
            _, told = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, "Traceback" in told) == (0, False), told
        applied = applied_as_wholes(desk, wholes)
        speed = speed if applied else speed / 2

    assert edits >= EDITS
    assert applied
    assert command("audit", "verify", desk.journal).exit_code == 0
    assert raw(desk, "fill")


def number_of(desk: Desk, kind: str) -> int:
    return len(raw(desk, kind)) if desk.journal.exists() else 0


def has_more(desk: Desk, kind: str, number: int) -> bool:
    return number_of(desk, kind) > number


def applied_as_wholes(desk: Desk, wholes: set[tuple[tuple[str, Decimal], ...]]) -> int:
    """Return how many changes the journal holds, after proving that each took one saved file over as a whole."""
    names = ("bid_spread", "ask_spread", "order_amount", "order_levels", "order_level_spread", "filled_order_delay")
    in_force: dict[str, Decimal] = {}
    applied = 0
    for entry in raw(desk, "run", "configuration"):
        if entry["kind"] == "run":
            in_force = {name: Decimal(str(BASE.get(name, 1))) for name in names}
        else:
            applied += 1
            for name, (old, new) in entry["body"]["changes"].items():
                assert in_force[name] == Decimal(old)
                in_force[name] = Decimal(new)
            assert tuple(sorted(in_force.items())) in wholes
    return applied
