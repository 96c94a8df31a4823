"""Words: numbers, moments and records as a trader reads them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.audit.words import duration, moment, moment_ns, number, quantity, short_id, signed, summary
from perpfsm.engine.records import Record
from perpfsm.errors import PerpfsmError
from perpfsm.market.fill import Liquidity
from perpfsm.market.order import Role
from perpfsm.market.side import Side
from tests.journal.examples import START_NS, a_fill, a_place, a_run, a_transition, an_end, an_order, one_of_each


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234567.8900", "1,234,567.89"),
        ("0E-8", "0"),
        ("-0.00", "0"),
        ("1E+3", "1,000"),
        ("-0.010", "-0.01"),
        ("100", "100"),
    ],
)
def test_numbers_are_exact_and_without_trailing_zeros(value: str, text: str) -> None:
    assert number(Decimal(value)) == text


def test_gains_have_their_sign() -> None:
    assert [signed(Decimal(value)) for value in ("1.50", "0", "-2")] == ["+1.5", "0", "-2"]


def test_metrics_have_the_unit_of_their_name() -> None:
    assert quantity("pnl_pct", "-2.0100") == "-2.01 %"
    assert quantity("quotes_age_s", "10") == "10 s"
    assert quantity("position_size", "0.010") == "0.01"
    assert quantity("pnl_pct", "undefined") == "undefined"


def test_moments_are_utc_and_exact() -> None:
    assert moment(START_NS) == "2024-08-08 12:00:00.123456789"
    assert moment(START_NS, digits=3) == "2024-08-08 12:00:00.123"
    assert moment(0) == "1970-01-01 00:00:00.000"
    assert moment(-1) == "1969-12-31 23:59:59.999999999"


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("2024-08-08T12:00:00.123456789Z", START_NS),
        ("2024-08-08 14:00:00.123456789+02:00", START_NS),
        ("1723118400123456789", START_NS),
        ("2024-08-08", 1_723_075_200_000_000_000),
        ("20240808", 1_723_075_200_000_000_000),
        ("2024-08-08T12:00", 1_723_118_400_000_000_000),
        ("1969-12-31T23:59:59,5Z", -500_000_000),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, time_ns: int) -> None:
    assert moment_ns(text) == time_ns


@pytest.mark.parametrize("text", ["yesterday", "", "0001-01-01", "9999-12-31", "9" * 30, "12:00", "2024-13-01"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(PerpfsmError, match="is no moment between 1678 and 2262"):
        moment_ns(text)


def test_spans_are_written_in_their_largest_units() -> None:
    spans = (1_500_000, 59_999_000_000, 75_000_000_000, 3_723_000_000_000)
    assert [duration(span) for span in spans] == ["0.002 s", "59.999 s", "1 min 15 s", "1 h 02 min 03 s"]


def test_only_our_own_ids_are_shortened() -> None:
    assert [short_id(text) for text in ("pf-0a1b-12", "web-12", "pf-x")] == ["#12", "web-12", "pf-x"]


def test_every_record_has_a_line() -> None:
    assert [summary(record) for record in one_of_each()] == [
        "run 1: mine.yaml on quotes.csv, wallet 10,000",
        "idle → opening, by row 2 `quote` on market",
        "place #1 buy 0.01 @ 60,000.10, quote level 0",
        "place #2 buy 0.01 at market, close (stop_loss), reduce-only",
        "cancel #1",
        "not sent: buy quote level 1; max_position 0.01 would be exceeded",
        "#1 working",
        "#2 rejected: -2019 margin is insufficient",
        "#1 bought 0.01 @ 60,000.10 as maker, fee 0.12: opened, position 0.01",
        "position 0 by liquidation: realised -90.5, wallet 9,909.5",
        "flat by stop_loss: realised -1.2, fees 0.04, held 1 min 15 s",
        "funding received 0.0600001: 0.01 % at a mark price of 60,000.10",
        "market data stale: no quote for 5.2 s",
        "pause by operator: lunch",
        "bid_spread 0.02 → 0.03, by strategy file",
        "end (feed end): wallet 9,998.76, realised -1.2, fees 0.04, open 0, left open BOTH -0.01",
    ]


TAKE_PROFIT = a_place(role=Role.TAKE_PROFIT, side=Side.SELL, reason="take_profit", post_only=True, reduce_only=True)
FOUND = {"LONG": (Decimal("0.02"), Decimal(1200)), "SHORT": (Decimal(0), Decimal(0))}


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (a_transition(source="closing", dest="closing", name="row 4", row=4), "stays closing, by row 4 on market"),
        (
            a_transition(dest="closing", reason="stop_loss", notes=("one", "two")),
            "idle → closing (stop_loss), by row 2 `quote` on market — one — two",
        ),
        (TAKE_PROFIT, "place #1 sell 0.01 @ 60,000.10, take profit, post-only, reduce-only"),
        (an_order(status="cancel_rejected"), "#1 cancel rejected"),
        (
            a_fill(
                side=Side.SELL,
                fee=Decimal("-0.10"),
                liquidity=Liquidity.TAKER,
                effect="reduced",
                realised=Decimal("1.50"),
            ),
            "#1 sold 0.01 @ 60,000.10 as taker, rebate 0.1: reduced, realised +1.5, position 0.01",
        ),
        (
            replace(a_run(settings={}), positions=FOUND),
            "run 1: strategy on quotes.csv, wallet 10,000, found LONG 0.02",
        ),
        (
            replace(an_end(), positions={}),
            "end (feed end): wallet 9,998.76, realised -1.2, fees 0.04, open 0",
        ),
    ],
)
def test_a_line_says_what_is_particular(record: Record, line: str) -> None:
    assert summary(record) == line
