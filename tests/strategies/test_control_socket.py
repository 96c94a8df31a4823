"""The control socket of a real bot: whose it is, where it is, and what it makes of nonsense."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from perpfsm.runtime.control import place
from perpfsm.runtime.control.client import ask, bot_of_journal, identity_of
from perpfsm.runtime.control.protocol import CONNECTIONS_MAX, MESSAGE_BYTES_MAX, ControlError
from tests.strategies.desk import Desk
from tests.strategies.remote import running, talk, until
from tests.strategies.test_processes import PATIENCE_S

pytestmark = pytest.mark.traced

IDENTIFY = b'{"perpfsm":1,"command":"identify"}\n'
NOBODY = 65534


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pf") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, "Traceback" in told) == (0, False)


def error_of(answer: bytes) -> str:
    return str(json.loads(answer)["error"]["what"])


def test_the_socket_is_its_owners_alone_and_goes_with_the_run(desk: Desk) -> None:
    desk.write()
    address = place.socket_of(desk.journal)
    with running(desk) as process:
        assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(address.stat().st_mode) == 0o600
        assert ask(address, "identify") == {
            "pid": process.pid,
            "strategy": str(desk.strategy.resolve()),
            "journal": str(desk.journal.resolve()),
            "market": "COIN-USDT",
        }
        end(process)
    assert not address.exists()


def test_a_socket_that_a_killed_bot_left_is_stale_and_does_not_stop_the_next(desk: Desk) -> None:
    desk.write()
    address = place.socket_of(desk.journal)
    with running(desk) as process:
        process.kill()
        process.wait()
    assert address.exists()
    assert identity_of(address) is None
    with pytest.raises(ControlError, match="No bot at a pace is writing this journal"):
        bot_of_journal(desk.journal)
    with running(desk) as process:
        assert ask(address, "identify")["pid"] == process.pid
        end(process)


def test_nonsense_is_answered_or_dropped_and_the_bot_goes_on(desk: Desk) -> None:
    desk.write()
    address = place.socket_of(desk.journal)
    with running(desk) as process:
        assert "This is no request" in error_of(talk(address, b"garbage\n"))
        assert "This is no request" in error_of(talk(address, b"\xff\x00\n"))
        assert "This is no request" in error_of(talk(address, b"[" * 5000 + b"\n"))
        assert "This is no request" in error_of(talk(address, b'{"perpfsm":1,"command":"identify","more":1}\n'))
        assert "is of protocol 2" in error_of(talk(address, b'{"perpfsm":2,"command":"identify"}\n'))
        assert "'stop' is no command" in error_of(talk(address, b'{"perpfsm":1,"command":"stop"}\n'))
        assert "A message has at most" in error_of(talk(address, b"x" * (MESSAGE_BYTES_MAX + 10)))
        assert talk(address, IDENTIFY[:10], close=True) == b""
        assert json.loads(talk(address, IDENTIFY[:10], IDENTIFY[10:]))["result"]["pid"] == process.pid
        set_it = b'{"perpfsm":1,"command":"config.set","arguments":{"leverage":"3"}}\n'
        assert "leverage cannot change" in error_of(talk(address, set_it))
        assert ask(address, "identify")["pid"] == process.pid
        end(process)


def test_many_clients_are_served_and_too_many_are_turned_away(desk: Desk) -> None:
    desk.write()
    address = place.socket_of(desk.journal)
    with running(desk) as process:
        with ExitStack() as stack:
            for _ in range(CONNECTIONS_MAX):
                client = stack.enter_context(closing(socket.socket(socket.AF_UNIX)))
                client.connect(os.fspath(address))
                client.sendall(IDENTIFY)
                assert b'"pid"' in client.recv(4096)
            assert "clients are connected already" in error_of(talk(address, b""))
        until(lambda: identity_of(address) is not None, process)
        end(process)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can become somebody else")
def test_another_user_is_refused(desk: Desk) -> None:
    desk.write()
    address = place.socket_of(desk.journal)
    script = (
        "import os, socket, sys\n"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        "try:\n    s.connect(sys.argv[1])\nexcept PermissionError:\n    print('no way in')\n    sys.exit()\n"
        "print(s.recv(4096).decode())\n"
    )

    def as_nobody() -> str:
        words = [sys.executable, "-S", "-c", script, os.fspath(address)]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    with running(desk) as process:
        assert as_nobody() == "no way in"
        for folder in (address.parent.parent, address.parent):
            folder.chmod(0o755)
        address.chmod(0o666)
        assert error_of(as_nobody().encode()) == "This bot is another user's."
        address.parent.chmod(0o700)
        end(process)


def test_a_folder_that_is_too_deep_for_a_socket_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    assert place.socket_of(tmp_path / "a.journal").parent.name == f"perpfsm-{os.geteuid()}"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert len(os.fsencode(place.socket_of(tmp_path / "a.journal"))) <= place.ADDRESS_BYTES_MAX


def test_a_folder_of_somebody_else_is_not_used(runtime: Path) -> None:
    elsewhere = runtime / "elsewhere"
    elsewhere.mkdir()
    (runtime / "perpfsm").symlink_to(elsewhere)
    assert place.sockets() == []
    with pytest.raises(ControlError, match="not this user's alone"):
        place.prepare()
    (runtime / "perpfsm").unlink()
    (runtime / "perpfsm").write_text("")
    with pytest.raises(ControlError, match="cannot be made"):
        place.prepare()


def test_too_much_for_one_request_is_not_even_sent(runtime: Path) -> None:
    with pytest.raises(ControlError, match="too much for one request"):
        ask(runtime / "none.sock", "config.set", {"bid_spread": "1" * MESSAGE_BYTES_MAX})


def test_an_answer_that_cannot_be_read_is_an_error(runtime: Path) -> None:
    address = runtime / "odd.sock"
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(os.fspath(address))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"what?\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ControlError, match="cannot be read"):
            ask(address, "identify")
        thread.join()
