"""Binance recordings: every event, what is skipped, and every way in which a line is wrong."""

import json
from contextlib import suppress
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.feeds import open_feed
from perpfsm.feeds.bad_line import SKIP_REMEDY, BadLine
from perpfsm.feeds.binance_recording import KINDS_MAX, RecordingParser
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import BadQuote, MarkPrice, Quote, ReferencePrice, Trade
from perpfsm.market.side import Side
from tests.feeds.helpers import (
    TIME_MS,
    TIME_NS,
    Event,
    book_ticker,
    failure_of,
    mark_price,
    quote,
    recorded,
    trade,
    write_lines,
)

SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "binance-usdm-btcusdt-20240808.gz"
PRICES = st.decimals("0.00000001", "99999999", places=8).map(lambda value: f"{value:f}")
TIMES_MS = st.integers(1, 2**42)


def parse(event: object) -> FeedMessage | tuple[FeedMessage, ...] | None:
    return RecordingParser().parse(recorded(event).encode())


def bad(line: str | bytes) -> str:
    with pytest.raises(BadLine) as caught:
        RecordingParser().parse(line.encode() if isinstance(line, str) else line)
    return caught.value.what


def test_a_book_ticker_is_a_quote_with_both_times() -> None:
    assert parse(book_ticker()) == quote()


def test_a_book_ticker_with_fields_in_another_order_and_unknown_ones_is_the_same_quote() -> None:
    event = {"zz": [{"x": 1}], **dict(reversed(book_ticker().items())), "ps": "BTCUSDT"}
    assert parse(event) == quote()


def test_without_a_time_of_trade_the_time_of_sending_is_the_exchange_time() -> None:
    assert parse(book_ticker(T=None)) == quote(exchange_ns=(TIME_MS + 1) * 1_000_000)
    assert parse(book_ticker(T=None, E=None)) == quote(exchange_ns=None)


def test_a_crossed_quote_is_a_quote() -> None:
    assert parse(book_ticker(b="61800.40")) == quote(bid=Decimal("61800.40"))


@pytest.mark.parametrize("kind", ["trade", "aggTrade"])
@pytest.mark.parametrize(("is_buyer_maker", "aggressor"), [(True, Side.SELL), (False, Side.BUY)])
def test_a_trade_is_by_the_side_that_took(kind: str, is_buyer_maker: bool, aggressor: Side) -> None:
    expected = Trade(TIME_NS, Decimal("61800.30"), Decimal("0.006"), aggressor, TIME_MS * 1_000_000)
    assert parse(trade(e=kind, m=is_buyer_maker, a=5)) == expected


def test_a_mark_price_carries_the_next_funding() -> None:
    mark, rate = Decimal("61801.12345678"), Decimal("-0.00010000")
    funding_ns = (TIME_MS + 1000) * 1_000_000
    assert parse(mark_price()) == MarkPrice(TIME_NS, mark, rate, funding_ns, TIME_MS * 1_000_000)


def test_a_contract_without_funding_has_a_mark_price_only() -> None:
    expected = MarkPrice(TIME_NS, Decimal("61801.12345678"), None, None, TIME_MS * 1_000_000)
    assert parse(mark_price(r="", T=0)) == expected


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (book_ticker(b=None), "bid is missing"),
        (book_ticker(b=""), "bid is missing"),
        (book_ticker(b="0.00"), "bid is not positive: 0.00"),
        (book_ticker(B="0.000"), "bid size is not positive: 0.000"),
        (book_ticker(a="NaN"), "ask is not finite: NaN"),
        (book_ticker(A="-1"), "ask size is not positive: -1"),
        (mark_price(p="0"), "mark price is not positive: 0"),
        (mark_price(r="nan"), "funding rate is not finite: nan"),
    ],
)
def test_what_cannot_be_traded_on_is_a_bad_quote(event: Event, reason: str) -> None:
    assert parse(event) == BadQuote(TIME_NS, reason)


@pytest.mark.parametrize("event", [book_ticker(), trade(), mark_price()])
def test_our_own_key_may_be_empty_or_hold_what_is_not_known_yet(event: Event) -> None:
    assert parse(event | {"perpfsm": {}}) == parse(event | {"perpfsm": {"later": 1}}) == parse(event)


@pytest.mark.parametrize(("mark", "reason"), [("0", "is not positive: 0"), ("", "is missing")])
def test_a_quote_with_an_unusable_mark_price_of_its_own_is_a_bad_quote(mark: str, reason: str) -> None:
    assert parse(book_ticker(perpfsm={"mark": mark})) == BadQuote(TIME_NS, f"mark price {reason}")


