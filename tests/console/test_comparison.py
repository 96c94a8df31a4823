"""A comparison as a person, a page and a program read it."""

from decimal import Decimal

from perpfsm.console.comparison import comparison_section, to_csv, to_markdown
from perpfsm.console.look import PLAIN
from perpfsm.runtime.comparison import Compared
from perpfsm.runtime.quality import Executions, Markout, QuoteFills
from tests.console.values import BTC, pipe, text

D = Decimal
MARKED = (
    Markout(1, 16, D("-1.063"), D("-0.07"), D("-1.0768"), D("2.2504")),
    Markout(5, 16, D("-0.436"), D("-0.03"), D("-0.4417"), D("1.6153")),
    Markout(30),
)


def row(model: str, net: str, *, latency: str | None = None, is_used: bool = False) -> Compared:
    maker = Executions(16, D(9871), D("1.16"), D("1.1736"), MARKED)
    quotes = QuoteFills(1096, 10, D("0.9"), D("0.96"), D("0.1"))
    return Compared(model, None if latency is None else D(latency), is_used, quotes, 20, D(net), D("2.8997"), maker)


OWN = [row("touch", "-3.4117"), row("queue", "1.25", is_used=True)]
LATE = [row("touch", "-3.4117", latency="0"), row("touch", "-4", latency="2.5")]


def shown(rows: list[Compared]) -> list[str]:
    return [line.rstrip() for line in text(comparison_section(rows, BTC, PLAIN), pipe()).splitlines()]


def test_a_person_reads_a_range_and_which_of_it_is_the_runs_own() -> None:
    assert shown(OWN) == [
        "model    filled      net     fees    1 s    5 s  30 s  adverse",
        "touch        10  -3.4117  -2.8997  -1.08  -0.44     -    +1.62",
        "queue *      10  +1.2500  -2.8997  -1.08  -0.44     -    +1.62",
        "",
        "net between -3.4117 and +1.2500 USDT; this run used queue",
        "each from a fresh start; filled: quotes; then markouts of resting orders and,",
        "after 5 s, adverse selection, bps",
    ]


def test_latencies_have_a_column_where_they_were_asked_for() -> None:
    assert shown(LATE)[:5] == [
        "model  latency  filled      net     fees    1 s    5 s  30 s  adverse",
        "touch     0 ms      10  -3.4117  -2.8997  -1.08  -0.44     -    +1.62",
        "touch   2.5 ms      10  -4.0000  -2.8997  -1.08  -0.44     -    +1.62",
        "",
        "net between -4.0000 and -3.4117 USDT",
    ]


def test_a_page_has_a_table_with_the_used_model_in_bold() -> None:
    columns = "fill model | latency | quotes filled | fills | net, USDT | fees, USDT"
    after = "markout 1 s | markout 5 s | markout 30 s | adverse 1 s | adverse 5 s | adverse 30 s"
    assert to_markdown([LATE[1], OWN[1]], BTC).splitlines() == [
        f"| {columns} | {after} |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| touch | 2.5 ms | 10 of 1,096 | 20 | -4.0000 | 2.8997 | -1.08 | -0.44 | - | +2.25 | +1.62 | - |",
        "| **queue** | its own | 10 of 1,096 | 20 | +1.2500 | 2.8997 | -1.08 | -0.44 | - | +2.25 | +1.62 | - |",
    ]


def test_a_program_has_every_number_whole() -> None:
    columns = "fill_model,latency_ms,used,quotes,filled,fills,net,fees,spread_bps"
    after = "markout_1s_bps,markout_5s_bps,markout_30s_bps,adverse_1s_bps,adverse_5s_bps,adverse_30s_bps"
    assert to_csv([LATE[1], OWN[1]]).splitlines() == [
        f"{columns},{after}",
        "touch,2.5,no,1096,10,20,-4,2.8997,1.1736,-1.0768,-0.4417,,2.2504,1.6153,",
        "queue,,yes,1096,10,20,1.25,2.8997,1.1736,-1.0768,-0.4417,,2.2504,1.6153,",
    ]
