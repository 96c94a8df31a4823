"""A price server of ours on loopback that does everything wrong: each wrong gives a reason, and never a price."""

import ipaddress
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import anyio
import pytest

from perpfsm.errors import FeedError
from perpfsm.feeds import custom_api
from perpfsm.feeds.addresses import Address, look_up
from perpfsm.feeds.custom_api import BODY_BYTES_MAX, Answer
from perpfsm.market.price_source import CustomApi
from tests.feeds.price_server import PriceServer, body, head, http_date, price_server

TIMEOUT_S = 1.0  # of a question that is not answered in time
PATIENCE_S = 30.0  # of every other one, on the slowest machine
FOR_EVER_S = 60.0
LATE = "no whole answer in time"


@pytest.fixture
def server() -> Iterator[PriceServer]:
    with price_server() as running:
        yield running


def settings(url: str, **changes: object) -> CustomApi:
    base = CustomApi(
        url=url,
        pointer=None,
        interval_s=1.0,
        timeout_s=PATIENCE_S,
        age_s_max=Decimal(30),
        band_pct=None,
        allows_private=True,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # a wrong name fails at once


async def ask(of: CustomApi, times: int = 1) -> list[Answer]:
    async with custom_api.PriceServer(of, wall_ns=time.time_ns) as asked:
        return [await asked.ask() for _ in range(times)]


async def answer(
    server: PriceServer, script: list[bytes | float], pointer: str | None = None, **changes: object
) -> Answer:
    server.script = script
    (only,) = await ask(settings(server.url, pointer=pointer, **changes))
    return only


@pytest.mark.parametrize(
    ("content", "pointer", "price"),
    [
        (b"100", None, "100"),
        (b" 0.10000000000000000001\n", None, "0.10000000000000000001"),
        (b'{"data": [{"price": 100.30}]}', "/data/0/price", "100.30"),
        (b'{"a/b": {"~": "61590.3"}}', "/a~1b/~0", "61590.3"),
        (b"1e2", "", "1e2"),
        (b'{"": 7}', "/", "7"),
    ],
)
async def test_a_good_answer_is_its_exact_price(
    server: PriceServer, content: bytes, pointer: str | None, price: str
) -> None:
    got = await answer(server, body(content), pointer)

    assert got == Answer(Decimal(price))
    assert str(got.price) == str(Decimal(price))


@pytest.mark.parametrize(
    ("content", "pointer", "reason"),
    [
        (b"<html><body>100</body></html>", None, "the answer is not a number"),
        (b"nan", None, "the price is not finite"),
        (b"Infinity", None, "the price is not finite"),
        (b"-100", None, "the price is not positive"),
        (b"0", None, "the price is not positive"),
        (b"", None, "the answer is empty"),
        (b"\xff\xfe", None, "the answer is not UTF-8 text"),
        (b"1" * 1000, None, "the answer is not a number"),
        (b"1." + b"1" * 35, None, "the price has too many digits"),
        (b"1e999", None, "the answer is not a number"),
        (b'{"price": 100}', None, "the answer is not a number"),
        (b"<html></html>", "/price", "the answer is not JSON"),
        (b'{"price": NaN}', "/price", "the price is not finite"),
        (b'{"price": "-Infinity"}', "/price", "the price is not finite"),
        (b'{"price": -1}', "/price", "the price is not positive"),
        (b'{"price": true}', "/price", "'/price' is not a number"),
        (b'{"price": null}', "/price", "'/price' is not a number"),
        (b'{"price": [100]}', "/price", "'/price' is not a number"),
        (b'{"price": "soon"}', "/price", "'/price' is not a number"),
        (b'{"price": 100}', "/prices", "the answer has nothing at '/prices'"),
        (b"[100]", "/1", "the answer has nothing at '/1'"),
        (b"[100]", "/-", "the answer has nothing at '/-'"),
        (b"[100]", "/00", "the answer has nothing at '/00'"),
        (b"100", "/price", "the answer has nothing at '/price'"),
        (b"[" * 60_000, "/0", "the answer is not JSON"),
    ],
)
async def test_an_answer_that_is_no_price_is_a_reason(
    server: PriceServer, content: bytes, pointer: str | None, reason: str
) -> None:
    assert await answer(server, body(content), pointer) == Answer(None, reason)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ([FOR_EVER_S, *body(b"100")], LATE),
        ([head("200 OK", "Content-Length: 200"), *[b"1", 0.3] * 200], LATE),
        ([head(), b"100", FOR_EVER_S], LATE),
        ([b"HTTP/1.1 200 OK\r\n", *[b"X: 1\r\n", 0.1] * 600], LATE),
        (body(b"1" * (BODY_BYTES_MAX + 1)), "the answer is too long"),
        ([head(), *[b" " * 10_000] * 100], "the answer is too long"),
        ([head("200 OK", "Content-Length: " + "9" * 15)], "the answer is too long"),
        (
            body(b"100", "Location: http://127.0.0.1:1/", status="302 Found"),
            "the server redirects, which is not followed",
        ),
        (body(b"100", status="503 Service Unavailable"), "the server answers with status 503"),
        (body(b"100", status="204 No Content"), "the server answers with status 204"),
        (body(b"100", "Content-Encoding: gzip"), "the answer is compressed"),
        (body(b"100", "Age: 31"), "the answer is too old"),
        (body(b"100", f"Date: {http_date(90)}"), "the answer is too old"),
        (body(b"100", f"Last-Modified: {http_date(90)}"), "the answer is too old"),
        (body(b"100", "Age: soon"), "the answer's age cannot be read"),
        (body(b"100", "Date: yesterday"), "the answer's age cannot be read"),
        ([b"nonsense\r\n\r\n"], "the connection failed (RemoteProtocolError)"),
        ([head("200 OK", "Content-Length: 10"), b"1"], "the connection failed (RemoteProtocolError)"),
        ([], "the connection failed (RemoteProtocolError)"),
    ],
    ids=[
        "slow",
        "drip-fed body",
        "kept open",
        "drip-fed head",
        "huge",
        "huge without a length",
        "a huge length",
        "redirecting",
        "unavailable",
        "no content",
        "compressed",
        "old by Age",
        "old by Date",
        "old by Last-Modified",
        "unreadable Age",
        "unreadable Date",
        "not HTTP",
        "cut short",
        "hanging up",
    ],
)
async def test_a_server_that_misbehaves_is_a_reason_within_its_time(
    server: PriceServer, script: list[bytes | float], reason: str
) -> None:
    started_s = time.monotonic()

    assert await answer(server, script, timeout_s=TIMEOUT_S if reason == LATE else PATIENCE_S) == Answer(None, reason)
    assert time.monotonic() - started_s < PATIENCE_S


