"""The synthetic market: on its grids, with its character, and the same on any machine."""

import hashlib
from dataclasses import replace
from decimal import Context, Decimal, localcontext
from itertools import islice, pairwise
from statistics import mean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.feeds import Feed, synthetic, synthetic_feed
from perpfsm.feeds.synthetic import START_NS
from perpfsm.market.messages import Quote, Trade
from perpfsm.market.side import Side
from perpfsm.market.synthetic import SyntheticSettings

TICK, STEP = Decimal("0.1"), Decimal("0.001")
SETTINGS = SyntheticSettings()
MS = 1_000_000


def feed_of(settings: SyntheticSettings = SETTINGS, *, tick: Decimal = TICK, step: Decimal = STEP) -> Feed:
    return synthetic_feed(settings, tick=tick, step=step)


def quotes_of(settings: SyntheticSettings) -> list[Quote]:
    return [message for message in feed_of(settings).messages() if isinstance(message, Quote)]


def digest(feed: Feed, count: int) -> str:
    text = "\n".join(map(repr, islice(feed.messages(), count)))
    return hashlib.sha256(text.encode()).hexdigest()


def test_ten_thousand_messages_are_the_same_on_any_machine() -> None:
    assert digest(feed_of(), 10_000) == "591b8f2064c4d1724112cf29f6aa0bc4964f48e358bb864c31017d5a7691b68d"


def test_the_hash_of_the_settings_is_the_same_on_any_machine() -> None:
    assert feed_of().hash == "afcb5b3a1e57728932d086a0c0fa6e7f5448a3140c7bed9dff3060c2e0baa3dc"
    assert (feed_of().name, feed_of().symbol) == ("synthetic", None)


def test_the_ambient_decimal_context_changes_nothing() -> None:
    with localcontext(Context(prec=3)):
        assert digest(feed_of(), 1_000) == digest(feed_of(), 1_000)
        narrow = digest(feed_of(), 1_000)
    assert narrow == digest(feed_of(), 1_000)


def test_how_much_is_cached_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = digest(feed_of(), 1_000)
    monkeypatch.setattr(synthetic, "CACHED_MAX", 3)
    assert digest(feed_of(), 1_000) == expected


def test_equal_values_written_otherwise_hash_the_same_and_other_values_do_not() -> None:
    same = replace(SETTINGS, start_price=Decimal("6.0000E+4"), size=Decimal("1.00"))
    assert feed_of(same).hash == feed_of().hash
    others = [replace(SETTINGS, seed=8), replace(SETTINGS, spread_ticks=2), replace(SETTINGS, size=Decimal(2))]
    hashes = {feed.hash for feed in (feed_of(), feed_of(tick=Decimal("0.5")), *map(feed_of, others))}
    assert len(hashes) == 5


def test_another_seed_is_another_market_its_negative_too() -> None:
    assert len({digest(feed_of(replace(SETTINGS, seed=seed)), 100) for seed in (0, 7, -7, 8, 2**70)}) == 5


def test_quotes_come_at_even_steps_from_the_first_of_2024_for_the_duration() -> None:
    settings = replace(SETTINGS, duration_s=Decimal("1.2"), step_ms=500)
    assert [quote.time_ns for quote in quotes_of(settings)] == [START_NS, START_NS + 500 * MS]
    assert quotes_of(replace(SETTINGS, duration_s=Decimal(0))) == []


def test_the_first_quote_is_around_the_start_price() -> None:
    first = quotes_of(replace(SETTINGS, spread_ticks=4))[0]
    assert (first.bid, first.ask) == (Decimal("59999.8"), Decimal("60000.2"))


def test_progress_rises_to_one_and_nothing_is_skipped() -> None:
    feed = feed_of(replace(SETTINGS, duration_s=Decimal(1)))
    assert feed.progress == 0
    shares = [feed.progress for message in feed.messages() if isinstance(message, Quote)]
    assert shares == [0.25, 0.5, 0.75, 1.0]
    assert (feed.bad_lines, dict(feed.skipped)) == (0, {})


