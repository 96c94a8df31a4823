"""Opens a market-data file by what it holds, whatever it is called."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from perpfsm.errors import FeedError
from perpfsm.feeds.bad_line import BadLine
from perpfsm.feeds.binance_recording import RecordingParser
from perpfsm.feeds.csv_bars import BARS, BarsParser
from perpfsm.feeds.csv_bars import PRICES as BAR_PRICES
from perpfsm.feeds.csv_binance import AggTradesParser, BookTickerParser
from perpfsm.feeds.csv_columns import header_names
from perpfsm.feeds.csv_quotes import OPTIONAL, REQUIRED, QuotesParser
from perpfsm.feeds.feed import Feed
from perpfsm.feeds.file_feed import FileFeed, LineParser
from perpfsm.feeds.merged import MergedFeed, files_of
from perpfsm.feeds.offers import HEAD_BYTES, offers_of_columns, offers_of_recording
from perpfsm.feeds.reading import LineFile
from perpfsm.market.bars import BarSettings
from perpfsm.market.offer import Offer

LOADS = (
    "What loads: a raw Binance USD-M stream recording (`<local ns> <json>`), a quotes CSV "
    f"({','.join(REQUIRED)}), a bars CSV ({','.join(BARS)}), "
    "Binance's bookTicker, aggTrades and klines CSV with their headers; gzip or plain."
)
LOOKED_AT = 20  # a recording may begin with a line that was cut
DEFAULT_BARS = BarSettings()
ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
}

_RECORDING = re.compile(rb"[0-9]+ *\{")
_ROW = re.compile(rb"[-0-9.:TZ ]+,")


def open_feed(
    path: Path, *, skip_bad_lines: bool = False, depth: bool = False, bars: BarSettings = DEFAULT_BARS
) -> Feed:
    """Return the feed of a file: a Binance recording, a CSV of quotes or bars, or one of Binance's public CSVs.

    Args:
        path: The file, gzip or plain, or a folder whose files are read as one feed, by time.
        skip_bad_lines: Count lines that cannot be read instead of failing at the first.
        depth: Read a recording's depth as well; that costs time, and no other format has any.
        bars: What a bar does not say.

    Raises:
        FeedError: When the file cannot be read, is empty, or is none of these.
    """
    if path.is_dir():
        files = files_of(path)
        opened = [open_feed(file, skip_bad_lines=skip_bad_lines, depth=depth, bars=bars) for file in files]
        return MergedFeed(path.name or str(path), opened)
    lines = LineFile(path, forgives_cut=skip_bad_lines)
    blocks = lines.blocks()
    head, first = _first_lines(blocks, lines.name)
    assumes_path = False
    if any(_RECORDING.match(line) for line in first):
        make_parser: Callable[[], LineParser] = partial(RecordingParser, depth=depth)
        offers = offers_of_recording([*head, *_more_lines(blocks)])
    else:
        make_parser, offers = _parser_of([first[0], *head[head.index(first[0]) + 1 :]], lines.name, bars)
        assumes_path = _is_bars(set(header_names(first[0])))
    return FileFeed(path, make_parser, offers=offers, skips_bad_lines=skip_bad_lines, assumes_path=assumes_path)


def _first_lines(blocks: Iterator[list[bytes]], name: str) -> tuple[list[bytes], list[bytes]]:
    """Return the first block that is not blank, and the first lines in it that are not."""
    for block in blocks:
        if filled := [line for line in block if line.strip()]:
            return block, filled[:LOOKED_AT]
    raise FeedError("The file is empty.", where=name, remedy=LOADS)


def _more_lines(blocks: Iterator[list[bytes]]) -> Iterator[bytes]:
    """Yield the lines that come next, up to about 4 MiB."""
    size = 0
    for block in blocks:
        yield from block
        size += sum(map(len, block))
        if size > HEAD_BYTES:
            return


def _parser_of(head: list[bytes], name: str, bars: BarSettings) -> tuple[Callable[[], LineParser], frozenset[Offer]]:
    """Return what reads a CSV with these first lines, the header first, and what it carries."""
    line = head[0]
    archive = next((kind for magic, kind in ARCHIVES.items() if line.startswith(magic)), None)
    if archive:
        raise FeedError(f"The file is {archive}.", where=name, remedy="Unpack it first; gzip may stay.")
    try:
        names = set(header_names(line))
    except BadLine as error:
        raise FeedError("The file is not UTF-8 text.", where=f"{name}:1", remedy=LOADS) from error
    offers = offers_of_columns(names)
    if "best_bid_price" in names:
        return _checked(partial(BookTickerParser, line, name)), offers
    if "agg_trade_id" in names:
        return _checked(partial(AggTradesParser, line, name)), offers
    if _is_bars(names):
        return _checked(partial(BarsParser, head, name, bars)), offers
    if names & {*REQUIRED, *OPTIONAL}:
        return _checked(partial(QuotesParser, line, name)), offers
    raise FeedError(_what_else(line), where=f"{name}:1", remedy=LOADS)


def _is_bars(names: set[str]) -> bool:
    return names >= {*BAR_PRICES}


def _checked(make_parser: Callable[[], LineParser]) -> Callable[[], LineParser]:
    make_parser()  # a wrong header is an error of opening
    return make_parser


def _what_else(line: bytes) -> str:
    if line.lstrip().startswith(b"{"):
        return "The JSON has no local receive time (ns) and space before it."
    if _ROW.match(line):
        return "The CSV has no header line."
    return "The format is not known."
