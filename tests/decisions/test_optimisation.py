"""Order optimisation: one tick ahead of what remains of the book, never better than the spread allows (B3, B4)."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.decisions.optimisation import Tops, remaining_tops
from perpfsm.decisions.parameters import OverrideOrder, Parameters
from perpfsm.decisions.quotes import QuotePlan, plan_quotes
from perpfsm.market.depth import DepthBook
from perpfsm.market.instrument import round_price
from perpfsm.market.messages import DepthSnapshot, Quote
from perpfsm.market.side import Side
from perpfsm.market.working import OrderStatus, WorkingOrder
from tests.builders import BUY, INSTRUMENT, QUOTE, SELL, Number, parameters, working

TICK = INSTRUMENT.tick
LOOSE = replace(INSTRUMENT, size_min=Decimal(0), notional_min=Decimal(0))


def optimising(*, bid_depth: Number = 0, ask_depth: Number = 0, levels: int = 1, spread: Number = "0.1") -> Parameters:
    """Return parameters whose bid is at 99.9 and whose ask is at 100.1 around 100."""
    of = parameters(bid_spread=spread, ask_spread=spread, order_levels=levels)
    return replace(
        of,
        order_optimization_enabled=True,
        bid_order_optimization_depth=Decimal(bid_depth),
        ask_order_optimization_depth=Decimal(ask_depth),
    )


def around(bid: Number = "99.8", bid_size: Number = 1, ask: Number = "100.2", ask_size: Number = 1) -> Quote:
    return Quote(0, Decimal(bid), Decimal(bid_size), Decimal(ask), Decimal(ask_size))


Shown = Mapping[str, Number] | Mapping[Decimal, Decimal]


def depth(bids: Shown, asks: Shown) -> DepthBook:
    below, above = (tuple((Decimal(price), Decimal(size)) for price, size in side.items()) for side in (bids, asks))
    book = DepthBook()
    book.fold(DepthSnapshot(0, 1, below, above))
    return book


def own(side: Side, price: Number | None, size: Number = 1, status: OrderStatus = OrderStatus.WORKING) -> WorkingOrder:
    return working("ours", QUOTE, side, price, size, status=status)


def plan(of: Parameters, seen: Quote, tops: Tops) -> QuotePlan:
    return plan_quotes(
        of,
        LOOSE,
        sides=(BUY, SELL),
        quote=seen,
        reference=seen.mid,
        free_margin=Decimal(10**9),
        fee_rate=Decimal(0),
        tops=tops,
    )


def prices(of: Parameters, seen: Quote, book: DepthBook | None = None, *orders: WorkingOrder) -> tuple[str, ...]:
    quotes = plan(of, seen, remaining_tops(of, seen, book, orders)).quotes
    return tuple(str(quote.price) for quote in quotes)


def test_a_quote_that_the_spread_puts_far_ahead_is_held_back_to_one_tick_ahead_b4() -> None:
    wide = around("99.0", 1, "101.0", 1)
    assert prices(optimising(), wide) == ("99.1", "100.9")


def test_a_quote_that_the_spread_keeps_behind_the_book_stays_there_b4() -> None:
    assert prices(optimising(spread=1), around()) == ("99.0", "101.0")


def test_depth_is_skipped_before_the_top_that_remains_is_looked_for_b4() -> None:
    book = depth({"99.7": 2, "99.5": 1, "99.2": 9}, {"100.4": 5, "100.6": 1})
    found = [prices(optimising(bid_depth=size, ask_depth=size), around(), book) for size in ("0.9", 1, 2, 3, "3.5")]
    assert found == [
        ("99.9", "100.1"),
        ("99.8", "100.3"),
        ("99.8", "100.3"),
        ("99.6", "100.3"),
        ("99.6", "100.3"),
    ]


@pytest.mark.parametrize("book", [None, depth({}, {}), depth({"99.7": 3}, {"100.3": 3})], ids=["none", "empty", "thin"])
def test_a_book_thinner_than_the_depth_leaves_the_quote_as_it_was_b4(book: DepthBook | None) -> None:
    assert prices(optimising(bid_depth=9, ask_depth=9), around(), book) == ("99.9", "100.1")


def test_a_side_without_a_book_behind_it_leaves_only_its_own_quote_as_it_was_b4() -> None:
    book = depth({"99.0": 9}, {})
    assert prices(optimising(bid_depth=1, ask_depth=1), around(), book) == ("99.1", "100.1")


def test_without_depth_the_best_is_the_book_b4() -> None:
    assert remaining_tops(optimising(bid_depth="0.5"), around(), None) == Tops(Decimal("99.8"), Decimal("100.2"))


def test_depth_that_is_older_than_the_best_does_not_stand_in_front_of_it() -> None:
    book = depth({"99.9": 7, "99.8": 7, "99.6": 1}, {"100.1": 7, "100.2": 7, "100.5": 1})
    assert remaining_tops(optimising(bid_depth=1, ask_depth=1), around(), book) == Tops(
        Decimal("99.6"), Decimal("100.5")
    )


def test_our_own_size_is_no_part_of_the_book_b4() -> None:
    wide = around("99.0", 1, "101.0", 3)
    book = depth({"98.5": 1}, {"101.5": 1})
    ours = (own(BUY, "99.0", 1), own(SELL, "101.0", 1), own(SELL, "101.0", 1), own(BUY, "98.5", "0.5"))
    assert prices(optimising(), wide, book, *ours) == ("98.6", "100.9")


def test_an_order_of_ours_that_is_not_on_the_book_takes_nothing_from_it_b4() -> None:
    wide = around("99.0", 1, "101.0", 1)
    ours = (
        own(BUY, "99.0", 1, OrderStatus.HELD),
        own(BUY, "99.0", 1, OrderStatus.PENDING),
        own(BUY, None, 1),
        own(BUY, "98.9", 1),
    )
    assert prices(optimising(), wide, None, *ours) == ("99.1", "100.9")


def test_a_book_that_is_ours_alone_leaves_the_quote_as_it_was_b4() -> None:
    assert prices(optimising(), around("99.0", 1, "101.0", 1), None, own(BUY, "99.0", 1)) == ("99.9", "100.9")


def test_several_levels_are_not_optimised_b4() -> None:
    assert remaining_tops(optimising(levels=2), around("99.0", 1, "101.0", 1), None) == Tops()


@pytest.mark.parametrize(("sides", "is_optimised"), [((BUY,), True), ((BUY, SELL), True), ((BUY, SELL, BUY), False)])
def test_named_orders_are_optimised_when_each_is_the_only_one_of_its_side_b4(
    sides: tuple[Side, ...], is_optimised: bool
) -> None:
    named = tuple(OverrideOrder(str(number), side, Decimal("0.1"), Decimal(1)) for number, side in enumerate(sides))
    of = replace(optimising(levels=3), order_override=named)
    tops = remaining_tops(of, around("99.0", 1, "101.0", 1), None)
    assert tops == (Tops(Decimal("99.0"), Decimal("101.0")) if is_optimised else Tops())


def test_nothing_is_optimised_without_the_switch_or_a_quote() -> None:
    off = replace(optimising(), order_optimization_enabled=False)
    assert remaining_tops(off, around(), None) == Tops() == remaining_tops(optimising(), None, None)


def test_a_top_off_the_tick_grid_rounds_away_from_the_market_b4() -> None:
    wide = around("99.04", 1, "100.96", 1)
    assert prices(optimising(), wide) == ("99.1", "100.9")


def test_minima_and_the_taker_filter_see_the_optimised_price_b3() -> None:
    small = replace(LOOSE, notional_min=Decimal("99.5"))
    wide = around("99.0", 1, "101.0", 1)
    tops = Tops(Decimal("99.0"), None)
    found = plan_quotes(
        optimising(),
        small,
        sides=(BUY,),
        quote=wide,
        reference=wide.mid,
        free_margin=Decimal(10**9),
        fee_rate=Decimal(0),
        tops=tops,
    )
    assert found.quotes == ()
    assert [left.why for left in found.left_out] == ["notional 99.1 is below the minimum of 99.5"]


def test_a_budget_that_the_optimised_price_fits_admits_it_b3() -> None:
    of, wide = optimising(), around("90.0", 1, "110.0", 1)
    tops = remaining_tops(of, wide, None)
    margin = Decimal("90.1") / of.leverage
    found = plan_quotes(
        of, LOOSE, sides=(BUY,), quote=wide, reference=wide.mid, free_margin=margin, fee_rate=Decimal(0), tops=tops
    )
    assert [str(quote.price) for quote in found.quotes] == ["90.1"]


SIDE_OF_BOOK = st.dictionaries(st.integers(0, 30), st.integers(1, 5), max_size=8)


def naive(book: dict[Decimal, Decimal], skipped: Decimal, side: Side, allowed: Decimal) -> Decimal:
    """Return the price of a quote by eating the book lot by lot, from its best on."""
    lots = [price for price in sorted(book, reverse=side is BUY) for _ in range(int(book[price] * 2))]
    rest = lots[int(skipped * 2) :]
    if not rest:
        return allowed
    return min(allowed, rest[0] + TICK) if side is BUY else max(allowed, rest[0] - TICK)


@given(
    st.tuples(SIDE_OF_BOOK, SIDE_OF_BOOK),
    st.tuples(st.integers(0, 20), st.integers(0, 20)),
    st.integers(1, 40),
    st.integers(1, 15),
)
def test_an_optimised_quote_is_what_a_naive_reading_gives_and_never_aggressive_b4(
    drawn: tuple[dict[int, int], dict[int, int]], halves: tuple[int, int], twentieths: int, half_width: int
) -> None:
    best_bid, best_ask = Decimal(100) - half_width * TICK, Decimal(100) + half_width * TICK
    below = {best_bid - away * TICK: Decimal(size) / 2 for away, size in drawn[0].items()} | {best_bid: Decimal(1)}
    above = {best_ask + away * TICK: Decimal(size) / 2 for away, size in drawn[1].items()} | {best_ask: Decimal(1)}
    seen = Quote(0, best_bid, Decimal(1), best_ask, Decimal(1))
    skipped = {BUY: Decimal(halves[0]) / 2, SELL: Decimal(halves[1]) / 2}
    spread = Decimal(twentieths) / 20
    of = optimising(bid_depth=skipped[BUY], ask_depth=skipped[SELL], spread=spread)

    tops = remaining_tops(of, seen, depth(below, above))

    for quote in plan(of, seen, tops).quotes:
        side = quote.side
        allowed = round_price(Decimal(100) * (1 - side.sign * spread / 100), tick=TICK, side=side)
        assert quote.price == naive(below if side is BUY else above, skipped[side], side, allowed)
        assert (quote.price - allowed) * side.sign <= 0
        assert best_bid < quote.price if side is SELL else quote.price < best_ask
        top = tops.of(side)
        assert top is None or (quote.price - top) * side.sign <= TICK
