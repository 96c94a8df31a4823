"""What theory says of the fill models, on any market: who fills when whom, why, and that nothing is used twice."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpfsm.exchange import matching
from perpfsm.exchange.book import Book
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.queue import Place, QueueCancels
from perpfsm.exchange.settings import FillModel
from perpfsm.market.fill import Fill
from perpfsm.market.messages import Quote, Trade
from perpfsm.market.order import PlaceOrder
from perpfsm.market.position import ZERO
from perpfsm.market.side import Side
from tests.drawn import is_among
from tests.exchange.helpers import BUY, MAKER, NOW, SELL, exchange, fills, limit, place
from tests.exchange.helpers import settings as venue_settings

pytestmark = pytest.mark.untraced

TICK = Decimal("0.1")
OPEN = Quote(NOW, Decimal("99.5"), Decimal(4), Decimal("100.5"), Decimal(4), exchange_ns=0)


@dataclass(frozen=True)
class Story:
    """Passive orders placed on one quote, and the market from there on."""

    orders: tuple[PlaceOrder, ...]
    market: tuple[Quote | Trade, ...]
    cancels: QueueCancels = QueueCancels.RISK_AVERSE
    opening: Quote = OPEN


@dataclass
class Told:
    """What came of a story: fills by the number of the message that caused them."""

    venue: PaperExchange
    by_message: dict[int, list[Fill]] = field(default_factory=dict)

    @property
    def fills(self) -> list[Fill]:
        """All of them, in order."""
        return [fill for number in sorted(self.by_message) for fill in self.by_message[number]]

    def filled(self) -> dict[str, Decimal]:
        """Return how much of each order was filled."""
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for fill in self.fills:
            sums[fill.client_id] += fill.size
        return dict(sums)


def tell(story: Story, model: FillModel) -> Told:
    """Play a story under a fill model."""
    venue = exchange(replace(venue_settings(model=model), queue_cancels=story.cancels), wallet=10**9)
    venue.on_market(story.opening)
    told = Told(venue)
    place(venue, *story.orders)
    for number, message in enumerate(story.market):
        venue.on_market(message)
        told.by_message[number] = fills(venue.take(NOW))
    return told


SIZES = st.integers(1, 9).map(Decimal)
LEADS = st.sampled_from([-3, 0, 0, 4])
few = settings(max_examples=settings().max_examples // 2)
NUMBERS = (22, 0, *range(50))  # of the stories that are searched: first those that catch what is rarely caught


@st.composite
def orders(draw: st.DrawFn) -> tuple[PlaceOrder, ...]:
    """Draw passive orders near the quote, the post-only kind, so that none takes and no two meet."""
    drawn = draw(st.lists(st.tuples(st.sampled_from(Side), st.integers(0, 9), SIZES), min_size=1, max_size=5))
    return tuple(
        limit(f"o{number}", side, Decimal(999 - away if side is BUY else 1001 + away) * TICK, size, post_only=True)
        for number, (side, away, size) in enumerate(drawn)
    )


@st.composite
def markets(draw: st.DrawFn) -> tuple[Quote | Trade, ...]:
    """Draw quotes that walk about the orders and trades near them, with times of the venue that lead and lag."""
    found: list[Quote | Trade] = []
    ticks = 1000
    kinds = st.tuples(
        st.booleans(), st.integers(-6, 6), st.integers(1, 3), SIZES, SIZES, st.sampled_from([-3, 0, 0, 4])
    )
    has_times = draw(st.booleans())
    for number, (is_trade, step, width, one, other, lead) in enumerate(draw(st.lists(kinds, max_size=40)), start=1):
        at_ns = max(0, 5 * number + lead) if has_times else None
        if is_trade:
            side = BUY if lead else SELL
            found.append(Trade(NOW, (ticks + step) * TICK, one, side, at_ns))
        else:
            ticks += step
            bid, ask = (ticks - width) * TICK, (ticks + width - 1) * TICK
            found.append(Quote(NOW, bid, one, max(ask, bid), other, exchange_ns=at_ns))
    return tuple(found)


def stories() -> st.SearchStrategy[Story]:
    """Draw a story."""
    return st.builds(Story, orders(), markets(), st.sampled_from(QueueCancels))


def unordered(story: Story) -> Iterator[str]:
    """Yield where `through` fills what `touch` does not."""
    soft, hard = tell(story, FillModel.TOUCH), tell(story, FillModel.THROUGH)
    for client_id, size in hard.filled().items():
        if size > soft.filled().get(client_id, ZERO):
            yield f"{client_id} fills {size} through, {soft.filled().get(client_id, ZERO)} at a touch"


def uncaused(story: Story, model: FillModel) -> Iterator[str]:
    """Yield the fills that nothing in the market explains, or that are not at their own price as a maker."""
    told = tell(story, model)
    placed = {order.client_id: order for order in story.orders}
    for number, caused in told.by_message.items():
        message = story.market[number]
        for fill in caused:
            if (fill.price, fill.liquidity) != (placed[fill.client_id].price, MAKER):
                yield f"{fill} is not at its own price"
            if not _explains(message, fill, model):
                yield f"{fill} by {message}"


def _explains(message: Quote | Trade, fill: Fill, model: FillModel) -> bool:
    """Return whether a message reaches an order by the rules of a model, sizes and queues apart."""
    if isinstance(message, Trade):
        beyond = (fill.price - message.price) * fill.side.sign
        return model is FillModel.QUEUE and message.aggressor is not fill.side and beyond >= 0
    beyond = (fill.price - (message.ask if fill.side is BUY else message.bid)) * fill.side.sign
    return beyond > 0 or (model is FillModel.TOUCH and beyond == 0)


def used_twice(story: Story, model: FillModel) -> Iterator[str]:
    """Yield where fills are more than what caused them: a trade's size, a shown level's, or the rest of a sweep's."""
    told = tell(story, model)
    shown: dict[Side, tuple[Decimal, Decimal]] = {}
    used: defaultdict[Side, Decimal] = defaultdict(Decimal)
    swept: dict[Side, int] = {}
    for number, message in enumerate(story.market):
        got: defaultdict[Side, Decimal] = defaultdict(Decimal)
        for fill in told.by_message[number]:
            got[fill.side] += fill.size
        if isinstance(message, Trade):
            if sum(got.values(), ZERO) > message.size:
                yield f"{got} of {message}"
            at_ns = message.exchange_ns
            yield from (
                f"{message} after the sweep" for side in got if at_ns is not None and at_ns <= swept.get(side, -1)
            )
            continue
        for side, (price, size) in ((BUY, (message.ask, message.ask_size)), (SELL, (message.bid, message.bid_size))):
            before = shown.get(side)
            used[side] = min(used[side], size) if before is not None and before[0] == price else ZERO
            shown[side] = price, size
            used[side] += got[side]
            if used[side] > size:
                yield f"{used[side]} of {size} at {price}"
            if got[side] and message.exchange_ns is not None:
                swept[side] = max(message.exchange_ns, swept.get(side, 0))


