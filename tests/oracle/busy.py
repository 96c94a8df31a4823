"""A desk that trades a lot, and a market on which it does."""

from random import Random

from tests.strategies.desk import Row, Value

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


def walk(seed: int, length: int = 900) -> list[Row]:
    """Return a market that walks and now and then jumps, with few sizes shown."""
    chance = Random(seed)
    cents, rows = 10_000, list[Row]()
    for second in range(length):
        cents += round(chance.gauss(0, 3)) + (chance.choice((-40, 40)) if chance.random() < 0.01 else 0)
        sizes = (chance.choice(("0.3", "0.713", "1.1", "50")) for _ in range(2))
        rows.append((second, str(cents / 100), str((cents + 1) / 100), *sizes))
    return rows
