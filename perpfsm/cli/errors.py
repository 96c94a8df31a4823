"""Errors on the command line: one calm paragraph on stderr, what, where and the remedy, and exit code 1."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from perpfsm.errors import PerpfsmError

EXIT_ERROR = 1


@contextmanager
def errors_told() -> Iterator[None]:
    """Turn what perpfsm raises on purpose into a message and exit code 1; works as a decorator, too.

    Raises:
        typer.Exit: After the message.
    """
    try:
        yield
    except PerpfsmError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(EXIT_ERROR) from error
