"""Real processes: a command line as typed, Ctrl-C once and twice, a kill at any moment and the run after it (B19)."""

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.strategies.desk import Desk, Row, Value, bid_at, command, long_from, mid_at

pytestmark = pytest.mark.traced

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30
POLL_S = 0.05
QUIET_FOR_DAYS: list[Row] = [*long_from(100), bid_at(2, 100.4), bid_at(1_000_000, 100.4)]
LONG_MARKET: dict[str, Value] = {
    "market": "BTC-USDT",
    "bid_spread": 0.01,
    "ask_spread": 0.01,
    "order_amount": 0.01,
    "order_refresh_time": 5,
    "filled_order_delay": 1,
    "long_profit_taking_spread": 0.02,
    "short_profit_taking_spread": 0.02,
    "stop_loss_spread": 0.05,
    "paper": {"feed": {"synthetic": {"seed": 3, "duration_s": 1_000_000}}},
}


def words(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "perpfsm", *map(str, arguments)]


def run_words(desk: Desk, *options: object) -> list[str]:
    return words("run", desk.strategy, "--journal", desk.journal, *options)


@contextmanager
def started(desk: Desk, *options: object) -> Iterator["subprocess.Popen[str]"]:
    """Start a run as a process of its own; whatever happens, it ends with the block."""
    pipe = subprocess.PIPE
    with subprocess.Popen(run_words(desk, *options), cwd=ROOT, text=True, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def raw(desk: Desk, *kinds: str) -> Sequence[Mapping[str, Any]]:
    """Return every entry so far, or those of some kinds, whole, as any reader beside the running bot may."""
    export = command("audit", "export", desk.journal, *chain.from_iterable(("--kind", kind) for kind in kinds))
    return [json.loads(line) for line in export.stdout.splitlines()]


def wait_for_entries(desk: Desk, process: "subprocess.Popen[Any]", *, kind: str, number: int) -> None:
    """Wait until the journal of a running bot holds so many entries of a kind."""
    for _ in range(int(PATIENCE_S / POLL_S)):
        if desk.journal.exists() and len(raw(desk, kind)) >= number:
            return
        try:
            process.wait(POLL_S)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"the run ended early: {process.communicate()}")
    raise AssertionError(f"no {number} entries of kind {kind} within {PATIENCE_S} s")


def watch(terminal: int) -> None:
    """Read what is drawn a few times, then close the terminal."""
    for _ in range(8):
        os.read(terminal, 65536)
    os.close(terminal)


def everything_on(terminal: int) -> str:
    """Read what is drawn until nobody draws any more."""
    drawn = b""
    with suppress(OSError):  # how a terminal says that its last writer has left
        while more := os.read(terminal, 65536):
            drawn += more
    os.close(terminal)
    return drawn.decode()


def client_ids(desk: Desk) -> list[str]:
    return [e["body"]["client_id"] for e in raw(desk) if e["kind"] == "command" and e["body"]["type"] == "place"]


def test_a_strategy_is_validated_run_and_audited_as_typed(desk: Desk) -> None:
    """DESIGN 6: the commands in the order in which a newcomer types them."""
    feed = desk.quotes([*long_from(100), bid_at(2, 100.4), bid_at(3, 97)])
    lines = [
        words("validate", desk.write()),
        run_words(desk, "--feed", feed),
        words("audit", "verify", desk.journal),
        words("audit", "show", desk.journal),
        words("audit", "explain", desk.journal, 17),
    ]

    done = [subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False) for line in lines]

    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * len(lines)
    assert "stop_loss" in done[1].stdout
    assert desk.story().closings == ["3 stop_loss"]


def test_an_error_of_a_real_process_is_one_paragraph(desk: Desk) -> None:
    """DESIGN 6: what, where, remedy on stderr, no traceback, exit code 1."""
    desk.write()
    line = run_words(desk, "--feed", desk.folder / "none.csv")

    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: none.csv: ")
    assert len(done.stderr.splitlines()) == 1


def test_one_interrupt_stops_in_good_order(desk: Desk) -> None:
    """B19: quotes are cancelled, reduce-only exits stay, the footer is written, the summary shown."""
    desk.write()
    feed = desk.quotes(QUIET_FOR_DAYS)
    with started(desk, "--feed", feed, "--speed", "20") as process:
        wait_for_entries(desk, process, kind="command", number=4)
        process.send_signal(signal.SIGINT)
        shown, told = process.communicate(timeout=PATIENCE_S)

    story = desk.story()
    assert (process.returncode, told) == (0, "")
    assert "ended: operator" in shown
    assert (story.end["why"], story.working) == ("operator", ["sell 1 @ 101 take_profit"])


def test_a_terminal_that_goes_away_does_not_take_the_bot_with_it(desk: Desk) -> None:
    """DESIGN 1: protection is never behind a console: the run still ends in good order, and flattens as it was told."""
    terminal, screen = pty.openpty()
    feed = desk.quotes(QUIET_FOR_DAYS)
    desk.write({"on_stop": "flatten"})
    line = run_words(desk, "--feed", feed, "--speed", "realtime", "--console")
    with subprocess.Popen(line, cwd=ROOT, stdin=screen, stdout=screen, stderr=screen) as process:
        os.close(screen)
        watcher = threading.Thread(target=watch, args=(terminal,), daemon=True)
        watcher.start()
        try:
            wait_for_entries(desk, process, kind="fill", number=1)
            process.send_signal(signal.SIGHUP)
            process.wait(PATIENCE_S)
        finally:
            process.kill()

    story = desk.story()
    assert (story.closings[-1].split()[-1], story.position) == ("flatten", {})
    assert raw(desk)[-1]["kind"] == "end"


