"""Health of the market data, message by message (B17)."""

from decimal import Decimal

import pytest

from perpfsm.engine.health import Health, judge, jumps
from perpfsm.market.messages import BadQuote
from tests.builders import NOW, quote

BEFORE = quote("99.9", "100.1")


def test_there_is_no_data_before_the_first_quote() -> None:
    assert Health() == Health("missing", "no quote yet")
    assert not Health().is_good


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (quote("100.4", "100.6"), Health("good", "")),
        (quote(100, 100), Health("good", "")),
        (quote("101.0", "101.0"), Health("good", "")),
        (quote("101.0", "101.1"), Health("jump", "mid price went from 100.0 to 101.05")),
        (quote("98.9", "99.0"), Health("jump", "mid price went from 100.0 to 98.95")),
        (quote("100.1", "100.0"), Health("crossed", "bid 100.1 is above ask 100.0")),
        (BadQuote(NOW, "the ask is missing"), Health("invalid", "the ask is missing")),
    ],
)
def test_a_message_is_judged_by_itself_and_by_the_one_before(message: object, expected: Health) -> None:
    judged = judge(message, before=BEFORE, max_jump_pct=Decimal(1))  # type: ignore[arg-type]
    assert judged == expected


def test_nothing_jumps_from_nothing_or_without_a_limit() -> None:
    far = quote(1, 2)
    assert not jumps(None, far, Decimal(1))
    assert not jumps(BEFORE, far, None)
    assert judge(far, before=None, max_jump_pct=Decimal(1)).is_good
