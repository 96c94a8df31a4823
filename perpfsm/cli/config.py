"""The config commands: look at and change the live parameters of a running bot."""

import json as json_
from pathlib import Path
from typing import Annotated

import typer

from perpfsm.cli.errors import errors_told

WHEN_WIDTH = len("2024-01-01 00:00:00,")
WIDTH_MAX = 1_000

app = typer.Typer(
    name="config",
    help="Look at and change the live parameters of a running bot: spreads, amount, levels, delay after a fill.",
    epilog="Saving the strategy file does the same as `set`, and lasts. Only a bot at a pace listens, not --speed max.",
    no_args_is_help=True,
)

StrategyPath = Annotated[
    Path | None,
    typer.Option("--strategy", help="The bot's strategy file; needed when several bots run.", show_default=False),
]
JournalPath = Annotated[
    Path | None,
    typer.Option("--journal", help="The bot's journal; needed when several run one file.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list", epilog="Example: perpfsm config list --strategy mine.yaml")
@errors_told()
def list_(
    strategy: StrategyPath = None,
    journal: JournalPath = None,
    everything: Annotated[bool, typer.Option("--all", help="Parameters that are not live, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the live parameters: value, what is pending, default, unit, when they last changed, and by whom."""
    _show([row for row in _parameters(strategy, journal) if everything or row["live"]], as_json=as_json)


@app.command(epilog="Example: perpfsm config get bid_spread --journal mine.journal")
@errors_told()
def get(
    name: Annotated[str, typer.Argument(help="A parameter.", metavar="NAME", show_default=False)],
    strategy: StrategyPath = None,
    journal: JournalPath = None,
    as_json: AsJson = False,
) -> None:
    """Show one parameter of a running bot, also one that is not live."""
    from perpfsm.config.live import check_known

    check_known(name)
    _show([row for row in _parameters(strategy, journal) if row["name"] == name], as_json=as_json)


@app.command("set", epilog="Example: perpfsm config set bid_spread=0.03 ask_spread=0.04 --journal mine.journal")
@errors_told()
def set_(
    settings: Annotated[list[str], typer.Argument(help="Live parameters, all of them or none.", metavar="NAME=VALUE…")],
    strategy: StrategyPath = None,
    journal: JournalPath = None,
    as_json: AsJson = False,
) -> None:
    """Change live parameters at the bot's next refresh; until it ends, or its file is saved with other content."""
    from perpfsm.config.live import check_live
    from perpfsm.runtime.control.client import ask

    pairs = _pairs(settings)
    check_live(pairs)
    result = ask(_address(strategy, journal), "config.set", pairs)
    changes = result["changes"]
    if as_json:
        typer.echo(json_.dumps(result))
    elif isinstance(changes, dict) and changes:
        for name, (before, after) in changes.items():
            typer.echo(f"{name}: {before} → {after}")
        typer.echo("In force; each leg quotes by it from its next refresh. The strategy file is as it was.")
    else:
        typer.echo("Nothing to change: these are the values in force.")


def _pairs(texts: list[str]) -> dict[str, str]:
    """Return `name=value` texts as a mapping, each name once."""
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise typer.BadParameter(f"{text!r} is not of the form name=value.")
        if name in pairs:
            raise typer.BadParameter(f"{name} is given twice.")
        pairs[name] = value
    return pairs


def _parameters(strategy: Path | None, journal: Path | None) -> list[dict[str, object]]:
    from perpfsm.runtime.control.client import ask

    rows = ask(_address(strategy, journal), "config.list")["parameters"]
    return rows if isinstance(rows, list) else []


def _address(strategy: Path | None, journal: Path | None) -> Path:
    """Return the control socket of the bot that is meant: by its journal, by its file, or because there is one."""
    from perpfsm.runtime.control.client import bot_of_journal, bot_of_strategy, only_bot

    if journal is not None:
        return bot_of_journal(journal)
    if strategy is None:
        return only_bot()
    return bot_of_strategy(strategy)


def _show(rows: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json_.dumps({"parameters": rows}))
        return
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table

    from perpfsm.audit.words import moment

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("parameter", "value", "pending", "default", "unit", "live"):
        table.add_column(title, no_wrap=True)
    table.add_column("last changed (UTC)", min_width=WHEN_WIDTH)
    for row in rows:
        waiting = row["waiting"]
        legs = [str(leg) for leg in waiting if leg != "BOTH"] if isinstance(waiting, list) else []
        pending = "" if row["pending"] is None else " ".join((str(row["pending"]), *legs))
        when = row["changed_ns"]
        changed = f"{moment(when)[:19]}, {row['changed_by']}" if isinstance(when, int) else ""
        default = "" if row["default"] is None else str(row["default"])
        is_live = "yes" if row["live"] else "no"
        unit = "" if row["unit"] == "none" else str(row["unit"])
        table.add_row(str(row["name"]), str(row["value"]), pending, default, unit, is_live, changed)
    console = Console(highlight=False, markup=False, emoji=False)
    # A name that is broken apart cannot be found again: what does not fit is the terminal's to wrap.
    whole = Measurement.get(console, console.options.update(width=WIDTH_MAX), table).minimum
    console.width = max(console.width, whole)
    console.print(table)
