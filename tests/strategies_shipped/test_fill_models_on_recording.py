"""The claims about fill models on the BTCUSDT recording: orders at and behind the best, all along it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import TypeGuard

import pytest

from perpfsm.exchange.queue import QueueCancels
from perpfsm.exchange.settings import FillModel
from perpfsm.feeds import open_feed
from perpfsm.market.messages import Quote, Trade
from perpfsm.market.order import PlaceOrder
from perpfsm.market.side import Side
from tests.exchange.helpers import NOW, limit
from tests.exchange.test_fill_models import Story, tell, too_early, uncaused, unordered, used_twice
from tests.strategies_shipped.command import ROOT

RECORDING = ROOT.parent / "shared" / "data" / "binance-usdm-btcusdt-20240808.gz"
STORIES = 40
MESSAGES = 1_000
TICKS_BEHIND = (0, 1, 3, 10, 30)
TICK = Decimal("0.1")
SIZE = Decimal("0.05")

pytestmark = pytest.mark.skipif(
    not RECORDING.is_file(), reason="the BTCUSDT recording of 2024-08-08 is not at ../shared/data"
)


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    """Return stories that begin all along the recording; the exchange is shown each at one instant."""
    market = [replace(message, time_ns=NOW) for message in open_feed(RECORDING).messages() if is_market(message)]
    starts = [number for number, message in enumerate(market[:-MESSAGES]) if isinstance(message, Quote)]
    return [
        story(
            market[start : start + MESSAGES + 1], QueueCancels.PROPORTIONAL if number % 2 else QueueCancels.RISK_AVERSE
        )
        for number, start in enumerate(starts[:: len(starts) // STORIES])
    ]


def is_market(message: object) -> TypeGuard[Quote | Trade]:
    return isinstance(message, Trade) or (isinstance(message, Quote) and message.bid <= message.ask)


def story(messages: list[Quote | Trade], cancels: QueueCancels) -> Story:
    """Return a story of orders on the first message, a quote, and the market after it."""
    opening = messages[0]
    assert isinstance(opening, Quote)
    return Story(tuple(orders(opening)), tuple(messages[1:]), cancels, opening)


def orders(quote: Quote) -> Iterator[PlaceOrder]:
    for ticks in TICKS_BEHIND:
        yield limit(f"b{ticks}", Side.BUY, quote.bid - ticks * TICK, SIZE, post_only=True)
        yield limit(f"a{ticks}", Side.SELL, quote.ask + ticks * TICK, SIZE, post_only=True)


def test_every_fill_through_is_also_one_at_a_touch(stories: list[Story]) -> None:
    assert [complaint for story in stories for complaint in unordered(story)] == []


@pytest.mark.parametrize("model", FillModel)
def test_every_fill_has_its_cause_and_no_size_is_used_twice(stories: list[Story], model: FillModel) -> None:
    assert [complaint for story in stories for complaint in uncaused(story, model)] == []
    assert [complaint for story in stories for complaint in used_twice(story, model)] == []


def test_what_stands_ahead_in_a_queue_goes_first(stories: list[Story]) -> None:
    assert [complaint for story in stories for complaint in too_early(story)] == []


def test_the_claims_are_put_to_many_fills_of_every_model(stories: list[Story]) -> None:
    fills = {model: sum(len(tell(story, model).fills) for story in stories) for model in FillModel}
    assert min(fills.values()) > 100
    assert fills[FillModel.THROUGH] < fills[FillModel.TOUCH]
