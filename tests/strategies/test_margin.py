"""Margin and liquidation from YAML and quotes to the journal: where the arithmetic says, and not a tick before."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from tests.strategies.desk import HEDGE, SIZE, Desk, Row, Value, bid_at, command, long_from, mid_at, short_from
from tests.strategies.story import Story

# Without fees: a wallet of 11 behind one unit from 100, kept margin 1 %. A long is liquidated where 11 + (p - 100) is
# 0.01 p, at 89.898…, a short where 11 + (100 - p) is, at 109.900….
ONE_PERCENT = [
    {"initialLeverage": 50, "notionalFloor": 0, "notionalCap": 1000000, "maintMarginRatio": 0.01, "cum": 0},
]
THIN: dict[str, Value] = {
    "leverage": 50,
    "stop_loss_spread": 0,
    "close_position_order_type": "MARKET",
    "paper": {"balance": 11, "maker_fee": 0, "taker_fee": 0, "liquidation_fee": 0.5, "brackets": ONE_PERCENT},
}
STOP: dict[str, Value] = {"stop_loss_spread": 20}  # beyond liquidation in the others, where it would be refused
ISOLATED: dict[str, Value] = {"margin_mode": "isolated"}


def marked(second: float, mark: float | str, price: float | str = 100) -> Row:
    """Return a quote around `price` with a mark price of its own."""
    return (*mid_at(second, price), SIZE, SIZE, mark)


def money(story: Story) -> dict[str, Fraction]:
    """Return what the footer says of money, exactly."""
    return {name: Fraction(story.end[name]) for name in ("wallet", "realised", "fees", "funding")}


SIDES = pytest.mark.parametrize(
    ("entry", "before", "at", "realised"),
    [
        (long_from(100), "89.90", "89.89", "-10.55945"),
        (short_from(100), "109.90", "109.91", "-10.45955"),
    ],
    ids=["long", "short"],
)


@SIDES
def test_a_position_is_liquidated_at_the_tick_that_the_arithmetic_says_and_not_one_before(
    desk: Desk, entry: list[Row], before: str, at: str, realised: str
) -> None:
    """B14, B18: here without a stop, with the venue's fee, and then trading halts."""
    story = desk.run([*entry, marked(2, before), marked(3, at), marked(4, 100)], THIN)

    assert story.forced == [f"3 position 0 by liquidation, realised {realised}"]
    assert story.closings == ["3 liquidation"]
    assert story.of_kind("operator") == ["3 halt by risk", "4 stop by feed end"]
    assert Fraction(story.end["wallet"]) == 11 + Fraction(realised)


def test_without_a_mark_price_the_mid_price_is_it(desk: Desk) -> None:
    story = desk.run([*long_from(100), mid_at(2, "89.90"), mid_at(3, "89.89")], THIN)

    assert story.closings == ["3 liquidation"]


def test_with_less_leverage_of_the_wallet_the_stop_comes_first(desk: Desk) -> None:
    story = desk.run([*long_from(100), marked(2, "79.99", "79.99")], THIN, STOP, {"paper": {"balance": 1_000}})

    assert (story.forced, story.closings) == ([], ["2 stop_loss"])


@pytest.mark.parametrize(("mode", "behind"), [({}, "10.55945"), (ISOLATED, "2")], ids=["cross", "isolated"])
def test_an_isolated_position_has_its_own_margin_and_cross_has_the_wallet(
    desk: Desk, mode: dict[str, Value], behind: str
) -> None:
    """The margin is 100 / 50 = 2: it is liquidated where 2 + (p - 100) is 0.01 p, at 98.989…, and loses no more."""
    story = desk.run([*long_from(100), marked(2, "98.99"), marked(3, "98.98"), marked(4, "89.89")], THIN, mode)

    second, lost = (4, "-10.55945") if behind != "2" else (3, "-1.5149")
    assert story.forced == [f"{second} position 0 by liquidation, realised {lost}"]


def test_a_gap_costs_an_isolated_position_its_margin_and_a_cross_one_the_wallet(desk: Desk, tmp_path: Path) -> None:
    rows = [*long_from(100), marked(2, 40)]
    isolated = Desk(tmp_path / "isolated").run(rows, THIN, ISOLATED)

    assert [*isolated.forced, Fraction(isolated.end["wallet"])] == ["2 position 0 by liquidation, realised -2", 9]
    crossed = desk.run(rows, THIN)
    assert [*crossed.forced, Fraction(crossed.end["wallet"])] == ["2 position 0 by liquidation, realised -11", 0]


