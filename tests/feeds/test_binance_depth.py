"""Depth of a raw Binance recording: read when it is asked for, passed over otherwise, refused when it is broken."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.errors import FeedError
from perpfsm.feeds import Recorder, binance_depth, open_feed
from perpfsm.feeds.bad_line import BadLine
from perpfsm.feeds.binance_recording import RecordingParser
from perpfsm.feeds.file_feed import TIME_NS_MAX
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import DepthSnapshot, DepthUpdate, MarketMessage
from tests.feeds.helpers import TIME_MS, TIME_NS, Event, book_ticker, quote, recorded, write_lines

LEVELS = st.lists(
    st.tuples(st.decimals("0.01", "99999999", places=2), st.decimals(0, "1e6", places=3)), max_size=4
).map(tuple)
IDS = st.integers(0, 2**63 - 1)
TIMES = st.integers(0, TIME_NS_MAX)
VENUE_TIMES = st.none() | TIMES
DEPTH = st.builds(DepthSnapshot, TIMES, IDS, LEVELS, LEVELS, VENUE_TIMES) | st.builds(
    DepthUpdate, TIMES, IDS, IDS, IDS, LEVELS, LEVELS, VENUE_TIMES
)


def depth_update(**changes: object) -> Event:
    """Return a depthUpdate event; a change to None leaves the field out."""
    event: Event = {"e": "depthUpdate", "E": TIME_MS + 1, "T": TIME_MS, "s": "BTCUSDT", "U": 8, "u": 9, "pu": 7}
    event |= {"b": [["61800.20", "0.000"], ["61800.10", "1.5"]], "a": []} | changes
    return {name: value for name, value in event.items() if value is not None}


def snapshot(**changes: object) -> str:
    """Return the line of a REST depth snapshot, which has neither envelope nor symbol."""
    body = {"lastUpdateId": 7, "E": TIME_MS, "T": TIME_MS, "bids": [["61800.10", "1"]], "asks": [["61800.30", "2"]]}
    return f"{TIME_NS} {json.dumps(body | changes)}"


def parse(line: str) -> FeedMessage | None:
    message = RecordingParser(depth=True).parse(line.encode())
    assert not isinstance(message, tuple)
    return message


UPDATE = DepthUpdate(
    TIME_NS,
    8,
    9,
    7,
    ((Decimal("61800.20"), Decimal("0.000")), (Decimal("61800.10"), Decimal("1.5"))),
    (),
    TIME_MS * 1_000_000,
)


@pytest.mark.parametrize("line", [recorded(depth_update()), f"{TIME_NS} {json.dumps(depth_update())}"])
def test_an_update_is_read_in_its_envelope_and_without_one(line: str) -> None:
    assert parse(line) == UPDATE


def test_a_snapshot_is_read() -> None:
    one, two = Decimal(1), Decimal(2)
    assert parse(snapshot()) == DepthSnapshot(
        TIME_NS, 7, ((Decimal("61800.10"), one),), ((Decimal("61800.30"), two),), TIME_MS * 1_000_000
    )


def test_depth_that_nobody_asks_for_is_not_even_looked_into(tmp_path: Path) -> None:
    lines = [recorded(book_ticker()), recorded(depth_update(b="broken")), snapshot(bids="broken")]
    feed = open_feed(write_lines(tmp_path / "rec", lines))
    assert list(feed.messages()) == [quote()]
    assert dict(feed.skipped) == {"depthUpdate": 1, "depth snapshot": 1}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (recorded(depth_update(pu=None)), "The message cannot be read: "),
        (recorded(depth_update(U="eight")), "The message cannot be read: "),
        (recorded(depth_update(b=[["1"]])), "The message cannot be read: "),
        (recorded(depth_update(b=[[1.5, 2]])), "The message cannot be read: "),
        (f"{TIME_NS} {json.dumps(depth_update(a=None))}", "The message cannot be read: "),
        (snapshot(asks=None), "The message cannot be read: "),
        (recorded(depth_update(b=[["0", "1"]])), "A level of the depth cannot be used: it is not positive: 0."),
        (recorded(depth_update(a=[["1", "-1"]])), "A level of the depth cannot be used: it is negative: -1."),
        (recorded(depth_update(a=[["1", ""]])), "A level of the depth cannot be used: it is missing."),
        (snapshot(bids=[["nan", "1"]]), "A level of the depth cannot be used: it is not finite: nan."),
        (recorded(depth_update(a=[["1", "some"]])), "'some' is not a number."),
    ],
)
def test_a_depth_line_that_is_broken_is_bad(line: str, problem: str) -> None:
    with pytest.raises(BadLine) as caught:
        parse(line)
    assert caught.value.what.startswith(problem)


def test_a_second_symbol_in_the_depth_is_an_error(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "two", [recorded(book_ticker()), recorded(depth_update(s="ETHUSDT"))])
    with pytest.raises(FeedError, match="A second symbol, 'ETHUSDT'"):
        list(open_feed(path, depth=True).messages())


def test_a_file_of_depth_alone_is_no_market(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rec", [snapshot(), recorded(depth_update())])
    with pytest.raises(FeedError, match="No line is a quote, a trade or a mark price"):
        list(open_feed(path, depth=True).messages())


def test_no_other_format_has_depth(tmp_path: Path) -> None:
    rows = ["timestamp,bid_price,bid_size,ask_price,ask_size", "2024-08-08T07:00:00Z,1,1,2,1"]
    path = write_lines(tmp_path / "quotes.csv", rows)
    assert list(open_feed(path, depth=True).messages()) == list(open_feed(path).messages())


def test_the_cache_of_sizes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binance_depth, "CACHED_MAX", 2)
    levels = [["1", str(size)] for size in range(9)]
    message = parse(recorded(depth_update(b=levels)))
    assert isinstance(message, DepthUpdate)
    assert [int(size) for _, size in message.bids] == [*range(9)]


@given(st.lists(DEPTH, min_size=1, max_size=8), st.sampled_from(["rec", "rec.gz"]))
def test_depth_that_is_recorded_loads_as_equal_messages(
    tmp_path_factory: pytest.TempPathFactory, depth: list[DepthSnapshot | DepthUpdate], name: str
) -> None:
    path = tmp_path_factory.mktemp("rec") / name
    messages: list[MarketMessage] = [quote(time_ns=0), *sorted(depth, key=lambda message: message.time_ns)]
    with Recorder(path, symbol="BTCUSDT") as recorder:
        for message in messages:
            recorder.add(message)
    assert list(open_feed(path, depth=True).messages()) == messages


def test_what_the_recorder_writes_of_depth_is_in_the_venues_own_words(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    with Recorder(path, symbol="BTCUSDT") as recorder:
        recorder.add(UPDATE)
        recorder.add(parse(snapshot()) or UPDATE)
    lines = [line.split(" ", 1) for line in path.read_text().splitlines()]
    assert [json.loads(body) for _, body in lines] == [
        {"stream": "btcusdt@depth", "data": depth_update(E=None)},
        {"lastUpdateId": 7, "T": TIME_MS, "bids": [["61800.10", "1"]], "asks": [["61800.30", "2"]]},
    ]
