"""Builders of feed files and messages."""

import gzip
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from perpfsm.errors import FeedError
from perpfsm.feeds import open_feed
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import Quote

TIME_NS = 1_723_161_255_000_000_000
TIME_MS = 1_723_161_256_313
QUOTES_HEADER = "timestamp,bid_price,bid_size,ask_price,ask_size"
Event = dict[str, object]


def write_lines(path: Path, lines: Iterable[str | bytes], *, is_gzip: bool = False) -> Path:
    """Write a file, a line feed after each line, and return its path."""
    data = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
    path.write_bytes(gzip.compress(data, mtime=0) if is_gzip else data)
    return path


def recorded(event: object, *, time_ns: int = TIME_NS, stream: str = "btcusdt@bookTicker") -> str:
    """Return the recording's line of an event in a combined-stream envelope."""
    return f"{time_ns} {json.dumps({'stream': stream, 'data': event}, separators=(',', ':'))}"


def book_ticker(**changes: object) -> Event:
    """Return a bookTicker event; a change to None leaves the field out."""
    event: Event = {"e": "bookTicker", "u": 5, "s": "BTCUSDT", "b": "61800.20", "B": "2.507", "a": "61800.30"}
    return _changed(event | {"A": "2.510", "T": TIME_MS, "E": TIME_MS + 1}, changes)


def trade(**changes: object) -> Event:
    """Return a trade event; a change to None leaves the field out."""
    event: Event = {"e": "trade", "E": TIME_MS + 1, "T": TIME_MS, "s": "BTCUSDT", "t": 7, "p": "61800.30"}
    return _changed(event | {"q": "0.006", "X": "MARKET", "m": False}, changes)


def mark_price(**changes: object) -> Event:
    """Return a markPriceUpdate event; a change to None leaves the field out."""
    event: Event = {"e": "markPriceUpdate", "E": TIME_MS, "s": "BTCUSDT", "p": "61801.12345678", "i": "61810.0"}
    return _changed(event | {"P": "61800.0", "r": "-0.00010000", "T": TIME_MS + 1000}, changes)


def quote(**changes: object) -> Quote:
    """Return the quote of `recorded(book_ticker())`."""
    values: dict[str, object] = {
        "time_ns": TIME_NS,
        "bid": Decimal("61800.20"),
        "bid_size": Decimal("2.507"),
        "ask": Decimal("61800.30"),
        "ask_size": Decimal("2.510"),
        "exchange_ns": TIME_MS * 1_000_000,
    }
    return Quote(**(values | changes))  # type: ignore[arg-type]  # a test names fields that exist


def messages_of(path: Path) -> list[FeedMessage]:
    """Return all messages of a file."""
    return list(open_feed(path).messages())


def failure_of(path: Path) -> FeedError:
    """Return the error that opening or reading a file gives."""
    try:
        messages_of(path)
    except FeedError as error:
        return error
    raise AssertionError("the file was read")


def _changed(event: Event, changes: Event) -> Event:
    return {name: value for name, value in (event | changes).items() if value is not None}