async def test_a_young_answer_is_believed(server: PriceServer) -> None:
    said = ("Age: 5", f"Date: {http_date(6)}", f"Last-Modified: {http_date(-60)}")

    assert await answer(server, body(b"100", *said)) == Answer(Decimal(100))


async def test_a_redirect_is_not_followed(server: PriceServer) -> None:
    await answer(server, body(b"", f"Location: {server.url}", status="301 Moved Permanently"))

    assert len(server.requests) == 1


async def test_a_server_that_is_down_is_a_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    assert await ask(settings(f"http://127.0.0.1:{port}/")) == [Answer(None, "no connection")]


async def test_https_to_a_server_without_tls_gives_no_price(server: PriceServer) -> None:
    (only,) = await ask(settings(server.url.replace("http:", "https:"), timeout_s=TIMEOUT_S))

    assert only == Answer(None, "no connection in time")


async def test_after_a_failure_a_good_answer_is_a_price_again(server: PriceServer) -> None:
    async with custom_api.PriceServer(settings(server.url, timeout_s=2 * TIMEOUT_S), wall_ns=time.time_ns) as asked:
        server.script = [FOR_EVER_S]
        first = await asked.ask()
        server.script = body(b"101.5")
        second = await asked.ask()

    assert (first.price, second.price) == (None, Decimal("101.5"))


async def test_proxies_of_the_environment_are_not_used(server: PriceServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert await answer(server, body(b"100")) == Answer(Decimal(100))


async def test_an_address_that_is_not_public_needs_an_explicit_yes(server: PriceServer) -> None:
    answers = await ask(settings(server.url, allows_private=False))

    assert answers == [Answer(None, "the address is not a public one, and custom_api_allow_private is false")]
    assert server.requests == []


async def test_http_leads_nowhere_but_to_this_computer() -> None:
    assert await ask(settings("http://192.0.2.1/price")) == [Answer(None, "http is for this computer only")]


async def test_a_name_that_is_unknown_is_a_reason() -> None:
    assert await ask(settings("https://no.such.host.invalid/")) == [Answer(None, "the name cannot be looked up")]


def test_an_address_that_httpx_cannot_read_is_said_so() -> None:
    with pytest.raises(FeedError, match="cannot be used"):
        custom_api.PriceServer(settings("https://host:no/"), wall_ns=time.time_ns)


class Names:
    """A name service that changes its mind, as in DNS rebinding."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def look_up(self, host: str, _port: int) -> tuple[Address, ...]:
        self.asked.append(host)
        return tuple(ipaddress.ip_address(one) for one in self.answers[min(len(self.asked), len(self.answers)) - 1])


async def test_a_name_is_looked_up_once_and_its_address_kept(
    server: PriceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(("127.0.0.1",), ("192.0.2.1",))
    monkeypatch.setattr(custom_api, "look_up", names.look_up)
    url = server.url.replace("127.0.0.1", "prices.example.org")

    assert await ask(settings(url), times=3) == [Answer(Decimal(100))] * 3
    assert names.asked == ["prices.example.org"]
    assert all(f"Host: prices.example.org:{server.port}".encode() in asked for asked in server.requests)


async def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(("93.184.216.34", "127.0.0.1"))
    monkeypatch.setattr(custom_api, "look_up", names.look_up)
    (only,) = await ask(settings("https://prices.example.org/", allows_private=False))

    assert only == Answer(None, "the address is not a public one, and custom_api_allow_private is false")


async def test_the_next_address_of_the_look_up_is_tried_after_one_that_is_down(
    server: PriceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(("::1", "127.0.0.1"))
    monkeypatch.setattr(custom_api, "look_up", names.look_up)
    answers = await ask(settings(server.url.replace("127.0.0.1", "localhost")), times=2)

    assert [one.price for one in answers] == [None, Decimal(100)]
    assert names.asked == ["localhost"]


async def test_a_cancelled_question_ends_at_once(server: PriceServer) -> None:
    server.script = [FOR_EVER_S]
    started_s = time.monotonic()
    with anyio.move_on_after(0.1):
        await ask(settings(server.url, timeout_s=FOR_EVER_S))

    assert time.monotonic() - started_s < PATIENCE_S


async def test_the_system_knows_this_computer() -> None:
    assert "127.0.0.1" in {str(one) for one in await look_up("localhost", 80)}
