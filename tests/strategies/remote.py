"""A running bot and its control socket, as another process of the same user meets them."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from perpfsm.runtime.control import place
from perpfsm.runtime.control.client import identity_of
from tests.strategies.desk import Desk, command, mid_at
from tests.strategies.test_processes import PATIENCE_S, POLL_S, started

QUIET_ROWS = [mid_at(0, 100), mid_at(1_000_000, 100)]


@contextmanager
def running(desk: Desk, *options: object, speed: object = 20) -> Iterator["subprocess.Popen[str]"]:
    """Start a paced run without an end and without the proof, which takes a while, and wait until it answers."""
    with started(desk, "--feed", desk.quotes(QUIET_ROWS), "--speed", speed, "--no-prove", *options) as process:
        until(lambda: identity_of(place.socket_of(desk.journal)) is not None, process)
        yield process


def until(holds: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    """Wait until something holds."""
    for _ in range(int(PATIENCE_S / POLL_S)):
        if holds():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(POLL_S)
    raise AssertionError(f"not within {PATIENCE_S} s")


def listed(desk: Desk) -> Mapping[str, Mapping[str, Any]]:
    """Return what `config list --json` says, by name."""
    done = command("config", "list", "--journal", desk.journal, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    return {row["name"]: row for row in json.loads(done.stdout)["parameters"]}


def talk(address: Path, *parts: bytes, close: bool = False) -> bytes:
    """Send raw bytes to a control socket and return what comes until it closes, or until a whole line has come."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
        connection.settimeout(PATIENCE_S)
        connection.connect(os.fspath(address))
        heard = b""
        try:
            for part in parts:
                connection.sendall(part)
            if close:
                connection.shutdown(socket.SHUT_WR)
            while more := connection.recv(65536):
                heard += more
                if heard.endswith(b"\n") and not close:
                    break
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            pass
        return heard
