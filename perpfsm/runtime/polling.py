"""A price that is asked for while a run goes on: who asks, how often, and when the engine has to hear of it."""

from collections.abc import Awaitable, Callable, Coroutine
from decimal import Decimal
from typing import Protocol, TypeVar

import anyio

from perpfsm.errors import PerpfsmError
from perpfsm.market.messages import Quote, ReferencePrice

BACKOFF_S_MAX = 60.0
DOUBLINGS_MAX = 16
NO_ANSWER = "no answer yet"
OUTDATED = "the last answer is too old"
NO_PRICE_OF_ITS_OWN = "the traded market has no price to hold it against"

Result = TypeVar("Result")


class Answer(Protocol):
    """What came of asking once."""

    @property
    def price(self) -> Decimal | None:
        """The price, finite and positive, or None."""

    @property
    def reason(self) -> str:
        """Why there is none."""


class PolledPrice:
    """The newest answer, and what the engine was told of it."""

    def __init__(self, *, band_pct: Decimal | None, age_s_max: float, now_s: Callable[[], float]) -> None:
        """Start without an answer.

        Args:
            band_pct: How far from the traded market's mid price an answer may be, percent of that; None is off.
            age_s_max: How long an answer counts, real seconds, whatever becomes of the asking.
            now_s: Gives real seconds that never go backwards.
        """
        self._band_pct = band_pct
        self._age_s_max = age_s_max
        self._now_s = now_s
        self._heard_s = 0.0
        self._price: Decimal | None = None
        self._reason = NO_ANSWER
        self._told: tuple[Decimal | None, str] | None = None

    def hear(self, answer: Answer) -> None:
        """Take the newest answer."""
        self._price, self._reason = answer.price, answer.reason
        self._heard_s = self._now_s()

    def news(self, now_ns: int, quote: Quote | None) -> ReferencePrice | None:
        """Return what the engine has to hear now: a price or a reason that it has not been told; None for nothing.

        Args:
            now_ns: Event time, nanoseconds since the epoch.
            quote: The traded market's newest one; the band is held against it each time, not only when an answer comes.
        """
        judged = self._judged(quote)
        if judged == self._told:
            return None
        self._told = judged
        return ReferencePrice(now_ns, *judged)

    def _judged(self, quote: Quote | None) -> tuple[Decimal | None, str]:
        price, band = self._price, self._band_pct
        if price is None:
            return None, self._reason
        if self._now_s() - self._heard_s > self._age_s_max:
            return None, OUTDATED
        if band is None:
            return price, ""
        if quote is None:
            return None, NO_PRICE_OF_ITS_OWN
        if abs(price - quote.mid) * 100 > band * quote.mid:
            return None, f"the price is more than {band:f} % away from the traded market's own"
        return price, ""


async def poll(
    ask: Callable[[], Awaitable[Answer]],
    price: PolledPrice,
    sleep: Callable[[float], Awaitable[None]],
    *,
    interval_s: float,
) -> None:
    """Ask for ever; after failures in a row the wait doubles, up to a minute.

    Args:
        ask: Gives an answer within bounded time.
        price: Hears it.
        sleep: Waits so many seconds.
        interval_s: Between an answer and the next question.
    """
    failures = 0
    while True:
        answer = await ask()
        price.hear(answer)
        failures = 0 if answer.price is not None else min(failures + 1, DOUBLINGS_MAX)
        longest = max(BACKOFF_S_MAX, interval_s)
        await sleep(interval_s if failures <= 1 else min(interval_s * 2 ** (failures - 1), longest))


async def beside(task: Callable[[], Coroutine[object, object, None]], main: Callable[[], Awaitable[Result]]) -> Result:
    """Return what `main` returns, with `task` running beside it until then; an error of `main` stays the same error."""
    failure: PerpfsmError | None = None
    results: list[Result] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(task)
        try:
            results.append(await main())
        except PerpfsmError as error:
            failure = error
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return results[0]
