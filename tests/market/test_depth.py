"""The order book: how it gets and stays in sync with its stream, and what it holds (BINANCE, "Streams")."""

from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.market import depth, levels
from perpfsm.market.depth import DepthBook
from perpfsm.market.levels import Levels
from perpfsm.market.messages import DepthSnapshot, DepthUpdate, Level
from perpfsm.market.side import Side

NOWHERE = {Side.BUY: Decimal(10**9), Side.SELL: Decimal(0)}


def pairs(shown: dict[int, int]) -> tuple[Level, ...]:
    return tuple((Decimal(price), Decimal(size)) for price, size in shown.items())


def snapshot(update_id: int, bids: dict[int, int], asks: dict[int, int] | None = None) -> DepthSnapshot:
    return DepthSnapshot(0, update_id, pairs(bids), pairs(asks or {}))


def update(
    first: int, last: int, previous: int, bids: dict[int, int], asks: dict[int, int] | None = None
) -> DepthUpdate:
    return DepthUpdate(0, first, last, previous, pairs(bids), pairs(asks or {}))


def shown(book: DepthBook, side: Side = Side.BUY) -> dict[int, int]:
    """Return a side's levels, the best first."""
    return {int(price): int(size) for price, size in book.side(side).behind(NOWHERE[side])}


def book_of(*messages: DepthSnapshot | DepthUpdate) -> DepthBook:
    book = DepthBook()
    for message in messages:
        book.fold(message)
    return book


def test_sizes_are_absolute_and_zero_takes_a_price_out() -> None:
    book = book_of(
        snapshot(10, {100: 1, 99: 2}, {101: 3, 102: 4}),
        update(10, 12, 9, {100: 5, 98: 6, 97: 0}, {101: 0, 103: 7}),
        update(13, 14, 12, {99: 0}, {102: 1}),
    )
    assert shown(book) == {100: 5, 98: 6}
    assert list(shown(book, Side.SELL).items()) == [(102, 1), (103, 7)]


def test_without_a_snapshot_nothing_is_shown() -> None:
    book = book_of(update(1, 2, 0, {100: 1}), update(3, 4, 2, {99: 1}))
    assert (book.is_synced, shown(book), book.breaks) == (False, {}, 0)


def test_updates_that_waited_are_applied_on_the_snapshot_and_those_before_it_are_dropped() -> None:
    book = book_of(
        update(1, 4, 0, {100: 1}),
        update(5, 9, 4, {99: 1}),
        update(10, 12, 9, {98: 1}),
        snapshot(7, {90: 1}),
    )
    assert (book.is_synced, shown(book), book.breaks) == (True, {99: 1, 98: 1, 90: 1}, 0)


def test_the_first_update_must_span_the_snapshot() -> None:
    spanning = book_of(snapshot(7, {90: 1}), update(7, 7, 6, {91: 1}))
    assert shown(spanning) == {91: 1, 90: 1}

    book = book_of(snapshot(7, {90: 1}), update(9, 12, 8, {91: 1}))
    assert (book.is_synced, shown(book), book.breaks) == (False, {}, 1)


def test_a_first_update_that_names_the_snapshot_as_the_one_before_leaves_no_gap() -> None:
    assert shown(book_of(snapshot(7, {90: 1}), update(8, 9, 7, {91: 1}))) == {91: 1, 90: 1}


def test_old_updates_after_a_snapshot_are_dropped() -> None:
    book = book_of(snapshot(7, {90: 1}), update(2, 6, 1, {91: 1}), update(7, 9, 6, {92: 1}))
    assert (shown(book), book.breaks) == ({92: 1, 90: 1}, 0)


