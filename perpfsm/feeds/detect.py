"""Opens a market-data file by what it holds, whatever it is called."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from perpfsm.errors import FeedError
from perpfsm.feeds.bad_line import BadLine
from perpfsm.feeds.binance_recording import RecordingParser
from perpfsm.feeds.csv_binance import AggTradesParser, BookTickerParser
from perpfsm.feeds.csv_columns import header_names
from perpfsm.feeds.csv_quotes import OPTIONAL, REQUIRED, QuotesParser
from perpfsm.feeds.feed import Feed
from perpfsm.feeds.file_feed import FileFeed, LineParser
from perpfsm.feeds.reading import LineFile

LOADS = (
    "What loads: a raw Binance USD-M stream recording (`<local ns> <json>`), a quotes CSV "
    f"({','.join(REQUIRED)}), Binance's bookTicker and aggTrades CSV with their headers; gzip or plain."
)
LOOKED_AT = 20  # a recording may begin with a line that was cut
BARS = {"open", "high", "low", "close"}
ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
}

_RECORDING = re.compile(rb"[0-9]+ *\{")
_ROW = re.compile(rb"[-0-9.:TZ ]+,")


def open_feed(path: Path, *, skip_bad_lines: bool = False, depth: bool = False) -> Feed:
    """Return the feed of a file: a Binance recording, a quotes CSV, or Binance's bookTicker or aggTrades CSV.

    Args:
        path: The file, gzip or plain.
        skip_bad_lines: Count lines that cannot be read instead of failing at the first.
        depth: Read a recording's depth as well; that costs time, and no other format has any.

    Raises:
        FeedError: When the file cannot be read, is empty, or is none of these.
    """
    lines = LineFile(path, forgives_cut=skip_bad_lines)
    make_parser = _parser_of(_first_lines(lines), lines.name, depth=depth)
    return FileFeed(path, make_parser, skips_bad_lines=skip_bad_lines)


def _first_lines(lines: LineFile) -> list[bytes]:
    for block in lines.blocks():
        if filled := [line for line in block if line.strip()]:
            return filled[:LOOKED_AT]
    raise FeedError("The file is empty.", where=lines.name, remedy=LOADS)


def _parser_of(lines: list[bytes], name: str, *, depth: bool) -> Callable[[], LineParser]:
    if any(_RECORDING.match(line) for line in lines):
        return partial(RecordingParser, depth=depth)
    line = lines[0]
    archive = next((kind for magic, kind in ARCHIVES.items() if line.startswith(magic)), None)
    if archive:
        raise FeedError(f"The file is {archive}.", where=name, remedy="Unpack it first; gzip may stay.")
    try:
        names = set(header_names(line))
    except BadLine as error:
        raise FeedError("The file is not UTF-8 text.", where=f"{name}:1", remedy=LOADS) from error
    if "best_bid_price" in names:
        return _checked(partial(BookTickerParser, line, name))
    if "agg_trade_id" in names:
        return _checked(partial(AggTradesParser, line, name))
    if names >= BARS:
        raise FeedError("Bars are known but not built yet.", where=f"{name}:1", remedy=LOADS)
    if names & {*REQUIRED, *OPTIONAL}:
        return _checked(partial(QuotesParser, line, name))
    raise FeedError(_what_else(line), where=f"{name}:1", remedy=LOADS)


def _checked(make_parser: Callable[[], LineParser]) -> Callable[[], LineParser]:
    make_parser()  # a wrong header is an error of opening
    return make_parser


def _what_else(line: bytes) -> str:
    if line.lstrip().startswith(b"{"):
        return "The JSON has no local receive time (ns) and space before it."
    if _ROW.match(line):
        return "The CSV has no header line."
    return "The format is not known."
