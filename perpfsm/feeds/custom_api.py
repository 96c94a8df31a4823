"""A price from a server of the user's own: asked by httpx, believed only within bounds."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import anyio
import httpx

from perpfsm.errors import FeedError
from perpfsm.feeds.addresses import Address, is_loopback, is_public, look_up
from perpfsm.feeds.answer import NoPrice, read_price
from perpfsm.market.price_source import CustomApi

BODY_BYTES_MAX = 64 * 1024
AGE_DIGITS_MAX = 10
AGENT = "perpfsm"
OK = 200
PORTS = {"http": 80, "https": 443}
TOO_OLD = "the answer is too old"
UNDATED = "the answer's age cannot be read"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: a price, or None and the reason."""

    price: Decimal | None
    reason: str = ""


class PriceServer:
    """Asks one address for a price; whatever goes wrong is an answer without one.

    The name is looked up once. Every connection goes to an address from that look-up that was allowed, with the
    name kept for the certificate, SNI and the Host header, so that a later look-up can lead nowhere else. Redirects
    are not followed; proxies and anything else in the environment are not read.
    """

    def __init__(self, settings: CustomApi, *, wall_ns: Callable[[], int]) -> None:
        """Prepare to ask.

        Args:
            settings: Checked.
            wall_ns: Gives nanoseconds since the epoch, for the age of an answer.

        Raises:
            FeedError: When the address is none.
        """
        self._settings = settings
        try:
            self._url = httpx.URL(settings.url)
        except httpx.InvalidURL as error:
            what = f"The address of the price server cannot be used: {error}."
            raise FeedError(what, where="price_source_custom_api", remedy="Check host, port and path.") from error
        self._host = self._url.raw_host.decode("ascii")
        self._wall_ns = wall_ns
        self._addresses: deque[Address] = deque()
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            # Connecting has two halves, TCP and TLS. Cut off from outside, the second would leave its socket open.
            timeout=httpx.Timeout(settings.timeout_s, connect=settings.timeout_s / 2),
            limits=httpx.Limits(max_connections=1),
            headers={"User-Agent": AGENT, "Accept-Encoding": "identity"},
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def ask(self) -> Answer:
        """Return what the server answers within the time for it."""
        try:
            with anyio.fail_after(self._settings.timeout_s):
                return Answer(read_price(await self._get(), self._settings.pointer))
        except NoPrice as why:
            return Answer(None, str(why))
        except httpx.ConnectTimeout:
            self._addresses.rotate(-1)  # the next one that the look-up gave
            return Answer(None, "no connection in time")
        except (TimeoutError, httpx.TimeoutException):
            return Answer(None, "no whole answer in time")
        except httpx.ConnectError as error:
            self._addresses.rotate(-1)
            is_untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
            return Answer(None, "the certificate is not valid" if is_untrusted else "no connection")
        except httpx.HTTPError as error:
            return Answer(None, f"the connection failed ({type(error).__name__})")

    async def _get(self) -> bytes:
        """Return the body of an answer that is whole, small and young."""
        if not self._addresses:
            self._addresses.extend(await self._allowed())
        request = self._client.build_request(
            "GET",
            self._url.copy_with(host=str(self._addresses[0])),
            headers={"Host": self._url.netloc.decode("ascii")},
            extensions={"sni_hostname": self._host},
        )
        response = await self._client.send(request, stream=True)
        try:
            self._check(response)
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > BODY_BYTES_MAX:
                    raise NoPrice("the answer is too long")
            return bytes(body)
        finally:
            await response.aclose()

    async def _allowed(self) -> tuple[Address, ...]:
        """Look the name up, the one time, and return its addresses if every one of them is allowed."""
        url = self._url
        try:
            found = await look_up(self._host, url.port or PORTS[url.scheme])
        except (OSError, UnicodeError) as error:
            raise NoPrice("the name cannot be looked up") from error
        if not self._settings.allows_private and not all(map(is_public, found)):
            raise NoPrice("the address is not a public one, and custom_api_allow_private is false")
        if url.scheme == "http" and not all(map(is_loopback, found)):
            raise NoPrice("http is for this computer only")
        return found

    def _check(self, response: httpx.Response) -> None:
        """Refuse an answer for what its head says."""
        if response.is_redirect:
            raise NoPrice("the server redirects, which is not followed")
        if response.status_code != OK:
            raise NoPrice(f"the server answers with status {response.status_code}")
        headers = response.headers
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            raise NoPrice("the answer is compressed")
        length = headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
            raise NoPrice("the answer is too long")
        if self._age_s(headers) > self._settings.age_s_max:
            raise NoPrice(TOO_OLD)

    def _age_s(self, headers: httpx.Headers) -> Decimal:
        """Return how old an answer is by its own account, seconds: the oldest of what its headers say."""
        age = headers.get("Age", "0").strip()
        if not (age.isascii() and age.isdecimal() and len(age) <= AGE_DIGITS_MAX):
            raise NoPrice(UNDATED)
        moments = [_to_ns(headers[name]) for name in ("Date", "Last-Modified") if name in headers]
        return max([Decimal(age), *(Decimal(self._wall_ns() - moment) / 10**9 for moment in moments)])


def _to_ns(text: str) -> int:
    """Return an HTTP date as nanoseconds since the epoch."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError) as error:
        raise NoPrice(UNDATED) from error
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return int((aware - datetime.fromtimestamp(0, UTC)).total_seconds()) * 10**9