@pytest.mark.parametrize("view", ["--console", "--no-console"])
def test_a_terminal_that_is_stopped_holds_the_bot_up_in_nothing(desk: Desk, view: str) -> None:
    """DESIGN 1: Ctrl-S stops what is drawn; orders, changes and the flatten go on without it."""
    terminal, screen = pty.openpty()
    termios.tcflow(screen, termios.TCOOFF)
    feed = desk.quotes(QUIET_FOR_DAYS)
    desk.write({"on_stop": "flatten"})
    line = run_words(desk, "--feed", feed, "--speed", "realtime", view)
    with subprocess.Popen(line, cwd=ROOT, stdin=screen, stdout=screen, stderr=screen) as process:
        try:
            wait_for_entries(desk, process, kind="fill", number=1)
            for number in (1, 2):
                desk.write({"on_stop": "flatten", "ask_spread": 30 + number})
                wait_for_entries(desk, process, kind="configuration", number=number)
            process.send_signal(signal.SIGINT)
            wait_for_entries(desk, process, kind="end", number=1)
            termios.tcflow(screen, termios.TCOON)
            os.close(screen)
            shown = everything_on(terminal)
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()

    story = desk.story()
    assert (story.closings[-1].split()[-1], story.position) == ("flatten", {})
    drawn, _, told = shown.rpartition("\x1b[?25h")
    assert drawn.startswith("\x1b[?1049h" if view == "--console" else "\x1b[?25l")
    assert "→ 31, at the next refresh." in shown
    assert "ended: operator" in told


def test_an_output_that_cannot_be_written_is_said_calmly(desk: Desk) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            words("validate", desk.write()), cwd=ROOT, text=True, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (1, "error: The output cannot be written: No space left on device.\n")


def test_an_interrupt_while_quoting_cancels_the_quotes(desk: Desk) -> None:
    """B19: stop of the program: cancel quotes, wait for confirmation."""
    desk.write()
    feed = desk.quotes([mid_at(0, 100), mid_at(1_000_000, 100)])
    with started(desk, "--feed", feed, "--speed", "realtime") as process:
        wait_for_entries(desk, process, kind="command", number=2)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)

    story = desk.story()
    assert (process.returncode, story.end["why"], story.working) == (0, "operator", [])
    assert len(story.canceled) == 2


def test_a_second_signal_exits_at_once_and_the_journal_is_sound(desk: Desk) -> None:
    """B19: a second signal exits at once; there is no footer, and what was written verifies."""
    desk.write()
    feed = desk.quotes(QUIET_FOR_DAYS)
    with started(desk, "--feed", feed, "--speed", "20") as process:
        wait_for_entries(desk, process, kind="command", number=4)
        process.send_signal(signal.SIGSTOP)  # both signals wait, so that it meets them one right after the other
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        shown, told = process.communicate(timeout=PATIENCE_S)

    story = desk.story()
    assert process.returncode == 130
    assert "Traceback" not in shown + told
    assert story.of_kind("end") == []
    assert story.working == ["sell 1 @ 101 take_profit"]


def test_a_killed_run_is_recovered_and_its_stop_works(desk: Desk) -> None:
    """DESIGN 1: a crash anywhere is recovered without a duplicate and without a lost order; B11 after a restart."""
    desk.write()
    feed = desk.quotes(QUIET_FOR_DAYS)
    with started(desk, "--feed", feed, "--speed", "20") as process:
        wait_for_entries(desk, process, kind="command", number=4)
        process.kill()
        process.communicate(timeout=PATIENCE_S)
    assert desk.story().of_kind("end") == []

    story = desk.run([bid_at(50, 97)])

    ids = client_ids(desk)
    assert len(ids) == len(set(ids))
    assert story.entries[0]["body"]["positions"] == {"BOTH": ["1", "100.00"]}
    assert story.canceled[0] == "50 sell 1 @ 101 take_profit"
    assert story.fills == ["50 sell 1 @ 97 taker close"]
    assert (story.working, story.position) == ([], {})


def test_a_kill_in_full_flight_loses_no_fill(desk: Desk) -> None:
    """DESIGN 1, B20: after a kill at full speed cash and ids go on exactly where the journal ends."""
    desk.write(LONG_MARKET)
    with started(desk, "--speed", "max") as process:
        wait_for_entries(desk, process, kind="fill", number=50)
        process.kill()
        process.communicate(timeout=PATIENCE_S)
    desk.story()

    story = desk.go("--duration", 600)

    entries = raw(desk)
    ids = client_ids(desk)
    fills = [entry["body"] for entry in entries if entry["kind"] == "fill"]
    cash = sum(Decimal(fill["realised"]) - Decimal(fill["fill"]["fee"]) for fill in fills)
    trades = [fill["fill"]["trade_id"] for fill in fills]
    assert len(ids) == len(set(ids))
    assert trades == sorted(trades)
    assert Decimal(story.end["wallet"]) == 100_000 + cash
