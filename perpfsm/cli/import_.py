"""`perpfsm import`: a configuration of the well-known bot becomes a strategy file; what would change is listed."""

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perpfsm.cli.errors import EXIT_ERROR, errors_told
from perpfsm.errors import PerpfsmError

if TYPE_CHECKING:
    from perpfsm.config.imports import Imported

EPILOG = "Example: perpfsm import conf_perpetual_market_making_1.yml --output mine.yaml"


@errors_told()
def import_(
    file: Annotated[
        Path,
        typer.Argument(help="A conf_perpetual_market_making_*.yml of any version.", metavar="FILE", show_default=False),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The strategy file; else FILE's name with .perpfsm.yaml, beside it.",
            metavar="PATH",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a strategy file that is there already.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Make a strategy file of a perpetual market making configuration, and list what would mean something else.

    Exits with 0 when the strategy file means the same, with 1 when a meaning has changed (the file is written, each
    change listed and marked in it) and when FILE cannot be imported (nothing is written).
    """
    from perpfsm.config.imports import import_configuration
    from perpfsm.config.resources import schema_path

    target = output or file.parent / f"{file.stem}.perpfsm.yaml"
    _refuse_to_overwrite(file, target, force=force)
    imported = import_configuration(file, target=target.name, schema=schema_path("strategy").as_uri())
    if imported.text is not None:
        _write(target, imported.text, force=force)
    if as_json:
        print(_as_json(imported, target))
    else:
        _report(imported, file, target)
    raise typer.Exit(EXIT_ERROR if imported.findings else 0)


def _refuse_to_overwrite(file: Path, target: Path, *, force: bool) -> None:
    """Raise when the strategy file would take the place of another file."""
    if not os.path.lexists(target):
        return
    if target.exists() and file.exists() and target.samefile(file):
        what = "This is the configuration itself, which stays as it is."
        raise PerpfsmError(what, where=str(target), remedy="Name another file with --output.")
    if not force or not target.is_file():
        what = "This is there already, and nothing was written."
        raise PerpfsmError(what, where=str(target), remedy="Name another file with --output, or add --force.")


def _write(target: Path, text: str, *, force: bool) -> None:
    """Write the strategy file, all of it or nothing; another file that came meanwhile is not overwritten."""
    try:
        handle, name = tempfile.mkstemp(prefix=".perpfsm-", suffix=".yaml", dir=target.parent)
        written = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            written.chmod(0o666 & ~_umask())
            if force:
                written.replace(target)
            else:
                os.link(written, target)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        what = f"The strategy file cannot be written: {error.strerror}."
        raise PerpfsmError(what, where=str(target), remedy="Name another file with --output.") from error


def _umask() -> int:
    """Return the process's mask of permissions, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _report(imported: "Imported", file: Path, target: Path) -> None:
    """Print each change and error, then the notes and what was written."""
    from perpfsm.cli.validate import print_lines
    from perpfsm.config.render import Line, Look, finding_lines

    lines = [line for finding in imported.findings for line in finding_lines(finding)]
    lines += [Line(Look.MUTED, f"note: {note}") for note in imported.notes]
    changes = len(imported.findings)
    if imported.text is None:
        lines.append(Line(Look.INVALID, f"{file}: not imported, nothing was written"))
    elif changes:
        places = "1 place" if changes == 1 else f"{changes} places"
        lines.append(
            Line(Look.WARNING, f"{target}: written; it would trade otherwise in {places}, marked CHANGED in it")
        )
    else:
        lines.append(Line(Look.VALID, f"{target}: written; it means the same"))
    if imported.text is not None:
        lines.append(Line(Look.TABLE, f"Next: perpfsm validate {target}"))
    print_lines(lines)


def _as_json(imported: "Imported", target: Path) -> str:
    from perpfsm.config.render import finding_fields

    said = {
        "written": None if imported.text is None else str(target),
        "findings": [finding_fields(finding) for finding in imported.findings],
        "notes": list(imported.notes),
    }
    return json.dumps(said, indent=2)
