"""What a feed offers beside quotes, known before its first pass."""

from pathlib import Path

import pytest

from perpfsm.feeds import open_feed, synthetic_feed
from perpfsm.feeds.offers import HEAD_BYTES
from perpfsm.market.offer import Offer
from perpfsm.market.synthetic import SyntheticSettings
from tests.feeds.helpers import QUOTES_HEADER, TIME_NS, Event, book_ticker, mark_price, recorded, trade, write_lines

SNAPSHOT = f'{TIME_NS} {{"lastUpdateId":5,"bids":[],"asks":[]}}'
DEPTH_UPDATE: Event = {"e": "depthUpdate", "s": "BTCUSDT", "U": 1, "u": 2, "pu": 0, "b": [], "a": []}


def offers(path: Path, *lines: str) -> frozenset[Offer]:
    return open_feed(write_lines(path, lines)).offers


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (recorded(book_ticker(), stream="btcusdt@trade"), set()),
        (recorded(trade()), {Offer.TRADES}),
        (recorded(trade(e="aggTrade")), {Offer.TRADES}),
        (recorded(DEPTH_UPDATE), set()),
        (SNAPSHOT, {Offer.DEPTH}),
        (recorded(mark_price()), {Offer.MARK, Offer.FUNDING}),
        (recorded(mark_price(r="")), {Offer.MARK}),
    ],
    ids=["quotes", "trades", "aggTrades", "updates without a snapshot", "snapshot", "funding", "mark alone"],
)
def test_a_recording_offers_what_its_head_holds(tmp_path: Path, line: str, offered: set[Offer]) -> None:
    assert offers(tmp_path / "rec", recorded(book_ticker()), line) == offered


def test_what_a_recording_begins_after_its_head_is_not_counted_on(tmp_path: Path) -> None:
    quote = recorded(book_ticker())
    blocks = 2 * (HEAD_BYTES // len(quote))
    assert offers(tmp_path / "rec", *[quote] * blocks, recorded(trade())) == frozenset()


def test_a_csv_offers_what_its_header_names(tmp_path: Path) -> None:
    assert offers(tmp_path / "quotes", QUOTES_HEADER) == frozenset()
    assert offers(tmp_path / "marks", QUOTES_HEADER + ",last_price,mark_price") == {Offer.MARK}
    agg_trades = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
    assert offers(tmp_path / "trades", agg_trades) == {Offer.TRADES}


def test_a_synthetic_market_offers_trades() -> None:
    assert synthetic_feed(SyntheticSettings()).offers == {Offer.TRADES}