# Both legs of a hedge: bought at 80, then sold at 125; neither stops, and neither takes its profit before.
PATIENT: dict[str, Value] = {
    "stop_loss_spread": 0,
    "long_profit_taking_spread": 100,
    "short_profit_taking_spread": 99,
}
BOTH_LEGS = [mid_at(0, 100), (1, 79.99, 80), (2, 125, 125.01)]


def test_hedge_legs_share_the_wallet_and_are_liquidated_together(desk: Desk) -> None:
    """11 + 2 (p - 80) + (125 - p) = 0.03 p at 24.742…: the short's gain keeps the long alive until there."""
    sizes: dict[str, Value] = {"order_override": {"low": ["buy", 20, 2], "high": ["sell", 25, 1]}}
    story = desk.run([*BOTH_LEGS, marked(3, "24.75"), marked(4, "24.74")], THIN, HEDGE, PATIENT, sizes)

    assert story.of_kind("position") == [
        "4 LONG position 0 by liquidation, realised -110.7674",
        "4 SHORT position 0 by liquidation, realised 100.1363",
    ]
    assert story.closings == ["4 LONG liquidation", "4 SHORT liquidation"]
    assert Fraction(story.end["wallet"]) == 11 + Fraction("-110.7674") + Fraction("100.1363")


def test_an_isolated_hedge_leg_goes_alone_and_the_halt_closes_the_other(desk: Desk) -> None:
    story = desk.run([*BOTH_LEGS, marked(3, 79, 79)], THIN, HEDGE, PATIENT, ISOLATED)

    assert story.closings == ["3 LONG liquidation", "3 SHORT risk"]
    assert story.of_kind("position") == ["3 LONG position 0 by liquidation, realised -1.395"]


def test_orders_that_go_with_a_liquidation_are_not_sent_again(desk: Desk) -> None:
    """B12: a take-profit that works expires with its position; it is no lost exit."""
    story = desk.run([*long_from(100), bid_at(2, "100.5"), marked(3, "89.89"), marked(9, "89.89")], THIN)

    assert story.placed[2:] == ["2 sell 1 @ 101 take_profit"]
    assert story.of_kind("order") == ["3 expired sell 1 @ 101 take_profit: liquidation"]
    assert story.closings == ["3 liquidation"]


def test_a_stop_that_works_expires_with_its_position_and_is_not_sent_again(desk: Desk) -> None:
    """The stop's LIMIT stands above a market that has fallen away beneath it, and the mark price follows."""
    limit: dict[str, Value] = {
        "close_position_order_type": "LIMIT",
        "stop_loss_spread": 3,
        "stop_loss_slippage_buffer": 0,
    }
    fallen = [(2, 97, "97.01", "0.4", SIZE), (2.5, 60, 60.01), marked(3, 60, 60), marked(9, 60, 60)]
    story = desk.run([*long_from(100), *fallen], THIN, limit)

    assert story.closings == ["2.5 liquidation"]
    assert story.of_kind("order") == ["2.5 expired sell 1 @ 97 close: liquidation"]
    assert len(story.placed) == 3


def test_a_liquidated_bot_stays_halted_also_after_a_restart(desk: Desk) -> None:
    """B18: no order leaves until an operator resumes with a reason; the wallet goes on where it was."""
    desk.run([*long_from(100), marked(2, "89.89"), marked(3, 100)], THIN)

    done = command("run", desk.strategy, "--journal", desk.journal, "--feed", desk.quotes([marked(200, 100)]))
    again = desk.story()

    assert (done.exit_code, "halted" in done.stderr, again.placed) == (0, True, [])
    assert Fraction(again.entries[0]["body"]["balance"]) == 11 - Fraction("10.55945") == Fraction(again.end["wallet"])


def test_an_isolated_margin_outlives_a_restart(desk: Desk) -> None:
    """With all of it, 98.98 liquidates; funding of 0.5 an hour before has taken a quarter, so it is 99.4949…."""
    hourly: dict[str, Value] = {"paper": {"funding": {"rate": 0.5, "interval_h": 1}}}
    desk.run([*long_from(100), marked(2, 100), marked(2900, 100)], THIN, ISOLATED, hourly)

    story = desk.run([marked(3000, 100), marked(3001, "99.50"), marked(3002, "99.49")], THIN, ISOLATED)

    assert story.forced == ["3002 position 0 by liquidation, realised -1.00745"]


