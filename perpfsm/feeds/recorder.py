"""Keeps what the engine was given, in that order, as a raw Binance recording that `open_feed` gives back."""

from contextlib import ExitStack
from gzip import GzipFile
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from perpfsm.errors import FeedError
from perpfsm.feeds.binance_depth import NS_PER_MS
from perpfsm.feeds.binance_recording import BAD_QUOTE, INCIDENT, REFERENCE_PRICE
from perpfsm.feeds.numbers import to_text
from perpfsm.feeds.reading import system_reason
from perpfsm.market.incident import FeedMessage, Incident, incident_text
from perpfsm.market.messages import (
    BadQuote,
    DepthSnapshot,
    DepthUpdate,
    Level,
    MarkPrice,
    Quote,
    ReferencePrice,
    Trade,
)
from perpfsm.market.side import Side

COMPRESSION = 6  # 9 takes half as long again for 15 % less

_Fields = dict[str, str | int | bool | dict[str, str | int] | list[tuple[str, str]]]


class Recorder:
    """Writes a recording of one market.

    A plain file holds every line that was added, whatever happens to the program. A gzip file, which a name that
    ends in `.gz` asks for, is whole once it is closed; what a crash leaves loads with --skip-bad-lines. The same
    messages give the same bytes.
    """

    def __init__(self, path: Path, *, symbol: str) -> None:
        """Begin a new file.

        Args:
            path: Where; nothing may be there yet.
            symbol: The market in the venue's spelling, such as BTCUSDT.

        Raises:
            FeedError: When the file exists or cannot be made.
        """
        self._name = path.name or str(path)
        self._symbol = symbol
        self._files = ExitStack()
        try:
            plain = self._files.enter_context(path.open("xb"))
        except FileExistsError as error:
            remedy = "Name a new file: a recording overwrites nothing."
            raise FeedError("It exists already.", where=self._name, remedy=remedy) from error
        except (OSError, ValueError) as error:
            raise self._unwritable(error) from error
        self._file: BinaryIO | GzipFile = plain
        self._is_gzip = self._name.lower().endswith(".gz")
        if self._is_gzip:
            zipped = GzipFile(filename="", mode="wb", compresslevel=COMPRESSION, fileobj=plain, mtime=0)
            self._file = self._files.enter_context(zipped)

    def add(self, message: FeedMessage) -> None:
        """Append a message.

        Raises:
            FeedError: When it cannot be written, as on a full disk.
        """
        line = to_line(message, symbol=self._symbol)
        try:
            self._file.write(line)
            if not self._is_gzip:
                self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Finish the file; a second time does nothing.

        Raises:
            FeedError: When what is left cannot be written; the file is closed all the same.
        """
        try:
            self._files.close()
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _unwritable(self, error: OSError | ValueError) -> FeedError:
        what = f"The recording cannot be written: {system_reason(error)}."
        return FeedError(what, where=self._name, remedy="Check folder, permissions and free space.")


def to_line(message: FeedMessage, *, symbol: str) -> bytes:
    """Return the line of a message, its line feed included."""
    if isinstance(message, DepthSnapshot):  # the answer to a request, which has neither envelope nor symbol
        return b"%019d %b\n" % (message.time_ns, msgspec.json.encode(_snapshot(message)))
    stream, event = _event(message)
    envelope = {"stream": f"{symbol.lower()}@{stream}", "data": {**event, "s": symbol}}
    return b"%019d %b\n" % (message.time_ns, msgspec.json.encode(envelope))


def _event(
    message: Quote | Trade | MarkPrice | BadQuote | DepthUpdate | ReferencePrice | Incident,
) -> tuple[str, _Fields]:
    match message:
        case Quote():
            return "bookTicker", _quote(message)
        case Trade():
            return "trade", _trade(message)
        case MarkPrice():
            return "markPrice", _mark_price(message)
        case DepthUpdate():
            return "depth", _depth_update(message)
        case BadQuote():
            return BAD_QUOTE, {"e": BAD_QUOTE, "reason": message.reason}
        case ReferencePrice(price=price, reason=reason):
            return REFERENCE_PRICE, {
                "e": REFERENCE_PRICE,
                "p": "" if price is None else to_text(price),
                "reason": reason,
            }
        case _:
            return INCIDENT, {"e": INCIDENT, "text": incident_text(message)}


def _quote(quote: Quote) -> _Fields:
    carried = {"mark": quote.mark, "last": quote.last}
    texts = {name: to_text(price) for name, price in carried.items() if price is not None}
    return {
        "e": "bookTicker",
        "b": to_text(quote.bid),
        "B": to_text(quote.bid_size),
        "a": to_text(quote.ask),
        "A": to_text(quote.ask_size),
        "T": _to_ms(quote.exchange_ns),
        **_ours(texts, {"exchange_ns": quote.exchange_ns}),
    }


def _trade(trade: Trade) -> _Fields:
    return {
        "e": "trade",
        "p": to_text(trade.price),
        "q": to_text(trade.size),
        "m": trade.aggressor is Side.SELL,
        "T": _to_ms(trade.exchange_ns),
        **_ours({}, {"exchange_ns": trade.exchange_ns}),
    }


def _mark_price(mark: MarkPrice) -> _Fields:
    return {
        "e": "markPriceUpdate",
        "E": _to_ms(mark.exchange_ns),
        "p": to_text(mark.mark),
        "r": "" if mark.funding_rate is None else to_text(mark.funding_rate),
        "T": _to_ms(mark.funding_ns),
        **_ours({}, {"exchange_ns": mark.exchange_ns, "funding_ns": mark.funding_ns}),
    }


def _depth_update(update: DepthUpdate) -> _Fields:
    return {
        "e": "depthUpdate",
        "T": _to_ms(update.exchange_ns),
        "U": update.first_id,
        "u": update.last_id,
        "pu": update.previous_id,
        "b": _pairs(update.bids),
        "a": _pairs(update.asks),
        **_ours({}, {"exchange_ns": update.exchange_ns}),
    }


def _snapshot(snapshot: DepthSnapshot) -> _Fields:
    return {
        "lastUpdateId": snapshot.update_id,
        "T": _to_ms(snapshot.exchange_ns),
        "bids": _pairs(snapshot.bids),
        "asks": _pairs(snapshot.asks),
        **_ours({}, {"exchange_ns": snapshot.exchange_ns}),
    }


def _pairs(levels: tuple[Level, ...]) -> list[tuple[str, str]]:
    return [(to_text(price), to_text(size)) for price, size in levels]


def _to_ms(time_ns: int | None) -> int:
    """Return whole milliseconds, 0 for no time, as the venue has it."""
    return (time_ns or 0) // NS_PER_MS


def _ours(texts: dict[str, str], times_ns: dict[str, int | None]) -> _Fields:
    """Return what the venue's fields cannot say: `texts`, and times of 0 or finer than a millisecond."""
    finer = {name: ns for name, ns in times_ns.items() if ns is not None and (_to_ms(ns) * NS_PER_MS or None) != ns}
    return {"perpfsm": {**texts, **finer}} if texts or finer else {}
