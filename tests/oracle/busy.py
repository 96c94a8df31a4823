"""A desk that trades a lot, and a market on which it does."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random

from tests.strategies.desk import START_S, Row, Value

F = Fraction

BUSY: dict[str, Value] = {
    "bid_spread": 0.05,
    "ask_spread": 0.05,
    "order_amount": 1,
    "order_levels": 3,
    "order_level_spread": 0.05,
    "order_level_amount": 0.337,
    "order_refresh_time": 3,
    "filled_order_delay": 1,
    "long_profit_taking_spread": 0.1,
    "short_profit_taking_spread": 0.1,
    "stop_loss_spread": 0.15,
    "time_between_stop_loss_orders": 5,
    "paper": {"balance": 100_000, "maker_fee": -0.005, "taker_fee": 0.04},
}


THIN: dict[str, Value] = {
    "leverage": 50,
    "stop_loss_spread": 0,
    "order_refresh_time": 100_000,
    "long_profit_taking_spread": 1,
    "short_profit_taking_spread": 1,
    "paper": {"balance": 12, "funding": {"rate": 0.013, "interval_h": 1}},
}
"""Hardly any cash behind high leverage, funding every hour, and no stop in reach."""


def hours(seed: int, length: int = 60) -> list[Row]:
    """Return a market with a quote per hour, which goes far from one to the next."""
    chance = Random(seed)
    cents, rows = 10_000, list[Row]()
    for hour in range(length):
        cents += round(chance.gauss(0, 40))
        rows.append((3600 * hour + 1, str(cents / 100), str((cents + 1) / 100), "1.1", "0.713"))
    return rows


def walk(seed: int, length: int = 600) -> list[Row]:
    """Return a market that walks and now and then jumps, with few sizes shown."""
    chance = Random(seed)
    cents, rows = 10_000, list[Row]()
    for second in range(length):
        cents += round(chance.gauss(0, 3)) + (chance.choice((-40, 40)) if chance.random() < 0.01 else 0)
        sizes = (chance.choice(("0.3", "0.713", "1.1", "50")) for _ in range(2))
        rows.append((second, str(cents / 100), str((cents + 1) / 100), *sizes))
    return rows


def marks_of(rows: Sequence[Row]) -> Mapping[int, Fraction]:
    """Return the mid prices of a market, which are its mark prices."""
    return {int((START_S + F(str(second))) * 10**9): (F(str(bid)) + F(str(ask))) / 2 for second, bid, ask, *_ in rows}