@pytest.mark.parametrize(("last", "reason"), [("0", "is not positive: 0"), ("", "is missing")])
def test_a_quote_with_an_unusable_last_price_of_its_own_is_a_bad_quote(last: str, reason: str) -> None:
    assert parse(book_ticker(perpfsm={"last": last})) == BadQuote(TIME_NS, f"last price {reason}")


def test_a_reference_price_that_cannot_be_used_is_a_source_that_is_down() -> None:
    event: Event = {"e": "perpfsmReferencePrice", "s": "BTCUSDT", "p": "-1", "reason": ""}
    assert parse(event) == ReferencePrice(TIME_NS, None, "the recorded price is not positive: -1")


def test_the_symbol_is_known_from_the_first_event_that_has_one() -> None:
    parser = RecordingParser()
    parser.parse(f'{TIME_NS} {{"lastUpdateId":7}}'.encode())
    assert parser.symbol is None
    parser.parse(recorded(trade(p="0")).encode())
    assert parser.symbol == "BTCUSDT"


def test_an_event_that_is_not_wrapped_is_read_too() -> None:
    line = f"{TIME_NS} {json.dumps(book_ticker())}\r".encode()
    assert RecordingParser().parse(line) == quote()


def test_what_has_no_message_is_counted_by_kind() -> None:
    parser = RecordingParser()
    levels = [["61800.20", "1.0"]]
    depth = {"e": "depthUpdate", "E": 1, "T": 1, "s": "BTCUSDT", "U": 1, "u": 2, "pu": 0, "b": levels, "a": []}
    lines = [
        recorded(depth),
        recorded(depth),
        f'{TIME_NS} {{"lastUpdateId":7,"E":1,"T":1,"bids":{json.dumps(levels)},"asks":[]}}',
        f'{TIME_NS} {{"result":null,"id":1}}',
        f'{TIME_NS} {{"e":"kline","s":"BTCUSDT"}}',
        recorded({"e": "kline", "s": "BTCUSDT", "k": {}}),
        recorded({"no": "event"}),
        recorded([{"e": "24hrMiniTicker"}], stream="!miniTicker@arr"),
        recorded(trade(p="0", q="0", X="NA")),
    ]
    assert [parser.parse(line.encode()) for line in lines] == [None] * len(lines)
    assert dict(parser.skipped) == {
        "depthUpdate": 2,
        "depth snapshot": 1,
        "other": 2,
        "kline": 2,
        "!miniTicker@arr": 1,
        "trade without a price": 1,
    }


def test_kinds_are_told_apart_only_up_to_a_bound() -> None:
    parser = RecordingParser()
    for number in range(KINDS_MAX + 5):
        parser.parse(recorded({"e": f"kind{number}"}).encode())
    assert len(parser.skipped) == KINDS_MAX + 1
    assert parser.skipped["other"] == 5


@pytest.mark.parametrize(
    "line", ["", " ", "x", '{"stream":"s"}', f'{TIME_NS}{{"a":1}}', "172316125500000000 {}", "+" + "1" * 18 + " {}"]
)
def test_a_line_without_a_local_time_is_bad(line: str) -> None:
    assert bad(line) == "The line does not begin with a local receive time of 19 digits (ns) and a space."


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        '{"data":7}',
        '{"data":{"e":7}}',
        '{"data":{"e":"bookTicker"}}',
        recorded(book_ticker())[20:-9],
        recorded(book_ticker())[20:] + "x",
        recorded(book_ticker(b=61800.2))[20:],
        recorded(book_ticker(T="soon"))[20:],
        recorded(trade(m=None))[20:],
        recorded(trade() | {"perpfsm": None})[20:],
        recorded(book_ticker(perpfsm={"mark": 5}))[20:],
        recorded({"e": "perpfsmBadQuote", "s": "BTCUSDT"})[20:],
        '{"e":"bookTicker"}',
        '{"data":' + "[" * 100_000,
        '{"x":' + "[" * 100_000 + "]" * 100_000 + "}",
        b'{"data":{"e":"bookTicker","s":"\xff"}}',
        b'{"data":{"e":"trade","s":"BTCUSDT","m":true,"p":"\xff"}}',
    ],
)
def test_a_message_that_is_malformed_is_bad(body: str | bytes) -> None:
    raw = body.encode() if isinstance(body, str) else body
    assert bad(f"{TIME_NS} ".encode() + raw).startswith("The message cannot be read: ")


