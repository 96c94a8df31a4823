"""A handmade raw recording with depth: quotes, a snapshot, updates, in seconds like the desk's CSV."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from tests.strategies.desk import START_S

Levels = Mapping[str, float | str]
SYMBOL = "COINUSDT"


def best(second: float, bid: str, ask: str, *, bid_size: str = "1", ask_size: str = "1") -> str:
    """Return the line of a `bookTicker` event."""
    event = {"e": "bookTicker", "s": SYMBOL, "b": bid, "B": bid_size, "a": ask, "A": ask_size, "T": 0, "E": 0}
    return _line(second, {"stream": "coinusdt@bookTicker", "data": event})


def snapshot(second: float, update_id: int, bids: Levels, asks: Levels) -> str:
    """Return the line of a REST depth snapshot."""
    return _line(second, {"lastUpdateId": update_id, "bids": _pairs(bids), "asks": _pairs(asks)})


def update(second: float, ids: tuple[int, int, int], bids: Levels, asks: Levels) -> str:
    """Return the line of a `depthUpdate` event; `ids` are its first, its last and the previous one's last."""
    first, last, previous = ids
    event = {"e": "depthUpdate", "s": SYMBOL, "U": first, "u": last, "pu": previous}
    return _line(second, {"stream": "coinusdt@depth", "data": {**event, "b": _pairs(bids), "a": _pairs(asks)}})


def write(path: Path, lines: Sequence[str]) -> Path:
    """Write a recording and return its path."""
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def _line(second: float, message: object) -> str:
    time_ns = int((START_S + Decimal(str(second))) * 1_000_000_000)
    return f"{time_ns} {json.dumps(message)}"


def _pairs(levels: Levels) -> list[list[str]]:
    return [[price, str(size)] for price, size in levels.items()]