def too_early(story: Story) -> Iterator[str]:
    """Yield orders that were filled by trades at their price before what stood ahead of them had gone.

    The size that was shown when the order joined stays ahead until trades at the price have taken it, until the size
    shown is less, or until the market was at or through the price: what is left of it then, at least, is ahead.
    """
    told = tell(replace(story, cancels=QueueCancels.RISK_AVERSE), FillModel.QUEUE)
    for order in story.orders:
        yield from _too_early(order, story, told)


def _too_early(order: PlaceOrder, story: Story, told: Told) -> Iterator[str]:
    assert order.price is not None
    sign, opening = order.side.sign, story.opening
    best, size = (opening.bid, opening.bid_size) if order.side is BUY else (opening.ask, opening.ask_size)
    ahead = ZERO if (order.price - best) * sign > 0 else size
    for number, message in enumerate(story.market):
        got = sum((fill.size for fill in told.by_message[number] if fill.client_id == order.client_id), ZERO)
        if isinstance(message, Trade):
            if message.aggressor is order.side or (order.price - message.price) * sign < 0:
                continue
            if message.price != order.price:
                ahead = min(ahead, ZERO) if got else ahead
            elif got > max(ZERO, message.size - ahead):
                yield f"{order.client_id} got {got} of {message} behind {ahead}"
            if message.price == order.price:
                ahead = max(ZERO, ahead - message.size)
            continue
        best, size = (message.bid, message.bid_size) if order.side is BUY else (message.ask, message.ask_size)
        opposite = message.ask if order.side is BUY else message.bid
        if (order.price - best) * sign > 0 or (order.price - opposite) * sign >= 0:
            ahead = ZERO
        elif order.price == best:
            ahead = min(ahead, size)


