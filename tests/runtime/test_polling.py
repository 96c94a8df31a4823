"""A price that is asked for: what the engine hears, how long the asking waits, and that it ends with the run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

import anyio
import anyio.lowlevel
import pytest

from perpfsm.errors import FeedError
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import Quote, ReferencePrice
from perpfsm.runtime.assembly import Assembled
from perpfsm.runtime.polling import NO_ANSWER, NO_PRICE_OF_ITS_OWN, OUTDATED, PolledPrice, beside, poll
from perpfsm.runtime.run import DURATION, FEED_END, run_paced
from tests.builders import NOW, SECOND, quote
from tests.runtime.rig import Rig


@dataclass(frozen=True, slots=True)
class Said:
    price: Decimal | None
    reason: str = ""


GOOD, DOWN = Said(Decimal(100)), Said(None, "no connection")


def polled(*answers: Said, band: int | None = None, now_s: Callable[[], float] = float) -> PolledPrice:
    price = PolledPrice(band_pct=None if band is None else Decimal(band), age_s_max=30, now_s=now_s)
    for answer in answers:
        price.hear(answer)
    return price


def test_before_an_answer_there_is_no_price() -> None:
    assert polled().news(5, None) == ReferencePrice(5, None, NO_ANSWER)


def test_a_change_is_told_once() -> None:
    price = polled(GOOD)

    assert [price.news(1, None), price.news(2, None)] == [ReferencePrice(1, Decimal(100)), None]
    price.hear(DOWN)
    assert [price.news(3, None), price.news(4, None)] == [ReferencePrice(3, None, "no connection"), None]
    price.hear(DOWN)
    assert price.news(5, None) is None


@pytest.mark.parametrize(
    ("bid", "ask", "is_near"), [(100, 100, True), (111, 111, True), (112, 112, False), (90, 91, False)]
)
def test_the_band_is_held_against_the_traded_markets_mid_price(bid: int, ask: int, is_near: bool) -> None:
    news = polled(GOOD, band=10).news(1, quote(bid, ask))

    assert news is not None
    assert (news.price == 100) is is_near
    assert news.reason == ("" if is_near else "the price is more than 10 % away from the traded market's own")


def test_the_band_is_held_again_when_the_traded_market_moves() -> None:
    price = polled(GOOD, band=10)
    heard = [price.news(second, quote(mid, mid)) for second, mid in enumerate([100, 120, 121, 100])]

    assert [None if one is None else one.price for one in heard] == [100, None, None, 100]
    assert heard[2] is None


def test_without_a_price_of_its_own_the_traded_market_cannot_confirm_one() -> None:
    assert polled(GOOD, band=10).news(1, None) == ReferencePrice(1, None, NO_PRICE_OF_ITS_OWN)


def test_an_answer_counts_only_so_long_whatever_becomes_of_the_asking() -> None:
    moments = iter([100.0, 130.0, 130.1])
    price = polled(GOOD, now_s=moments.__next__)

    assert [price.news(1, None), price.news(2, None)] == [
        ReferencePrice(1, Decimal(100)),
        ReferencePrice(2, None, OUTDATED),
    ]


class Over(Exception):
    """Ends a loop that has no end."""


async def waits(answers: Iterable[Said], *, interval_s: float) -> list[float]:
    """Return how long the asking waits after each answer."""
    script, slept = iter(answers), []

    async def ask() -> Said:
        answer = next(script, None)
        if answer is None:
            raise Over
        return answer

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    with pytest.raises(Over):
        await poll(ask, polled(), sleep, interval_s=interval_s)
    return slept


async def test_after_failures_in_a_row_the_wait_doubles_up_to_a_minute() -> None:
    assert await waits([GOOD, *[DOWN] * 6, GOOD, DOWN], interval_s=5) == [5, 5, 10, 20, 40, 60, 60, 5, 5]
    assert await waits([DOWN] * 3, interval_s=90) == [90, 90, 90]
    assert max(await waits([DOWN] * 2000, interval_s=1)) == 60


async def test_the_asking_ends_with_the_run() -> None:
    ended = []

    async def task() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("task")

    async def main() -> int:
        await anyio.lowlevel.checkpoint()
        return 7

    assert await beside(task, main) == 7
    assert ended == ["task"]


async def test_an_error_of_the_run_stays_the_same_error() -> None:
    async def main() -> int:
        raise FeedError("broken")

    with pytest.raises(FeedError, match="broken"):
        await beside(anyio.sleep_forever, main)


class ManualClock:
    """Time that passes only while somebody sleeps, and in steps for those who do not."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now_s(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await anyio.lowlevel.checkpoint()


class Never:
    is_made = False


def nobody(_: int) -> None:
    """Let nobody in from outside."""


def assembled(rig: Rig, messages: list[Quote], kept: list[FeedMessage]) -> Assembled:
    return Assembled(rig.driver, iter(messages), NOW, keep=kept.append)


async def test_answers_are_heard_between_messages_at_the_time_of_events() -> None:
    kept: list[FeedMessage] = []
    clock, price = ManualClock(), polled()
    messages = [quote(100, 101, time_ns=NOW), quote(100, 102, time_ns=NOW + 10 * SECOND)]

    def look(now_ns: int) -> None:
        if now_ns >= NOW + 4 * SECOND:
            price.hear(GOOD)

    run = assembled(Rig(), messages, kept)
    ending = await run_paced(run, Never(), clock, speed=1, duration_ns=None, look=look, attend=nobody, source=price)

    assert ending.why == FEED_END
    assert kept[:2] == [ReferencePrice(NOW, None, NO_ANSWER), messages[0]]
    assert isinstance(kept[2], ReferencePrice)
    assert (kept[2].price, kept[3:]) == (Decimal(100), messages[1:])
    assert NOW + 4 * SECOND <= kept[2].time_ns <= NOW + 5 * SECOND
    assert run.driver.messages == 4


async def test_answers_are_heard_while_a_run_waits_for_its_end() -> None:
    kept: list[FeedMessage] = []
    clock, price = ManualClock(), polled(GOOD)
    messages = [quote(100, 101, time_ns=NOW), quote(100, 101, time_ns=NOW + 100 * SECOND)]

    def look(now_ns: int) -> None:
        if now_ns >= NOW + SECOND:
            price.hear(DOWN)

    run = assembled(Rig(), messages, kept)
    ending = await run_paced(
        run, Never(), clock, speed=10, duration_ns=5 * SECOND, look=look, attend=nobody, source=price
    )

    assert ending.why == DURATION
    assert [one.price for one in kept if isinstance(one, ReferencePrice)] == [Decimal(100), None]
