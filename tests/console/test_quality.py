"""The summary in market-making terms, as a person reads it."""

from dataclasses import replace
from decimal import Decimal

from perpfsm.console.summary import Reading, SummaryView
from perpfsm.runtime.quality import (
    NOTHING_YET,
    Executions,
    Inventory,
    Markout,
    Quality,
    QuoteFills,
    StopSlippage,
)
from tests.console.values import HEADER, SUMMARY, pipe, text

D = Decimal


def marked(*bps: tuple[str, str]) -> tuple[Markout, ...]:
    horizons = zip((1, 5, 30), bps, strict=True)
    return tuple(Markout(horizon, 3, D(1), D(1), D(gained), D(adverse)) for horizon, (gained, adverse) in horizons)


QUALITY = Quality(
    Executions(3, D(1800), D("0.5"), D("1.1736"), marked(("-1.0768", "2.2504"), ("0.4417", "0.7319"), ("1", "0.1"))),
    Executions(1, D(600), D("-0.1"), D("-0.0611"), (Markout(1), Markout(5), Markout(30))),
    QuoteFills(1200, 3, D("0.25"), D(12), D("0.03"), 2),
    Inventory(450 * 10**9, D("45.04"), D("0.00512")),
    (
        StopSlippage("stop_loss", 2, D("0.5"), D("0.5049"), D("1.25"), D("1.2531")),
        StopSlippage("trailing_stop", 1, D(0), D("-0.2")),
    ),
)


def shown(quality: Quality, *, fill_model: str = "queue", lacks: str = "") -> list[str]:
    """Return the section's lines, and none when there is no such section."""
    summary = replace(SUMMARY, quality=quality, fill_model=fill_model)
    view = SummaryView(summary, HEADER, Reading(1, 0, 0, lacks=lacks))
    lines = [line.rstrip() for line in text(view, pipe()).splitlines()]
    start = next((number for number, line in enumerate(lines) if line.startswith("Market making")), len(lines))
    return lines[start : lines.index("Time in each state") - 1] if start < len(lines) else []


def test_a_run_in_market_making_terms() -> None:
    assert shown(QUALITY, lacks="no depth, no mark price") == [
        "Market making, fills by queue",
        "-----------------------------",
        "bps                 share   spread  after 1 s  after 5 s  after 30 s",
        "maker              75.0 %    +1.17      -1.08      +0.44       +1.00",
        "taker              25.0 %    -0.06          -          -           -",
        "adverse                                 +2.25      +0.73       +0.10",
        "USDT a maker fill          +0.1667    +1.0000    +1.0000     +1.0000",
        "",
        "quotes filled     3 of 1,200, 0.2 %",
        "exposed           45.0 % of the time, 0.005 BTC on average",
        "stop_loss, 2      slipped 0.50 bps from the trigger, 1.25 beyond the stop",
        "trailing_stop, 1  slipped -0.20 bps from the trigger",
        "races             2 orders filled after the cancel had left",
        "the feed has      no depth, no mark price",
    ]


def test_quotes_without_a_fill_have_nothing_to_divide() -> None:
    assert shown(replace(NOTHING_YET, quotes=QuoteFills(2, 0, D(0))), fill_model="") == [
        "Market making",
        "-------------",
        "bps                share  spread  after 1 s  after 5 s  after 30 s",
        "maker                  -       -          -          -           -",
        "taker                  -       -          -          -           -",
        "adverse                                   -          -           -",
        "USDT a maker fill              -          -          -           -",
        "",
        "quotes filled  0 of 2, 0.0 %",
        "exposed        0.0 % of the time, 0.000 BTC on average",
    ]
    held = replace(NOTHING_YET, inventory=Inventory(1, D(100), D("0.01")))
    assert "quotes filled  0 of 0" in shown(held)


def test_a_run_that_did_nothing_has_no_such_section() -> None:
    assert shown(NOTHING_YET) == []


def test_what_a_feed_remarks_is_worth_a_look() -> None:
    reading = Reading(1, 0, 0, remarks=("Bars hold four prices each.",))
    assert "! Bars hold four prices each." in text(SummaryView(SUMMARY, HEADER, reading), pipe())
