"""https to an address that was looked up once: the certificate is checked for the name, and the name is sent."""

import ipaddress
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import certifi
import pytest

from perpfsm.feeds import custom_api
from perpfsm.feeds.addresses import Address
from perpfsm.feeds.custom_api import Answer
from perpfsm.market.price_source import CustomApi
from tests.feeds.price_server import body

NAME = "prices.example.org"
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")


class TlsServer:
    """Answers 100 to whoever believes its certificate, and notes the name that was asked for."""

    def __init__(self, folder: Path) -> None:
        self.certificate, key = folder / "certificate.pem", folder / "key.pem"
        words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        words += ["-keyout", str(key), "-out", str(self.certificate), "-days", "2", "-subj", f"/CN={NAME}"]
        subprocess.run([*words, "-addext", f"subjectAltName=DNS:{NAME}"], check=True, capture_output=True)
        self.names: list[str | None] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        try:
            connection, _ = self.listener.accept()
            with connection, self._context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65536)
                secure.sendall(b"".join(part for part in body(b"100") if isinstance(part, bytes)))
        except OSError:
            return


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TlsServer]:
    running = TlsServer(tmp_path)
    yield running
    running.listener.close()
    running.thread.join(5)


async def here(_host: str, _port: int) -> tuple[Address, ...]:
    return (ipaddress.ip_address("127.0.0.1"),)


async def ask(server: TlsServer, host: str, monkeypatch: pytest.MonkeyPatch) -> Answer:
    monkeypatch.setattr(custom_api, "look_up", here)
    port = server.listener.getsockname()[1]
    of = CustomApi(f"https://{host}:{port}/", None, 5, 30, Decimal(30), None, allows_private=True)
    async with custom_api.PriceServer(of, wall_ns=time.time_ns) as asked:
        return await asked.ask()


async def test_the_certificate_is_held_against_the_name_which_is_sent(
    server: TlsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(server.certificate))

    assert await ask(server, NAME, monkeypatch) == Answer(Decimal(100))
    assert server.names == [NAME]


async def test_a_certificate_of_another_name_is_refused(server: TlsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(server.certificate))

    assert await ask(server, "other.example.org", monkeypatch) == Answer(None, "the certificate is not valid")


async def test_a_certificate_that_nobody_signed_is_refused(server: TlsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await ask(server, NAME, monkeypatch) == Answer(None, "the certificate is not valid")