def test_a_price_that_is_no_number_is_bad() -> None:
    assert bad(recorded(book_ticker(b="cheap"))) == "'cheap' is not a number."


def test_a_second_symbol_is_an_error_even_where_bad_lines_are_skipped(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "two", [recorded(book_ticker()), recorded(trade(s="ETHUSDT"))])
    error = failure_of(path)
    assert str(error) == (
        "two:2: A second symbol, 'ETHUSDT', turns up in a recording of BTCUSDT. "
        "A feed holds one market: split the recording by symbol."
    )
    with pytest.raises(type(error), match="ETHUSDT"):
        list(open_feed(path, skip_bad_lines=True).messages())


def test_time_that_goes_backwards_is_an_error_and_equal_times_are_not(tmp_path: Path) -> None:
    equal, back = recorded(trade()), recorded(trade(), time_ns=TIME_NS - 1)
    path = write_lines(tmp_path / "back.gz", [equal, equal, back], is_gzip=True)
    error = failure_of(path)
    assert (error.where, error.what) == ("back.gz:3", f"Time goes backwards, from {TIME_NS} to {TIME_NS - 1} ns.")
    assert error.remedy.endswith(SKIP_REMEDY)


def test_a_time_beyond_64_bits_is_an_error(tmp_path: Path) -> None:
    error = failure_of(write_lines(tmp_path / "far", [recorded(trade(), time_ns=9_999_999_999_999_999_999)]))
    assert (error.where, error.what) == ("far:1", "The time 9999999999999999999 ns is beyond the year 2262.")


@given(PRICES, PRICES, PRICES, PRICES, TIMES_MS)
def test_a_quote_round_trips_exactly(bid: str, bid_size: str, ask: str, ask_size: str, time_ms: int) -> None:
    message = parse(book_ticker(b=bid, B=bid_size, a=ask, A=ask_size, T=time_ms))
    assert message == Quote(
        TIME_NS, Decimal(bid), Decimal(bid_size), Decimal(ask), Decimal(ask_size), None, time_ms * 1_000_000
    )
    assert isinstance(message, Quote)
    assert f"{message.bid:f},{message.ask:f}" == f"{bid},{ask}"


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_no_line_whatever_escapes_as_anything_but_a_bad_line(line: bytes) -> None:
    for candidate in (line, f"{TIME_NS} ".encode() + line):
        with suppress(BadLine):
            RecordingParser().parse(candidate)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the recording is not part of the project's tree")
def test_the_whole_sample_recording_is_read() -> None:
    feed = open_feed(SAMPLE)
    messages = list(feed.messages())
    quotes = [message for message in messages if isinstance(message, Quote)]
    trades = [message for message in messages if isinstance(message, Trade)]
    assert (len(quotes), len(trades), len(messages)) == (66_089, 21_313, 66_089 + 21_313)
    assert dict(feed.skipped) == {"depthUpdate": 6551, "depth snapshot": 1}
    assert (feed.bad_lines, feed.progress) == (0, 1.0)
    assert feed.hash == "0ad7b3a0f5cff220761ea890cfd6e3c15f6899edc7f94637ec915043d7a72251"
    assert all(one.time_ns <= two.time_ns for one, two in pairwise(messages))
    assert messages[0] == quote(time_ns=1_723_161_255_088_169_167)
    assert messages[-1] == Quote(
        1_723_161_599_439_160_683,
        Decimal("61659.70"),
        Decimal("1.486"),
        Decimal("61659.80"),
        Decimal("0.981"),
        None,
        1_723_161_600_709_000_000,
    )


def test_a_recorded_reference_price_that_cannot_be_used_is_none(tmp_path: Path) -> None:
    line = b'%d {"data": {"e": "perpfsmReferencePrice", "s": "BTCUSDT", "p": "-1", "reason": ""}}' % TIME_NS

    assert list(open_feed(write_lines(tmp_path / "rec", [line])).messages()) == [
        ReferencePrice(TIME_NS, None, "the recorded price is not positive: -1")
    ]


def test_a_recorded_incident_that_cannot_be_read_is_a_bad_line_and_a_blank_one_is_none() -> None:
    assert parse({"e": "perpfsmIncident", "s": "BTCUSDT", "text": " "}) is None
    with pytest.raises(BadLine, match="The incident 'reject' is no incident"):
        parse({"e": "perpfsmIncident", "s": "BTCUSDT", "text": "reject"})
