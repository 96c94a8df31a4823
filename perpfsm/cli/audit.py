"""The audit commands: show, explain, verify and export a journal."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from perpfsm.audit.explain import explain as explained
from perpfsm.audit.export import Format, json_line
from perpfsm.audit.export import export as exported
from perpfsm.audit.show import Line, Wanted, entries_wanted, line_of
from perpfsm.audit.verify import Verdict, parse_anchor
from perpfsm.audit.verify import verify as verified
from perpfsm.audit.words import moment_ns
from perpfsm.cli.errors import EXIT_ERROR, errors_told
from perpfsm.errors import PerpfsmError
from perpfsm.journal.canonical import Kind, to_json
from perpfsm.journal.store import Head

LINES = 100

app = typer.Typer(
    name="audit", help="Read, prove and export the journal of a bot, also while it runs.", no_args_is_help=True
)


def _moment(text: str) -> int:
    try:
        return moment_ns(text)
    except PerpfsmError as error:
        raise typer.BadParameter(str(error)) from error


def _anchor(text: str) -> Head:
    try:
        return parse_anchor(text)
    except PerpfsmError as error:
        raise typer.BadParameter(str(error)) from error


JournalPath = Annotated[Path, typer.Argument(metavar="JOURNAL", help="The journal's file.", show_default=False)]
Kinds = Annotated[
    list[Kind] | None, typer.Option("--kind", help="Only this kind of entry; may be given again.", show_default=False)
]


@app.command(epilog="Example: perpfsm audit show bot.journal --kind closing --reason stop_loss --limit 20")
@errors_told()
def show(
    journal: JournalPath,
    *,
    leg: Annotated[str | None, typer.Option(help="Only this leg: BOTH, LONG or SHORT.", show_default=False)] = None,
    state: Annotated[
        str | None, typer.Option(help="Only transitions from, to or within this state.", show_default=False)
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Only entries with this exit reason, such as stop_loss.", show_default=False)
    ] = None,
    kind: Kinds = None,
    since: Annotated[
        int | None,
        typer.Option(
            parser=_moment, metavar="TIME", help="Not before this moment: ISO 8601 (UTC) or ns.", show_default=False
        ),
    ] = None,
    until: Annotated[
        int | None,
        typer.Option(
            parser=_moment, metavar="TIME", help="Before this moment: ISO 8601 (UTC) or ns.", show_default=False
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0, help=f"The last N that match; 0 is all. {LINES} for the table, all for --json.", show_default=False
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="JSON lines with every column.")] = False,
) -> None:
    """Show entries as a table, or as JSON lines."""
    count = limit if limit is not None else 0 if json else LINES
    kinds = tuple(one.value for one in kind or ())
    wanted = Wanted(leg and leg.upper(), state, reason, kinds, since, until, count)
    entries = entries_wanted(journal, wanted)
    if json:
        sys.stdout.writelines(json_line(entry) for entry in entries)
    else:
        lines = [line_of(entry) for entry in entries]
        _print_table(lines, caption=_caption(wanted, len(lines), is_cut=limit is None and len(lines) == count))


@app.command(epilog="Example: perpfsm audit explain bot.journal 42")
@errors_told()
def explain(
    journal: JournalPath,
    entry: Annotated[
        int, typer.Argument(metavar="ENTRY", min=1, max=2**63 - 1, help="The entry's number.", show_default=False)
    ],
) -> None:
    """Explain one entry in words: what was seen, which guards held, what was passed over, what was done."""
    typer.echo(explained(journal, entry), nl=False)


@app.command(epilog="Example: perpfsm audit verify bot.journal --anchor 1200:9f2c…")
@errors_told()
def verify(
    journal: JournalPath,
    anchor: Annotated[
        Head | None,
        typer.Option(
            parser=_anchor, metavar="SEQ:HASH", help="An entry noted elsewhere that must be in it.", show_default=False
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The verdict as one JSON object.")] = False,
) -> None:
    """Walk the whole journal and name the first entry that is not as it was written."""
    verdict = verified(journal, anchor)
    if json:
        typer.echo(_verdict_json(verdict))
    else:
        typer.echo(_verdict(journal, verdict, anchor), err=verdict.broken is not None)
    if verdict.broken is not None:
        raise typer.Exit(EXIT_ERROR)


@app.command(epilog="Example: perpfsm audit export bot.journal --format csv --kind fill --output fills.csv")
@errors_told()
def export(
    journal: JournalPath,
    form: Annotated[Format, typer.Option("--format", help="JSON lines, or CSV.")] = Format.JSONL,
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="Leave out epoch, stamps and hashes, so that two runs compare.")
    ] = False,
    kind: Kinds = None,
    output: Annotated[
        Path | None, typer.Option(help="Write to this file; what is there is replaced.", show_default="standard output")
    ] = None,
) -> None:
    """Write entries as JSON lines or CSV."""
    kinds = tuple(one.value for one in kind or ())
    lines = exported(journal, form, deterministic=deterministic, kinds=kinds)
    if output is None:
        sys.stdout.writelines(lines)
    else:
        _write(output, lines, journal)


def _write(output: Path, lines: Iterable[str], journal: Path) -> None:
    if output.exists() and journal.exists() and output.samefile(journal):
        raise PerpfsmError("This is the journal itself.", where=str(output), remedy="Name another file with --output.")
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    except OSError as error:
        raise PerpfsmError(
            f"The export cannot be written: {error.strerror}.",
            where=str(output),
            remedy="Name another file with --output.",
        ) from error


def _verdict(journal: Path, verdict: Verdict, anchor: Head | None) -> str:
    if verdict.broken is not None:
        entry = f"entry {verdict.broken.seq}" if verdict.broken.seq else "the file"
        before = f" The {verdict.entries:,} before it are sound." if verdict.broken.seq > 1 else ""
        return (
            f"{journal}: {entry} is broken. {verdict.broken.what}{before} Keep a copy before you do anything with it."
        )
    if not verdict.entries:
        return f"{journal}: no entries yet."
    end = "ended in an orderly way" if verdict.has_ended else "has no end: it runs still, or was interrupted"
    held = (
        "The anchor holds." if anchor else "Without an anchor from outside nobody can tell whether a tail was cut off."
    )
    runs = "1 run" if verdict.runs == 1 else f"{verdict.runs} runs"
    return (
        f"{journal}: sound. {verdict.entries:,} entries, {runs}; the last one {end}.\n"
        f"{held} Keep this one elsewhere:\n{verdict.head}"
    )


def _verdict_json(verdict: Verdict) -> str:
    broken = verdict.broken
    return to_json(
        {
            "entries": verdict.entries,
            "runs": verdict.runs,
            "head": str(verdict.head),
            "has_ended": verdict.has_ended,
            "broken": None if broken is None else {"seq": broken.seq, "what": broken.what},
        }
    ).decode()


def _caption(wanted: Wanted, count: int, *, is_cut: bool) -> str:
    """Return what stands below the table: that there is more, or why there is nothing."""
    if is_cut:
        return f"The last {count}; --limit 0 shows all."
    if count:
        return ""
    from perpfsm.config.wording import did_you_mean, shown
    from perpfsm.machine.definition import REASONS
    from perpfsm.market.side import LegName

    asked = (("leg", wanted.leg, tuple(LegName)), ("exit reason", wanted.reason, REASONS))
    slips = (
        f" {shown(name)} is no {what}. {did_you_mean(name, known)}"
        for what, name, known in asked
        if name is not None and name not in known
    )
    return "".join(("Nothing matches.", *slips))


def _print_table(lines: list[Line], *, caption: str) -> None:
    from rich.console import Console
    from rich.table import Table

    with_leg = {line.leg for line in lines} - {"", "BOTH"}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("seq", justify="right", no_wrap=True)
    table.add_column("UTC", no_wrap=True)
    if with_leg:
        table.add_column("leg", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    table.add_column("what happened", overflow="fold")
    day = ""
    for line in lines:
        if line.day != day:
            day = line.day
            table.add_row("", day)
        leg = (line.leg,) if with_leg else ()
        table.add_row(str(line.seq), line.time, *leg, line.kind, line.summary)
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(table)
    if caption:
        console.print(caption, style="italic")
