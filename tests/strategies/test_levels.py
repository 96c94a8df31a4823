"""Several orders a side: levels, order_override, and what fills on them become (B2, B3, B5, B7, B9)."""

import pytest

from tests.strategies.desk import Desk, Value, ask_at, bid_at, command, mid_at

THREE: dict[str, Value] = {
    "bid_spread": 1,
    "ask_spread": 1,
    "order_levels": 3,
    "order_level_spread": 0.5,
    "order_level_amount": 1,
    "order_refresh_time": 10,
}
NAMED: dict[str, Value] = {
    "order_refresh_time": 10,
    "order_override": {
        "far_bid": ["buy", 2, 3],
        "near_bid": ["buy", 0.5, 1],
        "ask": ["sell", 1.5, 2],
    },
}
BIDS = ["buy 1 @ 99 quote", "buy 2 @ 98.5 quote", "buy 3 @ 98 quote"]
ASKS = ["sell 1 @ 101 quote", "sell 2 @ 101.5 quote", "sell 3 @ 102 quote"]


def texts(lines: list[str], side: str) -> list[str]:
    return [line.partition(" ")[2] for line in lines if f" {side} " in line]


def test_three_levels_lie_half_a_percent_apart_and_grow_by_one(desk: Desk) -> None:
    """B2: 3 levels, level spread 0.5, level amount 1 around 100 give bids 99.0, 98.5, 98.0."""
    story = desk.run([mid_at(0, 100)], THREE)

    assert (texts(story.placed, "buy"), texts(story.placed, "sell")) == (BIDS, ASKS)


def test_the_price_band_forbids_every_level_of_its_side(desk: Desk) -> None:
    """B3: at or above the ceiling there are no bids, of whatever level."""
    story = desk.run([mid_at(0, 100)], THREE, {"price_ceiling": 100})

    assert texts(story.placed, "buy") == []
    assert texts(story.placed, "sell") == ASKS
    assert len(story.refusals) == 3


@pytest.mark.parametrize(("tolerance", "row"), [(0.4, "keep_quotes"), (0.2, "refresh")])
def test_the_tolerance_is_held_against_every_level(desk: Desk, tolerance: float, row: str) -> None:
    """B5: all quotes stay only when each of them is within order_refresh_tolerance_pct."""
    rows = [mid_at(0, 100), mid_at(9, 100.3), mid_at(11, 100.3)]

    story = desk.run(rows, THREE, {"order_refresh_tolerance_pct": tolerance})

    assert story.rows[1] == f"10 {row}"


def test_fills_on_several_levels_average_the_entry_and_share_one_take_profit_that_is_not_churned(desk: Desk) -> None:
    """B7, B9: one take-profit for all of it, replaced when the position grows in profit, and else left alone."""
    rows = [
        mid_at(0, 100),
        ask_at(1, 99),  # the first level: 1 at 99
        *(bid_at(second, "99.2") for second in (2, 3, 4, 65, 130)),  # in profit for two minutes
        ask_at(131, "98.5"),  # the second: 2 at 98.5, so 3 for 296
        *(bid_at(second, "98.9") for second in (132, 133, 200)),
    ]

    story = desk.run(rows, THREE, {"stop_loss_spread": 10})

    exits = [line for line in story.placed if "take_profit" in line]
    assert exits == ["2 sell 1 @ 99.99 take_profit", "132 sell 3 @ 99.66 take_profit"]
    assert [line for line in story.canceled if "take_profit" in line] == ["132 sell 1 @ 99.99 take_profit"]
    assert story.position == {"BOTH": ("3", "296")}


def test_named_orders_replace_the_levels(desk: Desk) -> None:
    """B3: override; several orders a side, the nearest first, each with its own spread and amount."""
    story = desk.run([mid_at(0, 100)], THREE, NAMED)

    assert story.placed == ["0 buy 1 @ 99.5 quote", "0 sell 2 @ 101.5 quote", "0 buy 3 @ 98 quote"]


def test_named_orders_pass_the_same_filters_and_the_same_refresh(desk: Desk) -> None:
    """B3, B5: price band, tolerance and refresh know no difference."""
    rows = [mid_at(0, 100), mid_at(9, 100.1), mid_at(21, 100.5)]

    story = desk.run(rows, NAMED, {"order_refresh_tolerance_pct": 0.2, "price_floor": 100})

    assert story.refusals[0] == "0 sell quote, level 0: reference 100.00 is at or below price_floor 100"
    assert story.rows[:3] == ["0 start_quoting", "10 refresh", "20 keep_quotes"]


def test_named_orders_may_quote_one_side_alone_and_fill_into_one_position(desk: Desk) -> None:
    """B3, B7: a side without an order is not quoted."""
    bids: dict[str, Value] = {"order_override": {"one": ["buy", 1, 1], "two": ["buy", 1, 2]}}

    story = desk.run([mid_at(0, 100), ask_at(1, 99)], bids)

    assert texts(story.placed, "sell") == []
    assert story.position == {"BOTH": ("3", "297")}


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("{a: [long, 1, 1]}", "order_override.a[1] is long, but must be buy or sell."),
        ("{a: [buy, 0, 1]}", "order_override.a[2] is 0, but must be a number, above 0 and below 100 (percent)."),
        ("{a: [buy, 100, 1]}", "order_override.a[2] is 100, but must be"),
        ("{a: [buy, 1, 0]}", "order_override.a[3] is 0, but must be a number, above 0 (base)."),
        ("{a: [buy, 1]}", "order_override.a has 2 items, but must be a list of three: buy or sell, the spread"),
        ("{a: [buy, 1, 1, 1]}", "order_override.a has 4 items, but must be a list of three: buy or sell, the spread"),
        ("{a: nonsense}", "order_override.a is nonsense, but must be a list of three"),
        ("{}", "order_override is an empty mapping, but must be a mapping of one or more orders"),
        ("[buy, 1, 1]", "order_override is a list, but must be a mapping of one or more orders"),
        ("{a: [buy, 1, 0.0001]}", "order_override.a[3] 0.0001 is below the smallest order, 0.001."),
    ],
)
def test_an_order_that_cannot_be_is_refused(desk: Desk, override: str, said: str) -> None:
    refused = command("run", desk.write(), "--journal", desk.journal, "--set", f"order_override={override}")

    assert (refused.exit_code, desk.journal.exists()) == (1, False)
    assert said in " ".join(refused.stderr.split())


def test_what_an_override_makes_pointless_is_said(desk: Desk) -> None:
    """A parameter that does nothing is warned about; a spread that minimum_spread forbids is an error."""
    path = desk.write({**THREE, **NAMED, "minimum_spread": 0.5})

    said = " ".join(command("validate", path).stdout.split())

    assert "order_levels is not used with order_override, which replaces the levels." in said
    assert "minimum_spread 0.5 is not below order_override.near_bid[2]" in said