def test_trades_print_between_quotes_at_the_best_price_of_the_last_one() -> None:
    messages = list(feed_of().messages())
    trades = [(before, message) for before, message in pairwise(messages) if isinstance(message, Trade)]
    assert 3_000 < len(trades) < 4_200
    for quote, trade in trades:
        assert isinstance(quote, Quote)
        best = (quote.ask, quote.ask_size) if trade.aggressor is Side.BUY else (quote.bid, quote.bid_size)
        assert (trade.price, trade.time_ns) == (best[0], quote.time_ns + 125 * MS)
        assert trade.size <= best[1]
    assert {trade.aggressor for _, trade in trades} == {Side.BUY, Side.SELL}


@pytest.mark.parametrize(("step_ms", "volatility_bps"), [(250, "0.5"), (1000, "2"), (4000, "1")])
def test_the_mid_price_has_the_volatility_and_the_sizes_the_mean_that_were_asked_for(
    step_ms: int, volatility_bps: str
) -> None:
    settings = replace(
        SETTINGS,
        step_ms=step_ms,
        volatility_bps=Decimal(volatility_bps),
        jump_every_s=Decimal(0),
        duration_s=Decimal(20 * step_ms),
    )
    quotes = quotes_of(settings)
    moves_bps = [float((two.mid - one.mid) / one.mid) * 10_000 for one, two in pairwise(quotes)]
    asked_bps = float(volatility_bps) * (step_ms / 1000) ** 0.5
    assert pstdev(moves_bps) == pytest.approx(asked_bps, rel=0.03)
    assert mean(moves_bps) == pytest.approx(0, abs=asked_bps / 30)
    assert float(mean(quote.bid_size for quote in quotes)) == pytest.approx(1, rel=0.03)


def test_jumps_come_as_often_and_as_far_as_asked_for() -> None:
    settings = replace(SETTINGS, volatility_bps=Decimal(0), jump_every_s=Decimal(10), duration_s=Decimal(20_000))
    quotes = quotes_of(settings)
    moves_bps = [float((two.mid - one.mid) / one.mid) * 10_000 for one, two in pairwise(quotes)]
    jumps_bps = [move for move in moves_bps if move]
    assert len(jumps_bps) == pytest.approx(2_000 * 0.95, rel=0.07)  # one jump in twenty is none: as many ones as zeros
    assert pstdev(jumps_bps) == pytest.approx(8, rel=0.06)


def test_a_market_that_collapses_stays_on_the_grid_above_zero() -> None:
    settings = replace(SETTINGS, start_price=Decimal("0.5"), volatility_bps=Decimal(5_000), spread_ticks=2)
    quotes = quotes_of(settings)
    assert min(quote.bid for quote in quotes) == TICK
    assert all(quote.ask - quote.bid == 2 * TICK for quote in quotes)


@given(
    st.integers(),
    st.sampled_from(["0.1", "0.25", "0.01", "5"]),
    st.sampled_from(["0.001", "1", "10", "0.3"]),
    st.integers(0, 50),
    st.decimals("0.001", "50", places=3),
)
def test_every_price_and_size_lies_on_its_grid(seed: int, tick: str, step: str, spread: int, size: Decimal) -> None:
    settings = SyntheticSettings(seed=seed, duration_s=Decimal(10), spread_ticks=spread, size=size)
    grid, lot = Decimal(tick), Decimal(step)
    for message in feed_of(settings, tick=grid, step=lot).messages():
        match message:
            case Quote():
                assert message.bid % grid == message.ask % grid == message.bid_size % lot == message.ask_size % lot == 0
                assert message.ask - message.bid == spread * grid
                assert min(message.bid, message.bid_size, message.ask_size) > 0
            case Trade():
                assert message.price % grid == message.size % lot == 0
                assert message.size > 0
            case _:
                raise AssertionError(message)