def test_a_size_beyond_its_bracket_is_refused_by_the_venue(desk: Desk) -> None:
    small = [ONE_PERCENT[0] | {"notionalCap": 110}, ONE_PERCENT[0] | {"notionalFloor": 110, "initialLeverage": 20}]
    small[1] |= {"maintMarginRatio": 0.02, "cum": 1.1}
    story = desk.run([mid_at(0, 100), mid_at(1, 100)], THIN, {"order_amount": 1.2, "paper": {"brackets": small}})

    refused = "-2027 Exceeded the maximum allowable position at leverage 50: for this size at most 20 is offered."
    assert story.of_kind("order") == [f"0 rejected sell 1.2 @ 125 quote: {refused}"]


def test_brackets_may_stand_in_a_file_as_the_venue_answers(desk: Desk) -> None:
    rows = "\n".join(f"      {name}: {value}" for name, value in ONE_PERCENT[0].items())
    (desk.folder / "venue.yaml").write_text(f"- symbol: COINUSDT\n  brackets:\n    -\n{rows}\n")
    named: dict[str, Value] = {"paper": {"brackets": "venue.yaml"}}

    assert desk.run([*long_from(100), marked(2, "89.89")], THIN, named).closings == ["2 liquidation"]
    refused = command("validate", desk.write(THIN, named, {"leverage": 51}))
    assert (refused.exit_code, "which ends at 50" in refused.stdout) == (1, True)


@pytest.mark.parametrize("has_mark", [True, False], ids=["mark", "mid"])
@pytest.mark.parametrize("side", ["long", "short"])
def test_a_liquidation_is_never_slept_through(tmp_path: Path, side: str, has_mark: bool) -> None:
    """Whatever the mark price is, the feed's or the mid price: with and without bands the journal is the same."""
    entry, before, at = (long_from(100), "89.90", "89.89") if side == "long" else (short_from(100), "109.90", "109.91")
    steps = [before if second % 7 else at if second == 91 else "100" for second in range(2, 120)]
    quotes = [(marked if has_mark else mid_at)(second, price) for second, price in enumerate(steps, 2)]

    slept = Desk(tmp_path / "slept").run([*entry, *quotes], THIN, PATIENT)
    awake = Desk(tmp_path / "awake").run([*entry, *quotes], THIN, PATIENT, options=["--no-bands"])

    assert slept.entries[1:] == awake.entries[1:]
    assert slept.closings == ["91 liquidation"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("paper.liquidation_fee", "-0.1", "at least 0"),
        ("paper.liquidation_fee", "101", "at most 100"),
        ("paper.brackets", "[]", "a list of brackets"),
        ("paper.brackets", "[{initialLeverage: 0}]", "at least 1"),
        ("paper.brackets", "5", "a list of brackets"),
        ("paper.funding.rate", "11", "at most 10"),
        ("paper.funding.interval_h", "0", "at least 1"),
        ("paper.funding.interval_h", "1.5", "a whole number"),
    ],
)
def test_a_setting_out_of_range_is_refused_with_what_was_expected(
    desk: Desk, name: str, value: str, expected: str
) -> None:
    refused = command("run", desk.write(), "--journal", desk.journal, "--set", f"{name}={value}")

    assert (refused.exit_code, refused.stdout, desk.journal.exists()) == (1, "", False)
    assert expected in " ".join(refused.stderr.split())


def test_the_fee_of_a_liquidation_is_the_strategys(desk: Desk, tmp_path: Path) -> None:
    rows = [*long_from(100), marked(2, "89.89")]

    assert desk.run(rows, THIN, {"paper": {"liquidation_fee": 0}}).forced[0].endswith("realised -10.11")
    dear = Desk(tmp_path / "dear").run(rows, THIN, {"paper": {"liquidation_fee": 0.9}})
    assert dear.forced[0].endswith("realised -10.91901")


def test_the_header_of_a_run_keeps_which_brackets_were_in_force(desk: Desk) -> None:
    """They may stand in another file, whose change is no change of the strategy's text."""
    (desk.folder / "venue.yaml").write_text(json.dumps(ONE_PERCENT))
    named: dict[str, Value] = {"paper": {"brackets": "venue.yaml"}}
    first = desk.run([mid_at(0, 100)], THIN, named).entries[0]["body"]["settings"]
    (desk.folder / "venue.yaml").write_text(json.dumps([ONE_PERCENT[0] | {"maintMarginRatio": 0.02}]))
    second = desk.run([mid_at(9, 100)], THIN, named).entries[0]["body"]["settings"]

    assert len(first["brackets"]) == len(second["brackets"]) == 64
    assert first["brackets"] != second["brackets"]
    assert "brackets" not in desk.run([mid_at(19, 100)]).entries[0]["body"]["settings"]
