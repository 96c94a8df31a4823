"""A price server on loopback that answers whatever bytes it is told to, as slowly as it is told to."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class PriceServer:
    """Listens on 127.0.0.1 in a thread of its own.

    Attributes:
        port: Where.
        script: Parts to send one after the other; a number in between waits so many seconds.
        requests: What was asked so far, each head as it came.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.script: Iterable[bytes | float] = body(b"100")
        self.requests: list[bytes] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/price"

    def stop_listening(self) -> None:
        """Take no further connection: whoever asks next finds nobody."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def close(self) -> None:
        self._is_over.set()
        self.stop_listening()
        self._thread.join(5)

    def _serve(self) -> None:
        while not self._is_over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        """Answer one question, then close; many tests hang up first."""
        with connection, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                part = connection.recv(65536)
                if not part:
                    return
                head += part
            self.requests.append(head)
            for part_or_wait in self.script:
                if isinstance(part_or_wait, bytes):
                    connection.sendall(part_or_wait)
                elif self._is_over.wait(part_or_wait):
                    return


@contextmanager
def price_server() -> Iterator[PriceServer]:
    server = PriceServer()
    try:
        yield server
    finally:
        server.close()


def head(status: str = "200 OK", *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *lines, "", ""]).encode()


def body(content: bytes, *lines: str, status: str = "200 OK") -> list[bytes | float]:
    """Return a whole answer."""
    return [head(status, f"Content-Length: {len(content)}", *lines) + content]


def http_date(ago_s: float) -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - ago_s))
