"""Findings as lines for people, JSON for programs and annotations for GitHub."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from perpfsm.config.examine import Report, examine
from perpfsm.config.render import (
    Line,
    Look,
    finding_fields,
    finding_lines,
    proof_lines,
    summary_line,
    to_github,
    to_json,
)
from perpfsm.config.table import parameter_table
from perpfsm.errors import Finding, Place, Severity
from perpfsm.proof.flaw import Claim, Verdict
from perpfsm.proof.prove import Proof

Write = Callable[..., Path]

ERROR = Finding("unknown-parameter", Severity.ERROR, Place("a.yaml", 7, 3), "x is wrong.", "Did you mean y?", "  x: 1")
WARNING = Finding("no-stop", Severity.WARNING, Place("a.yaml"), "There is no stop.")


def test_an_error_is_shown_with_its_line_a_caret_and_the_remedy() -> None:
    assert [*finding_lines(ERROR)] == [
        Line(Look.ERROR, "a.yaml:7:3: error[unknown-parameter]: x is wrong."),
        Line(Look.SOURCE, "  7 |   x: 1"),
        Line(Look.SOURCE, "    |   ^"),
        Line(Look.REMEDY, "  Did you mean y?"),
    ]


def test_a_warning_about_the_whole_file_is_one_line() -> None:
    assert [*finding_lines(WARNING)] == [Line(Look.WARNING, "a.yaml: warning[no-stop]: There is no stop.")]


@pytest.mark.parametrize("column", [1, 60, 61, 150, 250, 300])
def test_the_caret_stands_below_its_letter_on_a_long_line_too(column: int) -> None:
    line = "".join(chr(0x4E00 + index) for index in range(300))
    finding = Finding("x", Severity.ERROR, Place("a.yaml", 12, column), "x.", source=line)

    _, source, caret = (line.text for line in finding_lines(finding))

    assert source[caret.index("^")] == line[column - 1]
    assert len(source) <= 130


def test_the_caret_stands_below_its_letter_after_tabs() -> None:
    finding = Finding("x", Severity.ERROR, Place("a.yaml", 1, 3), "x.", source="\ta: 1")

    assert [line.text for line in finding_lines(finding)][1:] == ["  1 | \ta: 1", "    | \t ^"]


@pytest.mark.parametrize(
    ("findings", "strict", "line"),
    [
        ((), True, Line(Look.VALID, "a.yaml: valid strategy file")),
        ((WARNING,), False, Line(Look.VALID, "a.yaml: valid strategy file, 1 warning")),
        ((WARNING,), True, Line(Look.INVALID, "a.yaml: valid strategy file, 1 warning")),
        ((ERROR, ERROR, WARNING), False, Line(Look.INVALID, "a.yaml: not valid, 2 errors, 1 warning")),
    ],
)
def test_the_verdict_counts(findings: tuple[Finding, ...], strict: bool, line: Line) -> None:
    assert summary_line(Report("a.yaml", "strategy", findings), strict=strict) == line


def test_json_carries_every_part_of_a_finding() -> None:
    assert json.loads(to_json([Report("a.yaml", "strategy", (ERROR,))])) == {
        "files": [
            {
                "path": "a.yaml",
                "kind": "strategy",
                "valid": False,
                "findings": [
                    {
                        "code": "unknown-parameter",
                        "severity": "error",
                        "path": "a.yaml",
                        "line": 7,
                        "column": 3,
                        "what": "x is wrong.",
                        "remedy": "Did you mean y?",
                    }
                ],
                "waived": [],
                "proof": None,
            }
        ]
    }


def test_github_annotates_the_line_and_nothing_breaks_out_of_it() -> None:
    odd = Finding("x", Severity.WARNING, Place("a,b:c.yaml"), "100 %\n::error::")

    assert to_github(ERROR) == ("::error file=a.yaml,line=7,col=3,title=unknown-parameter::x is wrong. Did you mean y?")
    assert to_github(odd) == "::warning file=a%2Cb%3Ac.yaml,title=x::100 %25%0A::error::"


def test_a_report_knows_what_was_read(write: Write) -> None:
    strategy, machine, nothing = examine(write()), examine(write("states: 1\n", name="m.yaml")), examine(Path("none"))

    assert [(report.kind, report.is_valid) for report in (strategy, machine, nothing)] == [
        ("strategy", True),
        ("machine", False),
        ("unknown", False),
    ]


def table(write: Write, text: str) -> dict[str, str]:
    strategy = examine(write(text)).strategy
    assert strategy is not None
    return {line.split()[0]: " ".join(line.split()[1:]) for line in parameter_table(strategy)}


def test_the_table_shows_units_defaults_and_the_price_beside_the_percentage(write: Write, good: str) -> None:
    rows = table(write, good.replace("bid_spread: 0.02", "bid_spread: 0.01") + "paper: {instrument: {tick: 0.5}}\n")

    shown = ("bid_spread", "minimum_spread", "order_amount", "filled_order_delay", "leverage", "paper.instrument.tick")
    assert [rows[name] for name in shown] == [
        "0.01 % of 60,000 = 6.00",
        "off default",
        "0.01 BTC",
        "60 s default",
        "10 x",
        "0.5 USDT",
    ]
    assert "ts_callback_rate" not in rows
    assert "paper.instrument.step" not in rows
    assert "risk.max_loss" not in rows


def test_the_table_knows_no_price_for_a_recording(write: Write, good: str) -> None:
    assert table(write, good + "paper: {feed: {file: quotes.csv}}\n")["bid_spread"] == "0.02 %"


def test_the_way_to_a_finding_is_shown_below_its_caret_and_kept_by_every_format() -> None:
    traced = replace(ERROR, trace=("1. market", "2. a quote fills"))

    assert [line.text for line in finding_lines(traced)][3:5] == ["    1. market", "    2. a quote fills"]
    assert finding_fields(traced)["trace"] == ["1. market", "2. a quote fills"]
    assert to_github(traced).endswith("::x is wrong. Did you mean y?%0A1. market%0A2. a quote fills")


CLAIMS = (
    Claim("can-close", "It closes.", Verdict.PROVED),
    Claim("stop-first", "The stop comes first.", Verdict.REFUTED),
    Claim("exits-fit", "Exits fit.", Verdict.NOT_ASKED),
)


def test_a_proof_is_a_line_for_each_claim() -> None:
    report = Report("a.yaml", "machine", (), proof=Proof(CLAIMS, (), 1, 7))

    assert [*proof_lines(report)] == [
        Line(Look.TABLE, "  proved 1 of 2 claims in 1 situation"),
        Line(Look.MUTED, "    proved     can-close   It closes."),
        Line(Look.ERROR, "    refuted    stop-first  The stop comes first."),
        Line(Look.MUTED, "    not asked  exits-fit   Exits fit."),
    ]
    assert [*proof_lines(Report("a.yaml", "machine", ()))] == []


def test_json_carries_the_claims_and_never_a_time() -> None:
    (file,) = json.loads(to_json([Report("a.yaml", "machine", (), proof=Proof(CLAIMS[:1], (), 1, 7))]))["files"]

    assert file["proof"] == {
        "situations": 1,
        "steps": 7,
        "claims": [{"name": "can-close", "says": "It closes.", "verdict": "proved"}],
    }