@pytest.mark.parametrize("previous", [8, 10, 0], ids=["a repeated one", "a missing one", "of another stream"])
def test_a_chain_that_breaks_forgets_everything_and_starts_again(previous: int) -> None:
    book = book_of(snapshot(7, {90: 1}), update(7, 9, 6, {91: 1}), update(10, 12, previous, {92: 1}))
    assert (book.is_synced, shown(book), book.breaks) == (False, {}, 1)

    book.fold(update(13, 15, 12, {93: 1}))
    book.fold(snapshot(11, {80: 1}))
    assert (book.is_synced, shown(book), book.breaks) == (True, {93: 1, 92: 1, 80: 1}, 1)


def test_updates_that_waited_and_do_not_follow_each_other_break_the_chain_as_well() -> None:
    book = book_of(update(5, 9, 4, {99: 1}), update(12, 13, 11, {98: 1}), snapshot(7, {90: 1}))
    assert (book.is_synced, book.breaks) == (False, 1)


def test_a_snapshot_that_says_nothing_new_is_passed_over() -> None:
    book = book_of(snapshot(7, {90: 1}), update(7, 9, 6, {91: 1}), snapshot(8, {1: 1}), update(10, 11, 9, {92: 1}))
    assert (shown(book), book.breaks) == ({92: 1, 91: 1, 90: 1}, 0)


def test_a_newer_snapshot_starts_anew_as_after_a_reconnection() -> None:
    book = book_of(snapshot(7, {90: 1}), update(7, 9, 6, {91: 1}), snapshot(20, {80: 1}), update(19, 21, 18, {81: 1}))
    assert (shown(book), book.breaks) == ({81: 1, 80: 1}, 0)


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depth, "BUFFERED_MAX", 3)
    stream = [update(number, number, number - 1, {number: 1}) for number in range(1, 10)]
    assert not book_of(*stream, snapshot(4, {100: 1})).is_synced
    assert shown(book_of(*stream, snapshot(7, {100: 1}))) == {100: 1, 9: 1, 8: 1, 7: 1}


@pytest.mark.parametrize(
    ("side", "left"), [(Side.BUY, {104: 1, 103: 1, 102: 1}), (Side.SELL, {100: 1, 101: 1, 102: 1})]
)
def test_levels_are_bounded_and_the_worst_are_forgotten(
    monkeypatch: pytest.MonkeyPatch, side: Side, left: dict[int, int]
) -> None:
    monkeypatch.setattr(levels, "LEVELS_MAX", 4)
    monkeypatch.setattr(levels, "LEVELS_KEPT", 3)
    book = Levels(side)
    book.apply(pairs(dict.fromkeys(range(100, 105), 1)))
    assert {int(price): int(size) for price, size in book.behind(NOWHERE[side])} == left


CHANGES = st.lists(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3))), max_size=12)


@given(CHANGES, st.integers(0, 13), st.sampled_from(Side))
def test_a_side_holds_what_a_dictionary_would(changes: Iterable[list[tuple[int, int]]], price: int, side: Side) -> None:
    book, naive = Levels(side), dict[int, int]()
    for some in changes:
        book.apply((Decimal(at), Decimal(size)) for at, size in some)
        naive |= dict(some)
    behind = [(at, size) for at, size in naive.items() if size and (at - price) * side.sign < 0]
    found = [(int(at), int(size)) for at, size in book.behind(Decimal(price))]
    assert found == sorted(behind, reverse=side is Side.BUY)


@given(CHANGES, st.integers(0, 13), st.sampled_from(Side))
def test_what_is_shown_at_a_price_is_known_up_to_the_worst_level(
    changes: Iterable[list[tuple[int, int]]], price: int, side: Side
) -> None:
    book, naive = Levels(side), dict[int, int]()
    for some in changes:
        book.apply((Decimal(at), Decimal(size)) for at, size in some)
        naive |= dict(some)
        sizes = {at: size for at, size in naive.items() if size}
        is_known = any((price - at) * side.sign >= 0 for at in sizes)
        assert book.shown(Decimal(price)) == (sizes.get(price, 0) if is_known else None)
    book.clear()
    assert book.shown(Decimal(price)) is None
