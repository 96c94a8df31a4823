"""The books: what a fill does to a leg and to the session's cash, exactly (B8, B20)."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from perpfsm.engine.books import Books, parts_of
from perpfsm.engine.records import FundingRecord, PositionRecord
from perpfsm.market.fill import Fill, Liquidity
from perpfsm.market.order import FundingPaid
from perpfsm.market.position import Position
from perpfsm.market.side import Side
from tests.builders import BOTH, BUY, CLOSE, NOW, QUOTE, SELL, leg, position, working

PRICES = st.integers(1, 1_000_000).map(lambda ticks: Decimal(ticks) / 10)
SIZES = st.integers(1, 5_000).map(lambda steps: Decimal(steps) / 1_000)
FEES = st.integers(-10_000, 10_000).map(lambda units: Decimal(units) / 10_000)
FILLS = st.lists(st.tuples(st.sampled_from(Side), PRICES, SIZES, FEES), max_size=25)


def a_fill(side: Side, price: Decimal | int, size: Decimal | int, fee: Decimal | int = 0) -> Fill:
    return Fill(1, "pf-1", BOTH, side, Decimal(price), Decimal(size), Decimal(fee), Liquidity.MAKER, NOW)


def funding(paid: Decimal | int | str) -> FundingPaid:
    return FundingPaid(NOW, BOTH, Decimal("0.0001"), Decimal(100), Decimal(paid))


def test_the_first_fill_opens_with_sums_of_its_own() -> None:
    books, one = Books(Decimal(1_000)), leg("opening")
    one.realised, one.fees = Decimal(7), Decimal(7)
    record = books.book(a_fill(BUY, 100, 2, 1), one, working("pf-1", QUOTE, BUY, 100, 2).order)
    assert (record.effect, record.role, record.reason) == ("opened", "quote", "none")
    assert (one.position, one.opened_ns) == (position(2, 100), NOW)
    assert [record.wallet_after, one.realised, one.fees] == [999, 0, 1]


def test_fills_increase_reduce_and_close() -> None:
    books, one = Books(Decimal(0)), leg("open")
    fills = [a_fill(BUY, 100, 2), a_fill(BUY, 110, 2), a_fill(SELL, 115, 1), a_fill(SELL, 95, 3)]
    assert [books.book(fill, one, None).effect for fill in fills] == ["opened", "increased", "reduced", "closed"]
    assert [books.wallet, one.realised, one.position.size] == [-20, -20, 0]


def test_a_fill_of_an_exit_forgets_the_exits_lost_before() -> None:
    books, one = Books(Decimal(0)), leg("closing", position(2, 100), exit_losses=3, exit_lost_ns=NOW)
    books.book(a_fill(BUY, 99, 1), one, working("pf-1", QUOTE, BUY, 99).order)
    assert one.exit_losses == 3
    books.book(a_fill(SELL, 99, 1), one, working("pf-1", CLOSE, SELL, 99).order)
    assert one.exit_losses == 0


def test_cash_may_come_without_a_fill() -> None:
    books, one = Books(Decimal(100)), leg("open", position(2, 100))
    record = books.change(one, Position(), cause="liquidation", realised=Decimal(-30), now_ns=NOW)
    assert record == PositionRecord(NOW, "BOTH", "liquidation", Decimal(-30), Decimal(0), Decimal(0), Decimal(70))
    assert [books.wallet, books.realised, one.realised, one.position] == [70, -30, -30, Position()]


def test_funding_is_borne_by_the_position_of_its_moment_and_is_not_realised() -> None:
    books, one = Books(Decimal(100)), leg("open", position(2, 100))
    record = books.pay(funding("1.5"), one)
    assert record == FundingRecord(NOW, "BOTH", Decimal("0.0001"), Decimal(100), Decimal("1.5"), Decimal("98.5"))
    books.pay(funding("-0.25"), one)
    assert [books.wallet, books.realised, books.funding] == [Decimal("98.75"), 0, Decimal("1.25")]
    assert [books.gained, one.funding, one.margin] == [Decimal("-1.25"), Decimal("1.25"), 0]


def test_funding_of_a_leg_that_is_flat_by_now_changes_cash_alone() -> None:
    books, one = Books(Decimal(100), 10), leg("idle")
    books.pay(funding("1.5"), one)
    assert [books.wallet, one.funding, one.margin] == [Decimal("98.5"), 0, 0]


def test_a_position_that_is_opened_anew_has_paid_no_funding() -> None:
    books, one = Books(Decimal(100)), leg("opening")
    one.funding = Decimal(7)
    books.book(a_fill(BUY, 100, 2), one, None)
    assert one.funding == 0


def test_isolated_margin_follows_fills_funding_and_other_hands() -> None:
    books, one = Books(Decimal(1_000), 10), leg("opening")
    margins = []
    for step in (
        lambda: books.book(a_fill(BUY, 100, 2), one, None),
        lambda: books.pay(funding(2), one),
        lambda: books.book(a_fill(BUY, 110, 2), one, None),
        lambda: books.book(a_fill(SELL, 105, 1), one, None),
        lambda: books.change(one, position(6, 100), cause="external", realised=Decimal(0), now_ns=NOW),
        lambda: books.book(a_fill(SELL, 105, 6), one, None),
    ):
        step()
        margins.append(one.margin)
    assert margins == [20, 18, 40, 30, Decimal("58.5"), 0]


def test_a_fill_that_flips_is_two_parts_which_share_the_fee_by_size() -> None:
    whole = a_fill(SELL, 100, 3, Decimal("0.1"))
    first, second = parts_of(whole, leg("open", position(1, 90)))
    assert [first.size, second.size] == [1, 2]
    assert (first.fee, second.fee) == (Decimal("0.03333333"), Decimal("0.06666667"))
    assert parts_of(whole, leg("open", position(3, 90))) == (whole,)


@given(FILLS)
def test_what_the_wallet_gained_is_realised_less_fees_and_with_what_is_open_the_flow_of_cash(
    fills: list[tuple[Side, Decimal, Decimal, Decimal]],
) -> None:
    books, one = Books(Decimal(10_000)), leg("open")
    spent, held = Fraction(0), Fraction(0)
    for side, price, size, fee in fills:
        for part in parts_of(a_fill(side, price, size, fee), one):
            books.book(part, one, None)
        spent += Fraction(price) * Fraction(size) * side.sign + Fraction(fee)
        held += Fraction(size) * side.sign
    assert books.wallet - 10_000 == books.realised - books.fees
    assert Fraction(one.position.size) == held
    assert Fraction(books.wallet) - 10_000 == Fraction(one.position.cost) - spent
