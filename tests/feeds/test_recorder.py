"""The recorder: what it wrote loads as equal messages, other tools can read it, and what can go wrong is said."""

import json
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.errors import FeedError
from perpfsm.feeds import Recorder, open_feed, synthetic_feed
from perpfsm.feeds.file_feed import TIME_NS_MAX
from perpfsm.feeds.mark_age import MarkAge
from perpfsm.feeds.recorder import to_line
from perpfsm.market.incident import FeedMessage, LoseAnswers, ManualTrade
from perpfsm.market.messages import BadQuote, MarkPrice, Quote, ReferencePrice, Trade
from perpfsm.market.side import LegName, Side
from perpfsm.market.synthetic import SyntheticSettings
from tests.feeds.helpers import (
    TIME_MS,
    TIME_NS,
    book_ticker,
    mark_price,
    messages_of,
    quote,
    recorded,
    trade,
    write_lines,
)

DISK_BYTES = 1000

TIMES = st.integers(0, TIME_NS_MAX)
VENUE_TIMES = st.none() | TIMES | st.integers(0, 2**42).map(lambda time_ms: time_ms * 1_000_000)
PRICES = st.decimals("1e-30", "1e30", places=30) | st.decimals("0.01", "99999999", places=2)
RATES = st.none() | st.decimals("-1", "1", places=8)
MESSAGES = st.one_of(
    st.builds(Quote, TIMES, PRICES, PRICES, PRICES, PRICES, st.none() | PRICES, VENUE_TIMES, st.none() | PRICES),
    st.builds(BadQuote, TIMES, st.text()),
    st.builds(ReferencePrice, TIMES, st.none() | PRICES, st.text()),
    st.builds(Trade, TIMES, PRICES, PRICES, st.sampled_from(Side), VENUE_TIMES),
    st.builds(MarkPrice, TIMES, PRICES, RATES, VENUE_TIMES, VENUE_TIMES),
)


def record(path: Path, messages: Sequence[FeedMessage]) -> Path:
    with Recorder(path, symbol="BTCUSDT") as recorder:
        for message in messages:
            recorder.add(message)
    return path


def line_of(message: FeedMessage) -> tuple[str, str, object]:
    """Return the local time, the stream and the event of a message's line."""
    stamp, body = to_line(message, symbol="BTCUSDT").decode().removesuffix("\n").split(" ", 1)
    envelope = json.loads(body)
    return stamp, envelope["stream"], envelope["data"]


def refusal(path: Path) -> FeedError:
    with pytest.raises(FeedError) as caught:
        Recorder(path, symbol="BTCUSDT")
    return caught.value


