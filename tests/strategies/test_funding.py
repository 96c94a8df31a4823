"""Funding from YAML and quotes to the journal: at its moments, with both signs, and never part of what guards see."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from tests.strategies.desk import HEDGE, SIZE, START_S, Desk, Row, Value, command, long_from, mid_at, short_from

# The feed starts 800 s after a full hour, so that an hourly funding comes at second 2,800 and then every 3,600 s.
HOURLY: dict[str, Value] = {"paper": {"maker_fee": 0, "taker_fee": 0, "funding": {"rate": 0.5, "interval_h": 1}}}
PATIENT: dict[str, Value] = {"stop_loss_spread": 20, "filled_order_delay": 100_000}


def marked(second: float, mark: float | str, price: float | str = 100) -> Row:
    """Return a quote around `price` with a mark price of its own."""
    return (*mid_at(second, price), SIZE, SIZE, mark)


def test_a_long_pays_and_a_short_receives_at_the_mark_price_of_the_moment(desk: Desk, tmp_path: Path) -> None:
    rows = [marked(2, 110), marked(2801, 120)]
    long, short = desk.run([*long_from(100), *rows], HOURLY, PATIENT), Desk(tmp_path / "short")

    assert long.forced == ["2800 funding 0.55 at 0.005 of 110"]
    assert short.run([*short_from(100), *rows], HOURLY, PATIENT).forced == ["2800 funding -0.55 at 0.005 of 110"]
    assert [Fraction(long.end[name]) for name in ("funding", "realised", "fees", "wallet")] == [
        Fraction("0.55"),
        0,
        0,
        100_000 - Fraction("0.55"),
    ]


def test_without_a_mark_price_the_mid_price_is_it_and_without_a_position_nothing_is_paid(desk: Desk) -> None:
    story = desk.run([*long_from(100), mid_at(2, 95), mid_at(2801, 95)], HOURLY, PATIENT)
    assert story.forced == ["2800 funding 0.475 at 0.005 of 95"]

    flat = Desk(desk.folder / "flat").run([mid_at(0, 100), mid_at(2801, 100)], HOURLY)
    assert flat.forced == []


def test_funding_turns_a_profitable_hold_into_a_loss(desk: Desk) -> None:
    """A take-profit of 1 % is reached after three fundings of 0.5 %: the closing earns 1 and has cost 1.5."""
    hold = [marked(2, 100, "100.5"), marked(9999, 100, "100.5"), marked(10_100, 101.01, 101.01)]
    story = desk.run([*long_from(100), *hold], HOURLY, PATIENT)

    assert story.forced == [f"{second} funding 0.5 at 0.005 of 100" for second in (2800, 6400, 10_000)]
    (closing,) = (entry["body"] for entry in story.entries if entry["kind"] == "closing")
    assert (closing["reason"], Fraction(closing["realised"]), Fraction(closing["funding"])) == (
        "take_profit",
        Fraction(1),
        Fraction(3, 2),
    )
    assert Fraction(story.end["wallet"]) == 100_000 + 1 - Fraction(3, 2)


def test_the_summary_and_the_audit_show_funding_as_a_line_of_its_own(desk: Desk) -> None:
    rows = [*long_from(100), marked(2, 100, "100.5"), marked(9999, 100, "100.5"), marked(10_100, 101.01, 101.01)]
    line = ("run", desk.write(HOURLY, PATIENT), "--journal", desk.journal, "--feed", desk.quotes(rows))
    shown = command(*line).stdout

    assert ["funding", "-1.5000"] in [line.split()[:2] for line in shown.splitlines()]
    assert ["net", "-0.5000"] in [line.split()[:2] for line in shown.splitlines()]
    audited = command("audit", "show", desk.journal, "--kind", "funding").stdout
    assert audited.count("funding paid 0.5: 0.5 % at a mark price of 100") == 3
    closing = command("audit", "show", desk.journal, "--kind", "closing").stdout
    assert "realised 1, fees 0, funding 1.5" in closing.replace("+", "")
    as_csv = command("audit", "export", desk.journal, "--format", "csv", "--kind", "funding").stdout.splitlines()
    head = as_csv[0].split(",")
    assert [as_csv[1].split(",")[head.index(name)] for name in ("rate", "mark", "paid")] == ["0.005", "100", "0.500"]


def test_guards_do_not_see_funding_but_max_loss_does(desk: Desk, tmp_path: Path) -> None:
    """`pnl_pct` is without funding (BEHAVIOUR, Closing); the session's loss is all that it has lost (B18, B20)."""
    rows = [*long_from(100), marked(2, 100), marked(2801, 100)]
    costly: dict[str, Value] = {"paper": {"funding": {"rate": 10, "interval_h": 1}}}

    assert desk.run(rows, HOURLY, PATIENT, costly, {"stop_loss_spread": 2}).closings == []
    limited = Desk(tmp_path / "limited").run(rows, HOURLY, PATIENT, costly, {"risk": {"max_loss": 5}})
    assert limited.closings == ["2800 risk"]


def test_each_leg_of_a_hedge_exchanges_funding_for_itself(desk: Desk) -> None:
    legs: dict[str, Value] = {"long_profit_taking_spread": 100, "short_profit_taking_spread": 99, "stop_loss_spread": 0}
    rows = [mid_at(0, 100), (1, 79.99, 80), (2, 125, 125.01), marked(3, 100), marked(2801, 100)]
    story = desk.run(rows, HOURLY, PATIENT, HEDGE, legs)

    assert story.forced == ["2800 LONG funding 0.5 at 0.005 of 100", "2800 SHORT funding -0.5 at 0.005 of 100"]


