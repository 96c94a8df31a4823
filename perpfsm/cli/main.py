"""The command line: one module per command group, imported only when it is asked for."""

import gc
import sys
from contextlib import suppress
from importlib import import_module

import typer

COMMANDS = {
    "create": "perpfsm.cli.create",
    "import": "perpfsm.cli.import_",
    "validate": "perpfsm.cli.validate",
    "run": "perpfsm.cli.run",
    "graph": "perpfsm.cli.graph",
}
GROUPS = {"audit": "perpfsm.cli.audit", "config": "perpfsm.cli.config"}
OBJECTS_BETWEEN_COLLECTIONS = 50_000
EPILOG = "Begin with: perpfsm validate STRATEGY.yaml, then perpfsm run STRATEGY.yaml"


def build_app(wanted: str | None) -> typer.Typer:
    """Return the application with the command `wanted`, or with all of them when it is none of ours.

    Importing every command for each call would double the time of the quickest one.
    """
    app = typer.Typer(
        name="perpfsm",
        help="Perpetual-futures market making from YAML: each position's lifecycle is a state machine you can read.",
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(_version)
    every = wanted not in {*COMMANDS, *GROUPS}
    for name, module in COMMANDS.items():
        if every or name == wanted:
            command = import_module(module)
            app.command(name, epilog=getattr(command, "EPILOG", None))(getattr(command, module.rpartition(".")[2]))
    for name, module in GROUPS.items():
        if every or name == wanted:
            app.add_typer(import_module(module).app, name=name)
    return app


def _version(*, version: bool = typer.Option(False, "--version", help="Show the version and stop.")) -> None:
    if version:
        from perpfsm import __version__

        typer.echo(f"perpfsm {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a second interrupt ends it with the usual status.

    A start makes many objects that stay; to look among them for garbage as often as usual costs a twentieth of it.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    wanted = sys.argv[1] if len(sys.argv) > 1 else None
    try:
        build_app(wanted)(prog_name="perpfsm")
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        with suppress(OSError):
            print(f"error: The output cannot be written: {error.strerror}.", file=sys.stderr)
        sys.exit(1)
