"""What quotes are measured from: price_type of the traded market (B1), from the command line."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.feeds import Recorder
from perpfsm.market.messages import MarketMessage, Quote, Trade
from perpfsm.market.side import Side
from tests.strategies.desk import HEDGE, SIZE, START_S, Desk, Row, Value, ask_at, command, mid_at

TIGHT: dict[str, Value] = {"bid_spread": 1, "ask_spread": 1, "order_refresh_time": 10}
WIDE: list[Row] = [(0, 99.9, 100.3)]


def last_at(second: float, price: float, last: float) -> Row:
    """Return a quote around `price` that carries the last trade's price."""
    return (*mid_at(second, price), SIZE, SIZE, "", last)


@pytest.mark.parametrize(
    ("price_type", "placed"),
    [
        ("mid_price", ["0 buy 1 @ 99.09 quote", "0 sell 1 @ 101.11 quote"]),
        ("best_bid", ["0 buy 1 @ 98.9 quote", "0 sell 1 @ 100.9 quote"]),
        ("best_ask", ["0 buy 1 @ 99.29 quote", "0 sell 1 @ 101.31 quote"]),
        ("last_price", ["0 buy 1 @ 99.09 quote", "0 sell 1 @ 101.11 quote"]),
        ("last_own_trade_price", ["0 buy 1 @ 99.09 quote", "0 sell 1 @ 101.11 quote"]),
    ],
)
def test_spreads_are_measured_from_the_price_type_and_from_the_mid_price_where_it_is_missing(
    desk: Desk, price_type: str, placed: list[str]
) -> None:
    """B1: price_type; where that number is missing, the mid price."""
    assert desk.run(WIDE, TIGHT, {"price_type": price_type}).placed == placed


def test_the_last_price_of_a_quotes_csv_is_the_reference(desk: Desk) -> None:
    """B1: last_price; a row without one leaves the last in force."""
    rows = [last_at(0, 100, 100.2), mid_at(9, 100), last_at(12, 100, 100.4), mid_at(25, 100)]

    story = desk.run(rows, TIGHT, {"price_type": "last_price", "order_refresh_tolerance_pct": -1})

    assert story.placed[:2] == ["0 buy 1 @ 99.19 quote", "0 sell 1 @ 101.21 quote"]
    assert story.placed[-2:] == ["20 buy 1 @ 99.39 quote", "20 sell 1 @ 101.41 quote"]


def test_the_last_own_trade_price_is_that_of_the_last_fill_also_after_a_restart(desk: Desk) -> None:
    """B1: own last fill; a restart remembers it."""
    own: dict[str, Value] = {"price_type": "last_own_trade_price", "long_profit_taking_spread": 50}
    rows = [mid_at(0, 100), ask_at(1, 99), mid_at(12, 98.5)]

    story = desk.run(rows, HEDGE, TIGHT, own)
    again = desk.run([mid_at(20, 99.5)], HEDGE, TIGHT, own)

    assert story.placed[-1] == "10 SHORT sell 1 @ 99.99 quote"
    assert again.placed[-1] == "20 SHORT sell 1 @ 99.99 quote"


def test_minimum_spread_and_the_price_band_are_measured_from_the_reference(desk: Desk) -> None:
    """B3, B6: not from the mid price, which stays where it was."""
    last: dict[str, Value] = {"price_type": "last_price", "minimum_spread": 0.5, "price_floor": 99.9}

    story = desk.run([last_at(0, 100, 100), last_at(3, 100, 100.6), last_at(11, 100, 99.8)], TIGHT, last)

    assert story.at(3) == ["pull_close_quotes: opening", "cancel sell 1 @ 101 quote"]
    assert sorted(story.at(10)[2:]) == ["place buy 1 @ 99.59 quote", "place sell 1 @ 101.61 quote"]
    banded = Desk(desk.folder / "band").run([last_at(0, 100, 99.9)], TIGHT, last)
    assert banded.refusals == ["0 sell quote, level 0: reference 99.9 is at or below price_floor 99.9"]


def messages() -> list[MarketMessage]:
    """Return a market whose trades, not its quotes, move the last price."""
    start = START_S * 10**9
    size = Decimal(SIZE)
    quote = Quote(start, Decimal("99.99"), size, Decimal("100.01"), size)
    found: list[MarketMessage] = [quote]
    for number in range(1, 60):
        now = start + number * 500_000_000
        price = Decimal("100.2") if number % 7 else Decimal("100.7")
        found.append(Trade(now, price - Decimal(number % 3) / 10, Decimal(1), Side.BUY))
        found.append(replace(quote, time_ns=now))
    return found


def recording(folder: Path, name: str, of: Sequence[MarketMessage]) -> Path:
    path = folder / name
    with Recorder(path, symbol="COINUSDT") as recorder:
        for message in of:
            recorder.add(message)
    return path


def test_a_trade_wakes_what_depends_on_it_and_without_bands_the_journal_is_the_same(desk: Desk) -> None:
    """B6: a trade alone brings the reference nearer to a quote; a band may say yes wrongly, never no wrongly."""
    feed = recording(desk.folder, "trades.gz", messages())
    desk.write(TIGHT, {"price_type": "last_price", "minimum_spread": 0.5, "filled_order_delay": 1})

    story = desk.go("--feed", feed)
    other = Desk(desk.folder / "other")
    other.strategy = desk.strategy
    plain = other.go("--feed", feed, "--no-bands")

    assert story.rows[:2] == ["0 start_quoting", "3.5 pull_close_quotes"]
    assert story.entries == plain.entries


def test_the_last_price_survives_a_recording_of_what_was_given(desk: Desk) -> None:
    """DESIGN 5: --record keeps what the engine was given."""
    feed = desk.quotes([last_at(0, 100, 100.2), last_at(5, 100, 101)])
    desk.write(TIGHT, {"price_type": "last_price"})
    first = desk.go("--feed", feed, "--record", desk.folder / "kept.gz")
    again = Desk(desk.folder / "again")
    again.strategy = desk.strategy

    assert again.go("--feed", desk.folder / "kept.gz").placed == first.placed


@pytest.mark.parametrize("change", ["price_type=middle", "price_type=1", "price_source=the_moon"])
def test_an_unknown_price_is_refused(desk: Desk, change: str) -> None:
    refused = command("run", desk.write(), "--journal", desk.journal, "--set", change)

    assert (refused.exit_code, desk.journal.exists()) == (1, False)
    assert change.partition("=")[0] in refused.stderr