@few
@given(stories())
def test_every_fill_through_is_also_one_at_a_touch(story: Story) -> None:
    assert [*unordered(story)] == []


@pytest.mark.parametrize("model", FillModel)
@few
@given(stories())
def test_every_fill_has_its_cause_and_is_at_the_orders_own_price(model: FillModel, story: Story) -> None:
    assert [*uncaused(story, model)] == []


@pytest.mark.parametrize("model", FillModel)
@few
@given(stories())
def test_no_size_is_used_twice(model: FillModel, story: Story) -> None:
    assert [*used_twice(story, model)] == []


@few
@given(stories())
def test_what_stands_ahead_goes_first(story: Story) -> None:
    assert [*too_early(story)] == []


def is_caught(claim: Callable[[Story], Iterator[str]]) -> bool:
    """Return whether one of several hundred drawn stories contradicts `claim`."""
    return is_among(lambda story: bool([*claim(story)]), stories, NUMBERS)


class TestPlantedOptimism:
    """Each optimistic bug that is planted here is caught by the claim that stands against it."""

    def test_a_touch_that_counts_as_through(self, monkeypatch: pytest.MonkeyPatch) -> None:
        match = matching._match  # the bug is planted there

        def generous(floor: Floor, side: Side, quote: Quote) -> None:
            floor.settings = replace(floor.settings, fill_model=FillModel.TOUCH)
            match(floor, side, quote)

        monkeypatch.setattr(matching, "_match", generous)
        assert is_caught(lambda story: uncaused(story, FillModel.THROUGH))

    @pytest.mark.parametrize("model", FillModel)
    def test_a_level_that_is_used_again_and_again(self, monkeypatch: pytest.MonkeyPatch, model: FillModel) -> None:
        monkeypatch.setattr(Book, "use", lambda *_: None)
        assert is_caught(lambda story: used_twice(story, model))

    def test_a_fill_that_does_not_wait_for_the_queue(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def jump(place: Place, book: Book, *_: object) -> None:
            place.ahead, place.since_ns = ZERO, book.newest_ns

        monkeypatch.setattr(Place, "join", jump)
        assert is_caught(too_early)

    def test_a_queue_that_cancels_all_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        look = Place.look

        def hopeful(place: Place, book: Book, side: Side, price: Decimal, **how: Decimal) -> bool:
            changed = look(place, book, side, price, cancels=QueueCancels.RISK_AVERSE, step=how["step"], at_ns=None)
            place.ahead = place.ahead / 2 if place.ahead else place.ahead
            return changed

        monkeypatch.setattr(Place, "look", hopeful)
        assert is_caught(too_early)

    def test_a_trade_that_fills_each_order_with_all_of_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Floor, "open_size", lambda _, working, size: working.remaining if size else ZERO)
        assert is_caught(lambda story: used_twice(story, FillModel.QUEUE))

    def test_a_sweep_that_is_used_by_its_book_and_by_its_trades(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(matching, "_is_swept", lambda *_: False)
        assert is_caught(lambda story: used_twice(story, FillModel.QUEUE))