@contextmanager
def full_disk(bytes_max: int) -> Iterator[None]:
    """Let no file grow beyond `bytes_max`."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@given(st.lists(MESSAGES, min_size=1, max_size=20), st.sampled_from(["rec", "rec.gz"]))
def test_what_is_recorded_loads_as_equal_messages(
    tmp_path_factory: pytest.TempPathFactory, messages: list[FeedMessage], name: str
) -> None:
    messages.sort(key=lambda message: message.time_ns)
    feed = open_feed(record(tmp_path_factory.mktemp("rec") / name, messages))
    assert list(feed.messages()) == with_aged_marks(messages)
    assert (feed.symbol, dict(feed.skipped)) == ("BTCUSDT", {})


def with_aged_marks(messages: list[FeedMessage]) -> list[FeedMessage]:
    """Return the messages as a feed tells them: a mark that nobody renewed for 10 s gives way to the mid price."""
    age = MarkAge()
    told: list[FeedMessage] = []
    for message in messages:
        if isinstance(message, MarkPrice) or (isinstance(message, Quote) and message.mark is not None):
            age.heard(message.time_ns)
        is_old = isinstance(message, Quote) and message.mark is None and message.time_ns > age.old_ns
        told.append(age.renewed(message) if isinstance(message, Quote) and is_old else message)
    return told


@given(st.builds(ManualTrade, TIMES, st.sampled_from(LegName), st.sampled_from(Side), PRICES, PRICES))
def test_an_incident_is_kept_among_the_messages(
    tmp_path_factory: pytest.TempPathFactory, incident: ManualTrade
) -> None:
    messages: list[FeedMessage] = [quote(time_ns=0), incident]
    assert messages_of(record(tmp_path_factory.mktemp("rec") / "rec", messages)) == messages


def test_a_synthetic_market_loads_as_equal_messages(tmp_path: Path) -> None:
    messages = list(synthetic_feed(SyntheticSettings(duration_s=Decimal(60))).messages())
    assert messages_of(record(tmp_path / "rec.gz", messages)) == messages


def test_what_the_venue_says_itself_is_written_in_its_own_words_only(tmp_path: Path) -> None:
    lines = [recorded(event) for event in (book_ticker(), trade(), mark_price(), mark_price(r="", T=0))]
    events = [line_of(message)[2] for message in messages_of(write_lines(tmp_path / "rec", lines))]
    ours = [book_ticker(u=None, E=None), trade(t=None, X=None, E=None), mark_price(i=None, P=None)]
    assert events == [*ours, mark_price(i=None, P=None, r="", T=0)]


@pytest.mark.parametrize(
    ("message", "stream"),
    [
        (quote(), "btcusdt@bookTicker"),
        (Trade(TIME_NS, Decimal(1), Decimal(1), Side.BUY), "btcusdt@trade"),
        (MarkPrice(TIME_NS, Decimal(1)), "btcusdt@markPrice"),
        (BadQuote(TIME_NS, "bid is missing"), "btcusdt@perpfsmBadQuote"),
        (ReferencePrice(TIME_NS, None, "source ended"), "btcusdt@perpfsmReferencePrice"),
        (LoseAnswers(TIME_NS, 2), "btcusdt@perpfsmIncident"),
    ],
)
def test_a_line_has_the_local_time_and_its_stream(message: FeedMessage, stream: str) -> None:
    assert line_of(message)[:2] == (str(TIME_NS), stream)


def test_what_the_venue_cannot_say_stands_under_our_own_key() -> None:
    fine_ns = TIME_MS * 1_000_000 + 1
    assert line_of(quote(mark=Decimal("1E+2"), exchange_ns=fine_ns))[2] == book_ticker(
        u=None, E=None, perpfsm={"mark": "100", "exchange_ns": fine_ns}
    )
    assert line_of(quote(time_ns=5, exchange_ns=0)) == (
        "0000000000000000005",
        "btcusdt@bookTicker",
        book_ticker(u=None, E=None, T=0, perpfsm={"exchange_ns": 0}),
    )
    assert line_of(BadQuote(TIME_NS, 'a "bad"\nline'))[2] == {
        "e": "perpfsmBadQuote",
        "reason": 'a "bad"\nline',
        "s": "BTCUSDT",
    }


def test_a_plain_recording_holds_each_line_at_once_so_that_a_crash_loses_none(tmp_path: Path) -> None:
    with Recorder(tmp_path / "rec", symbol="BTCUSDT") as recorder:
        recorder.add(quote())
        assert messages_of(tmp_path / "rec") == [quote()]


def test_equal_messages_give_equal_bytes_whatever_the_file_is_called(tmp_path: Path) -> None:
    one, two = (record(tmp_path / name, [quote()]).read_bytes() for name in ("one.gz", "two.GZ"))
    assert one == two
    assert one[:4] == b"\x1f\x8b\x08\x00"  # no name
    assert one[4:8] == b"\0\0\0\0"  # no time


@pytest.mark.parametrize("name", ["rec", "rec.gz"])
def test_an_existing_file_is_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    error = refusal(tmp_path / name)
    assert str(error) == f"{name}: It exists already. Name a new file: a recording overwrites nothing."
    assert (tmp_path / name).read_bytes() == b"mine"


def test_a_place_where_no_file_can_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert str(refusal(tmp_path / "none" / "rec")) == (
        "rec: The recording cannot be written: No such file or directory. Check folder, permissions and free space."
    )
    assert refusal(tmp_path / "file" / "rec").what == "The recording cannot be written: Not a directory."
    assert refusal(Path("a\0b")).what.startswith("The recording cannot be written: ")
    assert refusal(tmp_path).what == "It exists already."


def test_a_full_disk_is_an_error_and_what_was_written_before_loads(tmp_path: Path) -> None:
    path = tmp_path / "rec"
    with full_disk(DISK_BYTES), pytest.raises(FeedError) as caught:
        record(path, [quote()] * 100)
    assert (caught.value.where, caught.value.what) == ("rec", "The recording cannot be written: File too large.")
    size = len(to_line(quote(), symbol="BTCUSDT"))
    assert list(open_feed(path, skip_bad_lines=True).messages()) == [quote()] * (DISK_BYTES // size)


def test_a_disk_that_is_full_at_the_end_is_an_error_and_the_file_is_closed(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "rec.gz", symbol="BTCUSDT")
    with full_disk(0):
        recorder.add(quote())
        with pytest.raises(FeedError, match=r"^rec\.gz: The recording cannot be written: File too large\."):
            recorder.close()
    recorder.close()
