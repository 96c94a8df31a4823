"""Two markets as one stream: nothing lost, nothing invented, times in order, and no price when there is none."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import BadQuote, MarketMessage, MarkPrice, Quote, ReferencePrice, Trade
from perpfsm.market.side import Side
from perpfsm.runtime.merge import ENDED, NOTHING_YET, SILENT, merge, reference_prices
from tests.builders import quote


def at(time_ns: int, bid: int, ask: int) -> Quote:
    return quote(bid, ask, time_ns=time_ns)


def trade(time_ns: int, price: int) -> Trade:
    return Trade(time_ns, Decimal(price), Decimal(1), Side.BUY)


def told(
    messages: Sequence[MarketMessage], *, price_type: str = "mid_price", stale_ns: int | None = None
) -> list[tuple[int, str]]:
    """Return when which price, or which reason, is told."""
    prices = reference_prices(iter(messages), price_type=price_type, stale_ns=stale_ns)
    return [(one.time_ns, one.reason if one.price is None else str(one.price)) for one in prices]


TIMES = st.integers(0, 30)
MESSAGES = st.lists(
    st.one_of(
        st.builds(at, TIMES, st.integers(90, 100), st.integers(98, 110)),
        st.builds(trade, TIMES, st.integers(90, 110)),
        st.builds(BadQuote, TIMES, st.just("bid is missing")),
        st.builds(MarkPrice, TIMES, st.just(Decimal(1))),
    ),
    max_size=20,
).map(lambda messages: sorted(messages, key=lambda message: message.time_ns))
TYPES = st.sampled_from(["mid_price", "last_price", "best_bid", "best_ask", "last_own_trade_price"])


@pytest.mark.parametrize(
    ("price_type", "price"),
    [
        ("mid_price", "101"),
        ("best_bid", "100"),
        ("best_ask", "102"),
        ("last_price", "101"),
        ("last_own_trade_price", "101"),
    ],
)
def test_a_quote_gives_the_price_that_is_asked_for_or_the_mid_price(price_type: str, price: str) -> None:
    """B1: where that number is missing, the same source's mid price."""
    assert told([at(1, 100, 102)], price_type=price_type) == [(1, price), (1, ENDED)]


def test_the_last_price_is_that_of_the_last_trade() -> None:
    messages: list[MarketMessage] = [at(1, 100, 102), trade(2, 99), at(3, 98, 100), trade(4, 97)]

    assert told(messages, price_type="last_price") == [(1, "101"), (2, "99"), (4, "97"), (4, ENDED)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (at(2, 103, 102), "its quote is crossed"),
        (BadQuote(2, "bid is missing"), "its quote is invalid: bid is missing"),
    ],
)
@pytest.mark.parametrize("price_type", ["mid_price", "last_price"])
def test_a_quote_that_cannot_be_used_takes_the_price_away_until_a_good_one(
    bad: Quote | BadQuote, reason: str, price_type: str
) -> None:
    messages: list[MarketMessage] = [trade(1, 101), at(1, 100, 102), bad, trade(3, 101), at(4, 100, 102)]

    assert told(messages, price_type=price_type)[-3:] == [(2, reason), (4, "101"), (4, ENDED)]


def test_silence_takes_the_price_away_at_its_own_time() -> None:
    messages = [at(1, 100, 102), at(6, 100, 102), at(20, 100, 102)]

    assert told(messages, stale_ns=5) == [(1, "101"), (11, SILENT), (20, "101"), (20, ENDED)]
    assert told(messages) == [(1, "101"), (20, ENDED)]


def test_what_says_nothing_new_is_not_told() -> None:
    assert told([at(1, 100, 102), at(2, 99, 103), MarkPrice(3, Decimal(5))]) == [(1, "101"), (2, ENDED)]


def test_a_market_that_says_nothing_has_ended() -> None:
    assert told([]) == [(0, ENDED)]
    assert told([MarkPrice(3, Decimal(5))]) == [(0, ENDED)]


def test_at_equal_times_the_reference_price_is_known_first() -> None:
    traded = [at(5, 1, 2), at(7, 1, 2)]
    others = [at(4, 100, 102), at(7, 102, 104), at(9, 1, 2)]
    prices = reference_prices(iter(others), price_type="mid_price", stale_ns=None)

    assert list(merge(iter(traded), prices, start_ns=5)) == [
        ReferencePrice(5, Decimal(101)),
        traded[0],
        ReferencePrice(7, Decimal(103)),
        traded[1],
    ]


def test_before_the_other_market_speaks_there_is_no_price() -> None:
    prices = reference_prices(iter([at(9, 100, 102)]), price_type="mid_price", stale_ns=None)

    assert next(merge(iter([at(5, 1, 2)]), prices, start_ns=5)) == ReferencePrice(5, None, NOTHING_YET)


@given(MESSAGES.filter(bool), MESSAGES, TYPES, st.none() | st.integers(1, 10))
def test_a_merge_loses_nothing_and_keeps_the_order(
    traded: list[MarketMessage], others: list[MarketMessage], price_type: str, stale_ns: int | None
) -> None:
    start_ns, end_ns = traded[0].time_ns, traded[-1].time_ns

    def merged() -> list[FeedMessage]:
        prices = reference_prices(iter(others), price_type=price_type, stale_ns=stale_ns)
        return list(merge(iter(traded), prices, start_ns=start_ns))

    found = merged()
    references = [one for one in found if isinstance(one, ReferencePrice)]
    alone = reference_prices(iter(others), price_type=price_type, stale_ns=stale_ns)

    assert [one for one in found if not isinstance(one, ReferencePrice)] == traded
    assert [one.time_ns for one in found] == sorted(one.time_ns for one in found)
    assert found[0] == references[0]
    assert references[1:] == [one for one in alone if start_ns < one.time_ns <= end_ns]
    assert found == merged()


@given(MESSAGES, TYPES, st.none() | st.integers(1, 10))
def test_a_price_is_never_older_than_allowed_and_never_from_bad_data(
    others: list[MarketMessage], price_type: str, stale_ns: int | None
) -> None:
    prices = list(reference_prices(iter(others), price_type=price_type, stale_ns=stale_ns))
    heard = [one.time_ns for one in others if not isinstance(one, MarkPrice)]

    assert prices[-1].price is None
    for now_ns in range(32):
        known = [one for one in prices if one.time_ns <= now_ns]
        if not known or known[-1].price is None:
            continue
        latest = max(time_ns for time_ns in heard if time_ns <= now_ns)
        quotes = [one for one in others if isinstance(one, Quote | BadQuote) and one.time_ns <= now_ns]
        assert stale_ns is None or now_ns - latest < stale_ns
        assert not quotes or (isinstance(quotes[-1], Quote) and quotes[-1].bid <= quotes[-1].ask)
