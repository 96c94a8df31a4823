"""`perpfsm validate`: what is wrong with strategy, machine and scenario files, all at once, and what they set."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from perpfsm.cli.errors import errors_told

if TYPE_CHECKING:
    from perpfsm.config.examine import Report
    from perpfsm.config.render import Line

EPILOG = "Example: perpfsm validate strategies/*.yaml --strict"

STYLES = {
    "error": "bold red",
    "warning": "yellow",
    "source": "dim",
    "trace": "default",
    "remedy": "cyan",
    "valid": "bold green",
    "invalid": "bold red",
}


class Format(StrEnum):
    """Who reads the answer: a person, a program, or a code review."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def validate(
    files: Annotated[list[Path], typer.Argument(help="Strategy, machine or scenario files.", metavar="FILE…")],
    output: Annotated[
        Format, typer.Option("--format", help="For a person, a program, or a code review.")
    ] = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are errors.")] = False,
    prove: Annotated[
        bool, typer.Option("--prove/--no-prove", help="Prove that the lifecycle strands no position.")
    ] = True,
    save_counterexamples: Annotated[
        Path | None,
        typer.Option(
            help="Keep what refutes a strategy's lifecycle as feeds to run.", metavar="DIR", show_default=False
        ),
    ] = None,
) -> None:
    """Check strategy, machine and scenario files: shape, names, units, and how the parameters fit together.

    Lifecycles are put to the proof: that no position is stranded and no stop delayed, whatever the market and the
    exchange do.

    Exits with 0 when every file is valid, with 1 when one is not.
    """
    with errors_told():
        raise typer.Exit(validate_files(files, output, strict=strict, proves=prove, folder=save_counterexamples))


def validate_files(
    files: Iterable[Path], output: Format, *, strict: bool, proves: bool = True, folder: Path | None = None
) -> int:
    """Print what is to say about each file, and return the exit status: 0 valid, 1 not.

    Args:
        files: Strategy, machine or scenario files.
        output: The form of the answer.
        strict: Whether warnings count as errors.
        proves: Whether lifecycles are put to the proof.
        folder: Where counterexamples are kept as feeds; None keeps none.
    """
    from perpfsm.config.examine import examine
    from perpfsm.config.render import to_github, to_json

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter shows its code instead
    started_s = perf_counter()
    reports = [examine(path, proves=proves) for path in files]
    took_s = perf_counter() - started_s
    saved = [_saved(report, folder) for report in reports]
    match output:
        case Format.JSON:
            print(to_json(reports))
        case Format.GITHUB:
            for report in reports:
                for finding in report.findings:
                    print(to_github(finding))
        case Format.TEXT:
            print_lines(
                [
                    line
                    for report, kept in zip(reports, saved, strict=True)
                    for line in (*_lines(report, strict=strict), *kept)
                ]
            )
            if sys.stdout.isatty():  # a pipe gets the same text each time
                print(f"took {took_s:.2f} s")
    return int(any(not report.is_valid or (strict and report.findings) for report in reports))


def _saved(report: "Report", folder: Path | None) -> "list[Line]":
    """Keep the counterexamples, and return the lines about them."""
    if folder is None:
        return []
    from perpfsm.cli.counterexamples import save_counterexamples as save

    return [*save(report, folder)]


def _lines(report: "Report", *, strict: bool) -> "Iterable[Line]":
    """Yield everything about one file, its verdict after its findings."""
    from perpfsm.config.render import Line, Look, finding_lines, proof_lines, summary_line
    from perpfsm.config.table import parameter_table
    from perpfsm.config.wording import plain

    for finding in report.findings:
        yield from finding_lines(finding)
    yield summary_line(report, strict=strict)
    if report.strategy is not None:
        for waived in report.waived:
            yield Line(Look.MUTED, f"  waived {waived.code}: {waived.reason}")
        machine = report.strategy.machine
        yield Line(Look.TABLE, f"  lifecycle {machine.name}: {len(machine.states)} states, {len(machine.rows)} rows")
        yield from proof_lines(report)
        for text in parameter_table(report.strategy):
            yield Line(Look.MUTED if text.endswith("default") else Look.TABLE, text)
    if report.machine is not None:
        sizes = (report.machine.states, report.machine.guards, report.machine.rows)
        states, guards, rows = map(len, sizes)
        yield Line(Look.TABLE, f"  {report.machine.name}: {states} states, {guards} guards, {rows} rows")
        yield from proof_lines(report)
    if report.scenario is not None:
        phases = report.scenario.phases
        seconds = plain(sum(phase.for_s for phase in phases))
        yield Line(Look.TABLE, f"  {report.scenario.name}: phases {len(phases)}, {seconds} s")


def print_lines(lines: "list[Line]") -> None:
    """Print lines, in colour where a person looks."""
    if not sys.stdout.isatty():
        for line in lines:
            print(line.text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console()
    for line in lines:
        console.print(Text(line.text, STYLES.get(line.look, "")), soft_wrap=True)
