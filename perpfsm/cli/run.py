"""`perpfsm run`: a strategy on a paper exchange, at full speed or paced, with its journal."""

from math import isnan
from pathlib import Path
from typing import Annotated

import typer

from perpfsm.cli.comparison_options import ComparisonFormat, comparison_of
from perpfsm.cli.errors import errors_told

EPILOG = "Example: perpfsm run strategies/one_way_profit_taking.yaml --feed recording.gz --speed max"
SECOND_NS = 1_000_000_000
SECONDS_MAX = 1_000_000_000
SPEED_MAX = 1_000_000_000


def _pairs(texts: list[str]) -> dict[str, str]:
    """Return `name=value` texts as a mapping."""
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"{text!r} is not of the form name=value.", param_hint="--set")
        pairs[name.strip()] = value.strip()
    return pairs


def _speed(text: str) -> str:
    """Return the text of a speed that is one."""
    if text in {"max", "realtime"}:
        return text
    try:
        factor = float(text.removesuffix("x"))
    except ValueError:
        factor = 0.0
    if not 0 < factor <= SPEED_MAX:
        raise typer.BadParameter(f"{text!r} is neither max nor realtime nor a positive number such as 10.")
    return text


def _reason(text: str | None) -> str | None:
    """Return a reason that says something."""
    if text is not None and not text.strip():
        raise typer.BadParameter("A reason is needed; it goes into the journal.")
    return text


def _duration(seconds: float | None) -> float | None:
    """Return a duration that is a number; its range does not catch NaN."""
    if seconds is not None and isnan(seconds):
        raise typer.BadParameter("A duration is a number of seconds.")
    return seconds


Strategy = Annotated[Path, typer.Argument(help="The strategy file.", metavar="STRATEGY", show_default=False)]
FeedName = Annotated[
    str | None,
    typer.Option(
        help="A file or folder, `synthetic`, or a scenario: `synthetic:flash_crash`; else the strategy's own.",
        metavar="PATH",
        show_default=False,
    ),
]
Speed = Annotated[str, typer.Option(help="max, realtime, or a factor such as 10.", callback=_speed)]
Duration = Annotated[
    float | None,
    typer.Option(
        help="End after this many seconds of market time.",
        min=0.001,
        max=SECONDS_MAX,
        callback=_duration,
        show_default=False,
    ),
]
JournalPath = Annotated[
    Path | None,
    typer.Option(help="Journal to write or continue; else STRATEGY's name with .journal.", show_default=False),
]
LiveView = Annotated[
    bool | None,
    typer.Option("--console/--no-console", help="Show the live view; else only in a terminal.", show_default=False),
]
Seed = Annotated[int | None, typer.Option(help="Seed of the synthetic market.", show_default=False)]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="Set a parameter for this run: name=value.", metavar="NAME=VALUE", show_default=False),
]
Bands = Annotated[
    bool, typer.Option("--bands/--no-bands", help="Pass over quotes on which nothing can happen; same journal.")
]
RecordPath = Annotated[
    Path | None, typer.Option(help="Keep what the engine is given, as a recording.", show_default=False)
]
Resume = Annotated[
    str | None,
    typer.Option(
        help="Why to go on after a halt; without it a halted bot opens nothing.",
        metavar="REASON",
        show_default=False,
        callback=_reason,
    ),
]
SkipBadLines = Annotated[
    bool, typer.Option("--skip-bad-lines", help="Count lines of the feed that cannot be read, and go on.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
Prove = Annotated[bool, typer.Option("--prove/--no-prove", help="Refuse a lifecycle that can strand a position.")]
CompareFills = Annotated[
    bool, typer.Option("--compare-fills", help="Run again under each fill model that the feed supports.")
]
Latencies = Annotated[
    str | None,
    typer.Option(
        help="With --compare-fills: these latencies of every path, in ms, such as 0,10,100.",
        metavar="MS,…",
        show_default=False,
    ),
]
Output = Annotated[
    ComparisonFormat,
    typer.Option("--format", help="Of the comparison; markdown and csv stand alone, without a run of their own."),
]


@errors_told()
def run(
    strategy: Strategy,
    *,
    feed: FeedName = None,
    speed: Speed = "max",
    duration: Duration = None,
    journal: JournalPath = None,
    console: LiveView = None,
    seed: Seed = None,
    changes: Changes = None,
    bands: Bands = True,
    record: RecordPath = None,
    resume: Resume = None,
    skip_bad_lines: SkipBadLines = False,
    as_json: AsJson = False,
    prove: Prove = True,
    compare_fills: CompareFills = False,
    latencies: Latencies = None,
    output: Output = ComparisonFormat.TEXT,
) -> None:
    """Run a strategy on the paper exchange, and journal everything that it does.

    Interrupt it once to stop in good order, twice to end at once. At a pace, saving the file or `perpfsm config set`
    changes its live parameters; at --speed max nothing changes on the way.
    """
    from perpfsm.cli.run_options import RunOptions
    from perpfsm.cli.running import run_strategy

    comparison = comparison_of(
        is_wanted=compare_fills, latencies=latencies, output=output, is_paced=speed != "max", as_json=as_json
    )
    options = RunOptions(
        strategy,
        feed=feed,
        speed=speed,
        duration_ns=None if duration is None else int(duration * SECOND_NS),
        journal=journal or Path(f"{strategy.stem}.journal"),
        console=console,
        seed=seed,
        changes=_pairs(changes or []),
        use_bands=bands,
        record=record,
        resume=resume,
        skip_bad_lines=skip_bad_lines,
        as_json=as_json,
        proves=prove,
        comparison=comparison,
    )
    raise typer.Exit(run_strategy(options))
