"""What a venue refuses, and what the bot makes of it: price bands and rate limits, from YAML to the journal."""

from tests.strategies.desk import Desk, mid_at


def test_a_quote_beyond_the_price_band_is_refused_with_the_venues_code(desk: Desk) -> None:
    story = desk.run([mid_at(0, 100)], {"paper": {"price_band_pct": 22}})
    assert story.of_kind("order") == [
        "0 rejected sell 1 @ 125 quote: -4016 Price 125.00 is more than 22 % above the mark price 100.00."
    ]


def test_beyond_the_rate_limits_opening_orders_are_refused(desk: Desk) -> None:
    story = desk.run([mid_at(0, 100)], {"paper": {"rate_limits": {"per_10s": 1}}})
    assert story.of_kind("order") == [
        "0 rejected sell 1 @ 125 quote: -1015 Too many new orders: 1 in 10 s and 1200 a minute are allowed."
    ]
    minute = desk.run([mid_at(0, 100)], {"paper": {"rate_limits": {"per_minute": 1}}})
    assert minute.of_kind("order")[0].endswith("300 in 10 s and 1 a minute are allowed.")