def test_funding_can_be_what_liquidates(desk: Desk) -> None:
    brackets = [
        {"initialLeverage": 100, "notionalFloor": 0, "notionalCap": 1000, "maintMarginRatio": 0.01, "cum": 0},
    ]
    thin: dict[str, Value] = {"leverage": 100, "paper": {"balance": "1.5", "brackets": brackets, "liquidation_fee": 0}}
    thin["order_override"] = {"low": ["buy", 20, 1]}
    thin["stop_loss_spread"] = 0  # a stop beyond liquidation is refused
    story = desk.run([*long_from(100), marked(2, 100), marked(2801, 100)], HOURLY, PATIENT, thin)

    assert story.forced == ["2800 funding 0.5 at 0.005 of 100", "2800 position 0 by liquidation, realised 0"]
    assert story.closings == ["2800 liquidation"]


def test_a_restart_goes_on_with_what_the_position_has_paid(desk: Desk) -> None:
    desk.run([*long_from(100), marked(2, 100), marked(2801, 100)], HOURLY, PATIENT)

    story = desk.run([marked(5000, 100), marked(6500, 100, "100.5"), marked(6600, 101.01, 101.01)], HOURLY, PATIENT)

    (closing,) = (entry["body"] for entry in story.entries if entry["kind"] == "closing")
    assert Fraction(closing["funding"]) == 1
    assert Fraction(story.end["wallet"]) == 100_000 + 1 - 1
    assert Fraction(story.end["funding"]) == Fraction(1, 2)


def recorded(path: Path, lines: list[tuple[float, dict[str, object]]]) -> Path:
    """Write a recording of the venue's raw streams: the second, and a message."""
    text = "".join(f"{int((START_S + second) * 10**9)} {json.dumps(message)}\n" for second, message in lines)
    path.write_text(text)
    return path


def ticker(second: float, bid: str, ask: str) -> tuple[float, dict[str, object]]:
    time_ms = int((START_S + second) * 1000)
    data = {"e": "bookTicker", "u": int(second * 10) + 1, "s": "COINUSDT", "b": bid, "B": "9", "a": ask, "A": "9"}
    return second, {"stream": "coinusdt@bookTicker", "data": data | {"T": time_ms, "E": time_ms}}


def mark_update(second: float, mark: str, rate: str, at_s: int) -> tuple[float, dict[str, object]]:
    time_ms = int((START_S + second) * 1000)
    data = {"e": "markPriceUpdate", "E": time_ms, "s": "COINUSDT", "p": mark, "i": mark, "P": mark, "r": rate}
    return second, {"stream": "coinusdt@markPrice@1s", "data": data | {"T": (START_S + at_s) * 1000}}


def test_a_feed_with_funding_of_its_own_decides_when_and_how_much(desk: Desk) -> None:
    """The newest rate before the moment counts, and the constant one of the strategy file does not."""
    feed = recorded(
        desk.folder / "raw.txt",
        [
            mark_update(0, "125", "0.0001", 500),
            ticker(0.1, "124.99", "125.01"),
            ticker(1, "99.99", "100"),
            mark_update(2, "100", "0.0002", 500),
            mark_update(499, "101", "-0.0003", 500),
            ticker(499.5, "100.49", "100.51"),
            mark_update(501, "102", "0.0009", 29300),
            ticker(3000, "100.49", "100.51"),
        ],
    )
    desk.write(HOURLY, PATIENT)
    story = desk.go("--feed", feed)

    assert story.forced == ["500 funding -0.0303 at -0.0003 of 101"]


@pytest.mark.parametrize("options", [(), ("--no-bands",)], ids=["bands", "no bands"])
def test_funding_is_at_the_newest_mark_price_also_when_its_quotes_were_slept_through(
    desk: Desk, options: tuple[str, ...]
) -> None:
    quiet = [marked(second, f"100.{second % 90 + 10}", "100.5") for second in range(2, 2800, 7)]
    story = desk.run(
        [*long_from(100), *quiet, mid_at(2799, "100.5"), mid_at(2801, "100.5")], HOURLY, PATIENT, options=options
    )

    assert story.forced == ["2800 funding 0.50075 at 0.005 of 100.15"]


def test_a_quotes_csv_tells_funding_of_its_own_and_no_constant_rate_counts_beside_it(desk: Desk) -> None:
    """Both signs, each at its moment; the newest rate before the moment counts."""
    told = {1: ("0.002", 100), 2: ("0.005", 100), 200: ("-0.001", 300)}
    lines = ["timestamp,bid_price,bid_size,ask_price,ask_size,mark_price,funding_rate,funding_time"]
    for second, bid in ((0, 110), (1, 99.99), (2, 99.99), (200, 99.99), (3000, 99.99)):
        rate, due_s = told.get(second, ("", 0))
        due = START_S + due_s if rate else ""
        lines.append(f"{START_S + second},{bid},9,{bid + 0.01},9,100,{rate},{due}")
    path = desk.folder / "funding.csv"
    path.write_text("\n".join(lines) + "\n")
    desk.write(HOURLY, PATIENT, {"bid_spread": 1})

    story = desk.go("--feed", path)

    assert story.fills[0] == "1 buy 1 @ 108.9 maker quote"
    assert story.forced == ["100 funding 0.5 at 0.005 of 100", "300 funding -0.1 at -0.001 of 100"]
