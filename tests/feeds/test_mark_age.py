"""A mark price that falls silent: the mid price takes its place after 10 s, and the summary says so."""

from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.feeds.detect import open_feed
from perpfsm.market.messages import Quote

D = Decimal
START_NS = 1_700_000_000 * 10**9
HEADER = "timestamp,bid_price,bid_size,ask_price,ask_size,mark_price"


def row(second: int, mark: str = "", *, bid: str = "100", ask: str = "102") -> str:
    return f"{START_NS + second * 10**9},{bid},1,{ask},1,{mark}"


def ticker(second: int, ours: str = "") -> str:
    data = f'{{"e":"bookTicker","s":"BTCUSDT","b":"100","B":"1","a":"102","A":"1"{ours}}}'
    return f'{START_NS + second * 10**9} {{"data":{data}}}'


def mark_price(second: int, price: str) -> str:
    return f'{START_NS + second * 10**9} {{"data":{{"e":"markPriceUpdate","s":"BTCUSDT","p":"{price}"}}}}'


def read(path: Path, *lines: str) -> tuple[list[Decimal | None], tuple[str, ...]]:
    """Return the mark prices of the quotes of a file, and what its feed remarks."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    feed = open_feed(path)
    return [each.mark for each in feed.messages() if isinstance(each, Quote)], feed.remarks


def remark(often: str) -> tuple[str, ...]:
    what = f"The mark price was missing {often} for more than 10 s, first at 2023-11-14 22:13:30"
    return (f"{what}; until it came back the mid price was taken.",)


def test_a_column_that_falls_silent_is_followed_by_the_mid_price_until_it_speaks_again(tmp_path: Path) -> None:
    rows = [row(0, "90"), row(10), row(11), row(12), row(13, "91"), row(23), row(24)]
    found = read(tmp_path / "quotes.csv", HEADER, *rows)
    assert found == ([D(90), None, D(101), D(101), D(91), None, D(101)], remark("2 times"))


def test_a_column_without_any_mark_stays_without(tmp_path: Path) -> None:
    assert read(tmp_path / "quotes.csv", HEADER, row(0), row(60)) == ([None, None], ())


def test_a_crossed_quote_has_no_mid_price_to_go_by(tmp_path: Path) -> None:
    rows = [row(0, "90"), row(60, bid="103"), row(61)]
    assert read(tmp_path / "quotes.csv", HEADER, *rows) == ([D(90), None, D(101)], remark("once"))


def test_so_it_is_with_the_mark_prices_of_a_recording(tmp_path: Path) -> None:
    lines = [ticker(0), mark_price(0, "90"), ticker(10), ticker(11), mark_price(12, "91"), ticker(13)]
    assert read(tmp_path / "recording.log", *lines) == ([None, None, D(101), None], remark("once"))


@pytest.mark.parametrize("ours", ["", ',"perpfsm":{"last":"99"}'])
def test_and_with_those_that_our_own_recorder_keeps_with_quotes(tmp_path: Path, ours: str) -> None:
    lines = [ticker(0, ',"perpfsm":{"mark":"90"}'), ticker(10, ours), ticker(11, ours)]
    assert read(tmp_path / "recording.log", *lines) == ([D(90), None, D(101)], remark("once"))
