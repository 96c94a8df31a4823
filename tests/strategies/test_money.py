"""Money from outside: PnL recomputed from the exported fills with fractions, equal to what the journal says (B20)."""

import random
from fractions import Fraction

import pytest

from tests.strategies.desk import HEDGE, Desk, Row, Value
from tests.strategies.story import Story

BUSY: dict[str, Value] = {
    "bid_spread": 0.05,
    "ask_spread": 0.05,
    "order_amount": 1,
    "order_levels": 2,
    "order_level_spread": 0.05,
    "order_refresh_time": 3,
    "filled_order_delay": 1,
    "long_profit_taking_spread": 0.1,
    "short_profit_taking_spread": 0.1,
    "stop_loss_spread": 0.15,
    "time_between_stop_loss_orders": 5,
    "paper": {"balance": 100_000, "maker_fee": -0.005, "taker_fee": 0.04},
}
TRAILS: dict[str, Value] = {
    "position_management": "Trailing_stop",
    "long_profit_taking_spread": 0,
    "short_profit_taking_spread": 0,
    "ts_activation_spread": 0.05,
    "ts_callback_rate": 0.03,
}
LENGTH = 2_500


def walk(seed: int) -> list[Row]:
    """Return a seeded random market: a quote per second, few sizes shown, now and then a jump."""
    chance = random.Random(seed)
    cents, rows = 10_000, list[Row]()
    for second in range(LENGTH):
        cents += round(chance.gauss(0, 3)) + (chance.choice((-25, 25)) if chance.random() < 0.005 else 0)
        sizes = (chance.choice(("0.3", "0.7", "1.1", "50")) for _ in range(2))
        rows.append((second, str(cents / 100), str((cents + 1) / 100), *sizes))
    return rows


def fractions(story: Story) -> tuple[Fraction, Fraction, dict[str, Fraction]]:
    """Return what the fills took in and paid out, the fees, and the sizes left per leg."""
    cash, fees, sizes = Fraction(0), Fraction(0), dict[str, Fraction]()
    for entry in story.entries:
        if entry["kind"] == "fill":
            fill = entry["body"]["fill"]
            change = Fraction(fill["size"]) * (1 if fill["side"] == "buy" else -1)
            cash -= change * Fraction(fill["price"])
            fees += Fraction(fill["fee"])
            sizes[entry["leg"]] = sizes.get(entry["leg"], Fraction(0)) + change
    return cash, fees, sizes


def of_fills(story: Story, name: str) -> Fraction:
    return sum((Fraction(e["body"][name]) for e in story.entries if e["kind"] == "fill"), Fraction(0))


@pytest.mark.parametrize("style", [{}, TRAILS], ids=["profit_taking", "trailing_stop"])
@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
@pytest.mark.parametrize("order_type", ["LIMIT", "MARKET"])
def test_pnl_is_the_change_in_cash_plus_the_value_of_what_is_open(
    desk: Desk, mode: dict[str, Value], style: dict[str, Value], order_type: str
) -> None:
    """B20: PnL equals the change in cash plus the open position's value, exactly, on each shipped machine and mode."""
    rows = walk(len(mode) + 2 * len(style))
    last_bid, last_ask = (Fraction(str(price)) for price in rows[-1][1:3])

    story = desk.run(rows, BUSY, mode, style, {"close_position_order_type": order_type})

    end = story.end
    cash, fees, sizes = fractions(story)
    value = sum((size * (last_bid if size > 0 else last_ask) for size in sizes.values()), Fraction(0))
    realised, open_pnl = Fraction(end["realised"]), Fraction(end["open_pnl"])
    left = {leg: Fraction(size) for leg, (size, _) in end["positions"].items()}
    cost = sum((Fraction(cost) for _, cost in end["positions"].values()), Fraction(0))
    assert len(story.closings) >= 20
    assert len({reason.split()[-1] for reason in story.closings}) >= 2
    assert realised + open_pnl == cash + value
    assert cash == realised - cost
    assert Fraction(end["fees"]) == fees
    assert realised == of_fills(story, "realised")
    assert Fraction(end["wallet"]) == 100_000 + realised - fees
    assert left == {leg: size for leg, size in sizes.items() if size}


# Hardly enough cash at high leverage, and funding every hour of a market that moves once a minute.
POOR: dict[str, Value] = {
    "leverage": 100,
    "bid_spread": 0.1,
    "ask_spread": 0.1,
    "order_amount": 1,
    "order_refresh_time": 300,
    "filled_order_delay": 60,
    "stop_loss_spread": 0,
    "long_profit_taking_spread": 2,
    "short_profit_taking_spread": 2,
    "paper": {
        "balance": 1.5,
        "liquidation_fee": 0.2,
        "funding": {"rate": 0.001, "interval_h": 1},
        "brackets": [
            {"initialLeverage": 100, "notionalFloor": 0, "notionalCap": 9999, "maintMarginRatio": 0.005, "cum": 0}
        ],
    },
}


@pytest.mark.parametrize("seed", [3, 7])
@pytest.mark.parametrize("margin", ["cross", "isolated"])
@pytest.mark.parametrize("mode", [{}, HEDGE], ids=["one-way", "hedge"])
def test_with_funding_and_liquidations_pnl_is_still_the_change_in_cash_exactly(
    desk: Desk, mode: dict[str, Value], margin: str, seed: int
) -> None:
    """B20: the wallet is the balance, what fills and the venue realised, less fees and funding, to the last digit."""
    rows = [(60 * second, *rest) for second, *rest in walk(seed)]

    story = desk.run(rows, POOR, mode, {"margin_mode": margin})

    end = story.end
    forced = [entry["body"] for entry in story.entries if entry["kind"] == "position"]
    funding = [entry["body"] for entry in story.entries if entry["kind"] == "funding"]
    fees = sum((Fraction(e["body"]["fill"]["fee"]) for e in story.entries if e["kind"] == "fill"), Fraction(0))
    realised = of_fills(story, "realised") + sum(Fraction(each["realised"]) for each in forced)
    paid = sum(Fraction(each["paid"]) for each in funding)
    wallets = [Fraction(e["body"]["wallet_after"]) for e in story.entries if "wallet_after" in e["body"]]
    assert (len(forced) >= 1, len(funding) >= 3) == (True, True)
    assert [Fraction(end[name]) for name in ("realised", "fees", "funding")] == [realised, fees, paid]
    assert Fraction(end["wallet"]) == Fraction("1.5") + realised - fees - paid == wallets[-1]
    assert min(wallets) >= 0
    closings = [entry["body"] for entry in story.entries if entry["kind"] == "closing"]
    if not story.position:
        assert sum(Fraction(each["funding"]) for each in closings) == paid
        assert sum(Fraction(each["realised"]) for each in closings) == realised
